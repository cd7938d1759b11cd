//! Predicts the partner at a rendezvous, so that its cache line is fetched together with that of
//! the channel, not after it.
//!
//! Threads that meet repeatedly take turns at waiting. So a thread that found no partner the last
//! time, and one the time before, probably finds one now. Otherwise nothing is fetched: a partner
//! that has not arrived still writes to its cache line, and would have to fetch it back.

use std::cell::Cell;

use super::channel::Side;
use crate::{sync::SPINS, wait::OpId};

#[cfg(all(test, not(any(loom, shuttle))))]
#[path = "tests/partner.rs"]
mod tests;

/// How many sides of channels a thread remembers.
const PLACES: usize = 4;

/// A thread's memory of one side of one channel.
#[derive(Clone, Copy)]
pub(super) struct PartnerPredictor {
    place: usize,
    partner: OpId,
    /// Whether a partner was there: the last time in the lowest bit, earlier times in the bits
    /// above.
    found: u8,
}

const NOTHING: PartnerPredictor = PartnerPredictor { place: 0, partner: OpId::NOBODY, found: 0 };

thread_local!(static MEMORY: [Cell<PartnerPredictor>; PLACES] = const {
    [Cell::new(NOTHING), Cell::new(NOTHING), Cell::new(NOTHING), Cell::new(NOTHING)]
});

impl PartnerPredictor {
    /// Returns what this thread remembers of the partners of `side` of this channel.
    #[inline]
    pub(super) fn of<T>(channel: &T, side: Side) -> Self {
        let place = std::ptr::from_ref(channel) as usize + side as usize;
        // In a model there are no cache lines.
        let kept = if SPINS {
            MEMORY.try_with(|memory| memory[Self::index(place)].get()).ok()
        } else {
            None
        };
        match kept {
            Some(kept) if kept.place == place => kept,
            _ => Self { place, ..NOTHING },
        }
    }

    fn index(place: usize) -> usize {
        // The upper bits of a product depend on all bits.
        ((place as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 48) as usize % PLACES
    }

    /// Prefetches the cache line of the expected partner.
    #[inline]
    pub(super) fn prefetch(self) {
        if self.predicts() {
            self.partner.prefetch();
        }
    }

    fn predicts(self) -> bool {
        self.found & 0b11 == 0b10
    }

    /// Remembers the partner that was there, if any.
    #[inline]
    pub(super) fn record(self, partner: Option<OpId>) {
        if SPINS {
            let found = self.found << 1 | u8::from(partner.is_some());
            let now = Self { partner: partner.unwrap_or(self.partner), found, ..self };
            // While the thread's locals are being destroyed there is nothing worth keeping.
            let _ = MEMORY.try_with(|memory| memory[Self::index(self.place)].set(now));
        }
    }
}
