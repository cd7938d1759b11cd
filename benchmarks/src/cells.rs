//! What is measured: every cell as data.

use crate::library::Capacity;

/// What the threads of a cell do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Workload {
    Spsc,
    Mpsc,
    Spmc,
    Mpmc,
    PingPong,
    SameThread,
    Make,
    SelectFour,
    SelectReady,
    SelectDefault,
    After,
    /// How long the closing thread is busy.
    CloseCall,
    /// How long it takes until the last blocked receiver has returned.
    CloseWoken,
}

/// One row of the table.
#[derive(Clone, Debug)]
pub struct Cell {
    pub name: String,
    pub workload: Workload,
    pub capacity: Capacity,
    /// On each side that has more than one, or the receivers that a close wakes.
    pub threads: usize,
    /// What the nanoseconds are for.
    pub unit: &'static str,
}

/// How many values the cells of one thread send before they receive, or make ready before they
/// select.
pub const BATCH: usize = 100;

const MESSAGE: &str = "message";
const ALL: &[Capacity] = &[Some(0), Some(1), Some(128), None];
const BUFFERED: &[Capacity] = &[Some(BATCH)];

/// A name, what it does, at which capacities, and the unit.
type Family = (&'static str, Workload, &'static [Capacity], &'static str);

const SHARED: &[Family] = &[
    ("mpsc", Workload::Mpsc, ALL, MESSAGE),
    ("spmc", Workload::Spmc, ALL, MESSAGE),
    ("mpmc", Workload::Mpmc, ALL, MESSAGE),
];

const OTHERS: &[Family] = &[
    ("ping-pong", Workload::PingPong, &[Some(0), Some(1)], "round trip"),
    ("select-4", Workload::SelectFour, &[Some(0), Some(1), Some(128)], MESSAGE),
    ("same-thread", Workload::SameThread, &[Some(BATCH), None], MESSAGE),
    ("make", Workload::Make, &[Some(1), None], "channel"),
    ("select-2-ready", Workload::SelectReady, BUFFERED, "select"),
    ("select-2-default", Workload::SelectDefault, BUFFERED, "select"),
    ("after-ready", Workload::After, BUFFERED, "timer and select"),
];

const CLOSES: [(&str, Workload); 2] =
    [("close-call", Workload::CloseCall), ("close-woken", Workload::CloseWoken)];

/// The threads on a side that has more than one.
const THREADS: usize = 4;

/// Every cell; with `woken` as the numbers of receivers that the close cells wake.
pub fn standard(woken: &[usize]) -> Vec<Cell> {
    let spsc = family(("spsc", Workload::Spsc, ALL, MESSAGE), THREADS);
    let shared = SHARED.iter().flat_map(|shared| family(*shared, THREADS));
    let others = OTHERS.iter().flat_map(|other| family(*other, THREADS));
    let closes = CLOSES.iter().flat_map(|close| woken.iter().map(|n| close_cell(*close, *n)));
    spsc.chain(shared).chain(others).chain(closes).collect()
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

fn family(
    (name, workload, capacities, unit): Family,
    threads: usize,
) -> impl Iterator<Item = Cell> {
    capacities.iter().map(move |capacity| Cell {
        name: format!("{name}/{}", capacity_name(*capacity)),
        workload,
        capacity: *capacity,
        threads,
        unit,
    })
}

fn close_cell((name, workload): (&str, Workload), receivers: usize) -> Cell {
    Cell {
        name: format!("{name}/{receivers}"),
        workload,
        capacity: Some(1),
        threads: receivers,
        unit: "blocked receiver",
    }
}

fn capacity_name(capacity: Capacity) -> String {
    capacity.map_or("unbounded".to_owned(), |n| n.to_string())
}

impl Workload {
    /// One thread does it all, so that there are no sides to place.
    pub fn is_alone(self) -> bool {
        use Workload::*;
        matches!(self, SameThread | Make | SelectReady | SelectDefault | After)
    }

    /// Every thread but one blocks, and is started for it.
    pub fn is_close(self) -> bool {
        matches!(self, Self::CloseCall | Self::CloseWoken)
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
        let mut names = names(&[]);
        names.sort();
        assert!(names.windows(2).all(|pair| pair[0] != pair[1]));
    }

    #[test]
    fn scaled_cells_say_how_many_threads() {
        assert_eq!(scaled(&[1, 64]).last().map(|cell| &*cell.name), Some("mpmc-64/unbounded"));
    }
}
