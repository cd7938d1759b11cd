//! Running a model, and the values that it sends.

use std::sync::{
    atomic::{AtomicUsize, Ordering},
    Arc,
};

use loom::{cell::UnsafeCell, model::Builder};

/// Explores every interleaving of `model`, or those with up to `preemptions` preemptions, and prints
/// how many there are. There is no budget of time or of interleavings: a model that returns has
/// been explored to the end.
pub(crate) fn check(
    name: &str,
    preemptions: Option<usize>,
    model: impl Fn() + Send + Sync + 'static,
) {
    let mut builder = Builder::new();
    builder.preemption_bound = preemptions;
    builder.max_duration = None;
    builder.max_permutations = None;
    builder.max_branches = 20_000;
    let count = Arc::new(AtomicUsize::new(0));
    let counter = count.clone();
    builder.check(move || {
        counter.fetch_add(1, Ordering::Relaxed);
        model();
    });
    let bound = preemptions.map_or("unbounded".into(), |n| format!("{n} preemptions"));
    println!("model {name}: {} iterations, {bound}", count.load(Ordering::Relaxed));
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
        // SAFETY: just made.
        value.number.with_mut(|place| unsafe { *place = number });
        value
    }

    /// Reads the number; loom fails if the write does not happen before.
    pub(crate) fn get(&self) -> u32 {
        // SAFETY: whoever has the value has it alone; loom checks just that.
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
        // SAFETY: as above.
        self.0.with(|place| unsafe { *place })
    }
}
