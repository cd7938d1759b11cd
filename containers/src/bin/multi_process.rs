//! A program of several processes. The stop of a container reaches only the first process, so that
//! one passes the signal on, waits for its children, and then ends.

use std::{
    env, io,
    process::{Child, Command, ExitCode},
    time::Duration,
};

use clap::Parser;
use gochan::{
    after, select,
    signal::{self, Signal},
};
use gochan_containers::{
    child,
    console::{complain, say},
    signals::until_exit,
};

/// A parent that tells its children to end, and waits for them
#[derive(Parser)]
struct Args {
    /// How many children there are
    #[arg(long, value_name = "N", default_value_t = 2)]
    children: u32,
    /// How long each of them cleans up
    #[arg(long, value_name = "TIME", default_value = "1s")]
    cleanup: humantime::Duration,
    /// What the parent starts: the child of this number
    #[arg(long, hide = true)]
    child: Option<u32>,
}

/// What ends the program.
const ENDING: &[i32] = &[signal::SIGTERM, signal::SIGINT, signal::SIGHUP, signal::SIGQUIT];

fn main() -> ExitCode {
    let args = Args::parse();
    if let Some(number) = args.child {
        be_child(number, *args.cleanup);
        return ExitCode::SUCCESS;
    }
    match be_parent(&args) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            complain(format_args!("multi_process: {error}"));
            ExitCode::FAILURE
        }
    }
}

fn be_child(number: u32, cleanup: Duration) {
    let signals = until_exit(ENDING);
    say(format_args!("child {number}: working"));
    let signal = signals.recv();
    say(format_args!("child {number}: {signal} received, cleaning up"));
    after(cleanup).recv_ok();
    say(format_args!("child {number}: done"));
}

/// True if every child has ended well.
fn be_parent(args: &Args) -> io::Result<bool> {
    // Before the first child, so that no end is missed.
    let ends = until_exit(&[signal::SIGCHLD]);
    let signals = until_exit(ENDING);
    let mut children = Children { running: Vec::new(), all_well: true };
    let started = (1..=args.children).try_for_each(|number| children.start(number, args));
    if started.is_err() {
        children.send(signal::SIGTERM);
    }
    while !children.running.is_empty() {
        select! {
            recv(ends) => children.reap(),
            recv(signals) -> signal => children.pass_on(signal),
        }
    }
    say("parent: all children have ended");
    started.map(|()| children.all_well)
}

struct Children {
    /// Each with its number.
    running: Vec<(u32, Child)>,
    all_well: bool,
}

impl Children {
    fn start(&mut self, number: u32, args: &Args) -> io::Result<()> {
        let child = Command::new(env::current_exe()?)
            .args(["--child", &number.to_string(), "--cleanup", &args.cleanup.to_string()])
            .spawn()?;
        self.running.push((number, child));
        Ok(())
    }

    fn pass_on(&self, signal: Signal) {
        say(format_args!("parent: passes {signal} on to {} children", self.running.len()));
        self.send(signal.number());
    }

    fn send(&self, signal: i32) {
        for (number, child) in &self.running {
            if let Err(error) = child::send(child, signal) {
                complain(format_args!("multi_process: child {number}: {error}"));
            }
        }
    }

    fn reap(&mut self) {
        self.running.retain_mut(|(number, child)| {
            let Some(status) = child::ended(child) else { return true };
            say(format_args!("parent: child {number} has ended, {status}"));
            self.all_well &= status.success();
            false
        });
    }
}
