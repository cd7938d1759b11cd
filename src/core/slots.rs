//! The slots of a ring: where the value of each operation is, and whether it is there.
//!
//! Sends and receives are numbered by tickets. A ticket's lower bits are the index of its slot, its upper bits the lap:
//! from the last slot the next ticket skips to the next lap, so no operation divides by the capacity. The stamp of a slot
//! says what is in it: `2 * lap` free for the send of this lap, `2 * lap + 1` full for the receive of this lap. So memory
//! of zeros is slots that are free for their first sends, and a ring of any capacity begins without a write to it.
//!
//! Values without a size have no slots. A ticket is a plain number then, and the numbers of the two ends say what there is.
#![allow(unsafe_code)]

use std::{
    alloc::{alloc_zeroed, Layout},
    mem::size_of,
    ptr::{self, NonNull},
};

use super::{
    seat::{clear, put, Seat},
    stamp::Stamp,
};
use crate::sync::SPINS;

/// The most values without a size, so that no sum of two tickets overflows.
const MOST: usize = usize::MAX >> 2;

pub(super) struct Slots<T> {
    slots: Box<[Slot<T>]>,
    cap: usize,
    /// How many bits of a ticket are the index.
    index_bits: u32,
}

struct Slot<T> {
    stamp: Stamp,
    seat: Seat<T>,
}

impl<T> Slots<T> {
    /// Whether there are no slots, but for the numbers of the ends.
    const COUNTED: bool = size_of::<T>() == 0;

    /// Slots for `cap` values, at least one.
    #[track_caller]
    pub(super) fn new(cap: usize) -> Self {
        let slots = if Self::COUNTED { Box::default() } else { Self::allocate(cap) };
        let index_bits = if Self::COUNTED { 0 } else { cap.next_power_of_two().trailing_zeros() };
        Self { slots, cap, index_bits }
    }

    #[track_caller]
    fn allocate(cap: usize) -> Box<[Slot<T>]> {
        let Ok(layout) = Layout::array::<Slot<T>>(cap) else {
            panic!("capacity overflow: a channel of {cap} values cannot be allocated")
        };
        // SAFETY: `cap` is at least one and a slot has a stamp, so the size is not zero.
        let memory = unsafe { alloc_zeroed(layout) }.cast::<Slot<T>>();
        let Some(memory) = NonNull::new(memory) else {
            panic!("capacity overflow: there is no memory for a channel of {cap} values")
        };
        if !SPINS {
            // The checkers' atomics are more than zeros.
            for index in 0..cap {
                // SAFETY: inside the allocation.
                let slot = unsafe { memory.as_ptr().add(index) };
                // SAFETY: memory for a slot that holds nothing yet.
                unsafe { Slot::init(slot) };
            }
        }
        let slots = ptr::slice_from_raw_parts_mut(memory.as_ptr(), cap);
        // SAFETY: from the global allocator with the layout of such a slice; a stamp of zeros is one, and a seat needs
        // no value.
        unsafe { Box::from_raw(slots) }
    }

    /// How many values there is room for.
    #[inline]
    pub(super) fn cap(&self) -> usize {
        self.cap
    }

    /// From a ticket to the next one with the same slot, at least `cap`.
    #[inline]
    pub(super) fn lap(&self) -> u64 {
        if Self::COUNTED {
            self.cap.min(MOST) as u64
        } else {
            1 << self.index_bits
        }
    }

    #[inline]
    fn index(&self, ticket: u64) -> usize {
        (ticket & ((1 << self.index_bits) - 1)) as usize
    }

    /// The stamp of the slot of this ticket while it is free for the send.
    #[inline]
    fn free(&self, ticket: u64) -> u64 {
        2 * (ticket >> self.index_bits)
    }

    #[inline]
    fn slot(&self, ticket: u64) -> &Slot<T> {
        &self.slots[self.index(ticket)]
    }

    /// The ticket so many after this one, at most the capacity.
    #[inline]
    pub(super) fn after(&self, ticket: u64, count: u64) -> u64 {
        let cap = self.cap as u64;
        if Self::COUNTED || self.index(ticket) as u64 + count < cap {
            ticket + count
        } else {
            ticket + count + self.lap() - cap
        }
    }

    /// How many tickets come before this one.
    pub(super) fn count(&self, ticket: u64) -> u64 {
        if Self::COUNTED {
            return ticket;
        }
        (ticket >> self.index_bits) * self.cap as u64 + self.index(ticket) as u64
    }

    /// Whether there is room for the send of this ticket, or was. `head` is the ticket of the next receive.
    #[inline]
    pub(super) fn is_free(&self, ticket: u64, head: impl FnOnce() -> u64) -> bool {
        if Self::COUNTED {
            ticket.saturating_sub(head()) < self.lap()
        } else {
            self.slot(ticket).stamp.get() >= self.free(ticket)
        }
    }

    /// Whether the value of this ticket is there, or was. `tail` is the ticket of the next send.
    #[inline]
    pub(super) fn is_full(&self, ticket: u64, tail: impl FnOnce() -> u64) -> bool {
        if Self::COUNTED {
            ticket < tail()
        } else {
            self.slot(ticket).stamp.get() > self.free(ticket)
        }
    }

    /// Moves the value of `from`, which is full, in as that of this ticket.
    ///
    /// # Safety
    ///
    /// The slot is free for this ticket, which is the caller's alone.
    #[inline]
    pub(super) unsafe fn fill(&self, ticket: u64, from: &mut Option<T>) {
        if Self::COUNTED {
            return clear(from);
        }
        let slot = self.slot(ticket);
        // SAFETY: free and the caller's alone, by the contract.
        unsafe { slot.seat.fill(from) };
        slot.stamp.set(self.free(ticket) + 1);
    }

    /// Moves the value of this ticket into `into`, which is empty.
    ///
    /// # Safety
    ///
    /// The slot is full for this ticket, which is the caller's alone.
    #[inline]
    pub(super) unsafe fn take(&self, ticket: u64, into: &mut Option<T>) {
        if Self::COUNTED {
            // SAFETY: without a size there is nothing to read; the send of this ticket has forgotten a value.
            return put(into, unsafe { NonNull::<T>::dangling().as_ptr().read() });
        }
        let slot = self.slot(ticket);
        // SAFETY: full and the caller's alone, by the contract.
        unsafe { slot.seat.take(into) };
        slot.stamp.set(self.free(ticket) + 2);
    }
}

impl<T> Slot<T> {
    /// Makes an empty slot where it is to stay.
    ///
    /// # Safety
    ///
    /// `place` is valid for writes and holds nothing.
    unsafe fn init(place: *mut Self) {
        // SAFETY: in bounds by the contract; makes a pointer only.
        let stamp = unsafe { ptr::addr_of_mut!((*place).stamp) };
        // SAFETY: valid for writes by the contract.
        unsafe { stamp.write(Stamp::new(0)) };
        // SAFETY: in bounds by the contract; makes a pointer only.
        let seat = unsafe { ptr::addr_of_mut!((*place).seat) };
        // SAFETY: valid for writes by the contract.
        unsafe { Seat::init(seat) };
    }
}
