//! Room for one value in a buffer, and a stamp that says whether the value is there.
//!
//! Each operation has a number, which gives it a slot of its own. The stamp only grows. A thread
//! that sees a stamp sees all that its writer did before.
#![allow(unsafe_code)]

use std::{mem::MaybeUninit, ptr};

use crate::sync::{mutant, AtomicU64, Ordering, UnsafeCell};

pub(super) struct Slot<T> {
    stamp: AtomicU64,
    value: UnsafeCell<MaybeUninit<T>>,
}

impl<T> Slot<T> {
    /// Makes an empty slot with a stamp of zero in place: a large one may not fit on the stack.
    ///
    /// # Safety
    ///
    /// `place` is valid for writes and holds nothing.
    #[inline]
    pub(super) unsafe fn init(place: *mut Self) {
        // SAFETY: in bounds by the contract; makes a pointer only.
        let stamp = unsafe { ptr::addr_of_mut!((*place).stamp) };
        // SAFETY: valid for writes by the contract.
        unsafe { stamp.write(AtomicU64::new(0)) };
        // Only loom's cell has a state to initialize while the value is absent.
        if cfg!(loom) {
            // SAFETY: in bounds by the contract; makes a pointer only.
            let value = unsafe { ptr::addr_of_mut!((*place).value) };
            // SAFETY: valid for writes by the contract.
            unsafe { value.write(UnsafeCell::new(MaybeUninit::uninit())) };
        }
    }

    #[inline]
    pub(super) fn stamp(&self) -> u64 {
        // ORDERING: Acquire; pairs with the Release in `set_stamp`.
        self.stamp.load(Ordering::Acquire)
    }

    #[inline(always)]
    pub(super) fn set_stamp(&self, stamp: u64) {
        // ORDERING: Release; pairs with the Acquire in `stamp`.
        let release = if mutant("relaxed_stamp") { Ordering::Relaxed } else { Ordering::Release };
        self.stamp.store(stamp, release);
    }

    /// Moves a value in, and stamps the slot.
    ///
    /// # Safety
    ///
    /// The slot is empty, and no other thread touches it before it has this stamp.
    #[inline(always)]
    pub(super) unsafe fn put(&self, value: T, stamp: u64) {
        // SAFETY: no other thread touches the place, by the contract.
        self.value.with_mut(|place| unsafe { place.cast::<T>().write(value) });
        self.set_stamp(stamp);
    }

    /// Moves the value of `from`, which is full, into the slot, and stamps the slot.
    ///
    /// # Safety
    ///
    /// The contract of `put`.
    #[inline(always)]
    pub(super) unsafe fn put_from(&self, from: &mut Option<T>, stamp: u64) {
        debug_assert!(from.is_some(), "the slot of a send is full");
        let Some(value) = from else { return };
        self.value.with_mut(|place| {
            // SAFETY: no other thread touches the place, by the contract, and it is apart from
            // `from`.
            unsafe { place.cast::<T>().copy_from_nonoverlapping(value, 1) };
        });
        // SAFETY: valid for writes, since it is a reference. The value has moved.
        unsafe { ptr::write(from, None) };
        self.set_stamp(stamp);
    }

    /// Moves the value out.
    ///
    /// # Safety
    ///
    /// The slot is full, and the caller's alone.
    #[inline(always)]
    pub(super) unsafe fn take(&self) -> T {
        // SAFETY: a value is there and no other thread touches it, by the contract.
        self.value.with_mut(|place| unsafe { place.cast::<T>().read() })
    }

    /// Moves the value into `into`, which is empty. Does not return it, since a large value may not
    /// fit on the stack of every function. Has no code to drop an old value of `into`.
    ///
    /// # Safety
    ///
    /// The contract of `take`.
    #[inline(always)]
    pub(super) unsafe fn take_to(&self, into: &mut Option<T>) {
        debug_assert!(into.is_none(), "the slot of a receive is empty");
        self.value.with_mut(|place| {
            // SAFETY: a value is there and no other thread touches it, by the contract.
            let value = Some(unsafe { place.cast::<T>().read() });
            // SAFETY: valid for writes, since it is a reference.
            unsafe { ptr::write(into, value) };
        });
    }
}
