//! Where numbers come from: the machine, what was built, and the command.

use crate::libraries;
use std::{env, ffi::OsString, fs, process::Command, thread};

pub fn machine() -> String {
    let cores = thread::available_parallelism().map_or(0, usize::from);
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let line = info.lines().find(|line| line.starts_with("model name"));
    let model = line.and_then(|line| line.split_once(": ")).map_or("unknown", |(_, model)| model);
    format!("{model}, {cores} cores, {}", env::consts::OS)
}

/// The compiler, and how it built.
pub fn compiler() -> String {
    format!("{}, cargo's release profile", env!("RUSTC_VERSION"))
}

/// The libraries that are wanted, another peer, and gochan's commit.
pub fn versions(wants: impl Fn(&str) -> bool, other: Option<String>) -> String {
    let libraries = libraries::ALL.iter().filter(|library| wants(library.name));
    let named = libraries.map(|library| format!("{} {}", library.name, library.version));
    let commit = commit().map(|commit| format!("gochan's commit {commit}"));
    named.chain(other).chain(commit).collect::<Vec<_>>().join(", ")
}

/// The commit of the checkout that cargo runs this from.
fn commit() -> Option<String> {
    let mut git = Command::new("git");
    git.arg("-C").arg(env::var_os("CARGO_MANIFEST_DIR")?).args(["describe", "--always", "--dirty"]);
    let output = git.output().ok().filter(|output| output.status.success())?;
    Some(String::from_utf8(output.stdout).ok()?.trim().to_owned())
}

/// The command of this program, as it can be run elsewhere. `program` is what cargo needs to know.
pub fn command(program: &str) -> String {
    let cargo = "cargo run --release --manifest-path benchmarks/Cargo.toml";
    format!("command: {cargo}{program} --{}", arguments(env::args_os().skip(1)))
}

/// Each argument after a space, without the name of a directory of this machine.
fn arguments(args: impl Iterator<Item = OsString>) -> String {
    let mut text = String::new();
    let mut is_dir = false;
    for arg in args {
        let arg = arg.to_string_lossy();
        text += " ";
        text += match &*arg {
            _ if is_dir => "DIR",
            arg if arg.starts_with("--out=") => "--out=DIR",
            arg => arg,
        };
        is_dir = arg == "--out";
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_names_no_directory() {
        for args in [&["--full", "--out", "/a/b"][..], &["--full", "--out=/a/b"]] {
            let text = arguments(args.iter().map(OsString::from));
            assert!(text.contains("--full --out") && text.ends_with("DIR"), "{text}");
        }
    }
}
