//! The senders' end of the list.
#![allow(unsafe_code)]

use super::{Block, List};
use crate::{
    core::{
        queue::{end::CLOSED, slot::Slot},
        TrySend,
    },
    error::TrySendError,
    sync::{Backoff, Ordering},
};

impl<T> List<T> {
    /// Puts the value in, if its slot is in the current block and no other sender is faster.
    #[inline(always)]
    pub(super) fn put_now(&self, value: T) -> Result<(), T> {
        let tail = self.tail.end.peek();
        if tail & CLOSED != 0 || Block::<T>::is_gap(tail) {
            return Err(value);
        }
        let block = self.tail.block();
        if !self.tail.end.claim(tail, tail + 1) {
            return Err(value);
        }
        // SAFETY: the position is this thread's, and the block that of the position.
        let slot = unsafe { self.slot_to_fill(block, tail) };
        // SAFETY: empty, and this thread's.
        unsafe { slot.put(value, Block::<T>::full(tail)) };
        self.doorbells.ring(tail);
        Ok(())
    }

    /// Puts the value in. Sends nothing if there is no value.
    #[cold]
    #[inline(never)]
    pub(super) fn put(&self, value: &mut Option<T>) -> TrySend {
        let mut backoff = Backoff::new();
        loop {
            let tail = self.tail.end.look();
            if tail & CLOSED != 0 {
                return Err(TrySendError::Closed(()));
            }
            if value.is_none() {
                return Err(TrySendError::Full(()));
            }
            if Block::<T>::is_gap(tail) {
                self.append(tail);
                continue;
            }
            let block = self.tail.block();
            if self.tail.end.claim(tail, tail + 1) {
                // SAFETY: the position is this thread's, and the block that of the position.
                let slot = unsafe { self.slot_to_fill(block, tail) };
                // SAFETY: empty, and this thread's.
                unsafe { slot.put_from(value, Block::<T>::full(tail)) };
                self.doorbells.ring(tail);
                return Ok(());
            }
            backoff.spin();
        }
    }

    /// Returns the slot for the send at this position.
    ///
    /// # Safety
    ///
    /// The caller has read the number of the senders' end, which is this position, then the block,
    /// and has then claimed the position.
    #[inline(always)]
    pub(super) unsafe fn slot_to_fill(&self, block: Block<T>, position: u64) -> &Slot<T> {
        block.prefetch_ahead(position);
        // SAFETY: the block of this position, by the order of the loads, and alive, since the value
        // is still to be taken. The slot is empty: its stamp is of an earlier lap, if of any.
        unsafe { block.slot(position) }
    }

    /// Moves the senders' end from this gap to the next block. Makes that block if it does not
    /// exist.
    pub(super) fn append(&self, tail: u64) {
        let _visit = self.blocks.pin();
        let block = self.tail.block();
        // SAFETY: alive, since this thread is pinned.
        if Block::<T>::gap(unsafe { block.first() }) != tail {
            // Another sender has done the first step.
            self.tail.end.claim(tail, tail + 1);
            return;
        }
        // SAFETY: alive, since this thread is pinned.
        let mut next = unsafe { block.next() };
        if next == Block::NONE {
            next = self.link(block, tail + 1);
        }
        self.tail.go_on(tail, block, next);
    }

    /// Links a new block behind this one, unless another sender is faster. Returns the block that
    /// is linked.
    fn link(&self, block: Block<T>, first: u64) -> Block<T> {
        let made = self.blocks.obtain(first);
        // SAFETY: alive, since this thread is pinned.
        let next = &unsafe { block.head() }.next;
        // ORDERING: Release; pairs with the Acquire in `Block::next`: what is in the block.
        // Acquire; pairs with the Release of the sender that was faster.
        let order = (Ordering::Release, Ordering::Acquire);
        match next.compare_exchange(std::ptr::null_mut(), made.0, order.0, order.1) {
            Ok(_) => made,
            Err(linked) => {
                // SAFETY: no other thread knows it.
                unsafe { self.blocks.keep(made) };
                Block(linked)
            }
        }
    }
}
