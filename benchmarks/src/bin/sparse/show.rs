//! What is printed: where the numbers come from, a table for each number of receivers, a summary.

use crate::{
    cli::{Options, LEAST_VALUES, ROUND},
    row::{Column, Row},
};
use gochan_benchmarks::{
    about::{command, compiler, machine, versions},
    library::Library,
    statistics::geometric_mean,
    table::{number, Table},
};

/// The widths of the first column and of the others.
const WIDTHS: [usize; 2] = [16, 6];

const OWN: &str = "gochan";
const PEER: &str = "crossbeam";
/// How much more CPU time than the peer's counts as the same.
const SAME: f64 = 1.1;

pub fn about(options: &Options) {
    println!("# Values that come far apart\n");
    println!("- {}", machine());
    println!("- {}", compiler());
    println!("- {}", versions(|name| options.wants(name), None));
    let rounds = options.rounds;
    println!("- {rounds} rounds of {ROUND:?}, of {LEAST_VALUES} values at least; u64 messages");
    println!("- {}", command(" --bin sparse"));
}

/// The title and the heading of a table.
pub fn start(receivers: usize, libraries: &[Library]) -> Table {
    println!("\n## 1 sender, receivers: {receivers}\n");
    println!("us per value: the round with the median CPU time.");
    println!("CPU is the CPU time of the receivers and the time in the send.");
    println!("p50 and p99 are the time from before the send until the receive has returned.\n");
    let names: Vec<_> = libraries.iter().map(|library| format!("{} CPU", library.name)).collect();
    let headings: Vec<_> = names.iter().flat_map(|name| [name.as_str(), "p50", "p99"]).collect();
    Table::with_widths(WIDTHS, "capacity / us", &headings)
}

pub fn row(table: &Table, row: &Row) {
    table.row(&row.cell, row.columns.iter().flat_map(figures));
}

fn figures(column: &Column) -> [String; 3] {
    let Some(sample) = column.sample else { return ["-", "-", "-"].map(str::to_owned) };
    [sample.cpu, sample.median, sample.late].map(number)
}

/// How gochan's CPU time relates to crossbeam's, if both are measured.
pub fn summary(rows: &[Row]) {
    let ratios = rows.iter().filter_map(|row| Some(row.cpu(OWN)? / row.cpu(PEER)?));
    let ratios: Vec<_> = ratios.collect();
    let Some(mean) = geometric_mean(&ratios) else { return };
    let same = ratios.iter().filter(|ratio| **ratio <= SAME).count();
    println!("\n- CPU, {OWN} / {PEER}: the geometric mean is {mean:.2}");
    println!("- {OWN}'s CPU is at most {PEER}'s + 10 % in {same} of {} cells", ratios.len());
}
