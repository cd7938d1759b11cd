//! Predicts the partner at a rendezvous, so that its cache line comes together with the meeting's,
//! not after it.
//!
//! Threads that meet again and again take turns at waiting. So a thread that found a partner once,
//! and none the next time, finds one now. Without that sign nothing is fetched: a partner that is
//! still on its way works on its cache line, and would have to fetch it back.

use std::cell::Cell;

use super::channel::Side;
use crate::{sync::SPINS, wait::OpId};

#[cfg(all(test, not(any(loom, shuttle))))]
#[path = "tests/partner.rs"]
mod tests;

/// How many places a thread remembers.
const PLACES: usize = 4;

/// What a thread remembers of one side of one channel.
#[derive(Clone, Copy)]
pub(super) struct PartnerPredictor {
    place: usize,
    partner: OpId,
    /// Whether a partner was there: the last time in the lowest bit, the times before above it.
    found: u8,
}

const NOTHING: PartnerPredictor = PartnerPredictor { place: 0, partner: OpId::NOBODY, found: 0 };

thread_local!(static MEMORY: [Cell<PartnerPredictor>; PLACES] = const {
    [Cell::new(NOTHING), Cell::new(NOTHING), Cell::new(NOTHING), Cell::new(NOTHING)]
});

impl PartnerPredictor {
    /// What this thread remembers of the partners of `side` of this channel.
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
