//! One operation that takes part in a select.

use std::{borrow::Borrow, cell::Cell};

use super::watch::Watch;
use crate::{
    core::{is_short, Amount, Core, Effort, Readiness, Side, WaitStyle},
    error::{SendError, TryRecvError, TrySendError},
    sync::mutant,
    wait::{Enlist, Enqueued, Entry, LinkPermit, Outcome, Place, WaiterCell},
};

/// What the engine needs of an operation. It does not depend on the value's type.
pub(crate) trait Case: Enlist + Watch {
    /// Completes the operation if possible without waiting.
    fn try_now(&self, effort: Effort) -> bool;
    /// Tries first what plain operations try first, then as `try_now` does.
    fn try_first(&self) -> bool {
        self.try_now(Effort::Weak)
    }
    /// Serves or hints the waiters that a claim of this case lets proceed.
    fn serve_on(&self);
    /// Where the waiter lives if this is the first case.
    fn waiter_cell(&self) -> &WaiterCell;
}

/// The progress of an operation.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    Open,
    /// The value has changed hands.
    Done,
    /// The case won, but the channel is closed.
    Closed,
}

/// A send or a receive. Without a channel (nil, or switched off) it never completes.
#[repr(C)]
pub(super) struct Operation<'a, T, E = Entry<T>> {
    /// The value before a send and after a receive.
    entry: E,
    core: Option<&'a Core<T>>,
    side: Side,
    stage: Cell<Stage>,
    /// Whether the waiter that joined the queue last is a task's.
    is_task: Cell<bool>,
    /// The claimer's decision for this case, until `serve_on` has acted on it.
    claimed: Cell<Option<Outcome>>,
}

impl<'a, T> Operation<'a, T> {
    #[inline]
    fn new(core: Option<&'a Core<T>>, side: Side, value: Option<T>) -> Self {
        Self::of(core, side, Entry::new(value))
    }
}

impl<'a, T, E: Borrow<Entry<T>>> Operation<'a, T, E> {
    /// Makes an operation in `entry`, its own or a borrowed one.
    #[inline]
    pub(super) fn of(core: Option<&'a Core<T>>, side: Side, entry: E) -> Self {
        Self {
            core,
            side,
            entry,
            stage: Cell::new(Stage::Open),
            is_task: Cell::new(false),
            claimed: Cell::new(None),
        }
    }

    #[inline]
    fn entry(&self) -> &Entry<T> {
        self.entry.borrow()
    }

    /// Takes the outcome of a send, if it has won.
    pub(super) fn sent(&self) -> Option<Result<(), SendError<T>>> {
        let back = || self.entry().take();
        (self.stage.get() != Stage::Open).then(|| back().map_or(Ok(()), |v| Err(SendError(v))))
    }

    fn place(&self) -> Place<'_, T> {
        match self.side {
            Side::Recv if self.is_task.get() && !mutant("delivers_to_a_task") => {
                Place::SlotUnused(self.entry())
            }
            _ => Place::WithSlot(self.entry()),
        }
    }

    /// Switches the case off if `on` is false.
    fn only_if(&mut self, on: bool) {
        if !on {
            self.core = None;
        }
    }

    fn try_send(&self, core: &Core<T>, effort: Effort) -> Stage {
        match self.entry().with_slot(|slot| core.try_send(slot, effort)) {
            Ok(()) => Stage::Done,
            Err(TrySendError::Closed(())) => Stage::Closed,
            Err(TrySendError::Full(())) => Stage::Open,
        }
    }

    fn try_recv(&self, core: &Core<T>, effort: Effort) -> Stage {
        match self.entry().with_slot(|slot| core.try_recv(slot, effort)) {
            Ok(()) => Stage::Done,
            Err(TryRecvError::Closed) => Stage::Closed,
            Err(TryRecvError::Empty) => Stage::Open,
        }
    }
}

impl<T, E: Borrow<Entry<T>>> Enlist for Operation<'_, T, E> {
    fn enqueue(&self, permit: &LinkPermit<'_>) -> Enqueued {
        let Some(core) = self.core else { return Enqueued::Waiting };
        self.is_task.set(permit.waiter().is_task());
        let enqueued = core.channel().enqueue(self.side, self.place(), permit);
        if enqueued == Enqueued::Completed {
            self.stage.set(Stage::Done);
        }
        enqueued
    }

    fn dequeue(&self) {
        if let (Some(core), true) = (self.core, self.place().is_queued()) {
            core.channel().dequeue(self.side, self.place());
        }
    }

    fn claimed(&self, outcome: Outcome) {
        self.place().claimed();
        match outcome {
            Outcome::Delivered(_) => self.stage.set(Stage::Done),
            Outcome::Hint(_) | Outcome::Aborted => {}
        }
        self.claimed.set(Some(outcome));
    }
}

impl<T, E: Borrow<Entry<T>>> Watch for Operation<'_, T, E> {
    fn channel(&self) -> Option<(&dyn Readiness, Side)> {
        self.core.map(|core| (core.readiness(), self.side))
    }

    // Two questions of every select skip the table of `Readiness`.
    fn at_rest(&self) -> Option<u64> {
        self.core.map_or(Some(0), |core| core.at_rest(self.side))
    }

    fn wait_style(&self) -> WaitStyle {
        self.core.map_or(WaitStyle::YieldInQueue, Core::wait_style)
    }
}

impl<T, E: Borrow<Entry<T>>> Case for Operation<'_, T, E> {
    fn try_first(&self) -> bool {
        let core = self.core.filter(|_| is_short::<T>());
        let try_it =
            |core: &Core<T>| self.entry().with_slot(|slot| core.try_first(self.side, slot));
        match core.and_then(try_it) {
            Some(true) => {
                self.stage.set(Stage::Done);
                true
            }
            Some(false) => false,
            None => self.looks_ready(Amount::One) && self.try_now(Effort::Weak),
        }
    }

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
            core.channel().serve_on(self.side, outcome);
        }
    }

    fn waiter_cell(&self) -> &WaiterCell {
        self.entry().waiter_cell()
    }
}

/// A case of any kind, for the engine.
pub struct CaseRef<'a>(pub(super) &'a dyn Case);

/// What `select!` does with a case.
pub trait BoundCase: Sized + sealed::Case {
    /// The outcome of the case if it wins.
    type Output;

    /// Switches the case off if `on` is false.
    fn only_if(self, on: bool) -> Self;
    /// Returns the case for the engine.
    fn as_case(&self) -> CaseRef<'_>;
    /// Takes the outcome, if this case won.
    fn take_output(&self) -> Option<Self::Output>;
}

/// A case on the stack of a thread. Its entry begins a cache line, since a claimer pays for each
/// line. A case of a task is not aligned: its future would be, and slow to allocate.
#[repr(C, align(64))]
pub struct OnStack<C>(pub C);

/// Keeps `BoundCase` to this crate.
mod sealed {
    pub trait Case {}
}

impl<C> sealed::Case for OnStack<C> {}
impl<T> sealed::Case for RecvCase<'_, T> {}
impl<T> sealed::Case for SendCase<'_, T> {}
impl<T> sealed::Case for SendFromCase<'_, T> {}

impl<C: BoundCase> BoundCase for OnStack<C> {
    type Output = C::Output;

    #[inline]
    fn only_if(self, on: bool) -> Self {
        Self(self.0.only_if(on))
    }

    #[inline]
    fn as_case(&self) -> CaseRef<'_> {
        self.0.as_case()
    }

    #[inline]
    fn take_output(&self) -> Option<C::Output> {
        self.0.take_output()
    }
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

impl<T> BoundCase for RecvCase<'_, T> {
    /// `None` if the channel is closed and drained.
    type Output = Option<T>;

    fn only_if(mut self, on: bool) -> Self {
        self.0.only_if(on);
        self
    }

    fn as_case(&self) -> CaseRef<'_> {
        CaseRef(&self.0)
    }

    fn take_output(&self) -> Option<Option<T>> {
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

impl<T> BoundCase for SendCase<'_, T> {
    type Output = Result<(), SendError<T>>;

    fn only_if(mut self, on: bool) -> Self {
        self.0.only_if(on);
        self
    }

    fn as_case(&self) -> CaseRef<'_> {
        CaseRef(&self.0)
    }

    fn take_output(&self) -> Option<Self::Output> {
        self.0.sent()
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

impl<T> BoundCase for SendFromCase<'_, T> {
    /// A value that is not sent goes back to its slot.
    type Output = Result<(), SendError<()>>;

    fn only_if(mut self, on: bool) -> Self {
        self.case.0.only_if(on);
        self
    }

    fn as_case(&self) -> CaseRef<'_> {
        self.case.as_case()
    }

    fn take_output(&self) -> Option<Self::Output> {
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
