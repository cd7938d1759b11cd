//! What one end of a buffer leaves for the other: how far it has come here.

use crate::sync::{mutant, AtomicU64, Ordering};

pub(super) struct Stamp(AtomicU64);

impl Stamp {
    pub(super) fn new(stamp: u64) -> Self {
        Self(AtomicU64::new(stamp))
    }

    /// The stamp, and all that was done before it.
    #[inline]
    pub(super) fn get(&self) -> u64 {
        // ORDERING: Acquire; pairs with the Release of the other end.
        self.0.load(Ordering::Acquire)
    }

    /// Stamps, at the end of what was done here.
    #[inline]
    pub(super) fn set(&self, stamp: u64) {
        // ORDERING: Release; pairs with the Acquire of the other end.
        let release = if mutant("relaxed_stamp") { Ordering::Relaxed } else { Ordering::Release };
        self.0.store(stamp, release);
    }
}
