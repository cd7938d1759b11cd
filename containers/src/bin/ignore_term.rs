//! A program that prints SIGTERM and goes on. `docker stop` waits for its grace period, and then
//! sends SIGKILL.

use gochan::signal;
use gochan_containers::{console::say, signals::until_exit};

fn main() {
    let signals = until_exit(&[signal::SIGTERM]);
    say("waiting for signals");
    for signal in &signals {
        say(format_args!("signal {signal} received, app goes on"));
    }
}
