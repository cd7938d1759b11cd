//! Why this program fails, and the status that says so.

use std::{
    env,
    ffi::{OsStr, OsString},
    fmt,
    io::{self, ErrorKind},
};

#[derive(Debug)]
pub enum Failure {
    /// The command does not run.
    Start { program: OsString, error: io::Error },
    /// The processes cannot be waited for.
    Wait(io::Error),
}

impl Failure {
    /// The status that a shell would end with, or another program that runs a command.
    pub fn status(&self) -> u8 {
        match self {
            // The system also says "permission denied" where PATH has a folder of that name, or one
            // that is closed.
            Failure::Start { program, error }
                if error.kind() == ErrorKind::NotFound || !is_somewhere(program) =>
            {
                127
            }
            Failure::Start { .. } => 126,
            Failure::Wait(_) => 125,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Start { program, error } => {
                write!(f, "cannot run {}: {error}", program.display())
            }
            Failure::Wait(error) => write!(f, "cannot wait for the processes: {error}"),
        }
    }
}

/// The command is a path, or a file of PATH.
fn is_somewhere(program: &OsStr) -> bool {
    let folders = env::var_os("PATH").unwrap_or_default();
    program.as_encoded_bytes().contains(&b'/')
        || env::split_paths(&folders).any(|folder| folder.join(program).is_file())
}
