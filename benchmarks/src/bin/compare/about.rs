//! Where a report comes from: the machine, what was built, and the command.

use crate::{
    cli::{Plan, RunArgs},
    go,
};
use gochan_benchmarks::libraries;
use std::{env, ffi::OsString, fs, process::Command, thread};

/// Lines for the heading of the report and of the samples; the first names the machine.
pub fn about(args: &RunArgs, with_go: bool) -> Vec<String> {
    let Plan { rounds, most_rounds, round } = args.plan();
    vec![
        machine(),
        format!("{}, cargo's release profile", env!("RUSTC_VERSION")),
        versions(args, with_go),
        format!(
            "{rounds} rounds of {round:?}, up to {most_rounds} where they differ; u64 messages"
        ),
        format!("command: {}", command(env::args_os().skip(1))),
    ]
}

fn machine() -> String {
    let cores = thread::available_parallelism().map_or(0, usize::from);
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let line = info.lines().find(|line| line.starts_with("model name"));
    let model = line.and_then(|line| line.split_once(": ")).map_or("unknown", |(_, model)| model);
    format!("{model}, {cores} cores, {}", env::consts::OS)
}

fn versions(args: &RunArgs, with_go: bool) -> String {
    let libraries = libraries::ALL.iter().filter(|library| args.wants(library.name));
    let named = libraries.map(|library| format!("{} {}", library.name, library.version));
    let go = with_go.then(|| go::version().unwrap_or(go::NAME.to_owned()));
    let commit = commit().map(|commit| format!("gochan's commit {commit}"));
    named.chain(go).chain(commit).collect::<Vec<_>>().join(", ")
}

/// The commit of the checkout that cargo runs this from.
fn commit() -> Option<String> {
    let mut git = Command::new("git");
    git.arg("-C").arg(env::var_os("CARGO_MANIFEST_DIR")?).args(["describe", "--always", "--dirty"]);
    let output = git.output().ok().filter(|output| output.status.success())?;
    Some(String::from_utf8(output.stdout).ok()?.trim().to_owned())
}

/// The command as it can be run elsewhere: without the name of a directory of this machine.
fn command(args: impl Iterator<Item = OsString>) -> String {
    let mut command = "cargo run --release --manifest-path benchmarks/Cargo.toml --".to_owned();
    let mut is_dir = false;
    for arg in args {
        let arg = arg.to_string_lossy();
        command += " ";
        command += match &*arg {
            _ if is_dir => "DIR",
            arg if arg.starts_with("--out=") => "--out=DIR",
            arg => arg,
        };
        is_dir = arg == "--out";
    }
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_names_no_directory() {
        for args in [&["--full", "--out", "/a/b"][..], &["--full", "--out=/a/b"]] {
            let command = command(args.iter().map(OsString::from));
            assert!(command.contains("--full --out") && command.ends_with("DIR"), "{command}");
        }
    }
}
