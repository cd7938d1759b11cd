//! What stands below the table: means of the ratios, CPU time, and where gochan is slowest.

use crate::{
    go,
    report::{Column, Rival, Row, OWN},
    table::{is_library, ratio},
};
use gochan_benchmarks::{
    statistics::geometric_mean,
    table::{number, Table},
};

/// How many of the worst rows are listed.
const WORST: usize = 10;

pub fn print(rows: &[Row]) {
    means(rows);
    usage(rows);
    worst(rows);
}

/// A figure for all cells.
fn means(rows: &[Row]) {
    println!("\nGeometric means of peer / {OWN}, and in how many cells {OWN} is ahead.\n");
    let table = Table::start("against", &["cells", "ahead", "mean"]);
    mean(&table, rows, "the best Rust library", is_library);
    mean(&table, rows, "the better of crossbeam, std", |name| matches!(name, "crossbeam" | "std"));
    mean(&table, rows, "Go", |name| name == go::NAME);
}

fn mean(table: &Table, rows: &[Row], name: &str, among: fn(&str) -> bool) {
    let ratios: Vec<f64> = rivals(rows, among).map(|(_, rival)| rival.ratio).collect();
    let ahead = ratios.iter().filter(|ratio| **ratio > 1.0).count();
    let mean = geometric_mean(&ratios).map_or("-".to_owned(), |mean| format!("{mean:.2}"));
    table.row(name, [ratios.len().to_string(), ahead.to_string(), mean]);
}

fn rivals(
    rows: &[Row],
    among: fn(&str) -> bool,
) -> impl Iterator<Item = (&Row, Rival<'_>)> + use<'_> {
    rows.iter().filter_map(move |row| Some((row, row.best(among)?)))
}

/// CPU time and sleeps, with which the time is bought.
fn usage(rows: &[Row]) {
    println!("\nCPU seconds, and sleeps in thousands, for a million units.\n");
    let headings = ["CPU s", "sleeps", "best peer", "its CPU s", "its sleeps"];
    let table = Table::start("cell", &headings);
    for row in rows {
        let Some(own) = row.own() else { continue };
        let best = row.best(is_library).map(|rival| rival.column);
        let name = best.map_or("-".to_owned(), |column| column.library.clone());
        let (cpu, switches) = (seconds(Some(own)), sleeps(Some(own)));
        table.row(&row.cell, [cpu, switches, name, seconds(best), sleeps(best)]);
    }
}

fn seconds(column: Option<&Column>) -> String {
    median(column.and_then(|column| column.median(|round| round.cpu_ns / 1e3)))
}

fn sleeps(column: Option<&Column>) -> String {
    median(column.and_then(|column| column.median(|round| round.switches * 1e3)))
}

fn median(value: Option<f64>) -> String {
    value.map_or("-".to_owned(), number)
}

fn worst(rows: &[Row]) {
    println!("\nThe least ratios.\n");
    let table = Table::start("cell", &["best peer", "ratio"]);
    let mut rivals: Vec<_> = rivals(rows, is_library).collect();
    rivals.sort_by(|(_, a), (_, b)| a.ratio.total_cmp(&b.ratio));
    for (row, rival) in rivals.into_iter().take(WORST) {
        let library = rival.column.library.clone();
        table.row(&row.cell, [library, ratio(Some(rival))]);
    }
}
