//! The ends of programs, and of orphans that they have left. All are waited for in one place, so
//! that none stays a zombie, whichever parent has ended.

use std::{
    io,
    os::unix::process::ExitStatusExt,
    process::{self, ExitStatus},
};

use rustix::{
    io::Errno,
    process::{set_child_subreaper, wait, Pid, WaitOptions},
};

#[derive(Clone, Copy, Debug)]
pub struct End {
    pub pid: Pid,
    pub status: ExitStatus,
}

/// Makes this process the parent of every process below it whose own parent ends. Process 1 is that
/// in any case. Comes before the first program.
pub fn adopt_orphans() -> io::Result<()> {
    let this = i32::try_from(process::id()).map_err(io::Error::other)?;
    Ok(set_child_subreaper(Pid::from_raw(this))?)
}

/// Takes every end that is there; one SIGCHLD may stand for many. Does not block.
pub fn take(mut taken: impl FnMut(End)) -> io::Result<()> {
    loop {
        match wait(WaitOptions::NOHANG) {
            Ok(Some((pid, status))) => {
                taken(End { pid, status: ExitStatus::from_raw(status.as_raw()) });
            }
            Ok(None) | Err(Errno::CHILD) => return Ok(()),
            Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
}
