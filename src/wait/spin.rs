//! How long a blocked thread polls before it sleeps.
//!
//! A thread that sleeps costs its waker several microseconds and comes back later still, so
//! polling for about as long is never much worse than sleeping at once. Which way of polling is
//! right depends on where the partner runs, and how long a yield takes tells:
//!
//! - it returns at once: nobody else wants this processor, so the partner runs on another. Pause,
//!   for longer than a yield of the partner lasts (a shorter phase makes both sides fall into
//!   yielding and stay there), then yield;
//! - it takes as long as a switch there and back: the partner, or some other thread of the same
//!   kind, shares the processor. Yield at once, since nothing happens until it runs;
//! - it takes much longer: somebody else computes here, and gets its whole time slice with each
//!   yield. Sleep: who is woken is put before those who compute.
//!
//! Each thread remembers what it saw last.

use std::time::Duration;

use crate::sync::{clock, nap, note, processors, set_note, spin_loop, yield_now, OnceLock, SPINS};

/// How long to pause before the first yield.
const PAUSES_LAST: Duration = Duration::from_micros(2);
/// Yields before the sleep.
const YIELDS: u32 = 16;
/// A yield that takes longer has let another thread run.
const SWITCHED: Duration = Duration::from_nanos(1_200);
/// A yield that takes longer has let another thread compute.
const COMPUTED: Duration = Duration::from_millis(1);
/// So many yields in a row that did not switch say that the processor is not shared.
const ALONE: u32 = 4;
/// Waits that sleep at once before the next one yields again to see.
const BUSY_WAITS: u8 = 16;
/// Pauses between two looks.
const BURST: u32 = 4;

/// What a thread remembers of its processor; a number above `SHARED` counts down to it.
const APART: u8 = 0;
const SHARED: u8 = 1;
const BUSY: u8 = SHARED + BUSY_WAITS;

/// The remaining time of polling, of one wait.
pub(crate) struct Spin {
    bursts: u32,
    yields: u32,
    /// Yields in a row that did not switch.
    alone: u32,
    seen: u8,
}

impl Spin {
    /// The whole budget.
    pub(crate) fn new() -> Self {
        if !SPINS {
            return Self::none();
        }
        let seen = note();
        if seen > SHARED {
            set_note(seen - 1);
            return Self::none();
        }
        Self { bursts: bursts(), yields: YIELDS, alone: 0, seen }
    }

    /// Sleep at once.
    pub(crate) fn none() -> Self {
        Self { bursts: 0, yields: 0, alone: 0, seen: APART }
    }

    /// Spends a moment. False when the budget is spent: time to sleep.
    #[inline]
    pub(crate) fn turn(&mut self) -> bool {
        if self.bursts > 0 && self.seen == APART {
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
        let took = clock::now() - start;
        if took > COMPUTED {
            self.yields = 0;
            self.learn(BUSY);
        } else if took > SWITCHED {
            self.alone = 0;
            self.learn(SHARED);
        } else {
            self.alone += 1;
            if self.alone >= ALONE {
                self.learn(APART);
            }
        }
        true
    }

    fn learn(&mut self, seen: u8) {
        if self.seen != seen {
            self.seen = seen;
            set_note(seen);
        }
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
pub(crate) struct Patience {
    turns: u32,
    lost: u32,
}

const PAUSES: u32 = 32;
const YIELDED: u32 = PAUSES + 32;
/// After this many turns an operation that must not wait gives up. A model explores one turn.
const LIMIT: u32 = if SPINS { YIELDED + 10 } else { 1 };

/// The longest step back is two to the power of this many pauses.
const LOST: u32 = if SPINS { 7 } else { 0 };

impl Patience {
    pub(crate) fn new() -> Self {
        Self { turns: 0, lost: 0 }
    }

    /// Steps back after a lost race for an index, longer each time: whoever won goes on for a while
    /// without having the line taken away.
    #[cold]
    pub(crate) fn lose(&mut self) {
        (0..1 << self.lost.min(LOST)).for_each(|_| spin_loop());
        self.lost += 1;
    }

    /// Waits a moment, or starts anew if there is progress.
    pub(crate) fn turn_unless(&mut self, progress: impl FnOnce() -> bool) {
        if progress() {
            self.turns = 0;
        }
        self.turn();
    }

    /// Waits a moment. False after about a millisecond in all.
    pub(crate) fn turn(&mut self) -> bool {
        match self.turns {
            turn if turn < PAUSES => spin_loop(),
            turn if turn < YIELDED => yield_now(),
            _ => nap(),
        }
        self.turns = self.turns.saturating_add(1);
        self.turns < LIMIT
    }
}
