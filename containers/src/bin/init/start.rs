//! How the command starts, and why it may not.

use std::{
    env,
    ffi::{OsStr, OsString},
    fmt,
    io::{self, stdin, ErrorKind},
    os::unix::process::CommandExt,
    process::Command,
};

use nix::{
    sys::signal::{killpg, Signal},
    unistd::{getpgrp, tcgetpgrp, tcsetpgrp, Pid},
};

/// Starts the command, in the foreground of the terminal if this program is there.
pub fn start(words: &[OsString]) -> Result<Pid, Failure> {
    let (program, arguments) = words.split_first().expect("the command line asks for a command");
    let mut command = Command::new(program);
    command.args(arguments);
    // The keyboard then speaks to the command alone. In one group with it, this program would hear Ctrl-C as well,
    // and pass it on to a command that has it already.
    let foreground = tcgetpgrp(stdin()).is_ok_and(|group| group == getpgrp());
    if foreground {
        command.process_group(0);
    }
    let child = command.spawn().map_err(|error| Failure { program: program.clone(), error })?;
    let child = Pid::from_raw(child.id().try_into().expect("the number of a process"));
    if foreground {
        give_terminal_to(child);
    }
    Ok(child)
}

/// If this fails the command is in the background, and may still not need the terminal.
fn give_terminal_to(group: Pid) {
    if tcsetpgrp(stdin(), group).is_ok() {
        // It may have asked for the terminal before it was its own, which has stopped it.
        let _ = killpg(group, Signal::SIGCONT);
    }
}

/// The command is a path, or a file of PATH.
fn is_somewhere(program: &OsStr) -> bool {
    let folders = env::var_os("PATH").unwrap_or_default();
    program.as_encoded_bytes().contains(&b'/')
        || env::split_paths(&folders).any(|folder| folder.join(program).is_file())
}

/// The command does not run.
#[derive(Debug)]
pub struct Failure {
    program: OsString,
    error: io::Error,
}

impl Failure {
    /// What a shell would end with.
    pub fn status(&self) -> u8 {
        // The system also says "permission denied" where PATH has a folder of that name, or one that is closed.
        if self.error.kind() == ErrorKind::NotFound || !is_somewhere(&self.program) {
            127
        } else {
            126
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot run {}: {}", self.program.display(), self.error)
    }
}
