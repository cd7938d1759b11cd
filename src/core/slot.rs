//! A seat of a ring, with the stamp that says what is in it.
#![allow(unsafe_code)]

use std::ptr;

use super::{seat::Seat, stamp::Stamp};

pub(super) struct Slot<T> {
    pub(super) stamp: Stamp,
    pub(super) seat: Seat<T>,
}

impl<T> Slot<T> {
    /// Makes an empty slot where it is to stay.
    ///
    /// # Safety
    ///
    /// `place` is valid for writes and holds nothing.
    pub(super) unsafe fn init(place: *mut Self, stamp: u64) {
        // SAFETY: in bounds by the contract; makes a pointer only.
        let place_of_stamp = unsafe { ptr::addr_of_mut!((*place).stamp) };
        // SAFETY: valid for writes by the contract.
        unsafe { place_of_stamp.write(Stamp::new(stamp)) };
        // SAFETY: in bounds by the contract; makes a pointer only.
        let seat = unsafe { ptr::addr_of_mut!((*place).seat) };
        // SAFETY: valid for writes by the contract.
        unsafe { Seat::init(seat) };
    }
}
