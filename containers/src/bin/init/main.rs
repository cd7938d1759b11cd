//! A small process 1: runs a command, passes signals on to every process, reaps orphans, and ends when all processes
//! have ended, with the status of the command.
//!
//! - A grandchild that still cleans up when the command has ended is waited for.
//! - `--grace` after the first SIGTERM, SIGINT or SIGQUIT, SIGKILL ends those that are left.
//! - Where it is not process 1 it adopts the orphans among its descendants, and the rest is the same.
//! - The terminal sends SIGTSTP, SIGTTIN and SIGTTOU to the command itself. These, and real-time signals, are not
//!   passed on.
//! - The command starts with every signal that is passed on at its default, also where this program was started with
//!   one ignored or blocked.
//!
//! As with shells, the status is 127 if there is no such command, 126 if it cannot be run, and 128 plus the number of
//! the signal that ended it.

mod processes;
mod start;

use std::{ffi::OsString, process::ExitCode, time::Duration};

use clap::Parser;
use gochan::{
    after,
    signal::{self, Signal},
    Receiver, Select,
};
use gochan_containers::{console::complain, signals::until_exit};

use processes::{adopt_orphans, send_to_all, Processes};
use start::{start, Failure};

/// Runs a command as a process 1 should
#[derive(Parser)]
struct Args {
    /// How long after the first SIGTERM, SIGINT or SIGQUIT what is left gets SIGKILL
    #[arg(long, value_name = "TIME", default_value = "5s", value_parser = humantime::parse_duration)]
    grace: Duration,
    /// The command and its arguments
    #[arg(required = true, trailing_var_arg = true, value_name = "COMMAND")]
    command: Vec<OsString>,
}

/// What is passed on.
const PASSED_ON: &[i32] = &[
    signal::SIGTERM,
    signal::SIGINT,
    signal::SIGQUIT,
    signal::SIGHUP,
    signal::SIGUSR1,
    signal::SIGUSR2,
    signal::SIGALRM,
    signal::SIGCONT,
    signal::SIGWINCH,
];

/// After one of these the time runs.
const ENDING: &[i32] = &[signal::SIGTERM, signal::SIGINT, signal::SIGQUIT];

fn main() -> ExitCode {
    let args = Args::parse();
    ExitCode::from(run(&args).unwrap_or_else(|failure| {
        complain(format_args!("init: {failure}"));
        failure.status()
    }))
}

enum Event {
    Signal(Signal),
    /// Somebody has ended.
    End,
    OutOfTime,
}

fn run(args: &Args) -> Result<u8, Failure> {
    // Before the command starts, so that nothing is missed; exec takes the handlers away from it. A channel for each
    // signal: a full one misses what comes, and many of one signal must not displace the only one of another.
    let ends = until_exit(&[signal::SIGCHLD]);
    let signals: Vec<_> = PASSED_ON.iter().map(|signal| until_exit(&[*signal])).collect();
    adopt_orphans();
    let mut processes = Processes::of(start(&args.command)?);
    let mut grace = Receiver::nil();
    let mut out_of_time = false;
    loop {
        if let Some(status) = processes.reap() {
            return Ok(status);
        }
        if out_of_time {
            // Again after every end: who was just being started has another parent now, and is found.
            send_to_all(signal::SIGKILL);
        }
        let mut select = Select::new();
        select.recv(&ends, |_| Event::End).recv_ok(&grace, |_| Event::OutOfTime);
        for channel in &signals {
            select.recv(channel, Event::Signal);
        }
        match select.wait() {
            Event::End => {}
            Event::OutOfTime => out_of_time = true,
            Event::Signal(signal) => {
                send_to_all(signal.number());
                if grace.is_nil() && ENDING.contains(&signal.number()) {
                    grace = after(args.grace);
                }
            }
        }
    }
}
