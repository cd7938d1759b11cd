//! Back-off for the critical section of a peer: a few instructions, which take long only if the
//! peer is preempted.
//!
//! A blocked operation does not wait here: see `wait/polling.rs`.

use std::time::Duration;

use super::{clock, mutant, nap, spin_loop, yield_now, OnceLock, PAUSES, SPINS};

/// The number of pauses in `duration`, at least one: a pause takes 4 ns on one processor and 50 ns
/// on another.
pub(crate) fn pauses_in(duration: Duration) -> u32 {
    static NANOS: OnceLock<u128> = OnceLock::new();
    let nanos = NANOS.get_or_init(|| {
        let measure = || {
            let start = clock::now();
            (0..16).for_each(|_| spin_loop());
            (clock::now() - start).as_nanos() / 16
        };
        // The shortest of several: the others were interrupted.
        (0..5).map(|_| measure()).min().unwrap_or(0).max(1)
    });
    (duration.as_nanos() / nanos).max(1) as u32
}

/// Pauses `count` times.
#[inline]
pub(crate) fn pause(count: u32) {
    (0..count).for_each(|_| spin_loop());
}

#[cfg(all(test, not(any(loom, shuttle))))]
#[path = "tests/backoff.rs"]
mod tests;

/// The back-off of one operation.
pub(crate) struct Backoff {
    snoozes: u32,
    lost_races: u32,
}

/// What a snooze does.
#[derive(Debug, PartialEq, Eq)]
enum Snooze {
    Pause,
    Yield,
    /// A peer of lower priority runs only while this thread sleeps.
    Nap,
}

/// After this many snoozes a snooze naps.
const YIELDED: u32 = PAUSES + 32;
/// After this many snoozes an operation that must not wait gives up. In a model the peer has
/// finished its step by then.
const LIMIT: u32 = if SPINS { YIELDED + 10 } else { 4 };

/// The pause after the first lost race; each pause is twice as long as the one before, up to four
/// times this.
const STEP_BACK: Duration = Duration::from_nanos(500);
/// The number of these pauses; snoozes follow, as the winner may have been preempted.
const STEPS_BACK: u32 = 16;

impl Backoff {
    pub(crate) fn new() -> Self {
        Self { snoozes: 0, lost_races: 0 }
    }

    /// Pauses after a lost race for a number. The winner goes on for dozens of operations while
    /// nobody takes its cache line away: two threads that retry at once take three times as long
    /// as one after the other.
    #[cold]
    pub(crate) fn spin(&mut self) {
        if SPINS && self.lost_races < STEPS_BACK {
            pause(pauses_in(STEP_BACK) << self.lost_races.min(2));
            self.lost_races += 1;
        } else {
            self.snooze();
        }
    }

    /// Pauses for a peer that runs. False, without a pause, if it seems to be stopped.
    pub(crate) fn pause(&mut self) -> bool {
        let runs = self.snoozes < PAUSES;
        if runs {
            self.snoozes += 1;
            spin_loop();
        }
        runs
    }

    /// Pauses, yields or naps once, for a peer to go on. False after about a millisecond in all.
    pub(crate) fn snooze(&mut self) -> bool {
        match Self::next(self.snoozes) {
            Snooze::Pause => spin_loop(),
            Snooze::Yield => yield_now(),
            Snooze::Nap => nap(),
        }
        self.snoozes = self.snoozes.saturating_add(1);
        self.snoozes < LIMIT && !mutant("gives_up_on_a_peer")
    }

    /// The snooze after so many.
    fn next(snoozes: u32) -> Snooze {
        match snoozes {
            _ if snoozes < PAUSES => Snooze::Pause,
            _ if snoozes < YIELDED => Snooze::Yield,
            _ => Snooze::Nap,
        }
    }

    /// Snoozes, and begins with pauses again if there is progress.
    pub(crate) fn snooze_unless(&mut self, progress: impl FnOnce() -> bool) {
        if progress() {
            self.snoozes = 0;
        }
        self.snooze();
    }

    /// True if the operation has waited for a peer.
    pub(crate) fn has_snoozed(&self) -> bool {
        self.snoozes > 0
    }
}
