//! What is measured: every cell as data.

use crate::{
    channel::Capacity,
    library::Library,
    placement::Sides,
    workloads::{Pattern, Sample, Task, Workload, BATCH},
};

/// One row of the table.
#[derive(Clone, Debug)]
pub struct Cell {
    pub name: String,
    pub workload: Workload,
    /// What the nanoseconds are for.
    pub unit: &'static str,
}

const MESSAGE: &str = "message";
const ALL: &[Capacity] = &[Some(0), Some(1), Some(128), None];
const BUFFERED: &[Capacity] = &[Some(BATCH)];

/// A name, what it does, at which capacities, and the unit.
type Family = (&'static str, Pattern, &'static [Capacity], &'static str);

const SHARED: &[Family] = &[
    ("mpsc", Pattern::Mpsc, ALL, MESSAGE),
    ("spmc", Pattern::Spmc, ALL, MESSAGE),
    ("mpmc", Pattern::Mpmc, ALL, MESSAGE),
];

const OTHERS: &[Family] = &[
    ("ping-pong", Pattern::PingPong, &[Some(0), Some(1)], "round trip"),
    ("select-4", Pattern::SelectFour, &[Some(0), Some(1), Some(128)], MESSAGE),
    ("same-thread", Pattern::SameThread, &[Some(BATCH), None], MESSAGE),
    ("make", Pattern::Make, &[Some(1), None], "channel"),
    ("select-2-ready", Pattern::SelectReady, BUFFERED, "select"),
    ("select-2-default", Pattern::SelectDefault, BUFFERED, "select"),
    ("after-ready", Pattern::After, BUFFERED, "timer and select"),
];

/// Only criterion measures these: the table is long enough.
const EXTRA: &[Family] = &[
    ("ping-pong", Pattern::PingPong, &[Some(128), None], "round trip"),
    ("select-4", Pattern::SelectFour, &[None], MESSAGE),
];

const CLOSES: [(&str, Pattern); 2] =
    [("close-call", Pattern::CloseCall), ("close-woken", Pattern::CloseWoken)];

/// The threads on a side that has more than one.
const THREADS: usize = 4;

/// Every cell; with `woken` as the numbers of receivers that the close cells wake.
pub fn standard(woken: &[usize]) -> Vec<Cell> {
    let spsc = family(("spsc", Pattern::Spsc, ALL, MESSAGE), THREADS);
    let shared = SHARED.iter().flat_map(|shared| family(*shared, THREADS));
    let others = OTHERS.iter().flat_map(|other| family(*other, THREADS));
    let closes = CLOSES.iter().flat_map(|close| woken.iter().map(|n| close_cell(*close, *n)));
    spsc.chain(shared).chain(others).chain(closes).collect()
}

/// The cells of criterion: without closes, each of which waits for threads to fall asleep.
pub fn repeatable() -> Vec<Cell> {
    let extra = EXTRA.iter().flat_map(|extra| family(*extra, THREADS));
    standard(&[]).into_iter().chain(extra).collect()
}

/// The cells that have many threads on a side, once for each number of them.
pub fn scaled(threads: &[usize]) -> Vec<Cell> {
    let families = SHARED.iter().flat_map(|shared| threads.iter().map(move |n| (*shared, *n)));
    families
        .flat_map(|(shared, n)| {
            family(shared, n)
                .map(move |cell| Cell { name: cell.name.replace('/', &format!("-{n}/")), ..cell })
        })
        .collect()
}

fn family((name, pattern, capacities, unit): Family, threads: usize) -> impl Iterator<Item = Cell> {
    capacities.iter().map(move |capacity| Cell {
        name: format!("{name}/{}", capacity_name(*capacity)),
        workload: Workload { pattern, capacity: *capacity, threads },
        unit,
    })
}

fn close_cell((name, pattern): (&str, Pattern), receivers: usize) -> Cell {
    Cell {
        name: format!("{name}/{receivers}"),
        workload: Workload { pattern, capacity: Some(1), threads: receivers },
        unit: "blocked receiver",
    }
}

pub fn capacity_name(capacity: Capacity) -> String {
    capacity.map_or("unbounded".to_owned(), |n| n.to_string())
}

impl Cell {
    /// Returns what does so many units with this library: `None` where it has no such channel or
    /// operation.
    pub fn runner(&self, library: &Library, sides: Sides) -> Option<impl Fn(u64) -> Sample> {
        let (workload, run) = (self.workload, (library.run)(&self.workload)?);
        Some(move |units| run(&Task { workload, units, sides }))
    }
}

/// Keeps the cells that a word names: the one whose whole name it is, or else all that contain it.
pub fn filtered(cells: Vec<Cell>, words: &[String]) -> Vec<Cell> {
    let is_name = |word: &str| cells.iter().any(|cell| cell.name == word);
    let (names, parts): (Vec<_>, Vec<_>) = words.iter().partition(|word| is_name(word));
    let is_wanted = |cell: &Cell| {
        names.iter().any(|name| cell.name == **name)
            || parts.iter().any(|part| cell.name.contains(part.as_str()))
    };
    cells.into_iter().filter(|cell| words.is_empty() || is_wanted(cell)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(words: &[&str]) -> Vec<String> {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        filtered(standard(&[10]), &words).into_iter().map(|cell| cell.name).collect()
    }

    #[test]
    fn a_whole_name_means_one_cell() {
        assert_eq!(names(&["mpsc/1"]), ["mpsc/1"]);
        assert_eq!(names(&["mpsc/12", "close"]), ["mpsc/128", "close-call/10", "close-woken/10"]);
    }

    #[test]
    fn no_name_is_there_twice() {
        let mut names = names(&["close"]);
        names.extend(repeatable().into_iter().map(|cell| cell.name));
        names.sort();
        assert!(names.windows(2).all(|pair| pair[0] != pair[1]));
    }

    #[test]
    fn scaled_cells_say_how_many_threads() {
        assert_eq!(scaled(&[1, 64]).last().map(|cell| &*cell.name), Some("mpmc-64/unbounded"));
    }
}
