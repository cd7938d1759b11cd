//! Descriptors that this program has inherited and does not need. As long as it holds one end of a
//! pipe, the process at the other end waits.

use std::{fs, os::fd::RawFd};

use nix::unistd::close;

const OPEN: &str = "/proc/self/fd";

/// The numbers above stdin, stdout and stderr. They are found before this program opens anything
/// itself.
pub struct Inherited(Vec<RawFd>);

impl Inherited {
    pub fn find() -> Self {
        let open = fs::read_dir(OPEN).into_iter().flatten().flatten();
        let mut open: Vec<RawFd> =
            open.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect();
        // Not the one by which they were found, which is closed now.
        open.retain(|number| *number > 2 && fs::read_link(format!("{OPEN}/{number}")).is_ok());
        Self(open)
    }

    pub fn close(self) {
        for number in self.0 {
            let _ = close(number);
        }
    }
}
