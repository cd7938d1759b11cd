//! The handles of a channel that are left. The channel closes when the last of either side is gone.

use super::channel::Side;
use crate::sync::{Count, Ordering};

/// How many handles can send, and how many can receive.
pub(crate) struct HandleCounts {
    senders: Count,
    receivers: Count,
}

impl HandleCounts {
    /// One handle that can send and one that can receive, or one that can do both.
    #[inline]
    pub(crate) fn new() -> Self {
        Self { senders: Count::new(1), receivers: Count::new(1) }
    }

    #[inline]
    fn count(&self, side: Side) -> &Count {
        match side {
            Side::Send => &self.senders,
            Side::Recv => &self.receivers,
        }
    }

    /// Counts a new handle that can act on `side`.
    #[inline]
    pub(super) fn attach(&self, side: Side) {
        // ORDERING: Relaxed; the handle that is cloned keeps the channel alive.
        let before = self.count(side).fetch_add(1, Ordering::Relaxed);
        if before > isize::MAX as usize {
            // Only if handles are forgotten without end; a count that wraps would close too early.
            std::process::abort();
        }
    }

    /// Counts a handle that is gone. True if it was the last one of this side.
    #[inline]
    pub(super) fn detach(&self, side: Side) -> bool {
        let handles = self.count(side);
        // ORDERING: Acquire and AcqRel; what other handles did before they went comes before the
        // close. The only handle is the only one that could be cloned: its count stays as it is.
        handles.load(Ordering::Acquire) == 1 || handles.fetch_sub(1, Ordering::AcqRel) == 1
    }
}
