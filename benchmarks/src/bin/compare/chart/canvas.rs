//! An SVG of a fixed width, with what both kinds of chart draw on it.

use plotters::{
    backend::SVGBackend,
    coord::Shift,
    prelude::{DrawingArea, DrawingAreaErrorKind, IntoDrawingArea, PathElement, Rectangle, Text},
    style::{
        text_anchor::{HPos, Pos, VPos},
        Color, IntoFont, RGBColor, TextStyle, WHITE,
    },
};
use std::{error::Error, path::Path};

pub const WIDTH: i32 = 900;
/// Where the names of the cells end, and where the scale ends.
pub const LEFT: i32 = 170;
pub const RIGHT: i32 = WIDTH - 50;

pub const INK: RGBColor = RGBColor(40, 40, 40);
pub const FAINT: RGBColor = RGBColor(222, 222, 222);
pub const OWN: RGBColor = RGBColor(208, 49, 45);

/// What a chart shows, and in small letters where from.
pub struct Title {
    pub text: String,
    pub below: String,
}

pub type Drawn = Result<(), Box<dyn Error>>;

/// A white area to draw on.
pub struct Canvas<'a> {
    area: DrawingArea<SVGBackend<'a>, Shift>,
    height: i32,
}

/// Where text stands, seen from its point.
#[derive(Clone, Copy)]
pub enum Align {
    Left,
    Center,
    Right,
}

impl<'a> Canvas<'a> {
    pub fn new(file: &'a Path, height: i32, title: &Title) -> Result<Self, Box<dyn Error>> {
        let area = SVGBackend::new(file, (WIDTH as u32, height as u32)).into_drawing_area();
        area.fill(&WHITE)?;
        let canvas = Self { area, height };
        canvas.text(&title.text, (14, 20), 19, Align::Left, INK)?;
        for (number, line) in wrapped(&title.below, 130).iter().enumerate() {
            canvas.text(line, (14, 42 + 14 * number as i32), 13, Align::Left, INK)?;
        }
        Ok(canvas)
    }

    /// Centred on the height of its point. What plotters calls 10 is 8 pixels high.
    pub fn text(
        &self,
        text: &str,
        at: (i32, i32),
        size: i32,
        align: Align,
        color: RGBColor,
    ) -> Drawn {
        let side = match align {
            Align::Left => HPos::Left,
            Align::Center => HPos::Center,
            Align::Right => HPos::Right,
        };
        let font = ("sans-serif", size).into_font();
        let style = TextStyle::from(font).color(&color).pos(Pos::new(side, VPos::Center));
        self.done(self.area.draw(&Text::new(text.to_owned(), at, style)))
    }

    pub fn bar(&self, from: (i32, i32), to: (i32, i32), color: RGBColor) -> Drawn {
        self.done(self.area.draw(&Rectangle::new([from, to], color.filled())))
    }

    /// A line from the top to the bottom of the scale.
    pub fn vertical(&self, x: i32, top: i32, color: RGBColor) -> Drawn {
        let path = PathElement::new([(x, top), (x, self.height - 12)], color.stroke_width(1));
        self.done(self.area.draw(&path))
    }

    pub fn save(self) -> Drawn {
        self.done(self.area.present())
    }

    fn done<E: Error + Send + Sync + 'static>(
        &self,
        result: Result<(), DrawingAreaErrorKind<E>>,
    ) -> Drawn {
        Ok(result?)
    }
}

/// A logarithmic scale over the width.
pub struct Scale {
    least: f64,
    most: f64,
}

impl Scale {
    /// A scale over these values, with room for a bar of the least.
    pub fn over(values: impl Iterator<Item = f64> + Clone) -> Self {
        let least = values.clone().fold(f64::INFINITY, f64::min);
        let most = values.fold(0.0, f64::max);
        Self { least: least / 2.0, most: most * 1.1 }
    }

    pub fn x(&self, value: f64) -> i32 {
        let share = (value / self.least).ln() / (self.most / self.least).ln();
        LEFT + (share * f64::from(RIGHT - LEFT)).round() as i32
    }

    /// The values that lie on the scale.
    pub fn ticks<'a>(&'a self, values: &'a [f64]) -> impl Iterator<Item = f64> + 'a {
        values.iter().copied().filter(|value| (self.least..=self.most).contains(value))
    }
}

/// Breaks a list between its items.
fn wrapped(text: &str, most: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for item in text.split_inclusive(", ") {
        match lines.last_mut() {
            Some(line) if line.len() + item.len() <= most => line.push_str(item),
            _ => lines.push(item.to_owned()),
        }
    }
    lines
}
