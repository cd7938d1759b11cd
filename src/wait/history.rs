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
//! A polling that ends in a sleep was in vain, and the next waits poll only briefly, until one of
//! them sleeps for so short a time that polling on would have been cheaper. Whole polling is tried
//! again, too, at ever greater distances while it is in vain: two threads that have fallen asleep,
//! and wait for each other to wake, get out of it.

use std::time::Duration;

/// Yields before the sleep, while polling is not in vain.
const YIELDS: u32 = 128;
/// Yields of a whole polling that tries whether it is still in vain. They last longer than it takes
/// to wake a thread on an idle processor: the partner may be about to wake.
const MANY_YIELDS: u32 = 256;
/// Yields of a brief polling.
const FEW_YIELDS: u32 = 4;
/// Polling wholly would have spared a sleep of at most this duration.
const WORTH: Duration = Duration::from_micros(40);
/// After a sleep that takes longer, the next whole polling is as far away as it can be.
const LONG: Duration = Duration::from_millis(1);
/// Each polling in vain, up to this number, doubles the brief ones before the next whole one.
const MOST_IN_VAIN: u8 = 6;
/// A yield that takes longer has let another thread run.
const SWITCHED: Duration = Duration::from_nanos(700);
/// A yield that takes longer has let another thread compute.
const PREEMPTED: Duration = Duration::from_millis(1);

/// A state of the processor: no other thread wants it.
const EXCLUSIVE: u16 = 0;
/// Another thread, which waits too, wants the processor. Counts down to `EXCLUSIVE` with
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
    /// The number of whole pollings in vain, less those that were not.
    in_vain: u8,
    /// How many waits are left until the next whole polling; those before it poll briefly.
    brief: u8,
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
    pub(crate) fn from_words([processor, polling, skips, fruitless]: [u16; 4]) -> Self {
        let [in_vain, brief] = polling.to_ne_bytes();
        Self { processor, in_vain, brief, skips, fruitless }
    }

    pub(crate) fn to_words(self) -> [u16; 4] {
        let polling = u16::from_ne_bytes([self.in_vain, self.brief]);
        [self.processor, polling, self.skips, self.fruitless]
    }

    /// True if the beginning of a wait is to be observed.
    pub(crate) fn counts_waits(self) -> bool {
        self.processor > SHARED || self.in_vain > 0
    }

    /// True if a wait that begins now sleeps at once.
    pub(crate) fn sleeps_at_once(self) -> bool {
        self.processor > SHARED
    }

    /// The number of yields of a wait before it sleeps.
    pub(crate) fn yields(self) -> u32 {
        match self {
            Self { brief: 1.., .. } => FEW_YIELDS,
            Self { in_vain: 0, .. } => YIELDS,
            _ => MANY_YIELDS,
        }
    }

    /// True if a wait begins with pauses.
    pub(crate) fn pauses(self) -> bool {
        self.brief == 0 && (self.processor == EXCLUSIVE || self.skips <= 1)
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
            WaitBegins if self.brief > 1 => Self { brief: self.brief - 1, ..self },
            // A whole polling counts as not in vain now. A sleep at its end corrects that.
            WaitBegins => Self { brief: 0, in_vain: self.in_vain.saturating_sub(1), ..self },
            // The phase before was not in vain.
            PausesBegin if is_shared && self.skips == 0 => Self { fruitless: 0, ..self },
            PausesBegin if is_shared && self.skips == 1 => Self { skips: 0, ..self },
            PausesEnd if is_shared => {
                let fruitless = MOST_FRUITLESS.min(self.fruitless + 1);
                Self { fruitless, skips: 1 + (1 << fruitless), ..self }
            }
            PausesBegin | PausesEnd => self,
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
            SleepTook(time) if self.brief > 0 && time <= WORTH => {
                Self { in_vain: 0, brief: 0, ..self }
            }
            SleepTook(_) if self.brief > 0 => self,
            SleepTook(time) => {
                let more = if time > LONG { MOST_IN_VAIN } else { 3 };
                let in_vain = MOST_IN_VAIN.min(self.in_vain + more);
                Self { in_vain, brief: 1 << in_vain, ..self }
            }
        }
    }
}

#[cfg(all(test, not(any(loom, shuttle))))]
#[path = "tests/history.rs"]
mod tests;
