//! Tools that may be missing.

use std::{
    env,
    ffi::OsStr,
    process::{Command, Stdio},
};

use crate::{child, Result};

/// Fails if there is no program of this name, and says how to install it.
pub fn require(program: &str, install: &str) -> Result<()> {
    if is_on(&env::var_os("PATH").unwrap_or_default(), program) {
        return Ok(());
    }
    Err(format!("there is no {program}; install it: {install}").into())
}

fn is_on(path: &OsStr, program: &str) -> bool {
    let name = format!("{program}{}", env::consts::EXE_SUFFIX);
    env::split_paths(path).any(|dir| dir.join(&name).is_file())
}

/// The triple of this machine.
pub fn host() -> Result<String> {
    let output = child::output(Command::new("rustc").arg("-vV").stderr(Stdio::inherit()))?;
    let text = String::from_utf8(output.stdout)?;
    Ok(host_in(&text).ok_or("rustc -vV names no host")?.into())
}

fn host_in(version: &str) -> Option<&str> {
    version.lines().find_map(|line| line.strip_prefix("host: "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_on_the_path_or_not() {
        let program = env::current_exe().unwrap();
        let name = program.file_stem().unwrap().to_str().unwrap();
        assert!(is_on(program.parent().unwrap().as_os_str(), name));
        assert!(!is_on(program.parent().unwrap().as_os_str(), "no-such-program"));
    }

    #[test]
    fn a_missing_tool_is_named_with_its_installation() {
        let error = require("no-such-program", "cargo install it").unwrap_err().to_string();
        assert_eq!(error, "there is no no-such-program; install it: cargo install it");
    }

    #[test]
    fn the_host_is_read_from_the_version() {
        let version = "rustc 1.78.0\nbinary: rustc\nhost: x86_64-unknown-linux-gnu\nrelease: 1.78";
        assert_eq!(host_in(version), Some("x86_64-unknown-linux-gnu"));
        assert_eq!(host_in("rustc 1.78.0"), None);
    }
}
