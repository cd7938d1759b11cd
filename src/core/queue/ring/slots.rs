//! The slots of a ring: where the value of each operation is, and whether it is there.
//!
//! Tickets number the sends and the receives. A ticket's lower bits are the index of its slot, its
//! upper bits the lap. After the last slot the next ticket skips to the next lap, so no operation
//! divides by the capacity. The stamp of a slot is the lap (the ticket without the index) if the
//! slot is free for the send, and one more if it is full for the receive. So zeroed memory is a
//! ring of slots that are free for their first sends, and a large ring needs no write before its
//! first send.
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

/// The size in bytes up to which slots are written one by one, which is faster than an allocation
/// of zeros. A checker's atomics are always written, since zeros are no valid state of theirs.
const WRITTEN: usize = 1024;

/// The most zero-sized values in a ring, so that no sum of two tickets reaches a flag.
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

    /// Makes slots for `cap` values, at least one.
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

    /// Returns how many values there is room for.
    #[inline]
    pub(super) fn cap(&self) -> usize {
        self.cap
    }

    /// Returns the distance from a ticket to the next one with the same slot, at least `cap`.
    #[inline]
    pub(super) fn lap(&self) -> u64 {
        self.lap
    }

    /// Returns the ticket `count` after this one; `count` is at most the capacity.
    pub(super) fn after(&self, ticket: u64, count: u64) -> u64 {
        let len = self.slots.len() as u64;
        let is_behind = (ticket & self.mask) + count >= len;
        ticket + count + if is_behind && !Self::COUNTED { self.lap - len } else { 0 }
    }

    /// Returns how many tickets come before this one.
    pub(super) fn count(&self, ticket: u64) -> u64 {
        if Self::COUNTED {
            return ticket;
        }
        ticket / self.lap() * self.cap as u64 + ticket % self.lap()
    }

    /// Returns the slot of this ticket, which may have a flag.
    #[inline(always)]
    pub(super) fn slot(&self, ticket: u64) -> SlotRef<'_, T> {
        let index = if Self::COUNTED { 0 } else { ticket & self.mask };
        debug_assert!(index < self.slots.len() as u64, "tickets skip what is no slot");
        // SAFETY: `next` and `after` skip the tickets whose index is the capacity or more.
        let slot = unsafe { self.slots.get_unchecked(index as usize) };
        SlotRef { slots: self, slot, ticket, index }
    }
}

impl<'a, T> SlotRef<'a, T> {
    /// Returns the stamp of a slot that is free for the send of this ticket.
    #[inline(always)]
    fn stamp(&self) -> u64 {
        self.ticket - self.index
    }

    /// Returns the next ticket.
    #[inline(always)]
    pub(super) fn next(&self) -> u64 {
        let len = self.slots.slots.len() as u64;
        if self.index + 1 < len || Slots::<T>::COUNTED {
            self.ticket + 1
        } else {
            self.stamp() + self.slots.lap
        }
    }

    /// Returns whether there is, or was, room for the send of this ticket. `head` returns the
    /// ticket of the next receive.
    #[inline(always)]
    pub(super) fn is_free(&self, head: impl FnOnce() -> u64) -> bool {
        if Slots::<T>::COUNTED {
            self.ticket.saturating_sub(head()) < self.slots.lap()
        } else {
            self.slot.stamp() >= self.stamp()
        }
    }

    /// Returns whether the value of this ticket is, or was, there. `tail` returns the ticket of the
    /// next send.
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
    /// The contract of `put`.
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
    /// The contract of `take`.
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
