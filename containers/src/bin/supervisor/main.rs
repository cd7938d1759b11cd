//! Starts several programs, and stops them well: supervisord in the small.
//!
//! At SIGTERM, SIGINT, SIGHUP or SIGQUIT each program gets its stop signal, the last one first,
//! without a wait in between. One that has not stopped when its time is up gets SIGKILL. At a
//! second such signal all get it, at once.
//!
//! A program is its whole process group: signals go to all in it, and it has stopped when none is
//! left. What is left when the program itself ends is stopped in the same way. Orphans are reaped,
//! as process 1 and elsewhere.
//!
//! The status is 0 if every program ended with 0, or by the stop signal that it was sent; 1 if one
//! did not, or something that it left had to be killed; 2 if one could not be started, after the
//! others have been stopped, or if the configuration is wrong.

mod config;
mod ends;
mod group;
mod program;
mod team;

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::Parser;
use gochan::{select, signal};
use gochan_containers::{
    console::{complain, log},
    signals::until_exit,
};

use config::Config;
use ends::adopt_orphans;
use team::Team;

/// Starts several programs, and stops them well
#[derive(Parser)]
struct Args {
    /// Which programs, and how to stop them
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
}

/// What stops the programs.
const ENDING: &[i32] = &[signal::SIGTERM, signal::SIGINT, signal::SIGHUP, signal::SIGQUIT];

fn main() -> ExitCode {
    let args = Args::parse();
    match supervise(&args.config) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            complain(format_args!("supervisor: {error}"));
            ExitCode::from(2)
        }
    }
}

/// True if every program has ended well.
fn supervise(config: &Path) -> Result<bool, String> {
    let config = Config::read(config).map_err(|error| format!("{}: {error}", config.display()))?;
    // Before the first program: a signal that comes early stops those that have been started, and
    // no end is missed.
    let signals = until_exit(ENDING);
    let someone_ended = until_exit(&[signal::SIGCHLD]);
    adopt_orphans().map_err(|error| format!("cannot adopt orphans: {error}"))?;
    let (mut team, ends) = Team::new();
    let started = team.start(config.programs);
    if started.is_err() {
        team.stop();
    }
    let mut all_well = true;
    loop {
        select! {
            recv(signals) -> signal => {
                log(format_args!("received: {signal}"));
                team.stop();
            }
            recv(someone_ended) => {
                team.take_ends().map_err(|error| format!("cannot wait for the programs: {error}"))?;
            }
            recv_ok(ends) -> end => match end {
                Some(well) => all_well &= well,
                None => return started.map(|()| all_well),
            },
        }
    }
}
