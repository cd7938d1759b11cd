//! The table of a placement: a row for each cell.

use crate::{
    go,
    report::{Column, Rival, Row},
};
use gochan_benchmarks::{
    cells::Cell,
    statistics::WIDE,
    table::{number, Table},
};

/// Whether a library counts when the best is sought: Go's channels serve goroutines, not threads,
/// so that they are compared apart.
pub fn is_library(name: &str) -> bool {
    name != go::NAME
}

/// The title and the table of each library's time.
pub fn start(title: &str, cells: &[Cell], libraries: &[&str]) -> Table {
    println!("\n## {title}\n");
    println!("ns per unit, the median of the rounds; ~ marks rounds more than {WIDE}x apart.");
    println!("A unit is {}.", units(cells));
    println!("Go places its goroutines itself, on the cores that this process may use.\n");
    Table::start("cell", &[libraries, &["best peer", "ratio"]].concat())
}

/// Prints the row of a cell: each library, then the best peer and the ratio.
pub fn cell(table: &Table, row: &Row) {
    let best = row.best(is_library);
    let times = row.columns.iter().map(time);
    let name = best.map_or("-".to_owned(), |rival| rival.column.library.clone());
    table.row(&row.cell, times.chain([name, ratio(best)]));
}

/// Each unit with the cells that have it.
fn units(cells: &[Cell]) -> String {
    let mut units: Vec<(&str, Vec<&str>)> = vec![];
    for cell in cells {
        let family = cell.name.split('/').next().unwrap_or_default();
        match units.iter_mut().find(|(unit, _)| *unit == cell.unit) {
            Some((_, families)) if families.last() == Some(&family) => {}
            Some((_, families)) => families.push(family),
            None => units.push((cell.unit, vec![family])),
        }
    }
    let texts = units.iter().map(|(unit, families)| format!("a {unit} ({})", families.join(", ")));
    texts.collect::<Vec<_>>().join("; ")
}

fn time(column: &Column) -> String {
    let mark = if column.is_wide() { "~" } else { "" };
    column.median(|round| round.ns).map_or("-".to_owned(), |ns| format!("{mark}{}", number(ns)))
}

pub fn ratio(rival: Option<Rival>) -> String {
    rival.map_or("-".to_owned(), |rival| format!("{:.2}", rival.ratio))
}
