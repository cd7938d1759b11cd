//! The ratios: to the right of the line gochan is faster than the best other Rust library.

use super::canvas::{Align, Canvas, Drawn, Scale, Title, FAINT, INK, LEFT, OWN};
use crate::{
    report::{Rival, Row},
    table::is_library,
};
use plotters::style::RGBColor;
use std::path::Path;

const ROW: i32 = 18;
const TOP: i32 = 100;
const SLOWER: RGBColor = RGBColor(134, 134, 134);
const TICKS: [f64; 9] = [0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0];

pub fn draw(file: &Path, title: &Title, rows: &[Row]) -> Drawn {
    let rivals: Vec<(&Row, Rival)> =
        rows.iter().filter_map(|row| Some((row, row.best(is_library)?))).collect();
    let canvas = Canvas::new(file, TOP + ROW * rivals.len() as i32 + 20, title)?;
    let ratios = rivals.iter().map(|(_, rival)| rival.ratio);
    let scale = Scale::over(ratios.chain([0.7, 2.0]));
    for tick in scale.ticks(&TICKS) {
        canvas.vertical(scale.x(tick), TOP - 8, FAINT)?;
        canvas.text(&tick.to_string(), (scale.x(tick), TOP - 16), 13, Align::Center, INK)?;
    }
    for (number, (row, rival)) in rivals.iter().enumerate() {
        bar(&canvas, &scale, row, rival, TOP + ROW * number as i32)?;
    }
    canvas.vertical(scale.x(1.0), TOP - 8, INK)?;
    canvas.save()
}

fn bar(canvas: &Canvas, scale: &Scale, row: &Row, rival: &Rival, top: i32) -> Drawn {
    let (one, end) = (scale.x(1.0), scale.x(rival.ratio));
    let (color, middle) = (if rival.ratio < 1.0 { SLOWER } else { OWN }, top + ROW / 2);
    canvas.bar((one.min(end), top + 2), (one.max(end), top + ROW - 3), color)?;
    canvas.text(&row.cell, (LEFT - 8, middle), 14, Align::Right, INK)?;
    let label = format!("{:.2} {}", rival.ratio, rival.column.library);
    let (x, align) = if end < one { (one + 4, Align::Left) } else { (one - 4, Align::Right) };
    canvas.text(&label, (x, middle), 12, align, INK)
}
