//! Children: a signal to one of them, its end, and the status that shells make of it.

use std::{
    io,
    process::{Child, ExitStatus},
};

use rustix::process::{kill_process, Pid, WaitStatus};

use crate::signals::sendable;

/// Sends it a signal, by its number. The pid is the child's, even if it has ended: no other code
/// can reap it while this handle is here.
pub fn send(child: &Child, signal: i32) -> io::Result<()> {
    Ok(kill_process(Pid::from_child(child), sendable(signal)?)?)
}

/// Its status, if it has ended. Never blocks. Ask again after every SIGCHLD, about every child: one
/// SIGCHLD may stand for several ends.
pub fn ended(child: &mut Child) -> Option<ExitStatus> {
    child.try_wait().expect("nobody else waits for this child")
}

/// The status of a program that this signal has ended, as shells give it.
pub fn status_of_signal(signal: i32) -> u8 {
    u8::try_from(128 + signal).unwrap_or(u8::MAX)
}

/// The status that shells make of this end; `None` if the process has only stopped or gone on.
pub fn status_of(end: WaitStatus) -> Option<u8> {
    let exited = end.exit_status().and_then(|status| u8::try_from(status).ok());
    exited.or_else(|| end.terminating_signal().map(status_of_signal))
}
