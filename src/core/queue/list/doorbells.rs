//! What senders of the list publish for receivers that poll.
//!
//! A look at the senders' end would take its cache line away from them. A look at the next slot
//! would be a look into a block that may be gone.

use crate::sync::{AtomicU64, Ordering, SMALL_BLOCKS};

pub(super) struct Doorbells([AtomicU64; BELLS]);

const BELLS: usize = if SMALL_BLOCKS { 1 } else { 16 };

impl Doorbells {
    #[inline(always)]
    pub(super) fn new() -> Self {
        Self(std::array::from_fn(|_| AtomicU64::new(0)))
    }

    /// Says that this position has its value.
    #[inline(always)]
    pub(super) fn ring(&self, position: u64) {
        // ORDERING: Release; pairs with the Acquire in `heard`.
        self.0[position as usize % BELLS].store(position + 1, Ordering::Release);
    }

    /// Positions below the result have been claimed by senders. The position `number` is below it
    /// if its sender was the last to ring there.
    #[inline(always)]
    pub(super) fn heard(&self, number: u64) -> u64 {
        // ORDERING: Acquire; pairs with the Release in `ring`.
        self.0[number as usize % BELLS].load(Ordering::Acquire)
    }
}
