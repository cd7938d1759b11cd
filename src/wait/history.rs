//! What a thread learns from one wait for the next: the policy of `wait/polling.rs`, without its
//! effects.
//!
//! A thread that sleeps costs its waker several microseconds and comes back later still, so polling
//! for about as long is never much worse than sleeping at once. The right way of polling depends on
//! where the partner runs. The time that a yield takes tells:
//!
//! - almost none: no other thread wants this processor, so the partner runs on another one. Pause,
//!   for longer than a yield of the partner lasts (a shorter phase makes both sides fall into
//!   yielding and stay there), then yield;
//! - as long as a switch there and back: the partner, or another thread of its kind, shares the
//!   processor. Yield at once, since nothing happens until it runs. Pauses are tried again, at ever
//!   greater distances while they are in vain;
//! - much longer: another thread computes here, and gets its whole time slice with each yield.
//!   Sleep at once: the scheduler prefers a woken thread to those that compute.
//!
//! After a long sleep little is lost by sleeping soon.

use std::time::Duration;

/// Yields before the sleep. They last about as long as it takes to wake a thread on an idle
/// processor. With fewer, two threads that pass single values back and forth sleep each time.
const YIELDS: u32 = 256;
/// Yields before the sleep of a thread whose last sleep was a long one.
const FEW_YIELDS: u32 = 16;
/// A sleep that takes longer is a long one.
const LONG_SLEEP: Duration = Duration::from_millis(1);
/// A yield that takes longer has let another thread run.
const SWITCHED: Duration = Duration::from_nanos(700);
/// A yield that takes longer has let another thread compute.
const PREEMPTED: Duration = Duration::from_millis(1);

/// A state of the processor: no other thread wants it.
const EXCLUSIVE: u16 = 0;
/// Another thread that waits like this one wants the processor. Counts down to `EXCLUSIVE` with
/// each yield that is not timed, or did not switch.
const SHARED: u16 = 16;
/// Above this the yields are not timed: reading the clock twice costs a tenth of a switch.
const CERTAIN: u16 = 4;
/// Another thread computes on the processor. Counts down to `SHARED` with each wait, which sleeps
/// at once. Then one yield is timed again; it costs a time slice if that thread still computes.
const CONTENDED: u16 = SHARED + 96;

/// Each phase of pauses in vain, up to this number, doubles the yields that are timed before the
/// next phase.
const MOST_FRUITLESS: u16 = 6;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct History {
    /// `EXCLUSIVE`, up to `SHARED`, up to `CONTENDED`.
    processor: u16,
    /// Whether the last sleep was long.
    slept_long: bool,
    /// On a shared processor: above 1, counts down with each timed yield; at 1 the next wait tries
    /// pauses again; 0 while pauses are not in vain.
    skips: u16,
    /// The number of successive phases of pauses that were in vain.
    fruitless: u16,
}

/// What happens to a thread that waits.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Observation {
    WaitBegins,
    /// A phase of pauses begins.
    PausesBegin,
    /// A phase of pauses is over, in vain.
    PausesEnd,
    /// A yield that was not timed.
    Yielded,
    YieldTook(Duration),
    SleepTook(Duration),
}

use Observation::*;

impl History {
    pub(crate) fn from_words([processor, slept_long, skips, fruitless]: [u16; 4]) -> Self {
        Self { processor, slept_long: slept_long != 0, skips, fruitless }
    }

    pub(crate) fn to_words(self) -> [u16; 4] {
        [self.processor, self.slept_long.into(), self.skips, self.fruitless]
    }

    /// True if a wait that begins now sleeps at once.
    pub(crate) fn sleeps_at_once(self) -> bool {
        self.processor > SHARED
    }

    /// The number of yields of a wait before it sleeps.
    pub(crate) fn yields(self) -> u32 {
        if self.slept_long {
            FEW_YIELDS
        } else {
            YIELDS
        }
    }

    /// True if a wait begins with pauses.
    pub(crate) fn pauses(self) -> bool {
        self.processor == EXCLUSIVE || self.skips <= 1
    }

    /// True if yields are timed.
    pub(crate) fn times_yields(self) -> bool {
        self.processor <= CERTAIN
    }

    /// True after a yield that has let another thread compute; this thread then sleeps.
    pub(crate) fn is_contended(self) -> bool {
        self.processor == CONTENDED
    }

    pub(crate) fn next(self, observation: Observation) -> Self {
        let is_shared = self.processor != EXCLUSIVE;
        match observation {
            WaitBegins if self.processor == SHARED + 1 => Self { processor: CERTAIN, ..self },
            WaitBegins if self.processor > SHARED => Self { processor: self.processor - 1, ..self },
            // The phase before was not in vain.
            PausesBegin if is_shared && self.skips == 0 => Self { fruitless: 0, ..self },
            PausesBegin if is_shared && self.skips == 1 => Self { skips: 0, ..self },
            PausesEnd if is_shared => {
                let fruitless = MOST_FRUITLESS.min(self.fruitless + 1);
                Self { fruitless, skips: 1 + (1 << fruitless), ..self }
            }
            WaitBegins | PausesBegin | PausesEnd => self,
            Yielded => Self { processor: self.processor.saturating_sub(1), ..self },
            YieldTook(time) => {
                let processor = match time {
                    time if time > PREEMPTED => CONTENDED,
                    time if time > SWITCHED => SHARED,
                    _ => self.processor.saturating_sub(1),
                };
                let skips = if self.skips > 1 { self.skips - 1 } else { self.skips };
                Self { processor, skips, ..self }
            }
            SleepTook(time) => Self { slept_long: time > LONG_SLEEP, ..self },
        }
    }
}

#[cfg(all(test, not(any(loom, shuttle))))]
#[path = "tests/history.rs"]
mod tests;
