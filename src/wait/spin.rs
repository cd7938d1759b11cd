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
//! Each thread remembers what it saw last, and whether its last sleep was a long one: then little is
//! lost by sleeping soon.

use std::time::Duration;

use crate::sync::{
    clock, mutant, nap, note, set_note, spin_loop, yield_now, OnceLock, PAUSES, SPINS,
};

/// How long to pause before the first yield.
const PAUSING: Duration = Duration::from_micros(2);
/// How long to pause between two looks at a channel.
const BURST: Duration = Duration::from_nanos(32);
/// How many times as long between two looks at one's own word: each look takes its cache line away from whoever
/// is about to complete the operation there.
const IN_LINE: u32 = 4;
/// Yields before the sleep. They last about as long as it takes to wake a thread on an idle
/// processor: less, and two threads that pass single values back and forth sleep each time.
const YIELDS: u32 = 256;
/// Yields before the sleep of a thread whose last sleep was a long one.
const FEW_YIELDS: u32 = 16;
/// A sleep that takes longer is a long one.
const LONG: Duration = Duration::from_millis(1);
/// A yield that takes longer has let another thread run.
const SWITCHED: Duration = Duration::from_nanos(700);
/// A yield that takes longer has let another thread compute.
const COMPUTED: Duration = Duration::from_millis(1);

/// What a thread has seen of its processor: nobody else wants it.
const APART: u16 = 0;
/// Another thread of this kind wants it. Counts down to `APART` with each
/// yield that is not timed, or did not switch.
const SHARED: u16 = 16;
/// Above this the yields are not timed: reading the clock twice costs a tenth of a switch.
const CERTAIN: u16 = 4;
/// Another thread computes on it. Counts down to `SHARED` with each wait, which sleeps at once; then one
/// yield is timed again, and costs that thread's time slice if it is still there.
const BUSY: u16 = SHARED + 96;

/// After each pause in vain, up to so many, twice as many yields are timed before the next one.
const MOST_IN_VAIN: u16 = 6;

/// What a thread remembers from one wait to the next.
#[derive(Clone, Copy)]
struct Memory {
    /// `APART`, up to `SHARED`, up to `BUSY`.
    seen: u16,
    /// Whether its last sleep was long.
    idle: bool,
    /// On a shared processor: above 1, how many more yields are timed before a wait tries pauses again; at 1 it does;
    /// 0 while they are not in vain.
    skips: u16,
    /// How many pauses there were in vain, one after the other.
    in_vain: u16,
}

impl Memory {
    fn load() -> Self {
        let [seen, idle, skips, in_vain] = note();
        Self { seen, idle: idle != 0, skips, in_vain }
    }

    fn store(self) {
        set_note([self.seen, self.idle.into(), self.skips, self.in_vain]);
    }

    /// Whether a wait begins with pauses.
    fn pauses() -> bool {
        let memory = Self::load();
        match memory {
            Self { seen: APART, .. } => {}
            // The last ones were not in vain.
            Self { skips: 0, in_vain: 1.., .. } => Self { in_vain: 0, ..memory }.store(),
            Self { skips: 0, .. } => {}
            Self { skips: 1, .. } => Self { skips: 0, ..memory }.store(),
            _ => return false,
        }
        true
    }

    /// A wait has begun with pauses, and nothing came.
    fn paused_in_vain() {
        let memory = Self::load();
        let in_vain = MOST_IN_VAIN.min(memory.in_vain + 1);
        Self { in_vain, skips: 1 + (1 << in_vain), ..memory }.store();
    }
}

/// The remaining time of polling, of one wait.
pub(crate) struct Spin {
    /// Pauses left, decided at the first: a wait that ends before it says nothing about them.
    bursts: Option<u32>,
    yields: u32,
    seen: u16,
}

impl Spin {
    /// The whole budget.
    pub(crate) fn new() -> Self {
        if !SPINS {
            return Self::spent();
        }
        let mut memory = Memory::load();
        let seen = memory.seen;
        if seen > SHARED {
            memory.seen = if seen - 1 == SHARED { CERTAIN } else { seen - 1 };
            memory.store();
            return Self::spent();
        }
        Self { bursts: None, yields: if memory.idle { FEW_YIELDS } else { YIELDS }, seen }
    }

    /// No budget: time to sleep.
    pub(crate) fn spent() -> Self {
        Self { bursts: Some(0), yields: 0, seen: APART }
    }

    /// Spends a moment between two looks at a channel. False when the budget is spent: time to sleep.
    #[inline]
    pub(crate) fn turn(&mut self) -> bool {
        self.pause() || self.yield_once()
    }

    /// Spends a moment between two looks of a waiter at its word. False when it is time to sleep.
    #[inline(always)] // See `Waiter::wait`.
    pub(crate) fn turn_in_line(&mut self) -> bool {
        self.pause_for(IN_LINE) || self.yield_once()
    }

    /// Spends a moment without yielding. False when it is time to yield or to sleep.
    #[inline]
    pub(crate) fn pause(&mut self) -> bool {
        self.pause_for(1)
    }

    #[inline]
    fn pause_for(&mut self, bursts: u32) -> bool {
        let decide = || if Memory::pauses() { Pace::get().bursts } else { 0 };
        let left = self.bursts.get_or_insert_with(decide);
        let bursts = bursts.min(*left);
        if bursts == 0 {
            return false;
        }
        *left -= bursts;
        if *left == 0 && self.seen != APART {
            Memory::paused_in_vain();
        }
        pause(Pace::get().burst * bursts);
        true
    }

    /// True once the pauses are over.
    pub(crate) fn has_yielded(&self) -> bool {
        self.bursts == Some(0)
    }

    /// Yields, and learns from how long it took. False when it is time to sleep.
    #[inline(always)] // See `Waiter::wait`.
    fn yield_once(&mut self) -> bool {
        if self.yields == 0 {
            return false;
        }
        self.yields -= 1;
        if self.seen > CERTAIN {
            yield_now();
            self.learn(self.seen - 1);
            return true;
        }
        let start = clock::now();
        yield_now();
        let took = clock::now() - start;
        let memory = Memory::load();
        if memory.skips > 1 {
            Memory { skips: memory.skips - 1, ..memory }.store();
        }
        if took > COMPUTED {
            self.yields = 0;
            self.learn(BUSY);
        } else if took > SWITCHED {
            self.learn(SHARED);
        } else {
            self.learn(self.seen.saturating_sub(1));
        }
        true
    }

    fn learn(&mut self, seen: u16) {
        if self.seen != seen {
            self.seen = seen;
            Memory { seen, ..Memory::load() }.store();
        }
    }
}

/// Sleeps, and learns from how long it took.
pub(crate) fn sleep<R>(sleep: impl FnOnce() -> R) -> R {
    if !SPINS {
        return sleep();
    }
    let start = clock::now();
    let result = sleep();
    let long = clock::now() - start > LONG;
    Memory { idle: long, ..Memory::load() }.store();
    result
}

/// How much to pause on this machine: a pause lasts 4 ns on one processor and 50 ns on another.
struct Pace {
    /// Pauses between two looks.
    burst: u32,
    /// Looks before the first yield.
    bursts: u32,
    /// Pauses in the first step back.
    step_back: u32,
}

impl Pace {
    fn get() -> &'static Self {
        static PACE: OnceLock<Pace> = OnceLock::new();
        PACE.get_or_init(|| {
            let measure = || {
                let start = clock::now();
                (0..16).for_each(|_| spin_loop());
                (clock::now() - start).as_nanos() / 16
            };
            // The best of several: the others were interrupted.
            let nanos = (0..5).map(|_| measure()).min().unwrap_or(0).max(1);
            let count = |duration: Duration| (duration.as_nanos() / nanos).max(1) as u32;
            let burst = count(BURST);
            Self { burst, bursts: count(PAUSING) / burst, step_back: count(STEP_BACK) }
        })
    }
}

fn pause(count: u32) {
    (0..count).for_each(|_| spin_loop());
}

/// Patience with another thread that is in the middle of a step of a few instructions: pauses,
/// then yields, then naps, since it may have been preempted by a thread of higher priority.
pub(crate) struct Patience {
    turns: u32,
    lost: u32,
}

const YIELDED: u32 = PAUSES + 32;
/// After this many turns an operation that must not wait gives up. In a model the peer has finished its step by then.
const LIMIT: u32 = if SPINS { YIELDED + 10 } else { 4 };

/// The first step back; each one is twice as long as the one before, up to four times.
const STEP_BACK: Duration = Duration::from_nanos(500);
/// So many steps back, then the patience that a preempted thread needs.
const STEPS_BACK: u32 = 16;

impl Patience {
    pub(crate) fn new() -> Self {
        Self { turns: 0, lost: 0 }
    }

    /// Steps back after a lost race for an index: whoever won goes on for dozens of operations
    /// without having the line taken away. Two threads that retry at once take three times as long
    /// as one after the other.
    #[cold]
    pub(crate) fn lose(&mut self) {
        if SPINS && self.lost < STEPS_BACK {
            pause(Pace::get().step_back << self.lost.min(2));
            self.lost += 1;
        } else {
            // Whoever has it may have been preempted.
            self.turn();
        }
    }

    /// Waits a moment, or starts anew if there is progress.
    pub(crate) fn turn_unless(&mut self, progress: impl FnOnce() -> bool) {
        if progress() {
            self.turns = 0;
        }
        self.turn();
    }

    /// Waits for as long as a peer takes that runs. False if it does not, as it seems.
    pub(crate) fn pause(&mut self) -> bool {
        let runs = self.turns < PAUSES;
        if runs {
            self.turns += 1;
            spin_loop();
        }
        runs
    }

    /// Whether it has been asked for.
    pub(crate) fn has_turned(&self) -> bool {
        self.turns > 0
    }

    /// Waits a moment. False after about a millisecond in all.
    pub(crate) fn turn(&mut self) -> bool {
        match self.turns {
            turn if turn < PAUSES => spin_loop(),
            turn if turn < YIELDED => yield_now(),
            _ => nap(),
        }
        self.turns = self.turns.saturating_add(1);
        self.turns < LIMIT && !mutant("gives_up_on_a_peer")
    }
}
