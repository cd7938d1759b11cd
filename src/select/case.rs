//! One operation taking part in a select.

use std::{cell::Cell, time::Instant};

use crate::{
    core::{Channel, Core, Side},
    error::{SendError, TryRecvError, TrySendError},
    wait::{Entry, Line, Lined, Place, Who},
};

/// What the engine asks of an operation. It never learns the value's type.
pub(crate) trait Case: Line {
    /// Completes the operation if that needs no waiting.
    fn try_now(&self) -> bool;
    /// Learns that the operation was completed in line.
    fn complete(&self);
    /// True if the operation cannot have become ready, and unready again, since `try_now`.
    fn is_unchanged(&self) -> bool;
    /// False if `try_now` would certainly fail.
    fn looks_ready(&self) -> bool;
    /// True if a partner must find the case in line.
    fn meets(&self) -> bool;
    /// When the case becomes ready by itself.
    fn ready_at(&self) -> Option<Instant>;
}

/// How far an operation has come.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Open,
    /// The value has changed hands.
    Done,
    /// Chosen, but the channel is closed.
    Closed,
}

/// A send or a receive; without a channel (nil, or switched off) it never completes.
struct Operation<'a, T> {
    core: Option<&'a Core<T>>,
    side: Side,
    /// The value before a send and after a receive.
    entry: Entry<T>,
    stage: Cell<Stage>,
    /// Set once it was hinted: as whom it may have the side of its channel for itself.
    hinted: Cell<Option<Who>>,
    /// The channel's version before the last try.
    version: Cell<u64>,
}

impl<'a, T> Operation<'a, T> {
    fn new(core: Option<&'a Core<T>>, side: Side, value: Option<T>) -> Self {
        let (stage, version) = (Cell::new(Stage::Open), Cell::new(0));
        let hinted = Cell::new(None);
        Self { core, side, entry: Entry::new(value), stage, hinted, version }
    }

    fn who(&self) -> Who {
        Who::of(&self.entry)
    }

    fn try_send(&self, core: &Core<T>) -> bool {
        let Some(value) = self.entry.replace(None) else { return false };
        let (stage, back) = match core.try_send(value, self.who()) {
            Ok(()) => (Stage::Done, None),
            Err(TrySendError::Closed(value)) => (Stage::Closed, Some(value)),
            Err(TrySendError::Full(value)) => (Stage::Open, Some(value)),
        };
        self.entry.replace(back);
        self.stage.set(stage);
        stage != Stage::Open
    }

    fn try_recv(&self, core: &Core<T>) -> bool {
        let stage = match core.try_recv(self.who()) {
            Ok(value) => {
                self.entry.replace(Some(value));
                Stage::Done
            }
            Err(TryRecvError::Closed) => Stage::Closed,
            Err(TryRecvError::Empty) => Stage::Open,
        };
        self.stage.set(stage);
        stage != Stage::Open
    }
}

impl<T> Drop for Operation<'_, T> {
    fn drop(&mut self) {
        if let (Some(core), Some(who)) = (self.core, self.hinted.get()) {
            core.release(self.side, who);
        }
    }
}

impl<T> Line for Operation<'_, T> {
    fn line_up(&self, place: Place<'_>) -> Lined {
        self.core.map_or(Lined::Waiting, |core| core.line_up(self.side, &self.entry, place))
    }

    fn withdraw(&self) {
        if let (Some(core), true) = (self.core, self.entry.is_standing()) {
            core.withdraw(self.side, &self.entry);
        }
    }

    fn claimed(&self) {
        self.entry.claimed();
        self.hinted.set(Some(self.who()));
    }

    fn pass_on(&self) {
        if let Some(core) = self.core {
            // Before the look whether the next in line may have something.
            core.release(self.side, self.who());
            core.pass_on(self.side);
        }
    }
}

impl<T> Case for Operation<'_, T> {
    fn try_now(&self) -> bool {
        let Some(core) = self.core else { return false };
        self.version.set(core.version(self.side));
        match self.side {
            Side::Send => self.try_send(core),
            Side::Recv => self.try_recv(core),
        }
    }

    fn complete(&self) {
        self.stage.set(Stage::Done);
    }

    fn is_unchanged(&self) -> bool {
        self.core.map_or(true, |core| core.version(self.side) == self.version.get())
    }

    fn looks_ready(&self) -> bool {
        self.core.is_some_and(|core| core.looks_ready(self.side, self.who()))
    }

    fn meets(&self) -> bool {
        self.core.is_some_and(Channel::meets)
    }

    fn ready_at(&self) -> Option<Instant> {
        self.core.and_then(Channel::ready_at)
    }
}

/// A case of any kind, as the engine takes it.
pub struct Arm<'a>(pub(super) &'a dyn Case);

/// A receive that takes part in a select.
pub struct RecvCase<'a, T>(Operation<'a, T>);

impl<'a, T> RecvCase<'a, T> {
    pub(crate) fn new(core: Option<&'a Core<T>>) -> Self {
        Self(Operation::new(core, Side::Recv, None))
    }

    /// Switches the case off where `on` is false.
    pub fn only_if(mut self, on: bool) -> Self {
        self.0.core = self.0.core.filter(|_| on);
        self
    }

    /// The case for the engine.
    pub fn arm(&self) -> Arm<'_> {
        Arm(&self.0)
    }

    /// What was received if this case won; `Some(None)` if the channel is closed and drained.
    pub fn take(&self) -> Option<Option<T>> {
        (self.0.stage.get() != Stage::Open).then(|| self.0.entry.replace(None))
    }
}

/// A send that takes part in a select.
pub struct SendCase<'a, T>(Operation<'a, T>);

impl<'a, T> SendCase<'a, T> {
    pub(crate) fn new(core: Option<&'a Core<T>>, value: T) -> Self {
        Self(Operation::new(core, Side::Send, Some(value)))
    }

    /// Switches the case off where `on` is false.
    pub fn only_if(mut self, on: bool) -> Self {
        self.0.core = self.0.core.filter(|_| on);
        self
    }

    /// The case for the engine.
    pub fn arm(&self) -> Arm<'_> {
        Arm(&self.0)
    }

    /// Whether the value was sent, if this case won.
    pub fn take(&self) -> Option<Result<(), SendError<T>>> {
        let back = || self.0.entry.replace(None);
        (self.0.stage.get() != Stage::Open).then(|| back().map_or(Ok(()), |v| Err(SendError(v))))
    }

    /// True if this case won and the channel is closed.
    pub(crate) fn is_refused(&self) -> bool {
        self.0.stage.get() == Stage::Closed
    }

    /// The value, if it was not sent.
    pub(crate) fn into_value(self) -> Option<T> {
        self.0.entry.replace(None)
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

    /// Switches the case off where `on` is false.
    pub fn only_if(mut self, on: bool) -> Self {
        let core = &mut self.case.0.core;
        *core = core.filter(|_| on);
        self
    }

    /// The case for the engine.
    pub fn arm(&self) -> Arm<'_> {
        self.case.arm()
    }

    /// Whether the value was sent, if this case won. If not, it goes back to its slot.
    pub fn take(&self) -> Option<Result<(), SendError<()>>> {
        match self.case.0.stage.get() {
            Stage::Open => None,
            Stage::Done => Some(Ok(())),
            Stage::Closed => Some(Err(SendError(()))),
        }
    }
}

impl<T> Drop for SendFromCase<'_, T> {
    fn drop(&mut self) {
        *self.slot = self.case.0.entry.replace(None);
    }
}
