//! The interface of every kind of channel: its operations, and the questions to it.

use std::time::Instant;

use super::handle_counts::HandleCounts;
use crate::{
    error::{TryRecvError, TrySendError},
    wait::{BlockedAt, Enqueued, LinkPermit, Outcome, Place},
};

/// One side of a channel, with its queue of waiters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// The senders.
    Send,
    /// The receivers.
    Recv,
}

impl Side {
    /// Returns the side of the partners.
    pub(crate) fn other(self) -> Self {
        match self {
            Side::Send => Side::Recv,
            Side::Recv => Side::Send,
        }
    }
}

/// How hard a try looks before it reports full or empty.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effort {
    /// Does not read the other side's cache lines, and so may miss a peer that is in the middle of
    /// its step. For callers that try again before they sleep.
    Weak,
    /// Reports full or empty only if that was true at one instant.
    Strong,
    /// Does not wait long for a peer, and neither allocates nor frees memory. For callers that hold
    /// a lock.
    UnderLock,
}

/// How much a polling thread waits for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Amount {
    /// One value, or room for one.
    One,
    /// As much as is worth a moment more of polling.
    Batch,
}

/// The place where a thread polls before it sleeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WaitStyle {
    /// In the queue, at once: a partner can proceed only with a waiter in the queue.
    Meet,
    /// Pauses outside of the queue, and yields inside, where a partner can serve it.
    YieldInQueue,
    /// Pauses and yields outside of the queue. When the thread gets its processor back, it can do
    /// many operations in one time slice. In the queue it would get one operation for each time
    /// slice.
    YieldOutside,
}

/// True if a value is small enough to pass from function to function: each needs room for it.
pub(crate) const fn is_short<T>() -> bool {
    std::mem::size_of::<T>() <= 128
}

/// The result of a send; a value that was not sent stays where it is.
pub(crate) type TrySend = Result<(), TrySendError<()>>;

/// The result of a receive; the value is in its slot.
pub(crate) type TryRecv = Result<(), TryRecvError>;

/// The questions of a thread before it tries or waits. None depends on the type of the values.
pub(crate) trait Readiness {
    /// Returns false if a try would certainly fail, or would gain less than `amount`. Costs a few
    /// loads, or the lock of a timer, so polling threads can ask it.
    fn looks_ready(&self, side: Side, amount: Amount) -> bool;
    /// Returns a number that only grows, and that is greater than an earlier one if this side may
    /// have become ready in between.
    fn version(&self, side: Side) -> u64;
    /// Returns `None` if this side has something to do, the close included: a try would not find
    /// the channel empty or full, unless another thread is faster. Otherwise returns a number that
    /// only grows: if a later call returns it again, the side had nothing to do in between.
    fn at_rest(&self, side: Side) -> Option<u64>;
    fn wait_style(&self) -> WaitStyle {
        WaitStyle::YieldInQueue
    }
    /// Returns the instant at which this side becomes ready by the passage of time alone.
    fn ready_at(&self) -> Option<Instant> {
        None
    }
}

/// The operations of a handle, or a case, on a channel.
pub(crate) trait Channel<T>: Readiness {
    /// Sends the value without waiting for a partner. Sends nothing if there is no value.
    fn try_send(&self, value: &mut Option<T>, effort: Effort) -> TrySend;
    /// Receives into `slot`, which is empty, without waiting for a partner. Returns `Closed` only
    /// when no value is left.
    fn try_recv(&self, slot: &mut Option<T>, effort: Effort) -> TryRecv;
    /// Closes the channel and hints every waiter. Returns false if it was closed before.
    fn close(&self) -> bool;
    fn is_closed(&self) -> bool;
    fn len(&self) -> usize {
        0
    }
    /// Returns the capacity, or `None` if there is no bound.
    fn cap(&self) -> Option<usize> {
        Some(0)
    }
    /// Returns whether a value is there or on its way.
    fn holds_any(&self) -> bool {
        false
    }
    /// Closes the channel, since the last handle of this side is gone. Returns true if values are
    /// left that no receiver takes any more.
    fn abandon(&self, side: Side) -> bool {
        // Another handle may close it first. A timer's channel never closes and holds nothing.
        let closed = self.is_closed() || self.close() || self.is_closed();
        side == Side::Recv && closed && self.holds_any()
    }
    /// Drops the values that `abandon` has found.
    fn drop_rest(&self) {}

    /// Completes the operation at once, if `permit` allows that and a partner waits. Otherwise
    /// links the entry, then checks the channel again.
    fn enqueue(&self, side: Side, place: Place<'_, T>, permit: &LinkPermit<'_>) -> Enqueued;
    /// Unlinks the entry, if it is linked.
    fn dequeue(&self, side: Side, place: Place<'_, T>);
    /// Serves or hints the waiters that the caller's operation lets proceed. Called by a thread
    /// that was hinted or served, and is done with this channel.
    fn serve_on(&self, _: Side, _: Outcome) {}
    /// Returns how many waiters are in the queue.
    fn waiting(&self, side: Side) -> usize;
    /// Returns what the waiters in the queue do, in order.
    fn blocked(&self, side: Side) -> Vec<BlockedAt>;
    /// Returns the counts of the handles that are left.
    fn handle_counts(&self) -> &HandleCounts;
}
