//! Room for one value in a buffer.
#![allow(unsafe_code)]

use std::mem::MaybeUninit;

use crate::sync::UnsafeCell;

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

    /// Puts a value in.
    ///
    /// # Safety
    ///
    /// It is the caller's turn, alone, and the seat is empty.
    #[inline]
    pub(super) unsafe fn fill(&self, value: T) {
        // SAFETY: nobody else touches the value, by the contract.
        self.0.with_mut(|place| unsafe { place.cast::<T>().write(value) });
    }

    /// Takes the value out.
    ///
    /// # Safety
    ///
    /// It is the caller's turn, alone, and the seat is full.
    #[inline]
    pub(super) unsafe fn take(&self) -> T {
        // SAFETY: a value is there and nobody else touches it, by the contract.
        self.0.with_mut(|place| unsafe { place.cast::<T>().read() })
    }
}
