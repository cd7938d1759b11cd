//! The slots of a ring: where the value of each operation is, and whether it is there.
//!
//! Sends and receives are numbered by tickets. A ticket's lower bits are the index of its slot, its upper bits the lap:
//! from the last slot the next ticket skips to the next lap, so no operation divides by the capacity. The stamp of a slot
//! says what is in it, by the upper bits of the ticket, `t` without the index: `2t` free for the send, `2t + 1` full for the
//! receive. So memory of zeros is slots that are free for their first sends, and a ring of any capacity begins without a
//! write to it.
//!
//! Values without a size have no slots. A ticket is a plain number then, and the numbers of the two ends say what there is.
#![allow(unsafe_code)]

use std::{
    alloc::{alloc, alloc_zeroed, Layout},
    mem::size_of,
    ptr::{self, NonNull},
};

use super::{
    seat::{clear, put, Seat},
    stamp::Stamp,
};
use crate::sync::SPINS;

/// How many bytes are written to one by one, which takes less time than to ask for zeros. And the checkers' atomics are more
/// than zeros.
const WRITTEN: usize = 1024;

/// The most values without a size, so that no sum of two tickets overflows.
const MOST: usize = usize::MAX >> 2;

pub(super) struct Slots<T> {
    /// One where values have no size, which is not used.
    slots: Box<[Slot<T>]>,
    cap: usize,
    /// The bits of a ticket that are the index.
    mask: u64,
}

struct Slot<T> {
    stamp: Stamp,
    seat: Seat<T>,
}

/// The slot of one ticket.
pub(super) struct Spot<'a, T> {
    slots: &'a Slots<T>,
    slot: &'a Slot<T>,
    ticket: u64,
    /// The stamp of a slot that is free for the send of this ticket.
    free: u64,
}

impl<T> Slots<T> {
    /// Whether there are no slots, but for the numbers of the ends.
    const COUNTED: bool = size_of::<T>() == 0;

    /// Slots for `cap` values, at least one.
    #[track_caller]
    pub(super) fn new(cap: usize) -> Self {
        let slots = Self::allocate(if Self::COUNTED { 1 } else { cap });
        let mask = slots.len().next_power_of_two() as u64 - 1;
        Self { slots, cap, mask }
    }

    #[track_caller]
    fn allocate(cap: usize) -> Box<[Slot<T>]> {
        let Ok(layout) = Layout::array::<Slot<T>>(cap) else {
            panic!("capacity overflow: a channel of {cap} values cannot be allocated")
        };
        let zeroed = SPINS && layout.size() > WRITTEN;
        let allocate = if zeroed { alloc_zeroed } else { alloc };
        // SAFETY: `cap` is at least one and a slot has a stamp, so the size is not zero.
        let memory = unsafe { allocate(layout) }.cast::<Slot<T>>();
        let Some(memory) = NonNull::new(memory) else {
            panic!("capacity overflow: there is no memory for a channel of {cap} values")
        };
        if !zeroed {
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
            self.mask + 1
        }
    }

    /// The ticket so many after this one, at most the capacity.
    #[inline]
    pub(super) fn after(&self, ticket: u64, count: u64) -> u64 {
        let cap = self.cap as u64;
        if Self::COUNTED || (ticket & self.mask) + count < cap {
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
        ticket / self.lap() * self.cap as u64 + ticket % self.lap()
    }

    /// The slot of this ticket.
    #[inline]
    pub(super) fn spot(&self, ticket: u64) -> Spot<'_, T> {
        let index = ticket & self.mask;
        debug_assert!(index < self.slots.len() as u64, "tickets skip what is no slot");
        // SAFETY: `after` skips the tickets whose index is the capacity or more.
        let slot = unsafe { self.slots.get_unchecked(index as usize) };
        Spot { slots: self, slot, ticket, free: 2 * (ticket - index) }
    }
}

impl<T> Spot<'_, T> {
    /// Whether there is room for the send of this ticket, or was. `head` is the ticket of the next receive.
    #[inline]
    pub(super) fn is_free(&self, head: impl FnOnce() -> u64) -> bool {
        if Slots::<T>::COUNTED {
            self.ticket.saturating_sub(head()) < self.slots.lap()
        } else {
            self.slot.stamp.get() >= self.free
        }
    }

    /// Whether the value of this ticket is there, or was. `tail` is the ticket of the next send.
    #[inline]
    pub(super) fn is_full(&self, tail: impl FnOnce() -> u64) -> bool {
        if Slots::<T>::COUNTED {
            self.ticket < tail()
        } else {
            self.slot.stamp.get() > self.free
        }
    }

    /// Moves the value of `from`, which is full, in as that of this ticket.
    ///
    /// # Safety
    ///
    /// The slot is free for this ticket, which is the caller's alone.
    #[inline]
    pub(super) unsafe fn fill(&self, from: &mut Option<T>) {
        if Slots::<T>::COUNTED {
            return clear(from);
        }
        // SAFETY: free and the caller's alone, by the contract.
        unsafe { self.slot.seat.fill(from) };
        self.slot.stamp.set(self.free + 1);
    }

    /// Moves the value of this ticket into `into`, which is empty.
    ///
    /// # Safety
    ///
    /// The slot is full for this ticket, which is the caller's alone.
    #[inline]
    pub(super) unsafe fn take(&self, into: &mut Option<T>) {
        if Slots::<T>::COUNTED {
            // SAFETY: without a size there is nothing to read; the send of this ticket has forgotten a value.
            return put(into, unsafe { NonNull::<T>::dangling().as_ptr().read() });
        }
        // SAFETY: full and the caller's alone, by the contract.
        unsafe { self.slot.seat.take(into) };
        self.slot.stamp.set(self.free + 2 * (self.slots.mask + 1));
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
