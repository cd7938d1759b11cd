//! A number that one thread at a time may change.
//!
//! Whoever passes exchanges a constant, and not a number that it has loaded: no load runs ahead of the locked instruction
//! of the operation before, so that exchange would have to wait for one.
//!
//! - Only who is inside changes the number, and it is stored before the turnstile is free again.
//! - Two threads that each pass one turnstile and then ask whether the other one is at rest: one of them at least learns
//!   that it is not, or sees the new number. So a turnstile that is taken may be free already: for whoever has to be
//!   certain nothing is before it is seen to be at rest.
//!
//! A spinning lock, so a step is a few instructions. In the models a lock of the checker's stands in its place, and this one
//! has models of its own (`tests/loom/turnstile.rs`).
#![cfg_attr(not(loom), allow(unreachable_pub))] // A model names it.

use super::{dekker_light, mutant, AtomicU64, Ordering, SPINS};

const FREE: u64 = 0;
const TAKEN: u64 = 1;

/// See the top of this file.
pub struct Turnstile {
    taken: AtomicU64,
    number: AtomicU64,
}

impl Turnstile {
    /// Begins with this number.
    #[inline]
    pub fn new(number: u64) -> Self {
        Self { taken: AtomicU64::new(FREE), number: AtomicU64::new(number) }
    }

    /// Alone, `step` makes the next number of this one. Calls `wait` while somebody else is inside.
    #[inline(always)]
    pub fn pass<R>(&self, mut wait: impl FnMut(), step: impl FnOnce(u64) -> (u64, R)) -> R {
        // ORDERING: Relaxed; a look that leaves the line to who is inside. A model may see old values for ever.
        let is_free = || !SPINS || self.taken.load(Ordering::Relaxed) == FREE;
        // ORDERING: SeqCst; before whatever this thread asks later, pairs with the loads in `rest`. Acquire,
        // pairs with the Release below: what was done inside before comes first.
        let order = (Ordering::SeqCst, Ordering::Relaxed);
        let enter = || self.taken.compare_exchange(FREE, TAKEN, order.0, order.1).is_ok();
        while !(is_free() && enter()) {
            if mutant("takes_no_turn") {
                break;
            }
            wait();
        }
        if !mutant("passes_unseen") {
            dekker_light();
        }
        let (number, result) = step(self.number.load(Ordering::Relaxed));
        let release = if mutant("relaxed_leave") { Ordering::Relaxed } else { Ordering::Release };
        // ORDERING: Release; for who looks at the number alone.
        self.number.store(number, release);
        // ORDERING: Release; pairs with the exchange above and the load in `rest`.
        self.taken.store(FREE, release);
        result
    }

    /// The number; somebody may be about to change it.
    #[inline]
    pub fn peek(&self) -> u64 {
        // ORDERING: Acquire; pairs with the Release in `pass`.
        self.number.load(Ordering::Acquire)
    }

    /// The number, if nobody is inside.
    #[inline]
    pub fn rest(&self) -> Option<u64> {
        // ORDERING: SeqCst; after what this thread has done before, pairs with the exchange in `pass`. First: who passes
        // between the two loads comes later than this one.
        let is_taken = self.taken.load(Ordering::SeqCst) == TAKEN && !mutant("rests_while_taken");
        // ORDERING: Acquire by the load before, which saw that it is free.
        let number = self.number.load(Ordering::SeqCst);
        (!is_taken).then_some(number)
    }
}
