//! Where a waiter lives while its owner waits: in the owner's first entry, beside the value that
//! changes hands.
//!
//! The claimer of a waiter that stands in one line, as most do, then works on one cache line of its
//! owner's stack instead of two, and the owner finds its value where it has polled for it.
#![allow(unsafe_code)]

use std::{
    cell::{Cell, UnsafeCell},
    mem::MaybeUninit,
    ops::Deref,
    ptr,
};

use super::{BlockedAt, Waiter};

/// Room for one waiter at a time.
#[repr(C)]
pub(crate) struct WaiterCell {
    waiter: UnsafeCell<MaybeUninit<Waiter>>,
    occupied: Cell<bool>,
}

impl WaiterCell {
    pub(crate) fn new() -> Self {
        Self { waiter: UnsafeCell::new(MaybeUninit::uninit()), occupied: Cell::new(false) }
    }

    /// Lets a new waiter in, for as long as the guest lives. It is made where it stays: to copy
    /// what was written in pieces the processor waits until they have left its store buffer.
    #[inline(always)]
    pub(crate) fn receive(&self, cases: usize, blocked_at: BlockedAt) -> WaiterRef<'_> {
        assert!(!self.occupied.replace(true), "a case takes part in one select at a time");
        // SAFETY: uninhabited, so nobody has a reference to the room.
        unsafe { self.waiter.get().cast::<Waiter>().write(Waiter::new(cases, blocked_at)) };
        WaiterRef(self)
    }
}

/// The waiter in its home.
pub(crate) struct WaiterRef<'a>(&'a WaiterCell);

impl Deref for WaiterRef<'_> {
    type Target = Waiter;

    fn deref(&self) -> &Waiter {
        // SAFETY: written by `receive`; only the guest's end makes the room uninhabited, and only
        // then is it written to.
        unsafe { &*self.0.waiter.get().cast::<Waiter>() }
    }
}

impl Drop for WaiterRef<'_> {
    fn drop(&mut self) {
        // SAFETY: written by `receive`, and dropped once: here. `Registration`, which borrow the
        // guest, are left: a claimer's last touch was the claim or the end of a service, and all
        // others hold the lock of a queue in which the waiter no longer stands.
        unsafe { ptr::drop_in_place(self.0.waiter.get().cast::<Waiter>()) };
        self.0.occupied.set(false);
    }
}
