//! Back-off while a peer is in its critical section. That is a few instructions, and takes long
//! only if the peer is preempted there.
//!
//! A blocked operation does not wait here: see `wait/polling.rs`.

use std::time::Duration;

use super::{clock, nap, spin_loop, yield_now, OnceLock, PAUSES, SPINS};

/// Returns how many pauses fit into `duration`, at least one. Measured once, since a pause takes 4
/// ns on one processor and 50 ns on another.
pub(crate) fn pauses_in(duration: Duration) -> u32 {
    static NANOS: OnceLock<u128> = OnceLock::new();
    let nanos = NANOS.get_or_init(|| {
        let measure = || {
            let start = clock::now();
            (0..16).for_each(|_| spin_loop());
            (clock::now() - start).as_nanos() / 16
        };
        // The shortest of several: a longer one was interrupted.
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

/// The kinds of snooze.
#[derive(Debug, PartialEq, Eq)]
enum Snooze {
    Pause,
    Yield,
    /// A peer of lower priority runs only while this thread sleeps.
    Nap,
}

/// The number of snoozes that pause or yield. All later ones nap.
const YIELDED: u32 = PAUSES + 32;
/// After this many snoozes an operation that must not wait gives up. In a model the peer has
/// finished its step by then.
const LIMIT: u32 = if SPINS { YIELDED + 10 } else { 4 };

/// The pause after the first lost race. The second is twice as long, and all later ones four times
/// as long.
const STEP_BACK: Duration = Duration::from_nanos(500);
/// The number of lost races that a pause follows. After later ones comes a snooze, since the winner
/// may be preempted.
const STEPS_BACK: u32 = 16;

impl Backoff {
    pub(crate) fn new() -> Self {
        Self { snoozes: 0, lost_races: 0 }
    }

    /// Pauses after another thread has won the race for a number. The winner does dozens of
    /// operations in a row if no other thread takes its cache line away. Two threads that retry at
    /// once take three times as long as one after the other.
    #[cold]
    pub(crate) fn spin(&mut self) {
        if SPINS && self.lost_races < STEPS_BACK {
            pause(pauses_in(STEP_BACK) << self.lost_races.min(2));
            self.lost_races += 1;
        } else {
            self.snooze();
        }
    }

    /// Pauses once, for a peer that is running. Returns false, without a pause, if the peer seems
    /// to be stopped.
    pub(crate) fn pause(&mut self) -> bool {
        let runs = self.snoozes < PAUSES;
        if runs {
            self.snoozes += 1;
            spin_loop();
        }
        runs
    }

    /// Pauses, yields or naps once, to let a peer continue. Returns false after about a millisecond
    /// in all.
    pub(crate) fn snooze(&mut self) -> bool {
        match Self::next(self.snoozes) {
            Snooze::Pause => spin_loop(),
            Snooze::Yield => yield_now(),
            Snooze::Nap => nap(),
        }
        self.snoozes = self.snoozes.saturating_add(1);
        self.snoozes < LIMIT
    }

    /// Returns the snooze that follows `snoozes` others.
    fn next(snoozes: u32) -> Snooze {
        match snoozes {
            _ if snoozes < PAUSES => Snooze::Pause,
            _ if snoozes < YIELDED => Snooze::Yield,
            _ => Snooze::Nap,
        }
    }

    /// Snoozes. If there is progress, starts over with pauses.
    pub(crate) fn snooze_unless(&mut self, progress: impl FnOnce() -> bool) {
        if progress() {
            self.snoozes = 0;
        }
        self.snooze();
    }

    /// Returns true if the operation has waited for a peer.
    pub(crate) fn has_snoozed(&self) -> bool {
        self.snoozes > 0
    }
}
