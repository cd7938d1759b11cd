//! Room for one value in a buffer.
#![allow(unsafe_code)]

use std::mem::MaybeUninit;

use crate::sync::UnsafeCell;

/// Fills an empty slot, without the code that would drop a value in a full one.
#[inline]
pub(super) fn put<T>(slot: &mut Option<T>, value: T) {
    debug_assert!(slot.is_none(), "the slot of a receive is empty");
    // SAFETY: valid for writes, since it is a reference.
    unsafe { std::ptr::write(slot, Some(value)) };
}

/// Empties a slot whose value has moved.
#[inline]
pub(super) fn clear<T>(slot: &mut Option<T>) {
    // SAFETY: valid for writes, since it is a reference. At worst a value is forgotten.
    unsafe { std::ptr::write(slot, None) };
}

#[repr(transparent)]
pub(super) struct Seat<T>(UnsafeCell<MaybeUninit<T>>);

impl<T> Seat<T> {
    /// Makes it where it is to stay: on the stack there may be no room for a large one.
    ///
    /// # Safety
    ///
    /// `place` is valid for writes and holds nothing.
    #[inline]
    pub(super) unsafe fn init(place: *mut Self) {
        // On the real machine the cell of an absent value has nothing to initialize.
        if cfg!(loom) {
            // SAFETY: valid for writes by the contract.
            unsafe { place.write(Self(UnsafeCell::new(MaybeUninit::uninit()))) };
        }
    }

    /// Moves the value of `slot`, which is full, in.
    ///
    /// # Safety
    ///
    /// It is the caller's turn, alone, and the seat is empty.
    #[inline]
    pub(super) unsafe fn fill(&self, slot: &mut Option<T>) {
        debug_assert!(slot.is_some(), "the slot of a send is full");
        let Some(value) = slot else { return };
        // SAFETY: nobody else touches the seat, by the contract, and it is apart from the slot.
        self.0.with_mut(|place| unsafe { place.cast::<T>().copy_from_nonoverlapping(value, 1) });
        clear(slot);
    }

    /// Moves the value into `slot`, which is empty.
    ///
    /// # Safety
    ///
    /// It is the caller's turn, alone, and the seat is full.
    #[inline]
    pub(super) unsafe fn take(&self, slot: &mut Option<T>) {
        // SAFETY: a value is there and nobody else touches it, by the contract.
        self.0.with_mut(|place| put(slot, unsafe { place.cast::<T>().read() }));
    }
}
