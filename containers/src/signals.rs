//! Listening to signals until the process has ended.
//!
//! - A receiver that is dropped at the end of `main` brings the default action back: a second SIGTERM that comes just
//!   then would end the process, with another status. So these are never dropped.
//! - A signal that was blocked when the program was started stays blocked, and is never delivered. So all signals are
//!   let in, before the thread starts that waits for them: threads inherit what is blocked.

use std::mem;

use gochan::{
    signal::{self, Signal},
    Context, Receiver,
};
use nix::sys::signal::SigSet;

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
