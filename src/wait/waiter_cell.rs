//! The place of a waiter while its owner waits: in the owner's first entry, beside the value that
//! changes hands.
//!
//! Most waiters are in one queue. Their claimer then works on one cache line of the owner's stack
//! instead of two, and the owner finds its value in the line that it polls.
#![allow(unsafe_code)]

use std::{
    cell::{Cell, UnsafeCell},
    mem::MaybeUninit,
    ops::Deref,
    ptr,
};

use super::{BlockedAt, Waiter};

/// Returns room that holds nothing. The compiler takes `MaybeUninit::uninit()` for a constant, and
/// writes zeros where it is a part of a larger value; a read through a pointer writes nothing.
#[inline(always)]
pub(crate) fn vacant<T>() -> MaybeUninit<T> {
    let room = MaybeUninit::<MaybeUninit<T>>::uninit();
    // SAFETY: inside the variable; a `MaybeUninit` needs no value.
    unsafe { room.as_ptr().read() }
}

/// Room for one waiter at a time. A waiter that was kept, and is not resumed, is leaked.
#[repr(C)]
pub(crate) struct WaiterCell {
    waiter: UnsafeCell<MaybeUninit<Waiter>>,
    state: Cell<State>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Free,
    /// There is a waiter, and a `WaiterRef` to it.
    InUse,
    /// There is a waiter, and no `WaiterRef`.
    Kept,
}

impl WaiterCell {
    #[inline]
    pub(crate) fn new() -> Self {
        Self { waiter: UnsafeCell::new(vacant()), state: Cell::new(State::Free) }
    }

    /// Makes a waiter in the cell, for as long as the reference lives. It is made in place, since a
    /// copy would wait until the stores of its parts have left the store buffer.
    #[inline(always)]
    pub(crate) fn emplace(&self, cases: usize, blocked_at: BlockedAt) -> WaiterRef<'_> {
        self.hold(|| Waiter::new(cases, blocked_at))
    }

    /// Makes the waiter of a task in the cell.
    pub(crate) fn emplace_task(&self, cases: usize, blocked_at: BlockedAt) -> WaiterRef<'_> {
        self.hold(|| Waiter::of_task(cases, blocked_at))
    }

    #[inline(always)]
    fn hold(&self, make: impl FnOnce() -> Waiter) -> WaiterRef<'_> {
        let before = self.state.replace(State::InUse);
        assert!(before == State::Free, "a case takes part in one select at a time");
        // SAFETY: free, so there is no reference to the room.
        unsafe { self.waiter.get().cast::<Waiter>().write(make()) };
        WaiterRef(self)
    }

    /// Returns the waiter that was kept.
    pub(crate) fn resume(&self) -> Option<WaiterRef<'_>> {
        if self.state.get() != State::Kept {
            return None;
        }
        self.state.set(State::InUse);
        Some(WaiterRef(self))
    }
}

/// The waiter in its cell. Dropping it frees the cell.
pub(crate) struct WaiterRef<'a>(&'a WaiterCell);

impl WaiterRef<'_> {
    /// Leaves the waiter in its cell when this is dropped, for `resume`.
    pub(crate) fn keep(&self) {
        self.0.state.set(State::Kept);
    }
}

impl Deref for WaiterRef<'_> {
    type Target = Waiter;

    fn deref(&self) -> &Waiter {
        // SAFETY: written by `emplace`; only the drop of `self` frees the cell, and only a free
        // cell is written to.
        unsafe { &*self.0.waiter.get().cast::<Waiter>() }
    }
}

impl Drop for WaiterRef<'_> {
    fn drop(&mut self) {
        if self.0.state.get() == State::Kept {
            return;
        }
        // SAFETY: written by `emplace`, and dropped only here. The `Registration`, which borrows
        // the waiter, has left its queues: a claimer's last access was the claim or the end of a
        // service, and all other threads find a waiter only in a queue.
        unsafe { ptr::drop_in_place(self.0.waiter.get().cast::<Waiter>()) };
        self.0.state.set(State::Free);
    }
}
