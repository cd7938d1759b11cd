//! The slots of a ring: where the value of each operation is, and whether it is there.
//!
//! Sends and receives are numbered by tickets. A ticket's lower bits are the index of its slot, its
//! upper bits the lap. From the last slot the next ticket skips to the next lap, so no operation
//! divides by the capacity. The stamp of a slot is the lap (the ticket without the index) if the
//! slot is free for the send, and one more if it is full for the receive. So zeroed memory is slots
//! that are free for their first sends, and a ring of any capacity begins without a write to it.
//!
//! Zero-sized values have no slots. Their tickets are plain numbers, and the numbers of the two
//! ends say how many values there are.
#![allow(unsafe_code)]

use std::{
    alloc::{alloc, alloc_zeroed, Layout},
    mem::size_of,
    ptr::{self, NonNull},
};

use crate::core::queue::slot::Slot;
use crate::sync::SPINS;

/// Up to this many bytes, slots are written one by one, which is faster than to ask for zeros. The
/// checkers' atomics are always written, since they are more than zeros.
const WRITTEN: usize = 1024;

/// The most zero-sized values, so that no sum of two tickets comes near a flag.
const MOST: usize = usize::MAX >> 5;

pub(super) struct Slots<T> {
    /// One unused slot if values are zero-sized.
    slots: Box<[Slot<T>]>,
    /// The bits of a ticket that are the index. At least one, since a stamp has two values in each
    /// lap.
    mask: u64,
    /// The distance from a ticket to the next one with the same slot, at least `cap`.
    lap: u64,
    cap: usize,
}

/// The slot of one ticket.
pub(super) struct SlotRef<'a, T> {
    slots: &'a Slots<T>,
    slot: &'a Slot<T>,
    ticket: u64,
    index: u64,
}

impl<T> Slots<T> {
    /// Whether the numbers of the ends take the place of slots.
    const COUNTED: bool = size_of::<T>() == 0;

    /// Slots for `cap` values, at least one.
    #[track_caller]
    #[inline]
    pub(super) fn new(cap: usize) -> Self {
        let slots = Self::allocate(if Self::COUNTED { 1 } else { cap });
        let size = slots.len().next_power_of_two().max(2) as u64;
        let lap = if Self::COUNTED { cap.min(MOST) as u64 } else { size };
        Self { slots, mask: size - 1, lap, cap }
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
        // SAFETY: from the global allocator with the layout of such a slice; a stamp of zeros is
        // valid, and a slot needs no value.
        unsafe { Box::from_raw(slots) }
    }

    /// How many values there is room for.
    #[inline]
    pub(super) fn cap(&self) -> usize {
        self.cap
    }

    /// The distance from a ticket to the next one with the same slot, at least `cap`.
    #[inline]
    pub(super) fn lap(&self) -> u64 {
        self.lap
    }

    /// The ticket `count` after this one; `count` is at most the capacity.
    pub(super) fn after(&self, ticket: u64, count: u64) -> u64 {
        let len = self.slots.len() as u64;
        let is_behind = (ticket & self.mask) + count >= len;
        ticket + count + if is_behind && !Self::COUNTED { self.lap - len } else { 0 }
    }

    /// How many tickets come before this one.
    pub(super) fn count(&self, ticket: u64) -> u64 {
        if Self::COUNTED {
            return ticket;
        }
        ticket / self.lap() * self.cap as u64 + ticket % self.lap()
    }

    /// The slot of this ticket, which may have a flag.
    #[inline(always)]
    pub(super) fn slot(&self, ticket: u64) -> SlotRef<'_, T> {
        let index = if Self::COUNTED { 0 } else { ticket & self.mask };
        debug_assert!(index < self.slots.len() as u64, "tickets skip what is no slot");
        // SAFETY: `next` skips the tickets whose index is the capacity or more.
        let slot = unsafe { self.slots.get_unchecked(index as usize) };
        SlotRef { slots: self, slot, ticket, index }
    }
}

impl<'a, T> SlotRef<'a, T> {
    /// The stamp of a slot that is free for the send of this ticket.
    #[inline(always)]
    fn stamp(&self) -> u64 {
        self.ticket - self.index
    }

    /// The next ticket.
    #[inline(always)]
    pub(super) fn next(&self) -> u64 {
        let len = self.slots.slots.len() as u64;
        if self.index + 1 < len || Slots::<T>::COUNTED {
            self.ticket + 1
        } else {
            self.stamp() + self.slots.lap
        }
    }

    /// Whether there is, or was, room for the send of this ticket. `head` is the ticket of the next
    /// receive.
    #[inline(always)]
    pub(super) fn is_free(&self, head: impl FnOnce() -> u64) -> bool {
        if Slots::<T>::COUNTED {
            self.ticket.saturating_sub(head()) < self.slots.lap()
        } else {
            self.slot.stamp() >= self.stamp()
        }
    }

    /// Whether the value of this ticket is, or was, there. `tail` is the ticket of the next send.
    #[inline(always)]
    pub(super) fn is_full(&self, tail: impl FnOnce() -> u64) -> bool {
        if Slots::<T>::COUNTED {
            self.ticket < tail()
        } else {
            self.slot.stamp() > self.stamp()
        }
    }

    /// Moves a value in.
    ///
    /// # Safety
    ///
    /// The slot is free for this ticket, which is the caller's alone.
    #[inline(always)]
    pub(super) unsafe fn put(self, value: T) {
        if Slots::<T>::COUNTED {
            return std::mem::forget(value);
        }
        // SAFETY: by the contract.
        unsafe { self.slot.put(value, self.stamp() + 1) };
    }

    /// Moves the value of `from`, which is full, into the slot.
    ///
    /// # Safety
    ///
    /// Same contract as `put`.
    #[inline(always)]
    pub(super) unsafe fn put_from(self, from: &mut Option<T>) {
        if Slots::<T>::COUNTED {
            return std::mem::forget(from.take());
        }
        // SAFETY: by the contract.
        unsafe { self.slot.put_from(from, self.stamp() + 1) };
    }

    /// Moves the value out.
    ///
    /// # Safety
    ///
    /// The slot is full for this ticket, which is the caller's alone.
    #[inline(always)]
    pub(super) unsafe fn take(self) -> T {
        if Slots::<T>::COUNTED {
            // SAFETY: without a size there is nothing to read; the send has forgotten a value for
            // this one.
            return unsafe { NonNull::<T>::dangling().as_ptr().read() };
        }
        // SAFETY: by the contract.
        let value = unsafe { self.slot.take() };
        self.slot.set_stamp(self.stamp() + self.slots.lap);
        value
    }

    /// Moves the value into `into`, which is empty.
    ///
    /// # Safety
    ///
    /// Same contract as `take`.
    #[inline(always)]
    pub(super) unsafe fn take_to(self, into: &mut Option<T>) {
        if Slots::<T>::COUNTED {
            // SAFETY: by the contract.
            *into = Some(unsafe { self.take() });
            return;
        }
        // SAFETY: by the contract.
        unsafe { self.slot.take_to(into) };
        self.slot.set_stamp(self.stamp() + self.slots.lap);
    }
}
