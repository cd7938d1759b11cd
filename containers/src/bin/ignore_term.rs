//! A program that prints SIGTERM and goes on. Who stops it waits for its grace period, and then sends SIGKILL.

use gochan::signal;
use gochan_containers::{console::say, inherited::unblock_signals};

fn main() {
    unblock_signals();
    let signals = signal::notify(&[signal::SIGTERM]);
    say("waiting for signals");
    for signal in &signals {
        say(format_args!("signal {signal} received, app goes on"));
    }
}
