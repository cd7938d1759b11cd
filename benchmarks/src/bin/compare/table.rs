//! The table of a placement, row by row as Markdown.

use crate::{
    go,
    report::{Column, Rival, Row},
    statistics::WIDE,
};
use gochan_benchmarks::cells::Cell;

/// Whether a library counts when the best is sought: Go's channels serve goroutines, not threads,
/// so that they are compared apart.
pub fn is_library(name: &str) -> bool {
    name != go::NAME
}

/// Prints rows of one width.
pub struct Table {
    widths: Vec<usize>,
}

impl Table {
    /// Prints the heading.
    pub fn start(first: &str, others: &[&str]) -> Self {
        let widths = [28].into_iter().chain(others.iter().map(|name| name.len().max(9))).collect();
        let table = Self { widths };
        table.row(first, others.iter().map(|name| (*name).to_owned()));
        let dashes = table.widths[1..].iter().map(|width| "-".repeat(width - 1) + ":");
        table.row(&"-".repeat(table.widths[0]), dashes);
        table
    }

    pub fn row(&self, first: &str, others: impl IntoIterator<Item = String>) {
        print!("| {first:<width$} |", width = self.widths[0]);
        for (text, width) in others.into_iter().zip(&self.widths[1..]) {
            print!(" {text:>width$} |");
        }
        println!();
    }

    /// The row of a cell: each library, then the best peer and the ratio.
    pub fn cell(&self, row: &Row) {
        let best = row.best(is_library);
        let times = row.columns.iter().map(time);
        let name = best.map_or("-".to_owned(), |rival| rival.column.library.clone());
        self.row(&row.cell, times.chain([name, ratio(best)]));
    }
}

/// The title and the table of each library's time.
pub fn start(title: &str, cells: &[Cell], libraries: &[&str]) -> Table {
    println!("\n## {title}\n");
    println!("ns per unit, the median of the rounds; ~ marks rounds more than {WIDE}x apart.");
    println!("A unit is {}.", units(cells));
    println!("Go places its goroutines itself, on the cores that this process may use.\n");
    Table::start("cell", &[libraries, &["best peer", "ratio"]].concat())
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

/// Prints three significant digits.
pub fn number(value: f64) -> String {
    let digits = match value {
        v if v >= 99.95 => 0,
        v if v >= 9.995 => 1,
        v if v >= 0.9995 => 2,
        _ => 3,
    };
    format!("{value:.digits$}")
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn three_digits_count() {
        let texts = [123.4, 99.96, 12.34, 9.996, 1.234, 0.1234].map(number);
        assert_eq!(texts, ["123", "100", "12.3", "10.0", "1.23", "0.123"]);
    }
}
