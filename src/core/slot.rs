//! A place for one value in a buffer, with the stamp that says whose turn it is.
#![allow(unsafe_code)]

use std::{mem::MaybeUninit, ptr};

use crate::sync::{mutant, AtomicU64, Ordering, UnsafeCell};

pub(super) struct Slot<T> {
    stamp: AtomicU64,
    value: UnsafeCell<MaybeUninit<T>>,
}

impl<T> Slot<T> {
    /// Makes an empty slot where it is to stay: on the stack there may be no room for a large one.
    ///
    /// # Safety
    ///
    /// `place` is valid for writes and holds nothing.
    pub(super) unsafe fn init(place: *mut Self, stamp: u64) {
        // SAFETY: in bounds by the contract; makes a pointer only.
        let place_of_stamp = unsafe { ptr::addr_of_mut!((*place).stamp) };
        // SAFETY: valid for writes by the contract.
        unsafe { place_of_stamp.write(AtomicU64::new(stamp)) };
        // On the real machine the cell of an absent value has nothing to initialize.
        #[cfg(loom)]
        {
            // SAFETY: in bounds by the contract; makes a pointer only.
            let place_of_value = unsafe { ptr::addr_of_mut!((*place).value) };
            // SAFETY: valid for writes by the contract.
            unsafe { place_of_value.write(UnsafeCell::new(MaybeUninit::uninit())) };
        }
    }

    /// The stamp, after what it says has been done.
    #[inline]
    pub(super) fn stamp(&self) -> u64 {
        // ORDERING: Acquire; pairs with the Release of the other end.
        self.stamp.load(Ordering::Acquire)
    }

    /// Stamps the slot, at the end of what was done there.
    #[inline]
    pub(super) fn set_stamp(&self, stamp: u64) {
        // ORDERING: Release; pairs with the Acquire of the other end.
        let release = if mutant("relaxed_stamp") { Ordering::Relaxed } else { Ordering::Release };
        self.stamp.store(stamp, release);
    }

    /// Puts a value in.
    ///
    /// # Safety
    ///
    /// It is the caller's turn, alone, and the slot is empty.
    #[inline]
    pub(super) unsafe fn fill(&self, value: T) {
        // SAFETY: nobody else touches the value, by the contract.
        self.value.with_mut(|place| unsafe { place.cast::<T>().write(value) });
    }

    /// Takes the value out.
    ///
    /// # Safety
    ///
    /// It is the caller's turn, alone, and the slot is full.
    #[inline]
    pub(super) unsafe fn take(&self) -> T {
        // SAFETY: a value is there and nobody else touches it, by the contract.
        self.value.with_mut(|place| unsafe { place.cast::<T>().read() })
    }
}
