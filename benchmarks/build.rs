//! Tells the program what it is built from, for the header of its report: the versions of the
//! libraries, which Cargo.lock knows, and the compiler.

use std::{env, fs, process::Command};

const LIBRARIES: [&str; 7] =
    ["async-channel", "crossbeam-channel", "crossfire", "flume", "gochan", "kanal", "loole"];

fn main() {
    println!("cargo:rerun-if-changed=Cargo.lock");
    let lock = fs::read_to_string("Cargo.lock").expect("cargo writes Cargo.lock before it builds");
    for library in LIBRARIES {
        let version = version(&lock, library).expect("every library is a dependency");
        println!("cargo:rustc-env=VERSION_{}={version}", library.replace('-', "_").to_uppercase());
    }
    let rustc = rustc().unwrap_or("rustc ?".to_owned());
    let std = rustc.split_whitespace().nth(1).unwrap_or_default();
    println!("cargo:rustc-env=RUSTC_VERSION={rustc}");
    println!("cargo:rustc-env=VERSION_STD={std}");
}

fn version<'a>(lock: &'a str, package: &str) -> Option<&'a str> {
    let mut lines = lock.lines().skip_while(|line| *line != format!("name = \"{package}\""));
    lines.nth(1)?.strip_prefix("version = \"")?.strip_suffix('"')
}

fn rustc() -> Option<String> {
    let output = Command::new(env::var_os("RUSTC")?).arg("--version").output().ok()?;
    Some(String::from_utf8(output.stdout).ok()?.trim().to_owned())
}
