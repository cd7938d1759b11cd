//! A block of slots of the unbounded channel.
#![allow(unsafe_code)]

use std::{
    alloc::{alloc, handle_alloc_error, Layout},
    ptr,
};

use super::slot::Slot;
use crate::sync::AtomicPtr;
pub(super) use crate::sync::BLOCK_SLOTS;

pub(super) struct Block<T> {
    pub(super) next: AtomicPtr<Block<T>>,
    pub(super) slots: [Slot<T>; BLOCK_SLOTS as usize],
}

impl<T> Block<T> {
    /// A block on the heap, never on the stack: it is large where `T` is.
    pub(super) fn allocate() -> *mut Self {
        let layout = Layout::new::<Self>();
        // SAFETY: a block is not of size zero.
        let block = unsafe { alloc(layout) }.cast::<Self>();
        if block.is_null() {
            handle_alloc_error(layout);
        }
        for slot in 0..BLOCK_SLOTS as usize {
            // SAFETY: inside the allocation; makes a pointer only.
            let slot = unsafe { ptr::addr_of_mut!((*block).slots[slot]) };
            // SAFETY: memory for a slot that holds nothing yet.
            unsafe { Slot::init(slot, 0) };
        }
        // SAFETY: inside the allocation; makes a pointer only.
        let next = unsafe { ptr::addr_of_mut!((*block).next) };
        // SAFETY: inside the allocation, and written for the first time.
        unsafe { next.write(AtomicPtr::new(ptr::null_mut())) };
        block
    }

    /// Frees a block that no thread uses any more, or null.
    ///
    /// # Safety
    ///
    /// `block` comes from `allocate` and is freed once. Its values have been moved out.
    pub(super) unsafe fn free(block: *mut Self) {
        if !block.is_null() {
            // SAFETY: allocated with the layout of a box, and every field is initialized but the
            // values, which are `MaybeUninit`.
            drop(unsafe { Box::from_raw(block) });
        }
    }
}
