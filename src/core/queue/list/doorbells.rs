//! The numbers that senders of the list publish for receivers that poll.
//!
//! A read of the senders' end would take its cache line away from them. A read of the next slot
//! might be a read of a block that is freed.

use crate::sync::{AtomicU64, Ordering, SMALL_BLOCKS};

pub(super) struct Doorbells([AtomicU64; BELLS]);

const BELLS: usize = if SMALL_BLOCKS { 1 } else { 16 };

impl Doorbells {
    #[inline(always)]
    pub(super) fn new() -> Self {
        Self(std::array::from_fn(|_| AtomicU64::new(0)))
    }

    /// Publishes that this position has its value.
    #[inline(always)]
    pub(super) fn ring(&self, position: u64) {
        // ORDERING: Release; pairs with the Acquire in `heard`.
        self.0[position as usize % BELLS].store(position + 1, Ordering::Release);
    }

    /// Returns a bound: senders have claimed all positions below it. `number` is below it if the
    /// sender of that position was the last to ring this bell.
    #[inline(always)]
    pub(super) fn heard(&self, number: u64) -> u64 {
        // ORDERING: Acquire; pairs with the Release in `ring`.
        self.0[number as usize % BELLS].load(Ordering::Acquire)
    }
}
