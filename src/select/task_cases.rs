//! The cases of a task that sends or receives.
#![allow(unsafe_code)]

use std::{cell::Cell, task::Poll};

use super::{
    case::{Case, Operation},
    task::Cases,
    watch::Watch,
    BoundCase, Order, RecvCase, SendCase, SendFromCase,
};
use crate::{
    core::{is_short, Core, Effort, Readiness, Side},
    error::{SendError, TryRecvError},
    wait::{BareEntry, Enlist, Enqueued, Entry, LinkPermit, Outcome, Place, Reason, WaiterCell},
};

/// What a case of a task takes its channel from: a handle, which is the case's own then, or a
/// reference to a channel.
pub(crate) trait Via {
    /// The values of the channel.
    type Item;

    /// Returns the channel; `None` is nil.
    fn core(&self) -> Option<&Core<Self::Item>>;
}

impl<T> Via for Option<&Core<T>> {
    type Item = T;

    fn core(&self) -> Option<&Core<T>> {
        *self
    }
}

/// A receive of a task. It has no slot, so it is short whatever the type of the values.
pub(crate) struct ReceiveVia<V> {
    via: V,
    entry: BareEntry,
    waiter_cell: WaiterCell,
}

/// A receive that borrows its channel.
pub(crate) type Receive<'a, T> = ReceiveVia<Option<&'a Core<T>>>;

impl<V: Via> ReceiveVia<V> {
    pub(crate) fn new(via: V) -> Self {
        Self { via, entry: BareEntry::new(), waiter_cell: WaiterCell::new() }
    }
}

/// A send of a task by a handle of its own, whose value can be put in again after it was sent.
pub(crate) struct SendVia<V: Via> {
    via: V,
    entry: Entry<V::Item>,
}

impl<V: Via> SendVia<V> {
    pub(crate) fn new(via: V, value: Option<V::Item>) -> Self {
        Self { via, entry: Entry::new(value) }
    }

    pub(crate) fn via(&self) -> &V {
        &self.via
    }

    /// Exchanges the value with what is in `slot`. The case is in no queue.
    pub(crate) fn exchange(&self, slot: &mut Option<V::Item>) {
        self.entry.with_slot(|own| std::mem::swap(own, slot));
    }
}

// SAFETY: a value moves between threads, which `Send` of it allows. All else is what gives the
// channel, and what only the owner uses, or a claimer under the protocol of `wait`.
unsafe impl<V: Via + Send> Send for ReceiveVia<V> where V::Item: Send {}
// SAFETY: as above.
unsafe impl<V: Via + Send> Send for SendVia<V> where V::Item: Send {}
// SAFETY: as above; the channel is one that threads share.
unsafe impl<T: Send> Send for RecvCase<'_, T> {}
// SAFETY: as above.
unsafe impl<T: Send> Send for SendCase<'_, T> {}

// SAFETY: the entry and the cell are fields.
unsafe impl<V: Via> Cases for ReceiveVia<V> {
    type Output = Option<V::Item>;
    const REASON: Reason = Reason::Recv;

    fn with(
        &self,
        run: impl FnOnce(&[&dyn Case], Order<'_>) -> Poll<Option<usize>>,
    ) -> Poll<Option<V::Item>> {
        let poll = ReceivePoll {
            core: self.via.core(),
            entry: &self.entry,
            waiter_cell: &self.waiter_cell,
            slot: Cell::new(None),
            claimed: Cell::new(None),
        };
        run(&[&poll], Order::Source).map(|_| poll.slot.take())
    }
}

// SAFETY: the entry, with the cell, is a field.
unsafe impl<V: Via> Cases for SendVia<V> {
    type Output = Result<(), SendError<V::Item>>;
    const REASON: Reason = Reason::Send;

    fn with(
        &self,
        run: impl FnOnce(&[&dyn Case], Order<'_>) -> Poll<Option<usize>>,
    ) -> Poll<Self::Output> {
        let poll = Operation::of(self.via.core(), Side::Send, &self.entry);
        run(&[&poll], Order::Source).map(|_| poll.sent().expect("it has won"))
    }
}

/// A receive of a task during one poll, with room for the value.
struct ReceivePoll<'p, T> {
    core: Option<&'p Core<T>>,
    entry: &'p BareEntry,
    waiter_cell: &'p WaiterCell,
    slot: Cell<Option<T>>,
    claimed: Cell<Option<Outcome>>,
}

impl<T> ReceivePoll<'_, T> {
    fn place(&self) -> Place<'_, T> {
        Place::Bare(self.entry)
    }
}

impl<T> Enlist for ReceivePoll<'_, T> {
    fn enqueue(&self, permit: &LinkPermit<'_>) -> Enqueued {
        let Some(core) = self.core else { return Enqueued::Waiting };
        core.channel().enqueue(Side::Recv, self.place(), permit)
    }

    fn dequeue(&self) {
        if let (Some(core), true) = (self.core, self.place().is_queued()) {
            core.channel().dequeue(Side::Recv, self.place());
        }
    }

    fn claimed(&self, outcome: Outcome) {
        self.place().claimed();
        self.claimed.set(Some(outcome));
    }
}

impl<T> Watch for ReceivePoll<'_, T> {
    fn channel(&self) -> Option<(&dyn Readiness, Side)> {
        self.core.map(|core| (core.readiness(), Side::Recv))
    }
}

impl<T> Case for ReceivePoll<'_, T> {
    fn try_first(&self) -> bool {
        let mut slot = None;
        let core = self.core.filter(|_| is_short::<T>());
        let tried = core.and_then(|core| core.try_first(Side::Recv, &mut slot));
        self.slot.set(slot);
        tried.unwrap_or_else(|| self.try_now(Effort::Weak))
    }

    fn try_now(&self, effort: Effort) -> bool {
        let Some(core) = self.core else { return false };
        let mut slot = None;
        let received = core.try_recv(&mut slot, effort);
        self.slot.set(slot);
        !matches!(received, Err(TryRecvError::Empty))
    }

    fn serve_on(&self) {
        if let (Some(core), Some(outcome)) = (self.core, self.claimed.take()) {
            core.channel().serve_on(Side::Recv, outcome);
        }
    }

    fn waiter_cell(&self) -> &WaiterCell {
        self.waiter_cell
    }
}

// SAFETY: the entry, with the cell, is a field of the case.
unsafe impl<T> Cases for SendCase<'_, T> {
    type Output = Result<(), SendError<T>>;
    const REASON: Reason = Reason::Send;

    fn with(
        &self,
        run: impl FnOnce(&[&dyn Case], Order<'_>) -> Poll<Option<usize>>,
    ) -> Poll<Self::Output> {
        run(&[self.as_case().0], Order::Source).map(|_| self.take_output().expect("it has won"))
    }
}

// SAFETY: the entry, with the cell, is a field of the case.
unsafe impl<T> Cases for SendFromCase<'_, T> {
    type Output = Result<(), SendError<()>>;
    const REASON: Reason = Reason::Send;

    fn with(
        &self,
        run: impl FnOnce(&[&dyn Case], Order<'_>) -> Poll<Option<usize>>,
    ) -> Poll<Self::Output> {
        run(&[self.as_case().0], Order::Source).map(|_| self.take_output().expect("it has won"))
    }
}
