//! A block of slots of the unbounded channel.
//!
//! Positions are numbered so that each block's begin at a multiple of `LAP`. The first block is smaller than the
//! others, since many channels carry few values: it has the last slots of its lap, and the first send's position is
//! `START`. The others are about a page, so that there are lines to fetch ahead; blocks of large values have fewer slots.
#![allow(unsafe_code)]

use std::{
    alloc::{alloc, dealloc, handle_alloc_error, Layout},
    mem::size_of,
    ptr,
};

use super::slot::Slot;
use crate::sync::{AtomicPtr, BLOCK_SLOTS, FIRST_SLOTS};

/// The most bytes of slots in a block, unless that makes fewer than `LEAST_SLOTS`.
const PAGE: usize = 4096;
const LEAST_SLOTS: u64 = 31;

/// Bytes of a cache line.
const LINE: usize = 64;
/// How far ahead of a send lines are fetched, in bytes.
const AHEAD: usize = 4 * LINE;

/// The head of a block; its slots come next in memory. The alignment keeps small ones from standing on two cache lines.
#[repr(align(16))]
pub(super) struct Block<T> {
    pub(super) next: AtomicPtr<Block<T>>,
    /// So that slots may follow directly.
    _aligned: [Slot<T>; 0],
}

impl<T> Block<T> {
    /// How many slots a block has, but the first one.
    pub(super) const SLOTS: u64 = {
        let mut slots = BLOCK_SLOTS;
        while slots > LEAST_SLOTS && slots as usize * size_of::<Slot<T>>() > PAGE {
            slots /= 2;
        }
        slots
    };
    /// Positions from one block to the next: one more than slots.
    pub(super) const LAP: u64 = Self::SLOTS + 1;
    /// The first position.
    pub(super) const START: u64 = Self::SLOTS - FIRST_SLOTS;

    /// Where in its block the slot of `position` is.
    #[inline]
    fn index(position: u64) -> u64 {
        if position < Self::LAP {
            position - Self::START
        } else {
            position % Self::LAP
        }
    }

    /// How many slots the block of `position` has, and how much memory.
    pub(super) fn layout(position: u64) -> (u64, Layout) {
        let slots = if position < Self::LAP { FIRST_SLOTS } else { Self::SLOTS };
        let layout = Layout::array::<Slot<T>>(slots as usize)
            .and_then(|slots| Layout::new::<Self>().extend(slots))
            .expect("a block of values that the address space has room for");
        (slots, layout.0)
    }

    /// A block for `position`, on the heap, never on the stack: it is large where `T` is.
    pub(super) fn allocate(position: u64) -> *mut Self {
        let (slots, layout) = Self::layout(position);
        // SAFETY: a block is not of size zero.
        let block = unsafe { alloc(layout) }.cast::<Self>();
        if block.is_null() {
            handle_alloc_error(layout);
        }
        // SAFETY: inside the allocation; makes a pointer only.
        let next = unsafe { ptr::addr_of_mut!((*block).next) };
        // SAFETY: inside the allocation, and written for the first time.
        unsafe { next.write(AtomicPtr::new(ptr::null_mut())) };
        for index in 0..slots {
            // SAFETY: the allocation has so many slots.
            let slot = unsafe { Self::place(block, index) };
            // SAFETY: memory for a slot that holds nothing yet.
            unsafe { Slot::init(slot, 0) };
        }
        block
    }

    /// Frees a block that no thread uses any more, or null.
    ///
    /// # Safety
    ///
    /// `block` is one that `allocate` gave for the lap of `position`, and is freed once. Its values have been moved out.
    pub(super) unsafe fn free(block: *mut Self, position: u64) {
        if !block.is_null() {
            // SAFETY: the layout that it was allocated with. Nothing in it needs to be dropped: values are `MaybeUninit`.
            unsafe { dealloc(block.cast(), Self::layout(position).1) };
        }
    }

    /// The slot of `position`.
    ///
    /// # Safety
    ///
    /// `block` is that of `position`, and alive for as long as the slot is used.
    #[inline]
    pub(super) unsafe fn slot<'a>(block: *mut Self, position: u64) -> &'a Slot<T> {
        // SAFETY: a block has a slot for each of its positions.
        let slot = unsafe { Self::place(block, Self::index(position)) };
        // SAFETY: initialized by `allocate`, and alive by the contract.
        unsafe { &*slot }
    }

    /// Has the processor fetch a line that later sends write to, once for each line if slots are small. It is the receiver's
    /// still, and a send that waited for it would keep waiting all the locked instructions behind it.
    #[inline]
    pub(super) fn fetch_ahead(slot: &Slot<T>, position: u64) {
        let (slot, size) = (ptr::from_ref(slot), size_of::<Slot<T>>());
        let is_first_in_line = slot as usize % LINE < size;
        let is_in_block = position % Self::LAP + (AHEAD / size) as u64 + 1 < Self::SLOTS;
        if is_first_in_line && is_in_block {
            fetch_to_write(slot as usize + AHEAD);
        }
    }

    /// Where the slot of this index is.
    ///
    /// # Safety
    ///
    /// The block's memory has so many slots.
    #[inline]
    unsafe fn place(block: *mut Self, index: u64) -> *mut Slot<T> {
        // SAFETY: behind the head, in the allocation.
        let slots = unsafe { block.add(1) };
        // SAFETY: inside the allocation, by the contract.
        unsafe { slots.cast::<Slot<T>>().add(index as usize) }
    }
}

/// Asks the processor for the line at this address, to write to it. It asks by a hint that the processor may ignore.
#[inline]
fn fetch_to_write(address: usize) {
    #[cfg(all(target_arch = "x86_64", not(miri)))]
    // SAFETY: reads and writes nothing, and any address will do. Every x86-64 processor since 2005 takes it or ignores it.
    unsafe {
        std::arch::asm!("prefetchw [{}]", in(reg) address, options(nomem, nostack, preserves_flags));
    }
    #[cfg(not(all(target_arch = "x86_64", not(miri))))]
    let _ = address;
}
