//! Where a program runs: among the others, or as process 1 of a PID namespace of its own.

use std::{
    io::{self, Write},
    process::{Command, Stdio},
    sync::OnceLock,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Plain,
    /// What a container is to its processes.
    Container,
}

/// Every place that this machine allows.
pub fn everywhere() -> Vec<Place> {
    if namespace().is_some() {
        vec![Place::Plain, Place::Container]
    } else {
        vec![Place::Plain]
    }
}

impl Place {
    /// The beginning of the command line.
    pub fn command(self, program: &str) -> Command {
        let mut words: Vec<&str> = match self {
            Place::Plain => Vec::new(),
            Place::Container => namespace().expect("containers are possible").to_vec(),
        };
        words.push(program);
        let mut command = Command::new(words[0]);
        command.args(&words[1..]);
        command
    }
}

/// As root, and as another user.
const NAMESPACES: [&[&str]; 2] = [
    &["unshare", "--pid", "--fork", "--mount-proc", "--kill-child"],
    &["unshare", "--user", "--map-root-user", "--pid", "--fork", "--mount-proc", "--kill-child"],
];

fn namespace() -> Option<&'static [&'static str]> {
    static NAMESPACE: OnceLock<Option<&[&str]>> = OnceLock::new();
    *NAMESPACE.get_or_init(|| {
        let found = NAMESPACES.into_iter().find(|words| works(words));
        if found.is_none() {
            // Not `eprintln`, which the test harness keeps to itself.
            let _ = io::stderr().write_all(
                b"NOT TESTED as process 1: this machine permits no PID namespace (unshare --pid)\n",
            );
        }
        found
    })
}

fn works(words: &[&str]) -> bool {
    let mut command = Command::new(words[0]);
    command.args(&words[1..]).arg("true").stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}
