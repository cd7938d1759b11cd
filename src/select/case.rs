//! One operation that takes part in a select.

use std::{cell::Cell, time::Instant};

use super::watch::Watch;
use crate::{
    core::{is_short, Amount, Core, Effort, Side, WaitStyle},
    error::{SendError, TryRecvError, TrySendError},
    wait::{Enlist, Enqueued, Entry, LinkPermit, Outcome, WaiterCell},
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
    /// The claimer's decision for this case, until `serve_on` has acted on it.
    claimed: Cell<Option<Outcome>>,
}

impl<'a, T> Operation<'a, T> {
    fn new(core: Option<&'a Core<T>>, side: Side, value: Option<T>) -> Self {
        Self {
            core,
            side,
            entry: Entry::new(value),
            stage: Cell::new(Stage::Open),
            claimed: Cell::new(None),
        }
    }

    /// Switches the case off if `on` is false.
    fn only_if(&mut self, on: bool) {
        if !on {
            self.core = None;
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
        let enqueued = core.channel().enqueue(self.side, &self.entry, permit);
        if enqueued == Enqueued::Completed {
            self.stage.set(Stage::Done);
        }
        enqueued
    }

    fn dequeue(&self) {
        if let (Some(core), true) = (self.core, self.entry.is_queued()) {
            core.channel().dequeue(self.side, &self.entry);
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

impl<T> Watch for Operation<'_, T> {
    fn looks_ready(&self, amount: Amount) -> bool {
        self.core.is_some_and(|core| core.readiness().looks_ready(self.side, amount))
    }

    fn version(&self) -> u64 {
        self.core.map_or(0, |core| core.readiness().version(self.side))
    }

    fn at_rest(&self) -> Option<u64> {
        self.core.map_or(Some(0), |core| core.at_rest(self.side))
    }

    fn wait_style(&self) -> WaitStyle {
        self.core.map_or(WaitStyle::YieldInQueue, Core::wait_style)
    }

    fn ready_at(&self) -> Option<Instant> {
        self.core.and_then(|core| core.readiness().ready_at())
    }
}

impl<T> Case for Operation<'_, T> {
    fn try_first(&self) -> bool {
        let core = self.core.filter(|_| is_short::<T>());
        let try_it = |core: &Core<T>| self.entry.with_slot(|slot| core.try_first(self.side, slot));
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
        self.entry.waiter_cell()
    }
}

/// A case of any kind, for the engine.
pub struct CaseRef<'a>(pub(super) &'a dyn Case);

/// What `select!` does with a case.
pub trait BoundCase: Sized {
    /// The outcome of the case if it wins.
    type Output;

    /// Switches the case off if `on` is false.
    fn only_if(self, on: bool) -> Self;
    /// Returns the case for the engine.
    fn as_case(&self) -> CaseRef<'_>;
    /// Takes the outcome, if this case won.
    fn take_output(&self) -> Option<Self::Output>;
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
