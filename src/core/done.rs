//! A channel on which nothing is sent. It only ends: by a call of `end`, or at an instant.
//!
//! - the channel is closed if and only if `ended` is set or `due` has come, and stays closed;
//! - at `due` no thread has to act: a waiter sleeps until then at most.

use std::time::Instant;

use super::{
    channel::{Amount, Channel, Effort, Readiness, Side, TryRecv, TrySend},
    handle_counts::HandleCounts,
};
use crate::{
    error::{TryRecvError, TrySendError},
    sync::{clock, store_load_fence, AtomicUsize, Ordering},
    wait::{wake_each, BlockedAt, Enqueued, LinkPermit, Place, WaitSide},
};

pub(crate) struct Done<T> {
    /// Not 0 once `end` was called.
    ended: AtomicUsize,
    due: Option<Instant>,
    receivers: WaitSide<T>,
    handle_counts: HandleCounts,
}

impl<T> Done<T> {
    pub(crate) fn new(due: Option<Instant>) -> Self {
        Self {
            ended: AtomicUsize::new(0),
            due,
            receivers: WaitSide::new(),
            handle_counts: HandleCounts::new(),
        }
    }

    /// Ends the channel: every waiter learns that it is closed.
    pub(crate) fn end(&self) {
        // ORDERING: SeqCst; Release: all that was done before comes before a receive that reports
        // the end. SeqCst, as this is the publisher's half of the handshake in `wait/side.rs`.
        if self.ended.swap(1, Ordering::SeqCst) == 0 {
            store_load_fence();
            wake_each([&|| self.receivers.wake_closed()]);
        }
    }

    fn is_due(&self) -> bool {
        self.due.is_some_and(|due| clock::now() >= due)
    }
}

impl<T> Readiness for Done<T> {
    fn looks_ready(&self, _: Side, _: Amount) -> bool {
        self.is_closed()
    }

    fn version(&self, _: Side) -> u64 {
        u64::from(self.is_closed())
    }

    fn at_rest(&self, _: Side) -> Option<u64> {
        (!self.is_closed()).then_some(0)
    }

    fn ready_at(&self) -> Option<Instant> {
        self.due
    }
}

impl<T> Channel<T> for Done<T> {
    fn try_send(&self, _: &mut Option<T>, _: Effort) -> TrySend {
        // There is no handle that could send.
        Err(TrySendError::Full(()))
    }

    fn try_recv(&self, _: &mut Option<T>, _: Effort) -> TryRecv {
        Err(if self.is_closed() { TryRecvError::Closed } else { TryRecvError::Empty })
    }

    /// Does nothing: only `end` ends this channel, not the drop of its handles.
    fn close(&self) -> bool {
        false
    }

    fn is_closed(&self) -> bool {
        // ORDERING: SeqCst; after the store in `WaitSide::enqueue`, pairs with the swap in `end`.
        self.ended.load(Ordering::SeqCst) != 0 || self.is_due()
    }

    fn enqueue(&self, _: Side, place: Place<'_, T>, permit: &LinkPermit<'_>) -> Enqueued {
        self.receivers.enqueue(place, permit);
        if self.is_closed() {
            Enqueued::Retry
        } else {
            Enqueued::Waiting
        }
    }

    fn dequeue(&self, _: Side, place: Place<'_, T>) {
        self.receivers.dequeue(place);
    }

    fn waiting(&self, side: Side) -> usize {
        match side {
            Side::Send => 0,
            Side::Recv => self.receivers.count(),
        }
    }

    fn blocked(&self, side: Side) -> Vec<BlockedAt> {
        match side {
            Side::Send => Vec::new(),
            Side::Recv => self.receivers.reasons(),
        }
    }

    fn handle_counts(&self) -> &HandleCounts {
        &self.handle_counts
    }
}
