//! Signals on Unix. They belong to the process, so each test runs its program in a process of its
//! own: this binary, started again.
//!
//! A shell that runs the tests in the background may ignore SIGINT, SIGQUIT and SIGHUP: no test
//! takes it for granted that they end a process.
#![cfg(all(unix, feature = "signal"))]

mod common;

#[path = "signal/context.rs"]
mod context;
#[cfg(target_os = "linux")]
#[path = "signal/linux.rs"]
mod linux;
#[cfg(target_os = "linux")]
#[path = "signal/lost.rs"]
mod lost;
#[path = "signal/names.rs"]
mod names;
#[path = "signal/notify.rs"]
mod notify;
#[path = "signal/own_process.rs"]
mod own_process;
#[cfg(target_os = "linux")]
#[path = "signal/resources.rs"]
mod resources;
#[path = "signal/storms.rs"]
mod storms;

use std::{
    panic::{catch_unwind, AssertUnwindSafe},
    thread,
    time::Duration,
};

use gochan::{
    signal::{self, *},
    Receiver,
};
use own_process::{raise, ready};

/// So long that only a mistake takes longer.
const LONG: Duration = Duration::from_secs(30);

fn next(signals: &Receiver<Signal>) -> Signal {
    signals.recv_timeout(LONG).expect("a signal")
}

/// Returns when all signals that were raised before have been dealt with. The library looks at
/// signals in the order of their numbers, again and again: between two of the highest lies a whole
/// round.
fn settle() {
    let settled = signal::notify(&[SIGQUIT, SIGSYS]);
    for signal in [SIGSYS, SIGQUIT, SIGSYS] {
        raise(signal);
        assert_eq!(next(&settled), signal);
    }
}

/// Raises a signal whose default action ends the process.
fn die_of(signal: i32) -> ! {
    ready();
    raise(signal);
    thread::sleep(LONG);
    panic!("still alive");
}

fn next_of(number: i32) -> Signal {
    number.to_string().parse().unwrap()
}

fn refuses(says: &str, call: impl FnOnce()) {
    let panic = catch_unwind(AssertUnwindSafe(call)).expect_err("refused");
    let message = panic.downcast_ref::<String>().cloned();
    let message = message.unwrap_or_else(|| panic.downcast_ref::<&str>().unwrap().to_string());
    assert!(message.starts_with("gochan::signal: ") && message.contains(says), "{message}");
}
