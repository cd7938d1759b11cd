//! The times: a group of bars for each cell.

use super::canvas::{Align, Canvas, Drawn, Scale, Title, FAINT, INK, LEFT, OWN};
use crate::report::{self, Column, Row};
use gochan_benchmarks::{libraries, table::number};
use plotters::style::RGBColor;
use std::path::Path;

const BAR: i32 = 11;
const GAP: i32 = 12;
const TOP: i32 = 116;

/// The colours of the peers, in the order of the columns.
const MUTED: [RGBColor; 8] = [
    RGBColor(70, 99, 135),
    RGBColor(134, 134, 134),
    RGBColor(146, 175, 205),
    RGBColor(125, 160, 110),
    RGBColor(190, 160, 105),
    RGBColor(165, 140, 180),
    RGBColor(190, 205, 160),
    RGBColor(110, 190, 195),
];

const TICKS: [f64; 9] = [1.0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8];

pub fn draw(file: &Path, title: &Title, rows: &[Row]) -> Drawn {
    let libraries: Vec<_> = rows[0].columns.iter().map(|column| &column.library).collect();
    let height = TOP + rows.iter().map(|row| GAP + bars(row) * BAR).sum::<i32>() + 20;
    let canvas = Canvas::new(file, height, title)?;
    legend(&canvas, &libraries)?;
    let times = rows.iter().flat_map(|row| &row.columns).filter_map(time);
    let scale = Scale::over(times);
    for tick in scale.ticks(&TICKS) {
        canvas.vertical(scale.x(tick), TOP - 8, FAINT)?;
        canvas.text(&duration(tick), (scale.x(tick), TOP - 16), 13, Align::Center, INK)?;
    }
    let mut top = TOP;
    for row in rows {
        group(&canvas, &scale, row, top)?;
        top += GAP + bars(row) * BAR;
    }
    canvas.save()
}

fn bars(row: &Row) -> i32 {
    row.columns.iter().filter(|column| time(column).is_some()).count() as i32
}

fn time(column: &Column) -> Option<f64> {
    column.median(|round| round.ns)
}

fn legend(canvas: &Canvas, libraries: &[&String]) -> Drawn {
    let (mut x, y) = (14, 78);
    for library in libraries {
        canvas.bar((x, y - 5), (x + 10, y + 5), color(library))?;
        canvas.text(library, (x + 15, y), 14, Align::Left, INK)?;
        x += 38 + 7 * library.len() as i32;
    }
    Ok(())
}

/// The bars of a cell, each with its figure.
fn group(canvas: &Canvas, scale: &Scale, row: &Row, top: i32) -> Drawn {
    let middle = top + bars(row) * BAR / 2;
    canvas.text(&row.cell, (LEFT - 8, middle), 14, Align::Right, INK)?;
    let present = row.columns.iter().filter_map(|column| Some((column, time(column)?)));
    for (place, (column, ns)) in present.enumerate() {
        let (y, x) = (top + place as i32 * BAR, scale.x(ns));
        canvas.bar((LEFT, y), (x, y + BAR - 1), color(&column.library))?;
        canvas.text(&number(ns), (x + 4, y + BAR / 2), 10, Align::Left, INK)?;
    }
    Ok(())
}

fn color(library: &str) -> RGBColor {
    if library == report::OWN {
        OWN
    } else {
        MUTED[libraries::place(library) % MUTED.len()]
    }
}

fn duration(ns: f64) -> String {
    match ns {
        ns if ns >= 1e6 => format!("{} ms", ns / 1e6),
        ns if ns >= 1e3 => format!("{} µs", ns / 1e3),
        ns => format!("{ns} ns"),
    }
}
