//! A list of waiters in order of arrival.
//!
//! A circular list of [`Link`]s in the memory of the waiters' owners: joining allocates nothing,
//! and leaving takes constant time. The invariants that make the pointers sound stand in
//! `wait/queue.rs`.
#![allow(unsafe_code)]

use std::{mem::MaybeUninit, ptr};

use super::{vacant, Waiter};
use crate::sync::UnsafeCell;

/// A place in a list.
///
/// Its fields are written by the first `push`: most operations complete without one.
pub(super) struct Link(UnsafeCell<MaybeUninit<Fields>>);

/// The fields of a link, read and written under the lock of the queue that it is in.
#[derive(Clone, Copy)]
pub(super) struct Fields {
    pub(super) linked: bool,
    pub(super) case: u32,
    pub(super) waiter: *const Waiter,
    next: *const Link,
    prev: *const Link,
}

impl Link {
    #[inline]
    pub(super) fn new() -> Self {
        Self(UnsafeCell::new(vacant()))
    }

    /// Returns a copy of the fields of a link that was pushed. The caller holds the queue's lock.
    pub(super) fn fields(&self) -> Fields {
        self.with(|fields| *fields)
    }

    /// Calls `access` with the fields of a link that was pushed. The caller holds the queue's lock.
    fn with<R>(&self, access: impl FnOnce(&mut Fields) -> R) -> R {
        // SAFETY: written by `push`. Links are touched under the queue's lock only, and `access`,
        // always a few plain assignments in this file, does not call this function.
        self.0.with_mut(|fields| access(unsafe { &mut *fields.cast::<Fields>() }))
    }
}

/// The list.
pub(super) struct Chain {
    first: *const Link,
}

impl Chain {
    #[inline]
    pub(super) fn new() -> Self {
        Self { first: ptr::null() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.first.is_null()
    }

    /// Returns the first link, or null.
    pub(super) fn first(&self) -> *const Link {
        self.first
    }

    /// Appends `link`, or puts it at the front.
    ///
    /// # Safety
    ///
    /// `link` is alive, in no list, and stays where it is until it is unlinked.
    pub(super) unsafe fn push(
        &mut self,
        link: *const Link,
        front: bool,
        case: u32,
        waiter: *const Waiter,
    ) {
        let fields = Fields { linked: true, case, waiter, next: link, prev: link };
        // SAFETY: alive, and in no list, so it is its owner's, and the owner calls this.
        let new = unsafe { &*link };
        // SAFETY: nobody else accesses a link that is in no list.
        new.0.with_mut(|place| unsafe { place.cast::<Fields>().write(fields) });
        if self.first.is_null() {
            self.first = link;
            return;
        }
        let first = self.first;
        // SAFETY: linked.
        let last = unsafe { Self::get(first) }.with(|fields| fields.prev);
        Self::join(last, link);
        Self::join(link, first);
        if front {
            self.first = link;
        }
    }

    /// Takes `link`, which is in this list, out of it.
    pub(super) fn unlink(&mut self, link: *const Link) {
        // SAFETY: linked.
        let (prev, next) = unsafe { Self::get(link) }.with(|fields| {
            fields.linked = false;
            (fields.prev, fields.next)
        });
        if ptr::eq(next, link) {
            self.first = ptr::null();
            return;
        }
        Self::join(prev, next);
        if ptr::eq(self.first, link) {
            self.first = next;
        }
    }

    /// Unlinks the first link.
    pub(super) fn pop(&mut self) -> Option<(*const Link, Fields)> {
        let first = self.first;
        if first.is_null() {
            return None;
        }
        // SAFETY: linked.
        let fields = unsafe { Self::get(first) }.fields();
        self.unlink(first);
        Some((first, fields))
    }

    /// Returns the first link, in order, for which `wanted` is true of its fields. `wanted` does
    /// not change the list.
    pub(super) fn find(
        &self,
        mut wanted: impl FnMut(&Fields) -> bool,
    ) -> Option<(*const Link, Fields)> {
        let mut at = self.first;
        while !at.is_null() {
            // SAFETY: linked.
            let fields = unsafe { Self::get(at) }.fields();
            if wanted(&fields) {
                return Some((at, fields));
            }
            at = if ptr::eq(fields.next, self.first) { ptr::null() } else { fields.next };
        }
        None
    }

    /// Makes `prev` and `next`, which are linked or being linked, neighbours.
    fn join(prev: *const Link, next: *const Link) {
        // SAFETY: linked, or being linked by its owner.
        unsafe { Self::get(prev) }.with(|fields| fields.next = next);
        // SAFETY: linked, or being linked by its owner.
        unsafe { Self::get(next) }.with(|fields| fields.prev = prev);
    }

    /// # Safety
    ///
    /// `at` is in a list whose queue the caller has locked, and is used only until the lock is
    /// released or its waiter is claimed.
    unsafe fn get<'a>(at: *const Link) -> &'a Link {
        // SAFETY: linked, so it is alive: its owner unlinks it before it continues.
        unsafe { &*at }
    }
}
