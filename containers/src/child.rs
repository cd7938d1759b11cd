//! Children: a signal to one of them, its end, and the status that shells make of a signal.

use std::{
    io,
    process::{Child, ExitStatus},
};

use nix::{
    sys::signal::{kill, Signal},
    unistd::Pid,
};

/// Sends it a signal, by its number. The pid is the child's, even if it has ended: nobody else can reap it while
/// this handle is here.
pub fn send(child: &Child, signal: i32) -> io::Result<()> {
    let pid = i32::try_from(child.id()).map_err(io::Error::other)?;
    Ok(kill(Pid::from_raw(pid), Signal::try_from(signal)?)?)
}

/// Its status, if it has ended. Never blocks. Ask again after every SIGCHLD, about every child: one SIGCHLD may stand
/// for several ends.
pub fn ended(child: &mut Child) -> Option<ExitStatus> {
    child.try_wait().expect("nobody else waits for this child")
}

/// The status of a program that this signal has ended, as shells give it.
pub fn status_of_signal(signal: i32) -> u8 {
    u8::try_from(128 + signal).unwrap_or(u8::MAX)
}
