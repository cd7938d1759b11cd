//! The list: blocks of stamped slots (`core/queue/list/block.rs`), linked as they are needed.
//!
//! - `head <= tail`, and both only grow. An operation claims its position with one exchange. The
//!   slot is the operation's until its stamp. A receive claims only what a send has claimed; it
//!   waits for the stamp or steps over the position;
//! - each end has the block of its position. An end in a gap moves on in two steps: first the
//!   block, then the number. A thread that finds the end in a gap does the steps that are left, so
//!   no thread waits for another;
//! - so if a thread reads a number that is no gap, then the block, and then exchanges that number,
//!   the block is that of the number. A block is alive while a claimed position in it is not marked
//!   as taken;
//! - a send takes effect with its exchange, or, for receives that have stepped over it, with its
//!   stamp; a receive with its exchange; a close when it sets `CLOSED` in `tail`.
//!
//! A sender that is stopped between its exchange and its stamp holds back its own value and its
//! block, a receiver only its block. A thread that is stopped while it is pinned holds back every
//! block that is used up.
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
    /// Not 0 once a close has begun, so that a polling thread need not read the senders' end. Set
    /// before the close takes effect.
    closing: AtomicUsize,
    overdue: Overdue<Noted<T>>,
    blocks: Padded<Blocks<T>>,
}

/// The position of an end, and its block.
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

    /// Returns the block at which this end is, or was.
    #[inline(always)]
    fn block(&self) -> Block<T> {
        // ORDERING: SeqCst; after the caller has pinned, pairs with the exchange in `go_on`.
        // Acquire; pairs with the same exchange: what is in the block. The caller has read the
        // number before.
        Block(self.block.load(Ordering::SeqCst))
    }

    /// Moves this end from the gap `number` to the next block. Returns true if this call has done
    /// the first step. At the receivers' end the caller then has to retire the block that the end
    /// has left.
    fn go_on(&self, number: u64, from: Block<T>, to: Block<T>) -> bool {
        // ORDERING: SeqCst; before the load of the pins in `reclaim`, pairs with the load in
        // `block`. Release: what is in the block.
        let order = (Ordering::SeqCst, Ordering::Relaxed);
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
        // At the creation, not at a send, since it panics if such a block cannot exist.
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

    /// Returns whether a close has begun. Does not read the senders' end.
    #[inline]
    fn closes(&self) -> bool {
        // ORDERING: Acquire; pairs with the Release in `close`. A thread that knows of the close
        // sees it.
        self.closing.load(Ordering::Acquire) != 0
    }

    /// Returns whether both numbers stand for the same next position, so that no value is between
    /// them.
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
        // Both numbers keep their flags: a list that is closed, or has an overdue position, does
        // not rest.
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
            // SAFETY: no other thread is left, so it is alive until it is freed here.
            next = unsafe { block.next() };
            // SAFETY: its values have been taken, and no other block leads to it.
            unsafe { block.free() };
        }
    }
}
