//! One channel: five cores behind one small trait.
//!
//! A core moves values and keeps the two queues of waiters. It never learns whether a waiter is a
//! plain operation or a select, and it never blocks.

mod buffered;
mod describe;
mod done;
mod handle_counts;
mod padded;
mod partner;
mod queue;
mod rendezvous;
#[cfg(all(test, not(any(loom, shuttle))))]
mod tests;
mod timer;

use std::time::Instant;

pub(crate) use done::Done;
pub(crate) use handle_counts::HandleCounts;
pub use timer::MissedTickBehavior;
pub(crate) use timer::{Schedule, Timer};

use crate::{
    error::{TryRecvError, TrySendError},
    sync::Arc,
    wait::{BlockedAt, Enqueued, Entry, LinkPermit, Outcome},
};
use buffered::Buffered;
use queue::{List, Ring};
use rendezvous::Rendezvous;

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

/// The result of a send; a value that was not sent stays where it is.
pub(crate) type TrySend = Result<(), TrySendError<()>>;

/// The result of a receive; the value is in its slot.
pub(crate) type TryRecv = Result<(), TryRecvError>;

/// What a case asks of a channel.
pub(crate) trait Channel<T> {
    /// Sends the value without waiting for a partner; without a value nothing is sent.
    fn try_send(&self, value: &mut Option<T>, effort: Effort) -> TrySend;
    /// Receives into `slot`, which is empty, without waiting for a partner. `Closed` only when no
    /// value is left.
    fn try_recv(&self, slot: &mut Option<T>, effort: Effort) -> TryRecv;
    /// Closes the channel and makes every waiter look again. False if it was closed before.
    fn close(&self) -> bool;
    fn is_closed(&self) -> bool;
    fn len(&self) -> usize;
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
    /// `None`: unbounded.
    fn cap(&self) -> Option<usize>;

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

    /// False if a try would certainly fail. A few loads: for polling.
    fn looks_ready(&self, side: Side) -> bool;
    /// False if a try would certainly fail, or if it is better to wait a moment for more.
    fn looks_worthwhile(&self, side: Side) -> bool {
        self.looks_ready(side)
    }
    /// A number that differs from an earlier one if this side may have become ready in between.
    fn version(&self, side: Side) -> u64;
    /// `None` if this side has something to do: a try would succeed, unless another one is faster.
    /// Else a number; if it is the same later, there was nothing to do in between.
    fn at_rest(&self, side: Side) -> Option<u64>;
    /// True if a partner can proceed only with a waiter in the queue: join the queue, then poll.
    fn meets(&self) -> bool {
        false
    }
    /// True if a thread can do many operations in its time slice. A thread that yields then looks
    /// for itself. In the queue it would be given one value, or room for one, and the others would
    /// need as many slices for theirs.
    fn holds_many(&self) -> bool {
        false
    }
    /// When this side becomes ready by the mere passage of time.
    fn ready_at(&self) -> Option<Instant> {
        None
    }
    /// The handles that are left.
    fn handle_counts(&self) -> &HandleCounts;
}

/// A channel of any kind, shared by its handles.
pub(crate) enum Core<T> {
    Rendezvous(Arc<Rendezvous<T>>),
    Ring(Arc<Buffered<T, Ring<T>>>),
    List(Arc<Buffered<T, List<T>>>),
    Timer(Arc<Timer<T>>),
    Done(Arc<Done<T>>),
}

/// Runs an expression on the core, whatever its kind.
macro_rules! on {
    ($core:expr, $channel:ident => $do:expr) => {
        match $core {
            Core::Rendezvous($channel) => $do,
            Core::Ring($channel) => $do,
            Core::List($channel) => $do,
            Core::Timer($channel) => $do,
            Core::Done($channel) => $do,
        }
    };
}

impl<T> Core<T> {
    /// A channel that buffers `cap` values.
    #[track_caller]
    pub(crate) fn bounded(cap: usize) -> Self {
        match cap {
            0 => Core::Rendezvous(Arc::new(Rendezvous::new())),
            _ => Core::Ring(Buffered::shared(Ring::new(cap))),
        }
    }

    /// A channel without a bound.
    #[track_caller]
    pub(crate) fn unbounded() -> Self {
        Core::List(Buffered::shared(List::new()))
    }

    /// A channel of a timer's instants; `fill` puts one into a slot as a value.
    pub(crate) fn timer(schedule: Schedule, fill: fn(&mut Option<T>, Instant)) -> Self {
        Core::Timer(Arc::new(Timer::new(schedule, fill)))
    }

    /// A channel on which nothing is sent, and which ends at `due` at the latest.
    pub(crate) fn done(due: Option<Instant>) -> Self {
        Core::Done(Arc::new(Done::new(due)))
    }

    /// Ends a channel that `done` has made.
    pub(crate) fn end(&self) {
        if let Core::Done(done) = self {
            done.end();
        }
    }

    /// The timer, if this is one.
    pub(crate) fn as_timer(&self) -> Option<&Timer<T>> {
        match self {
            Core::Timer(timer) => Some(timer),
            _ => None,
        }
    }

    /// True if both are handles of one channel.
    pub(crate) fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Core::Rendezvous(a), Core::Rendezvous(b)) => Arc::ptr_eq(a, b),
            (Core::Ring(a), Core::Ring(b)) => Arc::ptr_eq(a, b),
            (Core::List(a), Core::List(b)) => Arc::ptr_eq(a, b),
            (Core::Timer(a), Core::Timer(b)) => Arc::ptr_eq(a, b),
            (Core::Done(a), Core::Done(b)) => Arc::ptr_eq(a, b),
            _ => false,
        }
    }

    /// Another reference to the same channel; the caller counts it as a sender or a receiver.
    fn share(&self) -> Self {
        match self {
            Core::Rendezvous(channel) => Core::Rendezvous(channel.clone()),
            Core::Ring(channel) => Core::Ring(channel.clone()),
            Core::List(channel) => Core::List(channel.clone()),
            Core::Timer(channel) => Core::Timer(channel.clone()),
            Core::Done(channel) => Core::Done(channel.clone()),
        }
    }
}

/// The fast paths of operations that need not wait. Each is one function that makes its calls last,
/// so nothing has to be kept meanwhile.
impl<T> Core<T> {
    /// Sends the value, if there is room for it and no sender waits for room.
    #[inline(never)]
    pub(crate) fn send_now(core: &Option<Self>, value: T) -> Result<(), T> {
        match core {
            Some(Core::Ring(channel)) => channel.send_now(value),
            Some(Core::List(channel)) => channel.send_now(value),
            _ => Err(value),
        }
    }

    /// Receives a value, if one is there and no receiver waits for one.
    #[inline(never)]
    pub(crate) fn recv_now(core: &Option<Self>) -> Option<T> {
        match core {
            Some(Core::Ring(channel)) => channel.recv_now(),
            Some(Core::List(channel)) => channel.recv_now(),
            _ => None,
        }
    }
}

impl<T> Channel<T> for Core<T> {
    #[inline]
    fn try_send(&self, value: &mut Option<T>, effort: Effort) -> TrySend {
        on!(self, channel => channel.try_send(value, effort))
    }

    #[inline]
    fn try_recv(&self, slot: &mut Option<T>, effort: Effort) -> TryRecv {
        on!(self, channel => channel.try_recv(slot, effort))
    }

    fn close(&self) -> bool {
        on!(self, channel => channel.close())
    }

    fn is_closed(&self) -> bool {
        on!(self, channel => channel.is_closed())
    }

    fn len(&self) -> usize {
        on!(self, channel => channel.len())
    }

    fn abandon(&self, side: Side) -> bool {
        on!(self, channel => channel.abandon(side))
    }

    fn drop_rest(&self) {
        on!(self, channel => channel.drop_rest())
    }

    fn cap(&self) -> Option<usize> {
        on!(self, channel => channel.cap())
    }

    fn enqueue(&self, side: Side, entry: &Entry<T>, permit: &LinkPermit<'_>) -> Enqueued {
        on!(self, channel => channel.enqueue(side, entry, permit))
    }

    fn dequeue(&self, side: Side, entry: &Entry<T>) {
        on!(self, channel => channel.dequeue(side, entry))
    }

    fn serve_on(&self, side: Side, outcome: Outcome) {
        on!(self, channel => channel.serve_on(side, outcome))
    }

    fn waiting(&self, side: Side) -> usize {
        on!(self, channel => channel.waiting(side))
    }

    fn blocked(&self, side: Side) -> Vec<BlockedAt> {
        on!(self, channel => channel.blocked(side))
    }

    fn looks_ready(&self, side: Side) -> bool {
        on!(self, channel => channel.looks_ready(side))
    }

    fn looks_worthwhile(&self, side: Side) -> bool {
        on!(self, channel => channel.looks_worthwhile(side))
    }

    fn version(&self, side: Side) -> u64 {
        on!(self, channel => channel.version(side))
    }

    fn at_rest(&self, side: Side) -> Option<u64> {
        on!(self, channel => channel.at_rest(side))
    }

    fn meets(&self) -> bool {
        on!(self, channel => channel.meets())
    }

    fn holds_many(&self) -> bool {
        on!(self, channel => channel.holds_many())
    }

    fn ready_at(&self) -> Option<Instant> {
        on!(self, channel => channel.ready_at())
    }

    fn handle_counts(&self) -> &HandleCounts {
        on!(self, channel => channel.handle_counts())
    }
}
