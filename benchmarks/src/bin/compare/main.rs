//! gochan beside the other channel libraries and Go, in one interleaved run. README.md says how to
//! read it.

mod about;
mod chart;
mod cli;
mod contender;
mod go;
mod neighbours;
mod report;
mod rounds;
mod run;
mod samples;
mod summary;
mod table;

use clap::Parser;
use cli::{Cli, Command};
use std::{error::Error, process};

/// The error is for the reader.
type Outcome = Result<(), Box<dyn Error>>;

fn main() {
    let Cli { command, run } = Cli::parse();
    if run.compute {
        return neighbours::compute();
    }
    let outcome = match (command, run.child) {
        (Some(Command::Chart { dir }), _) => chart::draw(&dir),
        (None, Some(placement)) => run::one_placement(&run, placement),
        (None, None) => run::all_placements(&run),
    };
    if let Err(error) = outcome {
        eprintln!("{error}");
        process::exit(1);
    }
}
