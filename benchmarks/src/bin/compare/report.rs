//! The rounds of all cells, and what they say.

use crate::rounds::Round;
use gochan_benchmarks::statistics::{is_wide, median, ratio};

/// The library that the others are compared with.
pub const OWN: &str = "gochan";

/// A cell with the rounds of each library: none where it has no such cell.
pub struct Row {
    pub cell: String,
    pub columns: Vec<Column>,
}

pub struct Column {
    pub library: String,
    pub rounds: Vec<Round>,
}

/// A peer, and its time divided by gochan's.
#[derive(Clone, Copy)]
pub struct Rival<'a> {
    pub column: &'a Column,
    pub ratio: f64,
}

impl Row {
    pub fn own(&self) -> Option<&Column> {
        self.columns.iter().find(|column| column.library == OWN && !column.rounds.is_empty())
    }

    /// The peer with the least ratio, of those that `among` accepts.
    pub fn best(&self, among: impl Fn(&str) -> bool) -> Option<Rival<'_>> {
        let own = self.own()?.times();
        let peers = self.columns.iter().filter(|c| c.library != OWN && among(&c.library));
        let rivals = peers
            .filter_map(|column| ratio(&column.times(), &own).map(|ratio| Rival { column, ratio }));
        rivals.min_by(|a, b| a.ratio.total_cmp(&b.ratio))
    }
}

impl Column {
    pub fn times(&self) -> Vec<f64> {
        self.rounds.iter().map(|round| round.ns).collect()
    }

    pub fn is_wide(&self) -> bool {
        is_wide(&self.times())
    }

    pub fn median(&self, what: impl Fn(&Round) -> f64) -> Option<f64> {
        median(self.rounds.iter().map(what))
    }
}
