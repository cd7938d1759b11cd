//! A pool of workers under load that stops well.
//!
//! Senders offer jobs as fast as the pool takes them. At SIGTERM or SIGINT the pool accepts no
//! more, while they still try. What is queued is done (`drain`) or left (`abandon`), and a deadline
//! ends both. Then comes the account: each job that was accepted is done, failed, not begun or
//! unfinished, and each that was not is with its sender.
//!
//! The status is 0 if the account adds up, and 1 if it does not.

mod account;
mod foreman;
mod ids;
mod job;
mod load;
mod worker;

use std::{collections::BTreeSet, process::ExitCode, time::Duration};

use clap::{value_parser, Parser, ValueEnum};
use gochan::{make, signal};
use gochan_containers::{
    console::{complain, say},
    signals::context_until_exit,
};

use account::Account;
use foreman::Foreman;
use ids::Runs;
use job::Plan;

/// A pool of workers under load that stops well
#[derive(Parser)]
struct Args {
    /// How many jobs are done at a time
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = value_parser!(u16).range(1..))]
    workers: u16,
    /// How many threads offer jobs
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = value_parser!(u16).range(1..))]
    senders: u16,
    /// How many accepted jobs may wait for a worker
    #[arg(long, value_name = "N", default_value_t = 16)]
    queue: u16,
    /// What becomes of the queue when the pool is told to stop
    #[arg(long, value_enum, default_value_t = Mode::Drain)]
    mode: Mode,
    /// How long the stop may take
    #[arg(long, value_name = "TIME", default_value = "200ms", value_parser = humantime::parse_duration)]
    deadline: Duration,
    /// How long a job takes
    #[arg(long, value_name = "TIME", default_value = "1ms", value_parser = humantime::parse_duration)]
    takes: Duration,
    /// This job never ends
    #[arg(long, value_name = "ID")]
    endless: Option<u64>,
    /// This job waits until the pool is told to stop, and then panics
    #[arg(long, value_name = "ID")]
    panics: Option<u64>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Mode {
    /// Every job that was accepted is done, if time allows
    Drain,
    /// Jobs in hand are finished, if time allows; the others are not begun
    Abandon,
}

fn main() -> ExitCode {
    let args = Args::parse();
    let stop = context_until_exit(&[signal::SIGTERM, signal::SIGINT]);
    let jobs = make(args.queue.into());
    let senders = load::start(args.senders, &jobs.sender());
    let foreman = Foreman::new(jobs, &stop);
    let plan = Plan { takes: args.takes, endless: args.endless, panics: args.panics };
    (0..args.workers).for_each(|_| foreman.hire(plan));
    say("at work");

    let fates = foreman.run(args.mode, args.deadline);
    // Refused by now, so that each of them returns.
    let offered = senders.into_iter().map(|sender| sender.join().expect("senders do not panic"));
    let account = Account::new(fates, offered.collect());
    say(&account);
    verdict(&account.wrong())
}

fn verdict(wrong: &BTreeSet<u64>) -> ExitCode {
    if wrong.is_empty() {
        return ExitCode::SUCCESS;
    }
    complain(format_args!("pool: the account does not add up: {}", Runs(wrong)));
    ExitCode::FAILURE
}
