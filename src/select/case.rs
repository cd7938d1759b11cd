//! One operation that takes part in a select.

use std::{cell::Cell, time::Instant};

use crate::{
    core::{Channel, Core, Effort, Side},
    error::{SendError, TryRecvError, TrySendError},
    wait::{Enlist, Enqueued, Entry, LinkPermit, Outcome, WaiterCell},
};

/// What the engine needs of an operation. It does not depend on the value's type.
pub(crate) trait Case: Enlist {
    /// Completes the operation if possible without waiting.
    fn try_now(&self, effort: Effort) -> bool;
    /// Goes on with what follows from a claim.
    fn serve_on(&self);
    /// True if the operation may have become ready, or unready, since the last call.
    fn has_moved(&self) -> bool;
    /// True if the operation has nothing to do and, if `still` is set, has had nothing to do since
    /// the last call.
    fn at_rest(&self, still: bool) -> bool;
    /// False if `try_now` would certainly fail.
    fn looks_ready(&self) -> bool;
    /// False if `try_now` would certainly fail, or if it is better to wait a moment for more.
    fn looks_worthwhile(&self) -> bool;
    /// True if a partner must find the case in the queue.
    fn meets(&self) -> bool;
    /// True if a thread that yields should look at the channel, and not wait in the queue.
    fn holds_many(&self) -> bool;
    /// Where the waiter lives if this is the first case.
    fn home(&self) -> &WaiterCell;
    /// When the case becomes ready by itself.
    fn ready_at(&self) -> Option<Instant>;
}

/// The progress of an operation.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Open,
    /// The value has changed hands.
    Done,
    /// The case won, but the channel is closed.
    Closed,
}

/// A send or a receive. Without a channel (nil, or switched off) it never completes.
struct Operation<'a, T> {
    core: Option<&'a Core<T>>,
    side: Side,
    /// The value before a send and after a receive.
    entry: Entry<T>,
    stage: Cell<Stage>,
    /// How a claimer chose this case: others may wait for what follows from it.
    claimed: Cell<Option<Outcome>>,
    /// The channel's version at the last look.
    version: Cell<u64>,
}

impl<'a, T> Operation<'a, T> {
    fn new(core: Option<&'a Core<T>>, side: Side, value: Option<T>) -> Self {
        Self {
            core,
            side,
            entry: Entry::new(value),
            stage: Cell::new(Stage::Open),
            claimed: Cell::new(None),
            version: Cell::new(0),
        }
    }

    fn try_send(&self, core: &Core<T>, effort: Effort) -> Stage {
        match self.entry.with_slot(|slot| core.try_send(slot, effort)) {
            Ok(()) => Stage::Done,
            Err(TrySendError::Closed(())) => Stage::Closed,
            Err(TrySendError::Full(())) => Stage::Open,
        }
    }

    fn try_recv(&self, core: &Core<T>, effort: Effort) -> Stage {
        match self.entry.with_slot(|slot| core.try_recv(slot, effort)) {
            Ok(()) => Stage::Done,
            Err(TryRecvError::Closed) => Stage::Closed,
            Err(TryRecvError::Empty) => Stage::Open,
        }
    }
}

impl<T> Enlist for Operation<'_, T> {
    fn enqueue(&self, permit: &LinkPermit<'_>) -> Enqueued {
        let Some(core) = self.core else { return Enqueued::Waiting };
        let lined = core.enqueue(self.side, &self.entry, permit);
        if lined == Enqueued::Completed {
            self.stage.set(Stage::Done);
        }
        lined
    }

    fn dequeue(&self) {
        if let (Some(core), true) = (self.core, self.entry.is_queued()) {
            core.dequeue(self.side, &self.entry);
        }
    }

    fn claimed(&self, outcome: Outcome) {
        self.entry.claimed();
        match outcome {
            Outcome::Delivered(_) => self.stage.set(Stage::Done),
            Outcome::Hint(_) | Outcome::Aborted => {}
        }
        self.claimed.set(Some(outcome));
    }
}

impl<T> Case for Operation<'_, T> {
    fn try_now(&self, effort: Effort) -> bool {
        let Some(core) = self.core else { return false };
        let stage = match self.side {
            Side::Send => self.try_send(core, effort),
            Side::Recv => self.try_recv(core, effort),
        };
        self.stage.set(stage);
        stage != Stage::Open
    }

    fn serve_on(&self) {
        if let (Some(core), Some(outcome)) = (self.core, self.claimed.take()) {
            core.serve_on(self.side, outcome);
        }
    }

    fn has_moved(&self) -> bool {
        let version = self.core.map_or(0, |core| core.version(self.side));
        self.version.replace(version) != version
    }

    fn at_rest(&self, still: bool) -> bool {
        match self.core.map_or(Some(0), |core| core.at_rest(self.side)) {
            Some(version) => self.version.replace(version) == version || !still,
            None => false,
        }
    }

    fn looks_ready(&self) -> bool {
        self.core.is_some_and(|core| core.looks_ready(self.side))
    }

    fn looks_worthwhile(&self) -> bool {
        self.core.is_some_and(|core| core.looks_worthwhile(self.side))
    }

    fn meets(&self) -> bool {
        self.core.is_some_and(Channel::meets)
    }

    fn holds_many(&self) -> bool {
        self.core.is_some_and(Channel::holds_many)
    }

    fn home(&self) -> &WaiterCell {
        self.entry.home()
    }

    fn ready_at(&self) -> Option<Instant> {
        self.core.and_then(Channel::ready_at)
    }
}

/// A case of any kind, for the engine.
pub struct Arm<'a>(pub(super) &'a dyn Case);

/// What `select!` does with a case.
pub trait Bound: Sized {
    /// The outcome of the case if it wins.
    type Won;

    /// Switches the case off if `on` is false.
    fn only_if(self, on: bool) -> Self;
    /// Returns the case for the engine.
    fn arm(&self) -> Arm<'_>;
    /// Takes the outcome, if this case won.
    fn take(&self) -> Option<Self::Won>;
}

/// A receive that takes part in a select.
pub struct RecvCase<'a, T>(Operation<'a, T>);

impl<'a, T> RecvCase<'a, T> {
    pub(crate) fn new(core: Option<&'a Core<T>>) -> Self {
        Self(Operation::new(core, Side::Recv, None))
    }

    /// Exchanges the value received with what is in `slot`.
    pub(crate) fn exchange(&self, slot: &mut Option<T>) {
        self.0.entry.with_slot(|own| std::mem::swap(own, slot));
    }
}

impl<T> Bound for RecvCase<'_, T> {
    /// `None` if the channel is closed and drained.
    type Won = Option<T>;

    fn only_if(mut self, on: bool) -> Self {
        self.0.core = self.0.core.filter(|_| on);
        self
    }

    fn arm(&self) -> Arm<'_> {
        Arm(&self.0)
    }

    fn take(&self) -> Option<Option<T>> {
        (self.0.stage.get() != Stage::Open).then(|| self.0.entry.take())
    }
}

/// A send that takes part in a select.
pub struct SendCase<'a, T>(Operation<'a, T>);

impl<'a, T> SendCase<'a, T> {
    pub(crate) fn new(core: Option<&'a Core<T>>, value: T) -> Self {
        Self(Operation::new(core, Side::Send, Some(value)))
    }

    /// Makes a case whose value comes later, by `exchange`.
    pub(crate) fn empty(core: Option<&'a Core<T>>) -> Self {
        Self(Operation::new(core, Side::Send, None))
    }

    /// Exchanges the value with what is in `slot`.
    pub(crate) fn exchange(&self, slot: &mut Option<T>) {
        self.0.entry.with_slot(|own| std::mem::swap(own, slot));
    }

    /// True if this case won and the channel is closed.
    pub(crate) fn is_refused(&self) -> bool {
        self.0.stage.get() == Stage::Closed
    }
}

impl<T> Bound for SendCase<'_, T> {
    type Won = Result<(), SendError<T>>;

    fn only_if(mut self, on: bool) -> Self {
        self.0.core = self.0.core.filter(|_| on);
        self
    }

    fn arm(&self) -> Arm<'_> {
        Arm(&self.0)
    }

    fn take(&self) -> Option<Self::Won> {
        let back = || self.0.entry.take();
        (self.0.stage.get() != Stage::Open).then(|| back().map_or(Ok(()), |v| Err(SendError(v))))
    }
}

/// A send whose value stays in its slot unless the case wins.
pub struct SendFromCase<'a, T> {
    case: SendCase<'a, T>,
    slot: &'a mut Option<T>,
}

impl<'a, T> SendFromCase<'a, T> {
    pub(crate) fn new(core: Option<&'a Core<T>>, slot: &'a mut Option<T>) -> Self {
        let core = core.filter(|_| slot.is_some());
        let case = SendCase(Operation::new(core, Side::Send, slot.take()));
        Self { case, slot }
    }
}

impl<T> Bound for SendFromCase<'_, T> {
    /// A value that is not sent goes back to its slot.
    type Won = Result<(), SendError<()>>;

    fn only_if(mut self, on: bool) -> Self {
        let core = &mut self.case.0.core;
        *core = core.filter(|_| on);
        self
    }

    fn arm(&self) -> Arm<'_> {
        self.case.arm()
    }

    fn take(&self) -> Option<Self::Won> {
        match self.case.0.stage.get() {
            Stage::Open => None,
            Stage::Done => Some(Ok(())),
            Stage::Closed => Some(Err(SendError(()))),
        }
    }
}

impl<T> Drop for SendFromCase<'_, T> {
    fn drop(&mut self) {
        self.case.exchange(self.slot);
    }
}
