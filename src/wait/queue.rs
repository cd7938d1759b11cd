//! The queue of waiters on one side of a channel, in order of arrival.
//!
//! A doubly linked list of [`Entry`]s on the stacks of the waiters: joining allocates nothing, and
//! leaving takes constant time.
//!
//! The invariants that make the pointers sound:
//!
//! - a linked entry and its waiter are alive and do not move. An entry is linked only for a
//!   [`LinkPermit`], and only [`Registration`](super::Registration) makes permits. It borrows the
//!   cases and the waiter, and unlinks every entry before it releases them, also when it unwinds;
//! - links are touched only under the lock around the `WaitQueue` (`&mut self` is the proof), and
//!   an entry is linked in one queue at most;
//! - the slot of a linked entry is touched only under that lock, and the slot of an unlinked one
//!   only by its owner. A claimer is the exception: it unlinks the entry under the lock, and uses
//!   the slot until it claims the waiter or finishes a service. Only these let the owner continue.
//!   After a claim that fails, the claimer may still restore the slot, under the lock, which the
//!   owner needs to leave this queue.
#![allow(unsafe_code)]

use std::{cell::Cell, marker::PhantomPinned, mem::MaybeUninit, ptr};

use super::{vacant, BlockedAt, Enqueued, Outcome, Waiter, WaiterCell, Wake};
use crate::sync::{mutant, prefetch_write, UnsafeCell};

/// A waiter in one queue, for one of its cases, with the value that changes hands.
///
/// It has a cache line of its own, since a claimer pays for each cache line of the waiter's stack.
/// For a small `T` the line holds all that a claimer needs: the links, the slot, and in
/// `waiter_cell` the waiter's word.
#[repr(C, align(64))]
pub(crate) struct Entry<T> {
    /// Written by the first `push`: most operations complete without one.
    links: UnsafeCell<MaybeUninit<Links<T>>>,
    /// Full at first for a sender, empty for a receiver.
    slot: UnsafeCell<Option<T>>,
    /// The place of the waiter, if this is its first case.
    waiter_cell: WaiterCell,
    /// Whether the entry may be linked, as far as its owner knows.
    queued: Cell<bool>,
    _pinned: PhantomPinned,
}

struct Links<T> {
    linked: bool,
    case: u32,
    next: *const Entry<T>,
    prev: *const Entry<T>,
    waiter: *const Waiter,
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

impl<T> Entry<T> {
    /// Makes an entry with `value` to give away, or with room for one.
    pub(crate) fn new(value: Option<T>) -> Self {
        Self {
            links: UnsafeCell::new(vacant()),
            slot: UnsafeCell::new(value),
            waiter_cell: WaiterCell::new(),
            queued: Cell::new(false),
            _pinned: PhantomPinned,
        }
    }

    /// Returns the place of the waiter, if this is its first case.
    pub(crate) fn waiter_cell(&self) -> &WaiterCell {
        &self.waiter_cell
    }

    /// Returns true while the entry may be in a queue.
    pub(crate) fn is_queued(&self) -> bool {
        self.queued.get()
    }

    /// Records that a claimer took the entry out of its queue.
    pub(crate) fn claimed(&self) {
        self.queued.set(false);
    }

    /// Takes the value out of the slot. The entry is in no queue.
    pub(crate) fn take(&self) -> Option<T> {
        self.with_slot(Option::take)
    }

    /// Calls `operate` with the slot. The entry is in no queue, and `operate` runs no code of `T`.
    #[inline(always)]
    pub(crate) fn with_slot<R>(&self, operate: impl FnOnce(&mut Option<T>) -> R) -> R {
        assert!(!self.queued.get(), "the value of a queued case belongs to the queue");
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

impl<T> Drop for Entry<T> {
    fn drop(&mut self) {
        if self.queued.get() {
            // Not reached while `Registration` is correct; a dangling entry would be worse.
            std::process::abort();
        }
    }
}

/// Waiters in order of arrival.
pub(crate) struct WaitQueue<T> {
    first: *const Entry<T>,
    last: *const Entry<T>,
}

// SAFETY: the pointers are used only under the lock around the queue. What they point at is an
// `Option<T>`, which moves between threads, and waiters, which are shared.
unsafe impl<T: Send> Send for WaitQueue<T> {}

impl<T> WaitQueue<T> {
    pub(crate) fn new() -> Self {
        Self { first: ptr::null(), last: ptr::null() }
    }

    /// Returns true if no waiter is in the queue. A waiter that has won elsewhere and has not left
    /// yet counts.
    pub(crate) fn is_empty(&self) -> bool {
        self.first.is_null()
    }

    /// Returns the number of waiters in the queue.
    pub(crate) fn count(&self) -> usize {
        let mut count = 0;
        self.for_each(|_| count += 1);
        count
    }

    /// Calls `look` with each waiter in the queue, in order.
    fn for_each(&self, mut look: impl FnMut(&Waiter)) {
        let mut next = self.first;
        while !next.is_null() {
            // SAFETY: `next` is linked.
            let (entry, waiter, _) = unsafe { Self::get(next) };
            // SAFETY: set by `push` from a reference that outlives the entry's time in the queue.
            look(unsafe { &*waiter });
            next = Self::links(entry, |links| links.next);
        }
    }

    /// Links `entry` at the end, or, for a waiter that returns, at the front.
    pub(crate) fn push(&mut self, entry: &Entry<T>, permit: &LinkPermit<'_>) {
        assert!(!entry.queued.replace(true), "a case takes part in one select, once");
        let (prev, next) = match permit.front {
            false => (self.last, ptr::null()),
            true => (ptr::null(), self.first),
        };
        let (waiter, case) = (ptr::from_ref(permit.waiter), permit.case as u32);
        let links = Links { linked: true, next, prev, waiter, case };
        // SAFETY: an entry that is in no queue is its owner's, and the owner calls this.
        entry.links.with_mut(|permit| unsafe { permit.cast::<Links<T>>().write(links) });
        self.join(prev, entry);
        self.join(entry, next);
    }

    /// Unlinks `entry`, unless a claimer already did.
    pub(crate) fn remove(&mut self, entry: &Entry<T>) {
        if entry.queued.replace(false) && Self::links(entry, |links| links.linked) {
            self.unlink(entry);
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
        while let Some((_, waiter, case)) = self.pop() {
            // SAFETY: popped under the lock, and so in the queue until now.
            let wake = unsafe { Waiter::claim(waiter, Outcome::Hint(case)) };
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

    /// Returns the first waiter.
    pub(crate) fn first(&self) -> OpId {
        OpId(self.first as usize)
    }

    /// Decides which waiter stays: `me`, which is in other queues too, or a possible partner in
    /// this queue.
    ///
    /// If a waiter claimed another one while it could be claimed itself, either of the two could be
    /// paired twice. So one of them leaves its queues, joins again and claims the other, which
    /// stays: see [`Waiter::outranks`]. On `Retry` `me` has to leave.
    pub(crate) fn meet(&mut self, me: &Waiter) -> (Enqueued, Option<Wake>) {
        let mut next = if mutant("meets_nobody") { ptr::null() } else { self.first };
        while !next.is_null() {
            let at = next;
            // SAFETY: `at` is linked.
            let (entry, waiting, case) = unsafe { Self::get(at) };
            // SAFETY: linked, so its owner waits for this lock before it continues.
            let waiter = unsafe { &*waiting };
            next = Self::links(entry, |links| links.next);
            if ptr::eq(waiter, me) && !mutant("meets_itself") || waiter.is_decided() {
                continue;
            }
            if !me.outranks(waiter) {
                return (Enqueued::Retry, None);
            }
            self.unlink(entry);
            // SAFETY: in the queue until now, under the lock.
            let wake = unsafe { Waiter::claim(waiting, Outcome::Hint(case)) };
            if wake.is_some() {
                return (Enqueued::Waiting, wake);
            }
        }
        (Enqueued::Waiting, None)
    }

    /// Appends what the waiters do, in order, as far as `reasons` has room.
    pub(crate) fn reasons(&self, reasons: &mut Vec<BlockedAt>) {
        self.for_each(|waiter| {
            if reasons.len() < reasons.capacity() {
                reasons.push(waiter.blocked_at());
            }
        });
    }

    /// Unlinks the first entry.
    fn pop(&mut self) -> Option<(&Entry<T>, *const Waiter, usize)> {
        if self.first.is_null() {
            return None;
        }
        // SAFETY: `first` is linked. The borrow of the queue keeps the lock, and with it the owner.
        let popped = unsafe { Self::get(self.first) };
        self.unlink(popped.0);
        Some(popped)
    }

    fn unlink(&mut self, entry: &Entry<T>) {
        let (prev, next) = Self::links(entry, |links| {
            links.linked = false;
            (links.prev, links.next)
        });
        self.join(prev, next);
    }

    /// Makes `prev` and `next` neighbours; null is the end of the queue.
    fn join(&mut self, prev: *const Entry<T>, next: *const Entry<T>) {
        // SAFETY: null, linked, or being linked by its owner.
        match unsafe { prev.as_ref() } {
            Some(prev) => Self::links(prev, |links| links.next = next),
            None => self.first = next,
        }
        // SAFETY: null, linked, or being linked by its owner.
        match unsafe { next.as_ref() } {
            Some(next) => Self::links(next, |links| links.prev = prev),
            None => self.last = prev,
        }
    }

    /// Returns a linked entry, its waiter and its case.
    ///
    /// # Safety
    ///
    /// `at` is linked in a queue that the caller has locked, and is used only until the waiter is
    /// claimed or the lock released.
    unsafe fn get<'a>(at: *const Entry<T>) -> (&'a Entry<T>, *const Waiter, usize) {
        // SAFETY: linked, so it is alive: `Registration` unlinks it before its owner continues.
        let entry = unsafe { &*at };
        let (waiter, case) = Self::links(entry, |links| (links.waiter, links.case as usize));
        (entry, waiter, case)
    }

    /// Calls `access` with the links of an entry that was pushed to this queue. The caller holds
    /// the queue's lock.
    fn links<R>(entry: &Entry<T>, access: impl FnOnce(&mut Links<T>) -> R) -> R {
        // SAFETY: written by `push`. Links are touched under the queue's lock only, and `access`,
        // always a few plain assignments in this file, does not call this function.
        entry.links.with_mut(|links| access(unsafe { &mut *links.cast::<Links<T>>() }))
    }
}
