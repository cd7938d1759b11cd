//! Lines for people. The reader of an output may be gone, which is no reason for a program to end:
//! `println!` would panic.

use std::{
    fmt::Display,
    io::{self, Write},
    time::SystemTime,
};

/// A line on stdout.
pub fn say(line: impl Display) {
    let _ = writeln!(io::stdout().lock(), "{line}");
}

/// A line on stdout, after the time.
pub fn log(line: impl Display) {
    say(format_args!("{} {line}", humantime::format_rfc3339_millis(SystemTime::now())));
}

/// A line on stderr.
pub fn complain(line: impl Display) {
    let _ = writeln!(io::stderr().lock(), "{line}");
}
