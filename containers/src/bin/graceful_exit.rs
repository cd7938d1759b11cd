//! A program that ends gracefully when it is told to.
//!
//! - As it is: a map from signal to handler, fed by a channel. SIGTERM ends the program, other
//!   signals in the map are printed, and one that is not in the map ends it with status 1.
//! - With `--cleanup 3s`: at SIGTERM or SIGINT it cleans up while its work goes on, and then ends.
//!   A second one of these signals ends it at once, with the status of a program that this signal
//!   has ended.

use std::{collections::BTreeMap, ops::ControlFlow, process::ExitCode, time::Duration};

use clap::Parser;
use gochan::{
    after, select,
    signal::{self, Signal},
    tick, Receiver,
};
use gochan_containers::{child::status_of_signal, console::say, signals::until_exit};

/// Ends gracefully when it is told to
#[derive(Parser)]
struct Args {
    /// Clean up for so long at SIGTERM or SIGINT, while work goes on
    #[arg(long, value_name = "TIME", value_parser = humantime::parse_duration)]
    cleanup: Option<Duration>,
    /// With --cleanup: how often the work prints a line
    #[arg(long, value_name = "TIME", default_value = "500ms", value_parser = humantime::parse_duration)]
    every: Duration,
}

fn main() -> ExitCode {
    let args = Args::parse();
    match args.cleanup {
        None => handle_signals(),
        Some(takes) => clean_up(takes, args.every),
    }
}

/// Breaks with a status if the program should end.
type Handler = fn(Signal) -> ControlFlow<ExitCode>;

fn print(signal: Signal) -> ControlFlow<ExitCode> {
    say(format_args!("handle signal: {signal}"));
    say(format_args!("sender pid: {}", sender(signal)));
    ControlFlow::Continue(())
}

fn exit(signal: Signal) -> ControlFlow<ExitCode> {
    print(signal)?;
    say(format_args!("signal {signal} received, app exit normally"));
    ControlFlow::Break(ExitCode::SUCCESS)
}

/// A sender outside of the container, such as `docker stop`, has no number here; neither has the
/// keyboard.
fn sender(signal: Signal) -> String {
    signal.pid().map_or_else(|| "unknown".to_owned(), |pid| pid.to_string())
}

fn handle_signals() -> ExitCode {
    let handlers = BTreeMap::from([
        (signal::SIGINT, print as Handler),
        (signal::SIGUSR1, print),
        (signal::SIGUSR2, print),
        (signal::SIGTERM, exit),
    ]);
    // A channel of its own for the last one: others may come faster than they are printed, and a
    // full channel misses what comes.
    let last = until_exit(&[signal::SIGTERM]);
    let others = until_exit(&[
        signal::SIGINT,
        signal::SIGUSR1,
        signal::SIGUSR2,
        signal::SIGHUP,
        signal::SIGQUIT,
        signal::SIGALRM,
    ]);
    say("waiting for signals");
    loop {
        let signal = select! {
            recv(last) -> signal => signal,
            recv(others) -> signal => signal,
        };
        match handlers.get(&signal.number()).map(|handle| handle(signal)) {
            Some(ControlFlow::Continue(())) => {}
            Some(ControlFlow::Break(status)) => return status,
            None => {
                say(format_args!("unknown signal received: {signal}, app exit unexpectedly"));
                return ExitCode::FAILURE;
            }
        }
    }
}

fn clean_up(takes: Duration, every: Duration) -> ExitCode {
    let signals = until_exit(&[signal::SIGTERM, signal::SIGINT]);
    let work = tick(every);
    // Nil, which is never ready, until the clean-up has begun.
    let mut cleaned = Receiver::nil();
    say("Working");
    loop {
        select! {
            recv(work) => say("Working"),
            recv(signals) -> signal => {
                if !cleaned.is_nil() {
                    say(format_args!("Cleanup abandoned: {signal}"));
                    return ExitCode::from(status_of_signal(signal.number()));
                }
                say("Start cleanup");
                cleaned = after(takes);
            }
            recv(cleaned) => {
                say("Exiting");
                return ExitCode::SUCCESS;
            }
        }
    }
}
