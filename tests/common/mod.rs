//! What several test files need: waiting for a condition, a watchdog that turns a hang into a
//! failure, and random choices that can be repeated.
#![allow(dead_code)]

pub mod random;

use std::{
    env,
    ffi::OsString,
    io::Write,
    process::Command,
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

/// How much longer everything may take where threads are held up on purpose.
const SLOWER: u64 = if cfg!(gochan_chaos) { 6 } else { 1 };

/// Spins, yielding, until `condition` holds; fails after ten seconds.
#[track_caller]
pub fn wait_until(mut condition: impl FnMut() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(start.elapsed() < Duration::from_secs(10 * SLOWER), "waited ten seconds in vain");
        thread::yield_now();
    }
}

/// Aborts the test process when it still lives after `seconds`; dropping it calls the dog off.
#[must_use]
pub struct Watchdog(#[allow(unused)] mpsc::Sender<()>);

/// Starts a watchdog. A test that may hang holds one for its whole length.
#[track_caller]
pub fn watchdog(seconds: u64) -> Watchdog {
    let (place, seconds) = (std::panic::Location::caller(), seconds * SLOWER);
    let (alive, dead) = mpsc::channel::<()>();
    thread::spawn(move || {
        if dead.recv_timeout(Duration::from_secs(seconds)) == Err(mpsc::RecvTimeoutError::Timeout) {
            // Not `eprintln`: the test harness keeps its output until the end of the test, which
            // does not come.
            let _ = writeln!(
                std::io::stderr(),
                "watchdog: the test at {place} hangs after {seconds} s"
            );
            std::process::abort();
        }
    });
    Watchdog(alive)
}

/// Starts a program that was compiled as this test was. `under` is the command that runs it, if
/// that has words. Where this processor is of another kind, the emulator that `GOCHAN_EMULATOR`
/// names runs it.
pub fn command(under: &[&str], program: impl Into<OsString>) -> Command {
    let emulator = env::var_os("GOCHAN_EMULATOR");
    let mut words = under.iter().map(OsString::from).chain(emulator).chain([program.into()]);
    let mut command = Command::new(words.next().expect("the program at least"));
    command.args(words);
    command
}
