//! What each library costs while values come far apart, as they do in services: CPU time and
//! latency.

mod cli;
mod row;
mod show;

use clap::Parser;
use cli::Options;
use gochan_benchmarks::{libraries, library::Library, watchdog::Watchdog};
use row::Row;

fn main() {
    let options = Options::parse();
    libraries::prepare();
    if options.smoke {
        smoke(&options);
    } else {
        measure(&options);
    }
}

fn measure(options: &Options) {
    show::about(options);
    let (libraries, watchdog) = (wanted(options), Watchdog::start());
    let mut rows = vec![];
    for &receivers in &options.receivers {
        let table = show::start(receivers, &libraries);
        for task in options.tasks(receivers) {
            let row = Row::measure(&task, &libraries, options.rounds, &watchdog);
            show::row(&table, &row);
            rows.push(row);
        }
    }
    show::summary(&rows);
}

fn wanted(options: &Options) -> Vec<Library> {
    libraries::ALL.into_iter().filter(|library| options.wants(library.name)).collect()
}

/// Every cell with every library, to see that none hangs.
fn smoke(options: &Options) {
    let (libraries, watchdog) = (wanted(options), Watchdog::start());
    let tasks = options.receivers.iter().flat_map(|receivers| options.tasks(*receivers));
    let rows: Vec<_> = tasks.map(|task| Row::measure(&task, &libraries, 1, &watchdog)).collect();
    let columns = rows.iter().flat_map(|row| &row.columns);
    let runs = columns.filter(|column| column.sample.is_some()).count();
    println!("{} cells, {runs} runs: all ended.", rows.len());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cell_ends_with_every_library() {
        smoke(&Options::parse_from(["sparse", "--smoke"]));
    }
}
