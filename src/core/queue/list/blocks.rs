//! The blocks that are not in the list: to be used again, or freed.
//!
//! A block leaves the list when the receivers' end moves on from it. It is used again or freed once
//! all its values have been taken and no thread is pinned. A thread that reads a block in which it
//! has claimed no position pins before it loads the pointer to the block.
#![allow(unsafe_code)]

use std::ptr;

use super::{block::Block, Slot};
use crate::sync::{mutant, store_load_fence, AtomicPtr, AtomicUsize, Ordering};

/// The blocks that are not in the list.
pub(super) struct Blocks<T> {
    pins: AtomicUsize,
    /// The blocks that have left the list and may still be in use.
    pub(super) left: AtomicPtr<Slot<T>>,
    /// A block to use again, or null. Never the first block, which is too small.
    pub(super) spare: AtomicPtr<Slot<T>>,
}

/// Keeps the blocks alive for a thread that reads one in which it has claimed no position.
pub(super) struct Pin<'a>(&'a AtomicUsize);

impl Drop for Pin<'_> {
    fn drop(&mut self) {
        // ORDERING: Release; pairs with the load in `reclaim`: the pinned thread is done with the
        // block.
        self.0.fetch_sub(1, Ordering::Release);
    }
}

impl<T> Blocks<T> {
    pub(super) fn new() -> Self {
        let null = || AtomicPtr::new(ptr::null_mut());
        Self { pins: AtomicUsize::new(0), left: null(), spare: null() }
    }

    /// Pins the blocks that the caller reaches through an end from now on: they stay alive until
    /// the result is dropped.
    pub(super) fn pin(&self) -> Pin<'_> {
        // ORDERING: SeqCst; before the load in `Cursor::block`, pairs with the load in
        // `reclaim`.
        self.pins.fetch_add(1, Ordering::SeqCst);
        store_load_fence();
        Pin(&self.pins)
    }

    /// Returns an empty block for the lap that begins at `first`: the spare one, or a new one.
    pub(super) fn obtain(&self, first: u64) -> Block<T> {
        // ORDERING: Acquire; pairs with the Release in `keep`: its last user is done with it.
        let spare = Block(self.spare.swap(ptr::null_mut(), Ordering::Acquire));
        if spare == Block::NONE {
            return Block::allocate(first);
        }
        // SAFETY: the thread that swaps a block out of `spare` owns it.
        unsafe { spare.renew(first) };
        spare
    }

    /// Keeps an unused block for the next sender that needs one, and frees the one kept before.
    /// Frees the first block, which is too small.
    ///
    /// # Safety
    ///
    /// The block is alive, and the caller's alone; its values have been taken.
    pub(super) unsafe fn keep(&self, block: Block<T>) {
        // SAFETY: alive.
        unsafe { block.give_up() };
        // SAFETY: alive.
        let is_whole = unsafe { block.first() } % Block::<T>::LAP == 0;
        let unused = if is_whole {
            // ORDERING: Release; pairs with the Acquire in `obtain`. Acquire: for freeing.
            Block(self.spare.swap(block.0, Ordering::AcqRel))
        } else {
            block
        };
        if unused != Block::NONE {
            // SAFETY: the caller's, or owned by the thread that swaps it out of `spare`.
            unsafe { unused.free() };
        }
    }

    /// Retires a block that has left the list.
    ///
    /// # Safety
    ///
    /// The block is alive, and no other thread retires it.
    pub(super) unsafe fn retire(&self, block: Block<T>) {
        // SAFETY: alive.
        let below = &unsafe { block.head() }.below;
        // ORDERING: Relaxed; published by the exchange.
        let mut top = self.left.load(Ordering::Relaxed);
        loop {
            below.store(top, Ordering::Relaxed);
            // ORDERING: Release; pairs with the Acquire in `reclaim`: the block, and the link.
            match self.left.compare_exchange(top, block.0, Ordering::Release, Ordering::Relaxed) {
                Ok(_) => return,
                Err(now) => top = now,
            }
        }
    }

    /// Keeps or frees the retired blocks that no thread uses any more.
    pub(super) fn reclaim(&self) {
        // ORDERING: Relaxed; a hint only: while a thread is pinned, the blocks stay as they are.
        let is_quiet = self.pins.load(Ordering::Relaxed) == 0;
        let is_quiet = is_quiet || mutant("visits_uncounted");
        if !is_quiet || self.left.load(Ordering::Relaxed).is_null() {
            return;
        }
        // ORDERING: Acquire; pairs with the Release in `retire`. SeqCst; before the load below.
        let mut next = Block(self.left.swap(ptr::null_mut(), Ordering::SeqCst));
        store_load_fence();
        // ORDERING: SeqCst; after the blocks have left the list, pairs with the addition in `pin`:
        // a thread that pins later does not find them. Acquire; pairs with the Release of the
        // threads that were pinned.
        let is_quiet = self.pins.load(Ordering::SeqCst) == 0 || mutant("visits_uncounted");
        while next != Block::NONE {
            let block = next;
            // SAFETY: the thread that swaps a block out of `left` owns it, and it is alive.
            next = Block(unsafe { block.head() }.below.load(Ordering::Relaxed));
            // SAFETY: alive.
            if is_quiet && (mutant("frees_what_is_used") || unsafe { block.is_used_up() }) {
                // SAFETY: out of the list; all its values have been taken, and no thread is pinned.
                unsafe { self.keep(block) };
            } else {
                // SAFETY: alive, and this thread's.
                unsafe { self.retire(block) };
            }
        }
    }
}

impl<T> Drop for Blocks<T> {
    fn drop(&mut self) {
        self.reclaim();
        // ORDERING: Relaxed; no other thread is left.
        let spare = Block(self.spare.load(Ordering::Relaxed));
        if spare != Block::NONE {
            // SAFETY: in no list, and no other thread is left.
            unsafe { spare.free() };
        }
    }
}
