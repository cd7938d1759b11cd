//! Signals: listening to them until the process has ended, and their numbers and names.
//!
//! - A receiver that is dropped at the end of `main` brings the default action back: a second
//!   SIGTERM that comes just then would end the process, with another status. So the receivers here
//!   are never dropped.
//! - A signal that was blocked when the program was started stays blocked, and is never delivered.
//!   So all signals are let in, before the thread starts that waits for them: threads inherit what
//!   is blocked.
//! - A number need not have a name: those from 34 to 64 are real-time signals.

use std::{io, mem};

use gochan::{
    signal::{self, Signal},
    Context, Receiver,
};
use nix::sys::signal::SigSet;
use rustix::process::Signal as Sendable;
use rustix_libc_wrappers::process::SignalExt;

/// A channel of these signals.
pub fn until_exit(signals: &[i32]) -> Receiver<Signal> {
    unblock_all();
    let channel = signal::notify(signals);
    mem::forget(channel.clone());
    channel
}

/// A context that ends at the first of these signals; the others change nothing.
pub fn context_until_exit(signals: &[i32]) -> Context {
    unblock_all();
    let (context, stop) = signal::notify_context(&Context::background(), signals);
    mem::forget(stop);
    context
}

fn unblock_all() {
    SigSet::empty().thread_set_mask().expect("an empty mask is a valid one");
}

/// The signal of this number, a real-time signal too. An error if there is none, or if the C
/// library keeps it to itself.
pub fn sendable(number: i32) -> io::Result<Sendable> {
    let no_such = || io::Error::new(io::ErrorKind::InvalidInput, format!("no signal {number}"));
    Sendable::from_raw(number).ok_or_else(no_such)
}

/// What `kill -l` calls it: "SIGTERM", "SIGRTMIN+3".
pub fn name(signal: Sendable) -> String {
    let (number, first) = (signal.as_raw(), Sendable::rt_min().as_raw());
    match nix::sys::signal::Signal::try_from(number) {
        Ok(named) => named.to_string(),
        Err(_) => format!("SIGRTMIN+{}", number - first),
    }
}
