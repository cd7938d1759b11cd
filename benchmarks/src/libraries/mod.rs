//! The libraries.

mod async_channel;
mod crossbeam;
mod crossfire;
mod flume;
mod gochan;
mod kanal;
mod loole;
mod standard;

use crate::library::Library;

/// In the order of the columns; the first is the one that the others are compared with.
pub const ALL: [Library; 8] = [
    gochan::LIBRARY,
    crossbeam::LIBRARY,
    standard::LIBRARY,
    flume::LIBRARY,
    kanal::LIBRARY,
    crossfire::LIBRARY,
    async_channel::LIBRARY,
    loole::LIBRARY,
];

/// The place of a library's column; Go's is the last.
pub fn place(name: &str) -> usize {
    ALL.iter().position(|library| library.name == name).unwrap_or(ALL.len())
}

/// Makes the call that crossfire wants at the start of a program. It then yields instead of
/// spinning where there is one core.
pub fn prepare() {
    ::crossfire::detect_backoff_cfg();
}
