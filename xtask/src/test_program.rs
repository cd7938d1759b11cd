//! Test programs, run without cargo. So the child that takes too long is the program itself.

use std::{
    path::PathBuf,
    process::{Command, Stdio},
    time::Duration,
};

use serde_json::Value;

use crate::{build::Build, child, child::Ended, place, Result};

/// What a run may take.
const LIMIT: Duration = Duration::from_secs(120);

/// A test program of the library.
pub struct TestProgram {
    build: Build,
    path: PathBuf,
}

impl TestProgram {
    /// Builds `tests/NAME.rs` for a model checker.
    pub fn new(build: Build, name: &str) -> Result<Self> {
        let words = ["test", "--quiet", "--profile", "loom", "--test", name, "--no-run"];
        let mut cargo = build.cargo(&words)?;
        Ok(Self { build, path: built(&mut cargo, name)? })
    }

    pub fn build(&self) -> Build {
        self.build
    }

    /// Runs it with a seeded mistake.
    pub fn run_with(&self, mistake: &str, arguments: &[&str]) -> Result<Ended> {
        let mut command = Command::new(&self.path);
        command.args(arguments).current_dir(place::root());
        command.env("GOCHAN_MUTANT", mistake).env("RUST_BACKTRACE", "0");
        child::capture(&mut command, Some(LIMIT))
    }
}

/// Runs `cargo`, which builds the program of this name, and returns where it has put it.
pub fn built(cargo: &mut Command, name: &str) -> Result<PathBuf> {
    cargo.arg("--message-format=json-render-diagnostics").stderr(Stdio::inherit());
    let output = child::output(cargo)?;
    if !output.status.success() {
        return Err(format!("{name} is not built").into());
    }
    let path = executable(&String::from_utf8(output.stdout)?, name);
    Ok(path.ok_or_else(|| format!("cargo names no program {name}"))?)
}

/// Runs `cargo`, which builds test programs, and returns their names and where it has put them.
pub fn all_built(cargo: &mut Command) -> Result<Vec<(String, PathBuf)>> {
    cargo.arg("--message-format=json-render-diagnostics").stderr(Stdio::inherit());
    let output = child::output(cargo)?;
    if !output.status.success() {
        return Err("the test programs are not built".into());
    }
    let mut programs = executables(&String::from_utf8(output.stdout)?);
    programs.sort();
    Ok(programs)
}

/// The names of all test programs, and where the messages of cargo say that they are.
fn executables(messages: &str) -> Vec<(String, PathBuf)> {
    let messages = messages.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let tests = messages.filter(|message| message["target"]["kind"][0] == "test");
    let program = |test: Value| {
        let name = test["target"]["name"].as_str()?.to_string();
        Some((name, test["executable"].as_str()?.into()))
    };
    tests.filter_map(program).collect()
}

/// Where the messages of cargo say that the program of this name is.
fn executable(messages: &str, name: &str) -> Option<PathBuf> {
    let messages = messages.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let mut artifacts = messages.filter(|message| message["reason"] == "compiler-artifact");
    artifacts.find_map(|artifact| {
        let kind = &artifact["target"]["kind"][0];
        let is_it = artifact["target"]["name"] == name && (kind == "test" || kind == "bin");
        artifact["executable"].as_str().filter(|_| is_it).map(PathBuf::from)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn artifact(kind: &str, name: &str, executable: &str) -> String {
        let target = format!(r#"{{"kind":["{kind}"],"name":"{name}"}}"#);
        let reason = r#""reason":"compiler-artifact""#;
        format!("{{{reason},\"target\":{target},\"executable\":{executable}}}\n")
    }

    #[test]
    fn the_program_is_that_of_the_test() {
        let messages = [
            artifact("lib", "loom", "null"),
            "not a message\n".into(),
            artifact("test", "miri", r#""C:\\t\\miri.exe""#),
            artifact("test", "loom", r#""C:\\t\\loom.exe""#),
            r#"{"reason":"build-finished","success":true}"#.into(),
        ];
        assert_eq!(executable(&messages.concat(), "loom"), Some(r"C:\t\loom.exe".into()));
        assert_eq!(executable(&messages.concat(), "shuttle"), None);
        let all = [("miri", r"C:\t\miri.exe"), ("loom", r"C:\t\loom.exe")];
        let all = all.map(|(name, path)| (name.to_string(), path.into()));
        assert_eq!(executables(&messages.concat()), all);
    }
}
