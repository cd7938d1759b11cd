//! A small process 1: runs a command, passes signals on to every process, reaps orphans, and ends
//! when all processes have ended, with the status of the command.
//!
//! - A grandchild that still cleans up when the command has ended is waited for; with
//!   `--end-with-command` not longer than `--grace`.
//! - `--grace` after the first SIGTERM, SIGINT or SIGQUIT, SIGKILL ends those that are left.
//! - Where it is not process 1, it adopts the orphans among its descendants all the same.
//! - Every signal is passed on, real-time signals too, but for SIGCHLD and those that say that this
//!   program itself is at fault, such as SIGSEGV.
//! - In the foreground of a terminal the command has the keyboard. When Ctrl-Z stops the command,
//!   this program stops as well, so that the shell comes back. It goes on with the command.
//! - The command starts with every signal at its default and none blocked, also where this program
//!   was started with one ignored or blocked.
//! - Descriptors that this program has inherited, beside stdin, stdout and stderr, are for the
//!   command alone.
//!
//! As with shells, the status is 127 if there is no such command, 126 if it cannot be run, and 128
//! plus the number of the signal that ended it. It is 125 if this program fails.

mod arrivals;
mod descriptors;
mod failure;
mod processes;
mod start;
mod terminal;

use std::{
    ffi::OsString,
    io,
    process::ExitCode,
    time::{Duration, Instant},
};

use clap::Parser;
use gochan::{after, select, signal, Receiver};
use gochan_containers::console::complain;
use rustix::process::Signal;

use arrivals::Arrivals;
use descriptors::Inherited;
use failure::Failure;
use processes::{adopt_orphans, send_to_all, Processes};
use start::start;
use terminal::Terminal;

/// Runs a command as a process 1 should
#[derive(Parser)]
struct Args {
    /// How long after the first SIGTERM, SIGINT or SIGQUIT what is left gets SIGKILL
    #[arg(long, value_name = "TIME", default_value = "5s", value_parser = humantime::parse_duration)]
    grace: Duration,
    /// What is left when the command ends gets SIGTERM, and has the same time
    #[arg(long)]
    end_with_command: bool,
    /// The command and its arguments
    #[arg(required = true, trailing_var_arg = true, value_name = "COMMAND")]
    command: Vec<OsString>,
}

fn main() -> ExitCode {
    let args = Args::parse();
    ExitCode::from(run(&args).unwrap_or_else(|failure| {
        complain(format_args!("init: {failure}"));
        failure.status()
    }))
}

fn run(args: &Args) -> Result<u8, Failure> {
    let inherited = Inherited::find();
    // Before the command starts, so that nothing is missed.
    let arrivals = Arrivals::listen();
    let ends = signal::notify(&[signal::SIGCHLD]);
    adopt_orphans();
    let own_group = terminal::is_here();
    let command = start(&args.command, own_group)?;
    inherited.close();
    let mut init = Init {
        processes: Processes::of(command),
        terminal: own_group.then(|| Terminal::given_to(command)),
        grace: args.grace,
        end_with_command: args.end_with_command,
        time: Receiver::nil(),
        out_of_time: false,
    };
    init.wait(&arrivals, &ends)
}

struct Init {
    processes: Processes,
    /// The terminal, if the command has one.
    terminal: Option<Terminal>,
    grace: Duration,
    end_with_command: bool,
    /// Ready when the grace is over; nil until it has begun.
    time: Receiver<Instant>,
    out_of_time: bool,
}

impl Init {
    /// Waits until all processes have ended. Returns the status of the command.
    fn wait(
        &mut self,
        arrivals: &Arrivals,
        ends: &Receiver<signal::Signal>,
    ) -> Result<u8, Failure> {
        while !self.processes.reap().map_err(Failure::Wait)? {
            self.look_at_command();
            if self.out_of_time {
                // Again after every end: a process that was just being started has another parent
                // now, and is found.
                send_to_all(Signal::KILL);
            }
            select! {
                recv(ends) => {}
                recv(self.time) => self.out_of_time = true,
                recv_ok(arrivals.ending) -> signal => signal.into_iter().for_each(|s| self.begin_to_end(s)),
                recv_ok(arrivals.others) -> signal => signal.into_iter().for_each(|s| self.pass_on(s)),
            }
        }
        self.look_at_command();
        let missed = || Failure::Wait(io::Error::other("the command's end was not seen"));
        self.processes.status.ok_or_else(missed)
    }

    fn look_at_command(&mut self) {
        if self.processes.status.is_some() {
            self.terminal.take().iter().for_each(Terminal::take_back);
            if self.end_with_command && self.time.is_nil() {
                self.begin_to_end(Signal::TERM);
            }
        } else if let (Some(signal), Some(terminal)) =
            (self.processes.stopped.take(), &self.terminal)
        {
            terminal.command_has_stopped(signal);
        }
    }

    /// Passes the signal on; the first one begins the grace.
    fn begin_to_end(&mut self, signal: Signal) {
        send_to_all(signal);
        if self.time.is_nil() {
            self.time = after(self.grace);
        }
    }

    fn pass_on(&self, signal: Signal) {
        if let (Signal::CONT, Some(terminal)) = (signal, &self.terminal) {
            terminal.continued();
        }
        send_to_all(signal);
        // Where the command has the terminal, this program stops if the command does.
        if self.terminal.is_none() {
            terminal::stop_alone(signal.as_raw());
        }
    }
}
