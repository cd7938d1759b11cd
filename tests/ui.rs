//! Misuse is refused by the compiler with a message that names the mistake.
//!
//! After a change of a message: `TRYBUILD=overwrite cargo test --test ui`, then read what changed.
#![cfg(not(any(loom, shuttle)))]

use std::process::Command;

/// The compiler whose messages are stored. Another one words its own part differently, so there
/// nothing is compared.
const COMPILER: &str = "rustc 1.95";

#[test]
fn misuse_does_not_compile() {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let version = Command::new(rustc).arg("--version").output().expect("a compiler");
    let version = String::from_utf8_lossy(&version.stdout).into_owned();
    if version.starts_with(COMPILER) {
        trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
    } else {
        eprintln!("skipped: the messages are those of {COMPILER}, this is {version}");
    }
}
