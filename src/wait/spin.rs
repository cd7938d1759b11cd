//! How long a blocked thread polls before it sleeps.
//!
//! A thread that sleeps costs its waker several microseconds and comes back later still, so
//! polling for about as long is never much worse than sleeping at once. Which way of polling is
//! right depends on where the partner runs:
//!
//! - on another processor: the pause instruction, for longer than one yield of the partner lasts (a
//!   shorter phase makes both sides fall into yielding and stay there), then yields;
//! - on this one: yields at once, since nothing happens until the partner runs.
//!
//! How long a yield takes tells the two apart, and each thread remembers what it saw last.

use std::time::Duration;

use crate::sync::{
    clock, is_crowded, nap, processors, set_crowded, spin_loop, yield_now, OnceLock, SPINS,
};

/// How long to pause before the first yield.
const PAUSES_LAST: Duration = Duration::from_micros(2);
/// Yields before the sleep.
const YIELDS: u32 = 16;
/// A yield that takes longer has let another thread run.
const SWITCHED: Duration = Duration::from_nanos(1_200);
/// So many yields in a row that did not switch say that the processor is not shared.
const ALONE: u32 = 4;
/// Pauses between two looks.
const BURST: u32 = 4;

/// The remaining time of polling, of one wait.
pub(crate) struct Spin {
    bursts: u32,
    yields: u32,
    /// Yields in a row that did not switch.
    alone: u32,
    crowded: bool,
}

impl Spin {
    /// The whole budget.
    pub(crate) fn new() -> Self {
        if SPINS {
            Self { bursts: bursts(), yields: YIELDS, alone: 0, crowded: is_crowded() }
        } else {
            Self::none()
        }
    }

    /// Sleep at once.
    pub(crate) fn none() -> Self {
        Self { bursts: 0, yields: 0, alone: 0, crowded: false }
    }

    /// Spends a moment. False when the budget is spent: time to sleep.
    #[inline]
    pub(crate) fn turn(&mut self) -> bool {
        if self.bursts > 0 && !self.crowded {
            self.bursts -= 1;
            (0..BURST).for_each(|_| spin_loop());
            return true;
        }
        self.yields > 0 && self.yield_once()
    }

    /// Yields, and learns from how long it took.
    fn yield_once(&mut self) -> bool {
        self.yields -= 1;
        let start = clock::now();
        yield_now();
        let switched = clock::now() - start > SWITCHED;
        self.alone = if switched { 0 } else { self.alone + 1 };
        if switched != self.crowded && (switched || self.alone >= ALONE) {
            self.crowded = switched;
            set_crowded(switched);
        }
        true
    }
}

/// How many bursts fill the first phase on this machine; none where there is one processor.
fn bursts() -> u32 {
    static BURSTS: OnceLock<u32> = OnceLock::new();
    *BURSTS.get_or_init(|| match processors() {
        1 => 0,
        _ => (PAUSES_LAST.as_nanos() as u64 / burst_nanos()) as u32,
    })
}

/// A pause lasts 4 ns on one processor and 50 ns on another. The best of several measurements: the
/// others were interrupted.
fn burst_nanos() -> u64 {
    let measure = || {
        let start = clock::now();
        (0..BURST * 4).for_each(|_| spin_loop());
        (clock::now() - start).as_nanos() as u64 / 4
    };
    (0..5).map(|_| measure()).min().unwrap_or(0).max(1)
}

/// Patience with another thread that is in the middle of a step of a few instructions: pauses,
/// then yields, then naps, since it may have been preempted by a thread of higher priority.
pub(crate) struct Patience(u32);

const PAUSES: u32 = 32;
const YIELDED: u32 = PAUSES + 32;
/// After this many turns an operation that must not wait gives up. A model explores one turn.
const LIMIT: u32 = if SPINS { YIELDED + 10 } else { 1 };

impl Patience {
    pub(crate) fn new() -> Self {
        Self(0)
    }

    /// Waits a moment. False after about a millisecond in all.
    pub(crate) fn turn(&mut self) -> bool {
        match self.0 {
            turn if turn < PAUSES => spin_loop(),
            turn if turn < YIELDED => yield_now(),
            _ => nap(),
        }
        self.0 = self.0.saturating_add(1);
        self.0 < LIMIT
    }
}
