//! A block of the list: slots, and behind them a head that links the next block.
//!
//! Each block is for one lap of `LAP` positions. The last position of a lap is not a slot but a
//! gap: the head stands in its place, and an end that gets there moves to the next block. A pointer
//! to a block is the address of the slot of its lap's first position. The first block is smaller
//! than the others, since many channels carry few values. It has only the last slots of its lap, so
//! its pointer lies in front of its memory.
//!
//! The stamp of a slot grows with the laps: it is `full` when the value is there. A mark apart from
//! the slot says that the value has been taken. A stamp by the receiver would take the slot's cache
//! line away from the sender that fills the next slot. The marks stand behind the head, one for
//! each slot, the last one first.
#![allow(unsafe_code)]

use std::{
    alloc::{alloc, dealloc, handle_alloc_error, Layout, LayoutError},
    mem::{align_of, size_of},
    ptr,
};

use super::Slot;
use crate::sync::{
    prefetch_write, AtomicPtr, AtomicU64, AtomicU8, Ordering, UnsafeCell, SMALL_BLOCKS,
};

/// About how many bytes of slots a block has, unless that makes fewer than `LEAST` slots.
const PAGE: usize = 4096;
const LEAST: u64 = 32;
/// How many bytes ahead of a send cache lines are prefetched.
const AHEAD: usize = 128;
/// Slots of the first block.
const FIRST: u64 = if SMALL_BLOCKS { 1 } else { 8 };

/// The part of a block behind its slots.
pub(super) struct Head<T> {
    pub(super) next: AtomicPtr<Slot<T>>,
    /// The next block in the stack of those that have left the list.
    pub(super) below: AtomicPtr<Slot<T>>,
    /// The position of the first slot.
    first: AtomicU64,
    /// Holds nothing: a model checks by it that no thread reads a block that is given up.
    alive: UnsafeCell<()>,
}

/// A pointer to a block. It does not keep the block alive.
pub(super) struct Block<T>(pub(super) *mut Slot<T>);

impl<T> Clone for Block<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Block<T> {}

impl<T> PartialEq for Block<T> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<T> Block<T> {
    pub(super) const NONE: Self = Self(ptr::null_mut());

    /// Positions from one block to the next, a power of two.
    pub(super) const LAP: u64 = {
        let mut lap = if SMALL_BLOCKS { 4 } else { LEAST };
        while !SMALL_BLOCKS && (lap as usize) < PAGE / size_of::<Slot<T>>() {
            lap *= 2;
        }
        lap
    };
    /// A head stands in the place of a slot, so it needs no stricter alignment.
    const ALIGNED: () = assert!(align_of::<Head<T>>() <= align_of::<Slot<T>>());
    /// Slots of a block.
    const SLOTS: u64 = Self::LAP - 1;
    /// The first position of all.
    pub(super) const START: u64 = Self::SLOTS - FIRST;

    /// Returns whether no slot belongs to this position.
    #[inline]
    pub(super) fn is_gap(position: u64) -> bool {
        position % Self::LAP == Self::SLOTS
    }

    /// Returns the gap behind this position, or the position itself if it is a gap.
    #[inline]
    pub(super) fn gap(position: u64) -> u64 {
        position | Self::SLOTS
    }

    /// Returns how many sends come before `position`, plus a number that is the same for all
    /// positions.
    pub(super) fn count(position: u64) -> u64 {
        position / Self::LAP * Self::SLOTS + position % Self::LAP
    }

    /// Returns the stamp of the slot of this position when its value is there.
    #[inline]
    pub(super) fn full(position: u64) -> u64 {
        Self::gap(position)
    }

    /// Panics if no memory holds as many values as a block has positions.
    #[inline(always)]
    #[track_caller]
    pub(super) fn check() {
        let _ = Self::possible(Layout::array::<Slot<T>>(Self::LAP as usize));
    }

    #[inline(always)]
    #[track_caller]
    fn possible<R>(layout: Result<R, LayoutError>) -> R {
        layout.expect("capacity overflow: the values are too large for an unbounded channel")
    }

    /// Returns the layout of a block whose slots begin at `first`, and the offset of its head.
    #[track_caller]
    pub(super) fn layout(first: u64) -> (Layout, usize) {
        let count = (Self::SLOTS - first % Self::LAP) as usize;
        let slots = Layout::array::<Slot<T>>(count);
        let with_head = slots.and_then(|slots| slots.extend(Layout::new::<Head<T>>()));
        let marks = Layout::array::<AtomicU8>(count);
        Self::possible(with_head.and_then(|(layout, head)| Ok((layout.extend(marks?)?.0, head))))
    }

    /// Allocates a block from this position on, never on the stack: it is large where `T` is.
    pub(super) fn allocate(first: u64) -> Self {
        let (layout, head) = Self::layout(first);
        // SAFETY: a block is not of size zero.
        let memory = unsafe { alloc(layout) };
        if memory.is_null() {
            handle_alloc_error(layout);
        }
        let begin = memory.cast::<Slot<T>>();
        let block = Self(begin.wrapping_sub((first % Self::LAP) as usize));
        for position in first..Self::gap(first) {
            // SAFETY: memory for a slot that holds nothing yet.
            unsafe { Slot::init(block.place(position)) };
            // SAFETY: memory for its mark.
            unsafe { block.place_of_mark(position).write(AtomicU8::new(0)) };
        }
        // SAFETY: inside the allocation.
        let head = unsafe { memory.add(head) }.cast::<Head<T>>();
        let (next, below) = (AtomicPtr::new(ptr::null_mut()), AtomicPtr::new(ptr::null_mut()));
        // SAFETY: memory for the head, aligned by the layout.
        unsafe {
            head.write(Head {
                next,
                below,
                first: AtomicU64::new(first),
                alive: UnsafeCell::new(()),
            })
        };
        block
    }

    /// Frees a block that no thread uses any more.
    ///
    /// # Safety
    ///
    /// Allocated, and freed once. Its values have been moved out.
    pub(super) unsafe fn free(self) {
        // SAFETY: alive until now, by the contract.
        let first = unsafe { self.first() };
        let memory = self.place(first).cast();
        // SAFETY: the layout that it was allocated with. Nothing in it needs to be dropped: values
        // are `MaybeUninit`.
        unsafe { dealloc(memory, Self::layout(first).0) };
    }

    #[inline]
    fn place(self, position: u64) -> *mut Slot<T> {
        self.0.wrapping_add((position % Self::LAP) as usize)
    }

    /// Returns the slot of `position`.
    ///
    /// # Safety
    ///
    /// The block is that of `position`, which is no gap, and alive for as long as the slot is used.
    #[inline]
    pub(super) unsafe fn slot<'a>(self, position: u64) -> &'a Slot<T> {
        if cfg!(loom) {
            // SAFETY: alive by the contract.
            unsafe { self.head() }.alive.with(|_| ());
        }
        // SAFETY: initialized by `allocate`, and alive by the contract.
        unsafe { &*self.place(position) }
    }

    /// Prefetches the cache line of a later slot. The receiver still has the line, and a send that
    /// waits for it holds up all locked instructions behind it.
    #[inline(always)]
    pub(super) fn prefetch_ahead(self, position: u64) {
        prefetch_write(self.place(position) as usize + AHEAD);
    }

    /// Returns the place of the head: behind the slots, where `layout` has room for it.
    #[inline]
    fn place_of_head(self) -> *mut Head<T> {
        let () = Self::ALIGNED;
        self.place(Self::SLOTS).cast()
    }

    #[inline]
    fn place_of_mark(self, position: u64) -> *mut AtomicU8 {
        let marks = self.place_of_head().wrapping_add(1).cast::<AtomicU8>();
        marks.wrapping_add((Self::SLOTS - 1 - position % Self::LAP) as usize)
    }

    /// # Safety
    ///
    /// The block is alive for as long as the head is used.
    pub(super) unsafe fn head<'a>(self) -> &'a Head<T> {
        // SAFETY: written by `allocate`; alive by the contract.
        unsafe { &*self.place_of_head() }
    }

    /// Returns the mark that says whether the value of this position has been taken.
    ///
    /// # Safety
    ///
    /// The contract of `slot`.
    #[inline]
    pub(super) unsafe fn mark<'a>(self, position: u64) -> &'a AtomicU8 {
        // SAFETY: written by `allocate`; alive by the contract.
        unsafe { &*self.place_of_mark(position) }
    }

    /// Returns the position of the first slot of the block.
    ///
    /// # Safety
    ///
    /// The block is alive.
    pub(super) unsafe fn first(self) -> u64 {
        // SAFETY: alive by the contract.
        let head = unsafe { self.head() };
        head.alive.with(|_| ());
        // ORDERING: Relaxed; written before the block was linked.
        head.first.load(Ordering::Relaxed)
    }

    /// Tells a model that no thread reads the block any more.
    ///
    /// # Safety
    ///
    /// The block is alive.
    pub(super) unsafe fn give_up(self) {
        // SAFETY: alive by the contract.
        unsafe { self.head() }.alive.with_mut(|_| ());
    }

    /// Makes this the block of another lap.
    ///
    /// # Safety
    ///
    /// The block is alive, the caller's alone, and not the first one. No value is in it.
    pub(super) unsafe fn renew(self, first: u64) {
        // SAFETY: alive by the contract.
        let head = unsafe { self.head() };
        // ORDERING: Relaxed, both; published when the block is linked.
        head.first.store(first, Ordering::Relaxed);
        head.next.store(ptr::null_mut(), Ordering::Relaxed);
        // SAFETY: alive by the contract.
        unsafe { self.marks(first) }.iter().for_each(|mark| mark.store(0, Ordering::Relaxed));
    }

    /// Returns whether all values of the block have been taken.
    ///
    /// # Safety
    ///
    /// The block is alive.
    pub(super) unsafe fn is_used_up(self) -> bool {
        // SAFETY: alive by the contract.
        let first = unsafe { self.first() };
        // SAFETY: alive by the contract.
        let marks = unsafe { self.marks(first) };
        // ORDERING: Acquire; pairs with the Release of the thread that took the value: it is done
        // with the slot.
        marks.iter().all(|mark| mark.load(Ordering::Acquire) != 0)
    }

    /// Returns the marks of all slots of the block.
    ///
    /// # Safety
    ///
    /// The block is alive, and this the position of its first slot.
    unsafe fn marks<'a>(self, first: u64) -> &'a [AtomicU8] {
        let (marks, count) = (self.place_of_mark(Self::gap(first) - 1), Self::gap(first) - first);
        // SAFETY: written by `allocate`, from the last one on; alive by the contract.
        unsafe { std::slice::from_raw_parts(marks, count as usize) }
    }

    /// Returns the next block, or `NONE`.
    ///
    /// # Safety
    ///
    /// The block is alive.
    pub(super) unsafe fn next(self) -> Self {
        // SAFETY: alive by the contract.
        let head = unsafe { self.head() };
        head.alive.with(|_| ());
        // ORDERING: Acquire; pairs with the Release in `List::link`: the slots of the next block.
        Self(head.next.load(Ordering::Acquire))
    }
}
