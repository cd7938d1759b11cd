//! What every kind of channel can do, and what it can be asked.

use std::time::Instant;

use super::handle_counts::HandleCounts;
use crate::{
    error::{TryRecvError, TrySendError},
    wait::{BlockedAt, Enqueued, Entry, LinkPermit, Outcome},
};

/// Which queue of a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// The senders.
    Send,
    /// The receivers.
    Recv,
}

impl Side {
    /// The queue of the partners.
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
    /// Leaves the other side's cache lines alone, and so may miss a peer that is in the middle of
    /// its step. For callers that look again before they sleep.
    Weak,
    /// Reports full or empty only if that was true at one instant.
    Strong,
    /// Does not wait for a peer for long, and leaves the allocator alone. For callers that hold a
    /// lock.
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

/// Where a thread polls before it sleeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WaitStyle {
    /// In the queue, without a try before: a partner can proceed only with a waiter in the queue.
    Meet,
    /// It pauses outside and yields in the queue, where a partner can serve it.
    YieldInQueue,
    /// It pauses and yields outside. A thread that gets its processor back then does many
    /// operations. In the queue it would be given one value, or room for one, and the others would
    /// need as many slices for theirs.
    YieldOutside,
}

/// True if a value is passed from function to function: a large one would take room in each.
pub(crate) const fn is_short<T>() -> bool {
    std::mem::size_of::<T>() <= 128
}

/// The result of a send; a value that was not sent stays where it is.
pub(crate) type TrySend = Result<(), TrySendError<()>>;

/// The result of a receive; the value is in its slot.
pub(crate) type TryRecv = Result<(), TryRecvError>;

/// What a thread asks before it tries or waits. It does not depend on the value's type.
pub(crate) trait Readiness {
    /// False if a try would certainly fail, or would gain less than `amount`. A few loads, or the
    /// lock of a timer: for polling.
    fn looks_ready(&self, side: Side, amount: Amount) -> bool;
    /// A number that differs from an earlier one if this side may have become ready in between.
    fn version(&self, side: Side) -> u64;
    /// `None` if this side has something to do: a try would succeed, unless another one is faster.
    /// Else a number; if it is the same later, there was nothing to do in between.
    fn at_rest(&self, side: Side) -> Option<u64>;
    fn wait_style(&self) -> WaitStyle {
        WaitStyle::YieldInQueue
    }
    /// When this side becomes ready by the mere passage of time.
    fn ready_at(&self) -> Option<Instant> {
        None
    }
}

/// What a handle, or a case, does with a channel.
pub(crate) trait Channel<T>: Readiness {
    /// Sends the value without waiting for a partner; without a value nothing is sent.
    fn try_send(&self, value: &mut Option<T>, effort: Effort) -> TrySend;
    /// Receives into `slot`, which is empty, without waiting for a partner. `Closed` only when no
    /// value is left.
    fn try_recv(&self, slot: &mut Option<T>, effort: Effort) -> TryRecv;
    /// Closes the channel and makes every waiter look again. False if it was closed before.
    fn close(&self) -> bool;
    fn is_closed(&self) -> bool;
    fn len(&self) -> usize {
        0
    }
    /// `None`: unbounded.
    fn cap(&self) -> Option<usize> {
        Some(0)
    }
    /// Whether a value is there or on its way.
    fn holds_any(&self) -> bool {
        false
    }
    /// Closes the channel, since the last handle of this side is gone. True if values are left that
    /// no receiver takes any more.
    fn abandon(&self, side: Side) -> bool {
        // Another handle may close it first. A timer's channel never closes and holds nothing.
        let closed = self.is_closed() || self.close() || self.is_closed();
        side == Side::Recv && closed && self.holds_any()
    }
    /// Drops the values that `abandon` has found.
    fn drop_rest(&self) {}

    /// Links `entry`, or completes the operation if `permit` allows; then looks again.
    fn enqueue(&self, side: Side, entry: &Entry<T>, permit: &LinkPermit<'_>) -> Enqueued;
    /// Unlinks `entry`, if it is linked.
    fn dequeue(&self, side: Side, entry: &Entry<T>);
    /// Called by a thread that was hinted or served and is done here. It goes on with the service
    /// if others wait for what follows from its operation.
    fn serve_on(&self, _: Side, _: Outcome) {}
    /// How many waiters are in the queue.
    fn waiting(&self, side: Side) -> usize;
    /// What the waiters in the queue do, in order.
    fn blocked(&self, side: Side) -> Vec<BlockedAt>;
    /// The handles that are left.
    fn handle_counts(&self) -> &HandleCounts;
}
