//! Polling of one wait before it sleeps: pauses and yields, as `wait/history.rs` decides.

use std::time::Duration;

use super::history::{History, Observation};
use crate::sync::{
    clock, load_wait_history, pause, pauses_in, store_wait_history, yield_now, OnceLock, SPINS,
};

/// How long to pause before the first yield.
const PAUSING: Duration = Duration::from_micros(2);
/// How long to pause between two looks at a channel.
const BURST: Duration = Duration::from_nanos(32);
/// How long to pause between two looks of a waiter at its word: each look takes the cache line
/// away from the thread that is about to complete the operation.
const BURST_IN_QUEUE: Duration = Duration::from_nanos(128);

#[cfg(all(test, not(any(loom, shuttle))))]
#[path = "tests/polling.rs"]
mod tests;

/// The three durations, as numbers of pauses of this machine.
struct Pace {
    pausing: u32,
    burst: u32,
    burst_in_queue: u32,
}

impl Pace {
    fn of_this_machine() -> &'static Self {
        static PACE: OnceLock<Pace> = OnceLock::new();
        PACE.get_or_init(|| Self {
            pausing: pauses_in(PAUSING),
            burst: pauses_in(BURST),
            burst_in_queue: pauses_in(BURST_IN_QUEUE),
        })
    }
}

/// The remaining polling of one wait.
pub(crate) struct Polling {
    history: History,
    /// Pauses left. Decided at the first look: a wait that ends before tells nothing.
    pauses: Option<u32>,
    yields: u32,
}

impl Polling {
    /// Begins the polling that the thread's history allows.
    pub(crate) fn new() -> Self {
        Self { pauses: None, ..Self::spent() }
    }

    /// Begins without any polling left: it is time to sleep.
    pub(crate) fn spent() -> Self {
        Self { history: History::from_words(load_wait_history()), pauses: Some(0), yields: 0 }
    }

    /// Pauses or yields between two looks at a channel. False when it is time to sleep.
    #[inline]
    pub(crate) fn step(&mut self) -> bool {
        self.pause() || self.yield_once()
    }

    /// Pauses or yields between two looks of a waiter at its word. False when it is time to sleep.
    #[inline(always)] // See `Waiter::wait`.
    pub(crate) fn step_in_queue(&mut self) -> bool {
        self.pause_for(|pace| pace.burst_in_queue) || self.yield_once()
    }

    /// Pauses, without yielding. False when it is time to yield or to sleep.
    #[inline]
    pub(crate) fn pause(&mut self) -> bool {
        self.pause_for(|pace| pace.burst)
    }

    #[inline]
    fn pause_for(&mut self, burst: impl FnOnce(&Pace) -> u32) -> bool {
        let left = self.pauses.unwrap_or_else(|| self.begin());
        if left == 0 {
            self.pauses = Some(0);
            return false;
        }
        let burst = burst(Pace::of_this_machine()).min(left);
        self.pauses = Some(left - burst);
        if burst == left {
            self.learn(Observation::PausesEnd);
        }
        pause(burst);
        true
    }

    /// Decides how to poll, and returns the number of pauses.
    #[cold]
    #[inline(never)]
    fn begin(&mut self) -> u32 {
        let polls = SPINS && !self.history.sleeps_at_once();
        if self.history.counts_waits() {
            self.learn(Observation::WaitBegins);
        }
        if polls {
            self.yields = self.history.yields();
        }
        if !polls || !self.history.pauses() {
            return 0;
        }
        self.learn(Observation::PausesBegin);
        Pace::of_this_machine().pausing
    }

    /// True once the pauses are over.
    pub(crate) fn pauses_are_over(&self) -> bool {
        self.pauses == Some(0)
    }

    /// Yields. False when it is time to sleep.
    #[inline(always)] // See `Waiter::wait`.
    fn yield_once(&mut self) -> bool {
        if self.yields == 0 {
            return false;
        }
        self.yields -= 1;
        if !self.history.times_yields() {
            yield_now();
            self.learn(Observation::Yielded);
            return true;
        }
        let start = clock::now();
        yield_now();
        self.learn(Observation::YieldTook(clock::now() - start));
        if self.history.is_contended() {
            self.yields = 0;
        }
        true
    }

    /// Sleeps, and learns from the time that it took.
    pub(crate) fn sleep<R>(&mut self, sleep: impl FnOnce() -> R) -> R {
        if !SPINS {
            return sleep();
        }
        let start = clock::now();
        let result = sleep();
        self.learn(Observation::SleepTook(clock::now() - start));
        result
    }

    // Inlined, it would make each wait 40 ns longer.
    #[inline(never)]
    fn learn(&mut self, observation: Observation) {
        let next = self.history.next(observation);
        if next != self.history {
            self.history = next;
            store_wait_history(next.to_words());
        }
    }
}
