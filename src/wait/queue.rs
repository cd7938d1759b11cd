//! The queue of waiters on one side of a channel, in order of arrival.
//!
//! A waiter is in it by an entry in its owner's memory: a thread's on its stack, a task's in its
//! future. An entry has a slot for the value that changes hands. Only the entry of a task that
//! receives may lack one ([`BareEntry`]): nothing is ever delivered to such a task, since it may be
//! dropped, or never run again. It is hinted, and takes a value when it runs.
//!
//! The invariants that make the pointers sound:
//!
//! - a linked entry and its waiter are alive and do not move. An entry is linked only for a
//!   [`LinkPermit`], and only [`Registration`](super::Registration) makes permits. It borrows the
//!   cases and the waiter, and unlinks every entry before it releases them, also when it unwinds. A
//!   task that waits keeps its entries linked without a borrow, in a pinned future, and unlinks
//!   them when the future is dropped;
//! - links are touched only under the lock around the `WaitQueue` (`&mut self` is the proof), and
//!   an entry is linked in one queue at most;
//! - the slot of a linked entry is touched only under that lock, and the slot of an unlinked one
//!   only by its owner. A claimer is the exception: it unlinks the entry under the lock, and uses
//!   the slot until it claims the waiter or finishes a service. Only these let the owner continue.
//!   After a claim that fails, the claimer may still restore the slot, under the lock, which the
//!   owner needs to leave this queue.
#![allow(unsafe_code)]

use std::{
    cell::Cell,
    marker::{PhantomData, PhantomPinned},
    ptr,
};

use super::{
    chain::{Chain, Fields, Link},
    BlockedAt, Enqueued, Outcome, Waiter, WaiterCell, Wake,
};
use crate::sync::{mutant, prefetch_write, UnsafeCell};

/// A waiter in one queue, for one of its cases, with the value that changes hands.
///
/// A claimer pays for each cache line of the waiter's memory. For a small `T` one line holds all
/// that a claimer needs, if the entry begins one: the links, the slot, and in `waiter_cell` the
/// waiter's word.
#[repr(C)]
pub(crate) struct Entry<T> {
    /// The first field: a pointer to it is one to the entry.
    link: Link,
    /// Full at first for a sender, empty for a receiver.
    slot: UnsafeCell<Option<T>>,
    /// The place of the waiter, if this is its first case.
    waiter_cell: WaiterCell,
    queued: Queued,
}

/// A waiter in one queue, for one of its cases, without a place for a value.
pub(crate) struct BareEntry {
    link: Link,
    queued: Queued,
}

/// Whether an entry may be linked, as far as its owner knows.
struct Queued(Cell<bool>, PhantomPinned);

impl Queued {
    #[inline]
    fn new() -> Self {
        Self(Cell::new(false), PhantomPinned)
    }
}

impl Drop for Queued {
    #[inline]
    fn drop(&mut self) {
        if self.0.get() {
            // Not reached while `Registration` is correct; a dangling entry would be worse.
            std::process::abort();
        }
    }
}

/// An entry of either kind, for one stay in a queue.
pub(crate) enum Place<'a, T> {
    WithSlot(&'a Entry<T>),
    /// The slot is its owner's alone: a task that receives.
    SlotUnused(&'a Entry<T>),
    Bare(&'a BareEntry),
}

impl<T> Clone for Place<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Place<'_, T> {}

impl<'a, T> From<&'a Entry<T>> for Place<'a, T> {
    fn from(entry: &'a Entry<T>) -> Self {
        Place::WithSlot(entry)
    }
}

impl<T> Place<'_, T> {
    /// Returns true while the entry may be in a queue.
    pub(crate) fn is_queued(&self) -> bool {
        self.queued().get()
    }

    /// Records that a claimer took the entry out of its queue.
    pub(crate) fn claimed(&self) {
        self.queued().set(false);
    }

    fn queued(&self) -> &Cell<bool> {
        match self {
            Place::WithSlot(entry) | Place::SlotUnused(entry) => &entry.queued.0,
            Place::Bare(entry) => &entry.queued.0,
        }
    }

    /// Returns the link, by a pointer with which the whole entry can be reached.
    fn link(&self) -> *const Link {
        match self {
            Place::WithSlot(entry) | Place::SlotUnused(entry) => ptr::from_ref(*entry).cast(),
            Place::Bare(entry) => ptr::from_ref(*entry).cast(),
        }
    }
}

/// The identity of a waiter in the queue: the address of its entry, or 0 for no waiter.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct OpId(pub(super) usize);

impl OpId {
    /// No waiter.
    pub(crate) const NOBODY: Self = Self(0);

    #[cfg(test)]
    pub(super) fn of<T>(entry: &Entry<T>) -> Self {
        Self(ptr::from_ref(entry) as usize)
    }

    /// Prefetches the cache line of the entry, which may no longer exist.
    #[inline]
    pub(crate) fn prefetch(self) {
        prefetch_write(self.0);
    }
}

/// Permission to link an entry, given by [`Registration`](super::Registration) to a case that joins
/// its queue.
#[derive(Clone, Copy)]
pub(crate) struct LinkPermit<'a> {
    pub(super) waiter: &'a Waiter,
    pub(super) case: usize,
    /// Whether the waiter is in no other queue yet. It may then claim others.
    pub(super) sole: bool,
    /// Whether the waiter was woken for this case in vain. It then returns to the front of the
    /// queue.
    pub(super) front: bool,
}

impl<'a> LinkPermit<'a> {
    /// Returns true if the waiter is in no queue yet.
    pub(crate) fn sole(&self) -> bool {
        self.sole
    }

    /// Returns this permit, but for the end of the queue.
    pub(crate) fn at_the_end(&self) -> Self {
        Self { front: false, ..*self }
    }

    /// Returns the waiter to link.
    pub(crate) fn waiter(&self) -> &'a Waiter {
        self.waiter
    }
}

impl BareEntry {
    #[inline]
    pub(crate) fn new() -> Self {
        Self { link: Link::new(), queued: Queued::new() }
    }
}

impl<T> Entry<T> {
    /// Makes an entry with `value` to give away, or with room for one.
    pub(crate) fn new(value: Option<T>) -> Self {
        Self {
            link: Link::new(),
            slot: UnsafeCell::new(value),
            waiter_cell: WaiterCell::new(),
            queued: Queued::new(),
        }
    }

    /// Returns the place of the waiter, if this is its first case.
    pub(crate) fn waiter_cell(&self) -> &WaiterCell {
        &self.waiter_cell
    }

    /// Takes the value out of the slot. The entry is in no queue.
    pub(crate) fn take(&self) -> Option<T> {
        self.with_slot(Option::take)
    }

    /// Calls `operate` with the slot. The entry is in no queue, and `operate` runs no code of `T`.
    #[inline(always)]
    pub(crate) fn with_slot<R>(&self, operate: impl FnOnce(&mut Option<T>) -> R) -> R {
        assert!(!self.queued.0.get(), "the value of a queued case belongs to the queue");
        // SAFETY: an entry that is in no queue is its owner's, and the owner calls this. `operate`
        // cannot reach the slot in another way: the entry is in no queue, and no code of `T` runs.
        self.slot.with_mut(|slot| operate(unsafe { &mut *slot }))
    }

    /// Exchanges the content of the slot. The caller is the owner of an entry that is not linked,
    /// or holds the lock of the queue from which it has unlinked the entry, and has not claimed the
    /// waiter.
    fn exchange(&self, with: &mut Option<T>) {
        // SAFETY: only the callers named above, one at a time; and this runs no code of `T`.
        self.slot.with_mut(|slot| std::mem::swap(unsafe { &mut *slot }, with));
    }
}

/// Waiters in order of arrival.
pub(crate) struct WaitQueue<T> {
    /// The entries with a slot, all of them of type `Entry<T>`. Another thread can complete their
    /// operation.
    with_slot: Chain,
    /// The entries without a slot. They are hinted, after those with a slot: a value that is there
    /// for a thread does not depend on a task that may never run.
    bare: Chain,
    _values: PhantomData<fn() -> T>,
}

// SAFETY: the pointers are used only under the lock around the queue. What they point at is an
// `Option<T>`, which moves between threads, and waiters, which are shared.
unsafe impl<T: Send> Send for WaitQueue<T> {}

impl<T> WaitQueue<T> {
    pub(crate) fn new() -> Self {
        Self { with_slot: Chain::new(), bare: Chain::new(), _values: PhantomData }
    }

    /// Returns true if no waiter is in the queue. A waiter that has won elsewhere and has not left
    /// yet counts.
    #[cfg(test)]
    pub(super) fn is_empty(&self) -> bool {
        !self.has_slots() && !self.has_bare()
    }

    /// Returns true if a waiter in the queue has a slot.
    pub(crate) fn has_slots(&self) -> bool {
        !self.with_slot.is_empty()
    }

    /// Returns true if a waiter in the queue has no slot.
    pub(crate) fn has_bare(&self) -> bool {
        !self.bare.is_empty()
    }

    /// Returns the number of waiters in the queue.
    pub(crate) fn count(&self) -> usize {
        let mut count = 0;
        self.for_each(|_| count += 1);
        count
    }

    /// Calls `look` with each waiter in the queue.
    fn for_each(&self, mut look: impl FnMut(&Waiter)) {
        for chain in [&self.with_slot, &self.bare] {
            chain.find(|fields| {
                // SAFETY: linked, so its owner waits for this lock before it continues.
                look(unsafe { &*fields.waiter });
                false
            });
        }
    }

    /// Links an entry at the end, or, for a waiter that returns, at the front.
    pub(crate) fn push<'a>(&mut self, place: impl Into<Place<'a, T>>, permit: &LinkPermit<'_>)
    where
        T: 'a,
    {
        let place = place.into();
        assert!(!place.queued().replace(true), "a case takes part in one select, once");
        let chain = match place {
            Place::WithSlot(_) => &mut self.with_slot,
            Place::SlotUnused(_) | Place::Bare(_) => &mut self.bare,
        };
        let waiter = ptr::from_ref(permit.waiter);
        // SAFETY: in no queue until now, and a permit is given only for an entry that stays.
        unsafe { chain.push(place.link(), permit.front, permit.case as u32, waiter) };
    }

    /// Unlinks an entry, unless a claimer already did.
    pub(crate) fn remove<'a>(&mut self, place: impl Into<Place<'a, T>>)
    where
        T: 'a,
    {
        let place = place.into();
        if !place.queued().replace(false) {
            return;
        }
        let (chain, link) = match place {
            Place::WithSlot(entry) => (&mut self.with_slot, &entry.link),
            Place::SlotUnused(entry) => (&mut self.bare, &entry.link),
            Place::Bare(entry) => (&mut self.bare, &entry.link),
        };
        if link.fields().linked {
            chain.unlink(link);
        }
    }

    /// Exchanges `slot` with the first waiter that can be claimed: a value goes to a receiver, or a
    /// sender's value comes into an empty slot.
    pub(crate) fn exchange(&mut self, slot: &mut Option<T>) -> Option<Wake> {
        while let Some((entry, waiter, case)) = self.pop() {
            entry.exchange(slot);
            // SAFETY: popped under the lock, and so in the queue until now.
            let wake = unsafe { Waiter::claim(waiter, Outcome::Delivered(case)) };
            if wake.is_none() || mutant("touches_late") {
                entry.exchange(slot);
            }
            if wake.is_some() {
                return wake;
            }
        }
        None
    }

    /// Hints the first waiter that can be claimed: its case is worth a retry.
    pub(crate) fn hint(&mut self) -> Option<Wake> {
        Self::hint_first(&mut self.with_slot).or_else(|| self.hint_bare())
    }

    /// Hints the first waiter without a slot that can be claimed.
    pub(crate) fn hint_bare(&mut self) -> Option<Wake> {
        Self::hint_first(&mut self.bare)
    }

    fn hint_first(chain: &mut Chain) -> Option<Wake> {
        while let Some((_, fields)) = chain.pop() {
            let hint = Outcome::Hint(fields.case as usize);
            // SAFETY: popped under the lock, and so in the queue until now.
            let wake = unsafe { Waiter::claim(fields.waiter, hint) };
            if wake.is_some() {
                return wake;
            }
        }
        None
    }

    /// Completes the case of the first waiter that can be claimed, by `complete`, which moves a
    /// value into or out of the waiter's slot. If `complete` returns false, it has left the slot as
    /// it was, and the waiter is hinted.
    pub(crate) fn serve(&mut self, complete: impl Fn(&mut Option<T>) -> bool) -> Option<Wake> {
        while let Some((entry, waiter, case)) = self.pop() {
            // SAFETY: popped under the lock, and so in the queue until now.
            let Some(wake) = (unsafe { Waiter::begin_service(waiter) }) else { continue };
            // SAFETY: until the service is finished the owner leaves the slot alone, and `complete`
            // runs no code that could reach the slot.
            let completed = entry.slot.with_mut(|slot| complete(unsafe { &mut *slot }));
            let completed = completed || mutant("delivers_nothing");
            let outcome = if completed { Outcome::Delivered(case) } else { Outcome::Hint(case) };
            // SAFETY: begun above.
            unsafe { Waiter::finish_service(waiter, outcome) };
            return Some(wake);
        }
        None
    }

    /// Returns the first waiter with a slot.
    pub(crate) fn first(&self) -> OpId {
        OpId(self.with_slot.first() as usize)
    }

    /// Returns true if `me`, which is a waiter without a slot, may find a partner in this queue.
    pub(crate) fn has_partner_of(&self, me: &Waiter) -> bool {
        // SAFETY: linked, so its owner waits for this lock before it continues.
        let waits = |fields: &Fields| unsafe { &*fields.waiter };
        self.with_slot
            .find(|fields| !ptr::eq(fields.waiter, me) && !waits(fields).is_decided())
            .is_some()
    }

    /// Decides which waiter stays: `me`, which is in other queues too, or a possible partner in
    /// this queue.
    ///
    /// If a waiter claimed another one while it could be claimed itself, either of the two could be
    /// paired twice. So one of them leaves its queues, joins again and claims the other, which
    /// stays: see [`Waiter::outranks`]. On `Retry` `me` has to leave.
    pub(crate) fn meet(&mut self, me: &Waiter) -> (Enqueued, Option<Wake>) {
        if mutant("meets_nobody") {
            return (Enqueued::Waiting, None);
        }
        let is_partner = |fields: &Fields| {
            // SAFETY: linked, so its owner waits for this lock before it continues.
            let waiter = unsafe { &*fields.waiter };
            let is_other = !ptr::eq(waiter, me) || mutant("meets_itself");
            is_other && !waiter.is_decided()
        };
        while let Some((link, fields)) = self.with_slot.find(is_partner) {
            // SAFETY: linked, so its owner waits for this lock before it continues.
            if !me.outranks(unsafe { &*fields.waiter }) {
                return (Enqueued::Retry, None);
            }
            self.with_slot.unlink(link);
            let hint = Outcome::Hint(fields.case as usize);
            // SAFETY: in the queue until now, under the lock.
            let wake = unsafe { Waiter::claim(fields.waiter, hint) };
            if wake.is_some() {
                return (Enqueued::Waiting, wake);
            }
        }
        (Enqueued::Waiting, None)
    }

    /// Appends what the waiters do, as far as `reasons` has room.
    pub(crate) fn reasons(&self, reasons: &mut Vec<BlockedAt>) {
        self.for_each(|waiter| {
            if reasons.len() < reasons.capacity() {
                reasons.push(waiter.blocked_at());
            }
        });
    }

    /// Unlinks the first entry with a slot.
    fn pop(&mut self) -> Option<(&Entry<T>, *const Waiter, usize)> {
        let (link, fields) = self.with_slot.pop()?;
        // SAFETY: pushed as an `Entry<T>`, by a pointer to the whole of it, and linked until now.
        // The borrow of the queue keeps the lock, and with it the owner.
        let entry = unsafe { &*link.cast::<Entry<T>>() };
        Some((entry, fields.waiter, fields.case as usize))
    }
}
