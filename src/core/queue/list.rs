//! The list: blocks of stamped slots (`core/queue/block.rs`), linked as they are needed.
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
#[path = "../tests/list.rs"]
mod tests;

use super::{
    block::Block,
    blocks::Blocks,
    doorbells::Doorbells,
    drop_values,
    end::{both, exact, plain, version, End, CLOSED, OVERDUE},
    overdue::Overdue,
    slot::Slot,
    Amount, Effort, Queue, TryRecv, TrySend,
};
use crate::{
    core::{padded::Padded, Side},
    error::{TryRecvError, TrySendError},
    sync::{
        mutant, store_load_fence, AtomicPtr, AtomicU64, AtomicU8, AtomicUsize, Backoff, Ordering,
    },
};

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

struct Head<T> {
    place: Cursor<T>,
    /// Positions below this have been claimed by senders, and are in the receivers' block or an
    /// earlier one.
    known: AtomicU64,
}

/// A full slot that is the caller's to empty.
struct Full<'a, T> {
    slot: &'a Slot<T>,
    mark: &'a AtomicU8,
}

impl<T> Full<'_, T> {
    #[inline(always)]
    fn take(self) -> T {
        // SAFETY: full, and the caller's.
        let value = unsafe { self.slot.take() };
        self.mark();
        value
    }

    fn take_to(self, into: &mut Option<T>) {
        // SAFETY: full, and the caller's.
        unsafe { self.slot.take_to(into) };
        self.mark();
    }

    /// Marks the value as taken: from then on the block may be gone.
    #[inline(always)]
    fn mark(self) {
        // ORDERING: Release; pairs with the Acquire in `Block::is_used_up`.
        self.mark.store(1, Ordering::Release);
    }
}

/// What a receive has claimed.
enum Claimed<'a, T> {
    Full(Full<'a, T>),
    /// The sender is in the middle of its step. The slot is in this block.
    Late(Block<T>),
}

/// The block of a late value. A receiver has claimed the slot and the sender has not filled it yet,
/// so the block is alive.
struct Noted<T>(Block<T>);

impl<T> Clone for Noted<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Noted<T> {}

// SAFETY: a pointer into a block that is alive.
unsafe impl<T> Send for Noted<T> {}

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

    /// The slot of a send.
    ///
    /// # Safety
    ///
    /// The caller has read the number of the senders' end, which is this position, then the block,
    /// and has then claimed the position.
    #[inline(always)]
    unsafe fn slot_to_fill(&self, block: Block<T>, position: u64) -> &Slot<T> {
        block.prefetch_ahead(position);
        // SAFETY: the block of this position, by the order of the loads, and alive, since the value
        // is still to be taken. The slot is empty: its stamp is of an earlier lap, if of any.
        unsafe { block.slot(position) }
    }

    /// Moves the senders' end from this gap to the next block, which is there or is made.
    fn append(&self, tail: u64) {
        let _visit = self.blocks.pin();
        let block = self.tail.block();
        // SAFETY: alive, since this thread visits.
        if Block::<T>::gap(unsafe { block.first() }) != tail {
            // Another sender has done the first step.
            self.tail.end.claim(tail, tail + 1);
            return;
        }
        // SAFETY: alive, since this thread visits.
        let mut next = unsafe { block.next() };
        if next == Block::NONE {
            next = self.link(block, tail + 1);
        }
        self.tail.go_on(tail, block, next);
    }

    /// Links a block behind this one, unless another sender does; returns the one that is there.
    fn link(&self, block: Block<T>, first: u64) -> Block<T> {
        let made = self.blocks.obtain(first);
        // SAFETY: alive, since this thread visits.
        let next = &unsafe { block.head() }.next;
        let order = (Ordering::Release, Ordering::Acquire);
        // ORDERING: Release; pairs with the Acquire in `Block::next`: what is in the block.
        match next.compare_exchange(std::ptr::null_mut(), made.0, order.0, order.1) {
            Ok(_) => made,
            Err(linked) => {
                // SAFETY: nobody else knows it.
                unsafe { self.blocks.keep(made) };
                Block(linked)
            }
        }
    }

    /// Claims the next value. `None`: look again.
    fn next(
        &self,
        head: u64,
        effort: Effort,
        backoff: &mut Backoff,
    ) -> Result<Option<Full<'_, T>>, TryRecvError> {
        let tail = self.tail.end.look();
        if Self::same(plain(tail), head) || mutant("closed_first") {
            return self.refusal(head, tail).map_or(Ok(None), Err);
        }
        if Block::<T>::is_gap(head) {
            self.leave(head, effort);
            return Ok(None);
        }
        match self.full_at(head, head) {
            Some(Claimed::Full(full)) => Ok(Some(full)),
            Some(Claimed::Late(block)) => Ok(self.wait_or_step_over(head, block)),
            None => {
                backoff.spin();
                Ok(None)
            }
        }
    }

    /// Takes out a late value that has come, or else claims the next one. `None`: look again.
    fn late_or_next(
        &self,
        head: u64,
        effort: Effort,
        backoff: &mut Backoff,
    ) -> Result<Option<Full<'_, T>>, TryRecvError> {
        let (place, position) = (&self.head.place, plain(head));
        let pin = self.blocks.pin();
        let (block, at_gap) = (place.block(), Block::<T>::is_gap(position));
        // SAFETY: alive, since this thread visits.
        let is_here =
            !at_gap && Block::<T>::gap(unsafe { block.first() }) == Block::<T>::gap(position);
        let next = match is_here {
            // SAFETY: the block of this position, and alive.
            true => unsafe { Self::full_in(block, position) },
            false => None,
        };
        // Only without a next value: each look at the senders' end takes its cache line away from
        // them.
        let is_empty = next.is_none() && Self::same(plain(self.tail.end.look()), position);
        if at_gap && !is_empty {
            drop(pin);
            self.leave(head, effort);
            return Ok(None);
        }
        if mutant("looks_for_late_ones_first") {
            if let Some(late) = self.find_late() {
                return Ok(Some(late));
            }
        }
        // Now, since what was sent before the next value is there by now.
        let late = self.find_late().filter(|_| !mutant("looks_for_late_ones_first"));
        if let Some(late) = late {
            return Ok(Some(late));
        }
        if is_empty {
            return self.refusal(head, self.tail.end.look()).map_or(Ok(None), Err);
        }
        if !is_here {
            return Ok(None);
        }
        let claim = || place.end.claim(head, head + 1);
        if next.is_some() {
            return Ok(next.filter(|_| claim()));
        }
        if backoff.pause() || self.overdue.note(position, Noted(block), claim, || self.unflag()) {
            return Ok(None);
        }
        if effort != Effort::Strong || !backoff.snooze() {
            return Err(TryRecvError::Empty);
        }
        Ok(None)
    }

    /// Why a receive that has seen these numbers, and no late value between them, finds nothing.
    /// `None`: look again.
    fn refusal(&self, head: u64, tail: u64) -> Option<TryRecvError> {
        // Both ends only grow, so if they are the same, they were the same in between.
        if !Self::same(plain(tail), plain(head)) && !mutant("closed_first") {
            return None;
        }
        if tail & CLOSED == 0 {
            return Some(TryRecvError::Empty);
        }
        if self.overdue.seal() {
            return Some(TryRecvError::Closed);
        }
        // Its send has not returned if it is still noted as it was before the look for it.
        (head & OVERDUE != 0 && self.head.place.end.look() == head).then_some(TryRecvError::Empty)
    }

    /// Whether a close has begun, without a look at the senders' end.
    #[inline]
    fn closes(&self) -> bool {
        // ORDERING: Acquire; pairs with the Release in `close`. A thread that knows of the close
        // sees it.
        self.closing.load(Ordering::Acquire) != 0
    }

    /// Whether a receive that sees this number would find something, without a look at the senders'
    /// end.
    fn rings_for(&self, head: u64) -> bool {
        // What follows a gap is at the next position.
        let next = plain(head) + u64::from(Block::<T>::is_gap(plain(head)));
        // ORDERING: Acquire; as in `pop_now`.
        let known =
            next < self.head.known.load(Ordering::Acquire) || next < self.doorbells.heard(next);
        known || head & OVERDUE != 0 && self.overdue.any(Self::has_come)
    }

    /// Reads the doorbells: positions below the result, up to the end of the block of `head`, have
    /// been claimed by senders.
    #[inline(always)]
    fn learn(&self, head: u64) -> u64 {
        let known = self.doorbells.heard(head).min(Block::<T>::gap(head) & !OVERDUE);
        // ORDERING: Release; pairs with the Acquire in `pop`: that they have been claimed.
        self.head.known.store(known, Ordering::Release);
        known
    }

    /// Whether both are the next position of the same block, or of none that is there yet.
    fn same(tail: u64, head: u64) -> bool {
        // A gap counts as the position behind it.
        let next = |position| position + u64::from(Block::<T>::is_gap(position));
        next(tail) == next(head)
    }

    /// Claims the position of this number for a receive, if no other receiver is faster.
    #[inline(always)]
    fn full_at(&self, head: u64, position: u64) -> Option<Claimed<'_, T>> {
        let block = self.head.place.block();
        if !self.head.place.end.claim(head, head + 1) {
            return None;
        }
        // SAFETY: the block of this position, by the order of the loads, and alive, since the value
        // is still to be taken.
        let full = unsafe { Self::full_in(block, position) };
        Some(full.map_or(Claimed::Late(block), Claimed::Full))
    }

    /// The slot of this position, if the value is there.
    ///
    /// # Safety
    ///
    /// It is the block of the position, and alive.
    #[inline(always)]
    unsafe fn full_in<'a>(block: Block<T>, position: u64) -> Option<Full<'a, T>> {
        // SAFETY: by the contract.
        let slot = unsafe { block.slot(position) };
        if slot.stamp() != Block::<T>::full(position) {
            return None;
        }
        // SAFETY: by the contract.
        Some(Full { slot, mark: unsafe { block.mark(position) } })
    }

    /// Waits for the value of a position that this thread has claimed. `None`: it is late, and left
    /// to later receives.
    fn wait_or_step_over(&self, position: u64, block: Block<T>) -> Option<Full<'_, T>> {
        // SAFETY: the block of a position that this thread has claimed, and not marked.
        let full = || unsafe { Self::full_in(block, position) };
        let is_late = || full().is_none();
        // In this order: from the flag on, each receive looks for noted positions.
        let flag_and_look = || {
            self.head.place.end.flag(OVERDUE);
            is_late()
        };
        let mut backoff = Backoff::new();
        while is_late() {
            // Without a pause once it closes: others may be about to find the list empty for good.
            if !self.closes() && backoff.pause() {
                continue;
            }
            if self.overdue.note(position, Noted(block), flag_and_look, || self.unflag()) {
                return None;
            }
            backoff.snooze();
        }
        full()
    }

    #[cold]
    #[inline(never)]
    fn pop_late(&self, position: u64, block: Block<T>) -> Option<T> {
        self.wait_or_step_over(position, block).map(Full::take)
    }

    /// Takes out a late value, if one has come.
    fn find_late(&self) -> Option<Full<'_, T>> {
        let (position, Noted(block)) = self.overdue.find(Self::has_come, || self.unflag())?;
        // SAFETY: found by this thread alone, so the block is alive until it has taken the value.
        unsafe { Self::full_in(block, position) }
    }

    /// Whether the value of a position that is noted is there. Called under the lock.
    fn has_come(position: u64, Noted(block): Noted<T>) -> bool {
        // SAFETY: noted, so nobody has taken the value yet, and the block is alive.
        unsafe { Self::full_in(block, position) }.is_some()
    }

    fn unflag(&self) {
        self.head.place.end.unflag(OVERDUE);
    }

    /// Moves the receivers' end from this gap to the next block, which is there.
    fn leave(&self, head: u64, effort: Effort) {
        let place = &self.head.place;
        let pin = self.blocks.pin();
        let block = place.block();
        // SAFETY: alive, since this thread visits.
        let left = if Block::<T>::gap(unsafe { block.first() }) == plain(head) {
            // SAFETY: alive, since this thread visits.
            place.go_on(head, block, unsafe { block.next() })
        } else {
            // Another receiver has done the first step.
            place.end.claim(head, head + 1);
            false
        };
        drop(pin);
        if left {
            // SAFETY: this thread has moved the end on, and so cares for the block, which is alive
            // until it is reclaimed.
            unsafe { self.blocks.retire(block) };
            if effort != Effort::UnderLock {
                self.blocks.reclaim();
            }
        }
    }
}

impl<T> Queue<T> for List<T> {
    const BOUNDED: bool = false;

    #[inline(always)]
    fn push_now(&self, value: T) -> Result<(), T> {
        let tail = self.tail.end.peek();
        if tail & CLOSED != 0 || Block::<T>::is_gap(tail) {
            return Err(value);
        }
        let block = self.tail.block();
        if !self.tail.end.claim(tail, tail + 1) {
            return Err(value);
        }
        // SAFETY: the position is this thread's, and the block its own.
        let slot = unsafe { self.slot_to_fill(block, tail) };
        // SAFETY: empty, and this thread's.
        unsafe { slot.put(value, Block::<T>::full(tail)) };
        self.doorbells.ring(tail);
        Ok(())
    }

    #[inline(always)]
    fn pop_now(&self) -> Option<T> {
        let head = self.head.place.end.peek();
        // ORDERING: Acquire; pairs with the Release in `learn`.
        let is_claimed = head < self.head.known.load(Ordering::Acquire) || head < self.learn(head);
        if !is_claimed {
            return None;
        }
        match self.full_at(head, head)? {
            Claimed::Full(full) => Some(full.take()),
            Claimed::Late(block) => self.pop_late(head, block),
        }
    }

    #[cold]
    #[inline(never)]
    fn push(&self, value: &mut Option<T>, _: Effort) -> TrySend {
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
                // SAFETY: the position is this thread's, and the block its own.
                let slot = unsafe { self.slot_to_fill(block, tail) };
                // SAFETY: empty, and this thread's.
                unsafe { slot.put_from(value, Block::<T>::full(tail)) };
                self.doorbells.ring(tail);
                return Ok(());
            }
            backoff.spin();
        }
    }

    #[cold]
    #[inline(never)]
    fn pop(&self, slot: &mut Option<T>, effort: Effort) -> TryRecv {
        let mut backoff = Backoff::new();
        loop {
            exact(effort);
            let head = self.head.place.end.look();
            if effort == Effort::Weak && !self.rings_for(head) && !self.closes() {
                return Err(TryRecvError::Empty);
            }
            let next = match head & OVERDUE {
                0 => self.next(head, effort, &mut backoff),
                _ => self.late_or_next(head, effort, &mut backoff),
            };
            if let Some(full) = next? {
                full.take_to(slot);
                return Ok(());
            }
        }
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
