//! How the command starts.

use std::{
    env,
    ffi::{CString, OsString},
    io,
    os::unix::ffi::OsStringExt,
};

use nix::{
    spawn::{posix_spawnp, PosixSpawnAttr, PosixSpawnFileActions, PosixSpawnFlags},
    sys::signal::SigSet,
    unistd,
};
use rustix::process::Pid;

use crate::failure::Failure;

/// Starts the command with no signal blocked, and each at its default. std's `Command` would pass
/// on what is blocked and ignored here. With `own_group` the command has a process group of its
/// own.
pub fn start(words: &[OsString], own_group: bool) -> Result<Pid, Failure> {
    let command = spawn(words, own_group);
    command.map_err(|error| Failure::Start { program: words[0].clone(), error })
}

fn spawn(words: &[OsString], own_group: bool) -> io::Result<Pid> {
    let words = words.iter().cloned().map(c_string).collect::<io::Result<Vec<_>>>()?;
    let environment = env::vars_os().map(|(name, value)| {
        let mut variable = name;
        variable.push("=");
        variable.push(value);
        c_string(variable)
    });
    let environment = environment.collect::<io::Result<Vec<_>>>()?;
    let nothing_else = PosixSpawnFileActions::init()?;
    let command =
        posix_spawnp(&words[0], &nothing_else, &attributes(own_group)?, &words, &environment)?;
    Ok(Pid::from_raw(command.as_raw()).expect("the number of a process"))
}

fn attributes(own_group: bool) -> io::Result<PosixSpawnAttr> {
    let mut attributes = PosixSpawnAttr::init()?;
    attributes.set_sigdefault(&SigSet::all())?;
    attributes.set_sigmask(&SigSet::empty())?;
    let mut flags =
        PosixSpawnFlags::POSIX_SPAWN_SETSIGDEF | PosixSpawnFlags::POSIX_SPAWN_SETSIGMASK;
    if own_group {
        flags |= PosixSpawnFlags::POSIX_SPAWN_SETPGROUP;
        attributes.set_pgroup(unistd::Pid::from_raw(0))?;
    }
    attributes.set_flags(flags)?;
    Ok(attributes)
}

fn c_string(text: OsString) -> io::Result<CString> {
    Ok(CString::new(text.into_vec())?)
}
