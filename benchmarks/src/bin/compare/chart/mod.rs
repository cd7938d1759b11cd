//! Charts of the samples of a run, one pair for each placement.

mod bars;
mod canvas;
mod ratios;

use crate::{
    report::{Column, Row},
    rounds::Round,
    samples::{self, Sample},
    Outcome,
};
use canvas::Title;
use clap::ValueEnum;
use gochan_benchmarks::{libraries, placement::Placement};
use std::path::Path;

/// Draws `PLACEMENT.svg` and `PLACEMENT-ratio.svg` beside the samples.
pub fn draw(dir: &Path) -> Outcome {
    let (about, samples) = samples::read(dir)?;
    for placement in distinct(samples.iter().map(|sample| &sample.placement)) {
        let of_placement: Vec<_> = samples.iter().filter(|s| s.placement == *placement).collect();
        let rows = rows(&of_placement);
        let machine = about.first().map_or("", String::as_str);
        let place = Placement::from_str(placement, false).map_or("", Placement::description);
        let title = |what: &str| Title {
            text: format!("{placement}: {what}"),
            below: format!("{place}, {machine}, {}", versions(&about)),
        };
        bars::draw(
            &dir.join(format!("{placement}.svg")),
            &title("time per unit, shorter is faster"),
            &rows,
        )?;
        let ratio = title("time of the best peer / time of gochan, to the right gochan is faster");
        ratios::draw(&dir.join(format!("{placement}-ratio.svg")), &ratio, &rows)?;
    }
    Ok(())
}

/// The line of the heading that names the libraries.
fn versions(about: &[String]) -> &str {
    about
        .iter()
        .find(|line| line.contains("crossbeam") || line.contains("gochan"))
        .map_or("", |l| l)
}

/// The rows that the samples came from.
fn rows(samples: &[&Sample]) -> Vec<Row> {
    let mut libraries = distinct(samples.iter().map(|sample| &sample.library));
    libraries.sort_by_key(|library| libraries::place(library));
    let cells = distinct(samples.iter().map(|sample| &sample.cell));
    let column = |cell: &str, library: &str| Column {
        library: library.to_owned(),
        rounds: samples
            .iter()
            .filter(|sample| sample.cell == cell && sample.library == library)
            .map(|sample| Round {
                units: sample.units,
                ns: sample.ns,
                cpu_ns: sample.cpu_ns,
                switches: sample.switches,
            })
            .collect(),
    };
    let row = |cell: &String| Row {
        cell: cell.clone(),
        columns: libraries.iter().map(|library| column(cell, library)).collect(),
    };
    cells.into_iter().map(row).collect()
}

/// Each value once, in the order in which they come first.
fn distinct<'a>(values: impl Iterator<Item = &'a String>) -> Vec<&'a String> {
    let mut distinct = vec![];
    for value in values {
        if !distinct.contains(&value) {
            distinct.push(value);
        }
    }
    distinct
}
