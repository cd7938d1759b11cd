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
//! Polling is in vain if the wait takes longer than a sleep and a wake would cost. Then the next
//! waits poll only briefly. A whole polling is tried again at ever greater distances while it is in
//! vain: two threads that have fallen asleep, and wait for each other to wake, get out of it.

use std::time::Duration;

/// Yields before the sleep. They last about as long as it takes to wake a thread on an idle
/// processor. With fewer, two threads that pass single values back and forth sleep each time.
const YIELDS: u32 = 256;
/// Yields before the sleep of a thread that polls briefly.
const FEW_YIELDS: u32 = 16;
/// The polling of a wait that takes longer, from its first yield on, was in vain.
const WORTH: Duration = Duration::from_micros(40);
/// After a wait that takes longer, whole polling is tried as rarely as it ever is.
const LONG: Duration = Duration::from_millis(1);
/// Each polling in vain, up to this number, doubles the brief ones before the next whole one.
const MOST_IN_VAIN: u8 = 5;
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
    /// The number of whole pollings in vain, less those that were not.
    in_vain: u8,
    /// How many waits poll briefly, and sleep, before the next whole polling.
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
    /// A wait that ended with a sleep took so long, from its first yield on.
    WaitTook(Duration),
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
        if self.brief > 0 {
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
            // It polls wholly. If that is in vain, `WaitTook` counts it twice.
            WaitBegins if self.brief == 0 => {
                Self { in_vain: self.in_vain.saturating_sub(1), ..self }
            }
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
            WaitTook(time) if time <= WORTH => Self { in_vain: 0, brief: 0, ..self },
            WaitTook(_) if self.brief > 0 => Self { brief: self.brief - 1, ..self },
            WaitTook(time) => {
                let more = if time > LONG { MOST_IN_VAIN } else { 2 };
                let in_vain = MOST_IN_VAIN.min(self.in_vain + more);
                Self { in_vain, brief: (1 << in_vain) - 1, ..self }
            }
        }
    }
}

#[cfg(all(test, not(any(loom, shuttle))))]
#[path = "tests/history.rs"]
mod tests;
