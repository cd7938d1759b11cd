//! The command line.

use clap::{
    builder::{PossibleValuesParser, RangedU64ValueParser},
    Parser,
};
use gochan_benchmarks::{channel::Capacity, libraries, workloads::sparse::Task};
use std::time::Duration;

/// What each library costs while values come far apart, as they do in services
#[derive(Parser)]
pub struct Options {
    /// The libraries of these names
    #[arg(long, value_delimiter = ',', value_name = "NAME", value_parser = libraries())]
    pub libraries: Vec<String>,
    /// The channels' capacities
    #[arg(long, value_delimiter = ',', value_name = "N", value_parser = capacity)]
    #[arg(default_values = ["0", "1", "128", "unbounded"])]
    pub capacities: Vec<Capacity>,
    /// How many threads receive: a table for each number
    #[arg(long, value_delimiter = ',', value_name = "N", value_parser = positive())]
    #[arg(default_values = ["1", "4"])]
    pub receivers: Vec<usize>,
    /// The microseconds between values
    #[arg(long, value_delimiter = ',', value_name = "US", value_parser = positive())]
    #[arg(default_values = ["10", "20", "50", "100", "200", "500", "1000", "5000"])]
    pub spacings: Vec<usize>,
    /// How often each cell is measured; the median counts
    #[arg(long, value_name = "N", value_parser = positive(), default_value_t = 3)]
    pub rounds: usize,
    /// Only show that every cell ends: few values, no table
    #[arg(long)]
    pub smoke: bool,
}

fn libraries() -> PossibleValuesParser {
    libraries::ALL.map(|library| library.name).into()
}

fn capacity(text: &str) -> Result<Capacity, String> {
    match text {
        "unbounded" => Ok(None),
        _ => text.parse().map(Some).map_err(|_| "neither a number nor `unbounded`".to_owned()),
    }
}

fn positive() -> RangedU64ValueParser<usize> {
    RangedU64ValueParser::new().range(1..)
}

/// How long a round of a cell takes, and how many values it has at least.
pub const ROUND: Duration = Duration::from_millis(150);
pub const LEAST_VALUES: usize = 100;
/// The values of a round that only has to end.
const SMOKE_VALUES: usize = 2;

impl Options {
    pub fn wants(&self, library: &str) -> bool {
        self.libraries.is_empty() || self.libraries.iter().any(|name| name == library)
    }

    /// The cells of one table.
    pub fn tasks(&self, receivers: usize) -> impl Iterator<Item = Task> + use<'_> {
        let spaced = move |capacity| {
            self.spacings.iter().map(move |spacing| self.task(capacity, receivers, *spacing))
        };
        self.capacities.iter().copied().flat_map(spaced)
    }

    fn task(&self, capacity: Capacity, receivers: usize, spacing: usize) -> Task {
        let spacing = Duration::from_micros(spacing as u64);
        let fitting = (ROUND.as_nanos() / spacing.as_nanos()) as usize;
        let values = if self.smoke { SMOKE_VALUES } else { fitting.max(LEAST_VALUES) };
        Task { capacity, receivers, spacing, values }
    }
}
