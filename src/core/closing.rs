//! How far the close of a channel has come.

use crate::sync::{yield_now, AtomicUsize, Ordering, SPINS};

const OPEN: usize = 0;
/// The close is about to take effect, or its closer still has others to wake.
const BEGUN: usize = 1;
const DONE: usize = 2;

pub(super) struct Closing(AtomicUsize);

impl Closing {
    pub(super) fn new() -> Self {
        Self(AtomicUsize::new(OPEN))
    }

    /// Called before the close takes effect.
    pub(super) fn begin(&self) {
        // ORDERING: Release; pairs with the Acquire in `has_begun`.
        self.0.store(BEGUN, Ordering::Release);
    }

    /// Called by the closer when it has woken everyone. After a second close it may stay `BEGUN`,
    /// which costs a thread that leaves a yield.
    pub(super) fn end(&self) {
        if SPINS {
            self.0.store(DONE, Ordering::Release);
        }
    }

    /// False if the channel is not closed, without a look at the senders' end, which says so for certain.
    #[inline]
    pub(super) fn has_begun(&self) -> bool {
        // ORDERING: Acquire; pairs with the Release in `begin` and `end`. Who knows of the close sees it.
        self.0.load(Ordering::Acquire) != OPEN
    }

    /// Called by who leaves because of the close: on one processor the scheduler may have put it
    /// before the closer, and whoever it wakes too, so that the close would return last.
    pub(super) fn make_way(&self) {
        // ORDERING: Relaxed; a matter of time only.
        if SPINS && self.0.load(Ordering::Relaxed) == BEGUN {
            yield_now();
        }
    }
}
