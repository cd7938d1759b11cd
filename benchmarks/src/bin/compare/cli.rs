//! The command line.

use clap::{Args, Parser, Subcommand};
use gochan_benchmarks::{
    cells::{self, Cell},
    placement::Placement,
};
use std::{path::PathBuf, time::Duration};

/// gochan beside the other channel libraries and Go, in one interleaved run
#[derive(Parser)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Option<Command>,
    #[command(flatten)]
    pub run: RunArgs,
}

#[derive(Subcommand)]
pub enum Command {
    /// Draw the charts again from the samples in DIR
    Chart {
        /// What an earlier run had as --out
        dir: PathBuf,
    },
}

#[derive(Args)]
pub struct RunArgs {
    /// Short rounds: all cells in less than ten minutes (the default)
    #[arg(long, conflicts_with_all = ["full", "smoke"])]
    pub quick: bool,
    /// At least a second for each cell, library and placement; closes with 10,000 receivers
    #[arg(long, conflicts_with = "smoke")]
    pub full: bool,
    /// Only show that every cell runs: few messages, no table
    #[arg(long)]
    pub smoke: bool,
    /// Where threads run
    #[arg(long, value_delimiter = ',', value_name = "WHERE", default_values = ["split", "one", "free"])]
    pub placement: Vec<Placement>,
    /// The cells of these names, or whose names contain these words
    #[arg(long, value_delimiter = ',', value_name = "WORD")]
    pub cells: Vec<String>,
    /// The libraries of these names
    #[arg(long, value_delimiter = ',', value_name = "NAME")]
    pub libraries: Vec<String>,
    /// Exactly so many rounds
    #[arg(long, value_name = "N")]
    pub rounds: Option<usize>,
    /// The length of a round
    #[arg(long, value_name = "MS")]
    pub round_ms: Option<u64>,
    /// Instead of all cells: mpsc, spmc and mpmc with so many threads on a side
    #[arg(long, value_delimiter = ',', value_name = "THREADS")]
    pub scale: Vec<usize>,
    /// Write samples.csv and charts to this directory
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,

    /// What the program calls itself with: measure this placement, print its tables.
    #[arg(long, hide = true)]
    pub child: Option<Placement>,
    /// What a neighbour of the placement `busy` is called with.
    #[arg(long, hide = true)]
    pub compute: bool,
    /// The program that `go build` made.
    #[arg(long, hide = true)]
    pub go_program: Option<PathBuf>,
}

/// How many rounds, and how long.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    pub rounds: usize,
    /// How many while a library's rounds lie far apart.
    pub most_rounds: usize,
    pub round: Duration,
}

impl RunArgs {
    pub fn plan(&self) -> Plan {
        let (rounds, most_rounds, millis) = match self {
            Self { smoke: true, .. } => (1, 1, 1),
            Self { full: true, .. } => (11, 33, 100),
            _ => (7, 11, 45),
        };
        Plan {
            rounds: self.rounds.unwrap_or(rounds).max(1),
            most_rounds: self.rounds.unwrap_or(most_rounds).max(1),
            round: Duration::from_millis(self.round_ms.unwrap_or(millis).max(1)),
        }
    }

    /// Whether the library, or Go, is asked for.
    pub fn wants(&self, library: &str) -> bool {
        self.libraries.is_empty() || self.libraries.iter().any(|name| name == library)
    }

    /// The cells that are asked for.
    pub fn wanted(&self) -> Vec<Cell> {
        // How many receivers a close wakes.
        let woken: &[usize] = match self {
            Self { smoke: true, .. } => &[10, 100],
            Self { full: true, .. } => &[10, 100, 1000, 10_000],
            _ => &[10, 100, 1000],
        };
        let all = match &self.scale[..] {
            [] => cells::standard(woken),
            threads => cells::scaled(threads),
        };
        cells::filtered(all, &self.cells)
    }
}
