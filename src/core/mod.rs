//! A channel of any kind: five cores behind the trait in `core/channel.rs`.
//!
//! A core moves values and keeps the two queues of waiters. It never learns whether a waiter is a
//! plain operation or a select, and it never blocks.

mod buffered;
mod channel;
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

pub(crate) use channel::{
    is_short, Amount, Channel, Effort, Readiness, Side, TryRecv, TrySend, WaitStyle,
};
pub(crate) use done::Done;
pub use timer::MissedTickBehavior;
pub(crate) use timer::{Schedule, Timer};

use crate::sync::{mutant, Arc};
use buffered::Buffered;
use handle_counts::HandleCounts;
use queue::{List, Ring};
use rendezvous::Rendezvous;

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
    /// Makes a channel that buffers `cap` values.
    #[track_caller]
    pub(crate) fn bounded(cap: usize) -> Self {
        match cap {
            0 => Core::Rendezvous(Arc::new(Rendezvous::new())),
            _ => Core::Ring(Buffered::shared(Ring::new(cap))),
        }
    }

    /// Makes a channel without a bound.
    #[track_caller]
    pub(crate) fn unbounded() -> Self {
        Core::List(Buffered::shared(List::new()))
    }

    /// Makes a channel of a timer's instants. `fill` puts an instant into a slot as a value.
    pub(crate) fn timer(schedule: Schedule, fill: fn(&mut Option<T>, Instant)) -> Self {
        Core::Timer(Arc::new(Timer::new(schedule, fill)))
    }

    /// Makes a channel on which nothing is sent, and which ends at `due` at the latest.
    pub(crate) fn done(due: Option<Instant>) -> Self {
        Core::Done(Arc::new(Done::new(due)))
    }

    /// Ends a channel that `done` has made.
    pub(crate) fn end(&self) {
        if let Core::Done(done) = self {
            done.end();
        }
    }

    /// Returns the timer, if this is one.
    pub(crate) fn as_timer(&self) -> Option<&Timer<T>> {
        match self {
            Core::Timer(timer) => Some(timer),
            _ => None,
        }
    }

    /// Returns true if both are references to one channel.
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

    /// Splits into the references of the first two handles.
    pub(crate) fn split(self) -> (Self, Self) {
        (self.share(), self)
    }

    /// A reference for one more handle that acts on `sides`.
    pub(crate) fn share_for(&self, sides: &[Side]) -> Self {
        sides.iter().for_each(|&side| self.handle_counts().attach(side));
        self.share()
    }

    /// Gives up a handle's part in `side`. The last one closes the channel. If no receiver is left,
    /// the remaining values are dropped at once.
    pub(crate) fn detach(&self, side: Side) {
        let is_last = self.handle_counts().detach(side);
        if is_last && self.abandon(side) && !mutant("no_drain") {
            self.channel().drop_rest();
        }
    }

    /// Returns another reference to the same channel. The caller counts it as a sender or a
    /// receiver.
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
/// so it has nothing to keep meanwhile.
impl<T> Core<T> {
    /// Tries first what plain operations try first, with the value in `slot` or for the empty
    /// `slot`. Returns true if it has done the operation, false if a try would certainly fail, and
    /// otherwise `None`.
    #[inline(always)]
    pub(crate) fn try_first(&self, side: Side, slot: &mut Option<T>) -> Option<bool> {
        match self {
            Core::Ring(channel) => channel.try_first(side, slot),
            Core::List(channel) => channel.try_first(side, slot),
            _ => None,
        }
    }

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

/// The dispatch by kind. A few hot steps have a match of their own; all others go through a trait
/// object.
impl<T> Core<T> {
    #[inline]
    pub(crate) fn try_send(&self, value: &mut Option<T>, effort: Effort) -> TrySend {
        on!(self, channel => channel.try_send(value, effort))
    }

    #[inline]
    pub(crate) fn try_recv(&self, slot: &mut Option<T>, effort: Effort) -> TryRecv {
        on!(self, channel => channel.try_recv(slot, effort))
    }

    #[inline]
    pub(crate) fn wait_style(&self) -> WaitStyle {
        on!(self, channel => channel.wait_style())
    }

    #[inline]
    pub(crate) fn at_rest(&self, side: Side) -> Option<u64> {
        match self {
            Core::Ring(channel) => channel.at_rest(side),
            _ => self.readiness().at_rest(side),
        }
    }

    fn abandon(&self, side: Side) -> bool {
        on!(self, channel => channel.abandon(side))
    }

    fn handle_counts(&self) -> &HandleCounts {
        on!(self, channel => channel.handle_counts())
    }

    /// Returns the channel, for callers that do not know the type of its values.
    pub(crate) fn readiness(&self) -> &dyn Readiness {
        on!(self, channel => &**channel)
    }

    /// Returns the channel, for callers that do not know its kind.
    pub(crate) fn channel(&self) -> &dyn Channel<T> {
        on!(self, channel => &**channel)
    }
}
