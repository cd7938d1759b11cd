//! The list: blocks of stamped slots (`core/queue/list/block.rs`), linked as they are needed.
//!
//! - `head <= tail`, and both only grow. An operation claims its position with one exchange. The
//!   slot is its own until it stamps it. A receive claims only what a send has claimed, and waits
//!   for the stamp or steps over the position;
//! - each end has the block of its position. An end in a gap goes on in two steps: first the block,
//!   then the number. A thread that finds the end there does the steps that are left, so no thread
//!   waits for another;
//! - so a thread that reads a number that is no gap, then the block, and then exchanges that
//!   number, has its block. A block with a position that is claimed, and not yet stamped as taken,
//!   is alive;
//! - a send takes effect with its exchange, or, for receives that have stepped over it, with its
//!   stamp; a receive with its exchange; a close when it sets `CLOSED` in `tail`.
//!
//! A sender that is stopped between its exchange and its stamp costs its own value and its block, a
//! receiver only its block. A thread that is stopped on a visit keeps every block that is used up.
#![allow(unsafe_code)]

#[cfg(all(test, not(any(loom, shuttle))))]
#[path = "../../tests/list.rs"]
mod tests;

mod block;
mod blocks;
mod doorbells;
mod overdue;
mod recv;
mod send;

use super::{
    drop_values,
    end::{both, plain, version, End, CLOSED, OVERDUE},
    slot::Slot,
    Amount, Effort, Queue, TryRecv, TrySend,
};
use crate::{
    core::{channel::Side, padded::Padded},
    sync::{store_load_fence, AtomicPtr, AtomicU64, AtomicUsize, Ordering},
};
use block::Block;
use blocks::Blocks;
use doorbells::Doorbells;
use overdue::Overdue;
use recv::{Head, Noted};

#[repr(C)]
pub(crate) struct List<T> {
    /// The senders' end.
    tail: Padded<Cursor<T>>,
    /// The receivers' end.
    head: Padded<Head<T>>,
    doorbells: Doorbells,
    /// Spares a polling thread the look at the senders' end. Set before the close takes effect.
    closing: AtomicUsize,
    overdue: Overdue<Noted<T>>,
    blocks: Padded<Blocks<T>>,
}

/// Where an end is.
struct Cursor<T> {
    end: End,
    block: AtomicPtr<Slot<T>>,
}

// SAFETY: a value is moved in by one thread and out by another, never shared: each position has one
// sender and one receiver, and the receiver waits for the stamp.
unsafe impl<T: Send> Sync for List<T> {}
// SAFETY: owns its values and blocks.
unsafe impl<T: Send> Send for List<T> {}

impl<T> Cursor<T> {
    fn new(block: Block<T>) -> Self {
        Self { end: End::new(Block::<T>::START), block: AtomicPtr::new(block.0) }
    }

    /// The block at which this end is, or was.
    #[inline(always)]
    fn block(&self) -> Block<T> {
        // ORDERING: SeqCst; after the caller has counted as a visitor, pairs with the exchange in
        // `go_on`. Acquire; pairs with the same: what is in the block. After the number that the
        // caller has read.
        Block(self.block.load(Ordering::SeqCst))
    }

    /// Moves this end from the gap at its number to the next block. True if the caller has done the
    /// first step, and so has to care for the block that the end leaves.
    fn go_on(&self, number: u64, from: Block<T>, to: Block<T>) -> bool {
        let order = (Ordering::SeqCst, Ordering::Relaxed);
        // ORDERING: SeqCst; before the look at the visitors, pairs with the load in `block`.
        // Release: what is in the block.
        let first = self.block.compare_exchange(from.0, to.0, order.0, order.1).is_ok();
        store_load_fence();
        self.end.claim(number, number + 1);
        first
    }
}

impl<T> List<T> {
    #[inline(always)] // Made in place, not copied.
    #[track_caller]
    pub(in crate::core) fn new() -> Self {
        // Before anything is sent, since it panics if such a block cannot exist.
        Block::<T>::check();
        let block = Block::allocate(Block::<T>::START);
        let known = AtomicU64::new(0);
        Self {
            tail: Padded::new(Cursor::new(block)),
            head: Padded::new(Head { place: Cursor::new(block), known }),
            doorbells: Doorbells::new(),
            closing: AtomicUsize::new(0),
            overdue: Overdue::new(),
            blocks: Padded::new(Blocks::new()),
        }
    }

    /// Whether a close has begun, without a look at the senders' end.
    #[inline]
    fn closes(&self) -> bool {
        // ORDERING: Acquire; pairs with the Release in `close`. A thread that knows of the close
        // sees it.
        self.closing.load(Ordering::Acquire) != 0
    }

    /// Whether both are the next position of the same block, or of none that is there yet.
    fn same(tail: u64, head: u64) -> bool {
        // A gap counts as the position behind it.
        let next = |position| position + u64::from(Block::<T>::is_gap(position));
        next(tail) == next(head)
    }
}

impl<T> Queue<T> for List<T> {
    const BOUNDED: bool = false;

    #[inline(always)]
    fn push_now(&self, value: T) -> Result<(), T> {
        self.put_now(value)
    }

    #[inline(always)]
    fn pop_now(&self) -> Option<T> {
        self.take_now()
    }

    fn push(&self, value: &mut Option<T>, _: Effort) -> TrySend {
        self.put(value)
    }

    fn pop(&self, into: &mut Option<T>, effort: Effort) -> TryRecv {
        self.take(into, effort)
    }

    fn reclaim(&self) {
        self.blocks.reclaim();
    }

    fn close(&self) -> bool {
        // ORDERING: Release; pairs with the Acquire in `closes`.
        self.closing.store(1, Ordering::Release);
        self.tail.end.flag(CLOSED)
    }

    fn is_closed(&self) -> bool {
        self.tail.end.look() & CLOSED != 0
    }

    fn len(&self) -> usize {
        let (head, tail) = (&self.head.place.end, &self.tail.end);
        let between = |(tail, head)| {
            let [sent, received] = [tail, head].map(|number| Block::<T>::count(plain(number)));
            sent.saturating_sub(received) as usize
        };
        let ends = both(tail, head);
        if ends.1 & OVERDUE == 0 {
            return between(ends);
        }
        self.overdue.count_with(|late| late + between(both(tail, head)))
    }

    fn holds_any(&self) -> bool {
        let head = self.head.place.end.look();
        head & OVERDUE != 0 || !Self::same(plain(self.tail.end.look()), head)
    }

    fn cap(&self) -> Option<usize> {
        None
    }

    fn can_proceed(&self, side: Side) -> bool {
        let head = self.head.place.end.peek();
        side == Side::Send
            || !Self::same(plain(self.tail.end.peek()), plain(head))
            || head & OVERDUE != 0 && self.overdue.any(Self::has_come)
    }

    fn looks_ready(&self, side: Side, _: Amount) -> bool {
        side == Side::Send || self.rings_for(self.head.place.end.peek()) || self.closes()
    }

    fn version(&self) -> u64 {
        version(&self.tail.end, &self.head.place.end) + (self.overdue.found() << 1)
    }

    fn at_rest(&self, side: Side) -> Option<u64> {
        // With its flag, this number never equals one of the other end.
        let head = self.head.place.end.look();
        let tail = self.tail.end.look();
        let is_empty = head & OVERDUE == 0 && tail & CLOSED == 0 && Self::same(tail, head);
        (side == Side::Recv && is_empty).then_some(Block::<T>::count(tail))
    }

    fn is_large(&self) -> bool {
        true
    }
}

impl<T> Drop for List<T> {
    fn drop(&mut self) {
        if self.holds_any() {
            drop_values(self);
        }
        let mut next = self.head.place.block();
        while next != Block::NONE {
            let block = next;
            // SAFETY: nobody else is left, so it is alive until it is freed here.
            next = unsafe { block.next() };
            // SAFETY: its values have been taken, and no other block leads to it.
            unsafe { block.free() };
        }
    }
}
