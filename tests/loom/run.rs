//! Running a model, and the values that it sends.

use std::{
    sync::{
        atomic::{AtomicUsize, Ordering},
        Arc,
    },
    time::Instant,
};

use loom::{cell::UnsafeCell, model::Builder};

/// Name, the bound and the number of iterations in the gate, and both for `./check deep`, where `-`
/// is a number that nobody has counted. The mistakes that make each model fail are in
/// `tests/mutants.txt`.
const MODELS: &str = include_str!("models.txt");

/// How much of a model is explored: the most preemptions in an interleaving, `None` without a
/// bound, and the number of iterations.
struct Pinned {
    preemptions: Option<usize>,
    iterations: Option<usize>,
}

/// Explores `model` as far as `models.txt` says, and prints the number of iterations. There is no
/// budget of time or of iterations: a model that returns has been explored to the end. A number
/// that is more than twice or less than half of the one pinned fails: the model has become another.
/// `GOCHAN_LOOM_BOUND` is another bound (`all` for none), for which nothing is pinned.
pub(crate) fn check(name: &str, model: impl Fn() + Send + Sync + 'static) {
    let pinned = pinned(name);
    let mut builder = Builder::new();
    builder.preemption_bound = pinned.preemptions;
    builder.max_duration = None;
    builder.max_permutations = None;
    builder.max_branches = 20_000;
    let count = Arc::new(AtomicUsize::new(0));
    let counter = count.clone();
    let start = Instant::now();
    builder.check(move || {
        counter.fetch_add(1, Ordering::Relaxed);
        model();
    });
    let count = count.load(Ordering::Relaxed);
    let bound = pinned.preemptions.map_or("all".into(), |n| n.to_string());
    println!("model {name:<32} {bound:>5} {count:>10} {:>8.1} s", start.elapsed().as_secs_f64());
    if let Some(expected) =
        pinned.iterations.filter(|_| std::env::var_os("GOCHAN_MUTANT").is_none())
    {
        assert!((expected / 2..=expected * 2).contains(&count), "{expected} iterations are pinned");
    }
}

fn pinned(name: &str) -> Pinned {
    let bound = |bound: &str| (bound != "all").then(|| bound.parse().unwrap());
    if let Ok(other) = std::env::var("GOCHAN_LOOM_BOUND") {
        return Pinned { preemptions: bound(&other), iterations: None };
    }
    let mut rows = MODELS.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    let row = rows.find(|row| row.first() == Some(&name)).expect("the model is in models.txt");
    let tier = if std::env::var_os("GOCHAN_LOOM_DEEP").is_some() { 3 } else { 1 };
    Pinned { preemptions: bound(row[tier]), iterations: row[tier + 1].parse().ok() }
}

/// A value whose reads and writes loom checks for races, and whose loss it reports as a leak.
pub(crate) struct Value {
    number: UnsafeCell<u32>,
    _leak: loom::sync::Arc<()>,
}

impl Value {
    /// Writes `number` into a fresh value.
    pub(crate) fn new(number: u32) -> Self {
        let value = Self { number: UnsafeCell::new(0), _leak: loom::sync::Arc::new(()) };
        // SAFETY: the cell was just made, and no other thread has it.
        value.number.with_mut(|place| unsafe { *place = number });
        value
    }

    /// Reads the number; loom fails if the write does not happen before.
    pub(crate) fn get(&self) -> u32 {
        // SAFETY: the thread that has the value has it alone, which loom checks.
        self.number.with(|place| unsafe { *place })
    }
}

/// Memory that two threads use in turns, with nothing but a channel to order them.
#[derive(Clone)]
pub(crate) struct Plain(loom::sync::Arc<UnsafeCell<u32>>);

impl Plain {
    pub(crate) fn new() -> Self {
        Self(loom::sync::Arc::new(UnsafeCell::new(0)))
    }

    pub(crate) fn set(&self, number: u32) {
        // SAFETY: loom reports an access that is not ordered with the others.
        self.0.with_mut(|place| unsafe { *place = number });
    }

    pub(crate) fn get(&self) -> u32 {
        // SAFETY: loom reports an access that is not ordered with the others.
        self.0.with(|place| unsafe { *place })
    }
}
