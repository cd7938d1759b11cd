//! The unbounded channel: a list of blocks, with a turn at each end (`core/turn.rs`).
//!
//! Sends are numbered by positions, and receives too (`core/block.rs`).
//!
//! - who sends has the senders' turn, and writes the stamp before it ends; before the last stamp of a block it links the next;
//! - who receives has the receivers' turn; `head <= tail` if both ends are at rest, and a tail whose turn is taken may
//!   be one behind;
//! - a block leaves the list when its last value has been received, so a block with a value that is
//!   still to be sent or received is alive;
//! - a send takes effect when its turn ends, or with its receive if that ends earlier; the close when it sets `CLOSED` in
//!   `tail`, in a turn.
#![allow(unsafe_code)]

#[cfg(all(test, not(any(loom, shuttle))))]
#[path = "tests/list.rs"]
mod tests;

use std::{mem::MaybeUninit, ptr};

use super::{
    apart::Apart,
    block::Block,
    buffer::Buffer,
    closing::Closing,
    turn::{Turn, CLOSED},
    Channel, Ends, Look, Received, Sent, Side,
};
use crate::{
    error::{TryRecvError, TrySendError},
    sync::{mutant, Arc, AtomicPtr, Ordering, UnsafeCell},
    wait::{Entry, Lined, Patience, Place, WaitSide, Why},
};

#[repr(C)]
pub(crate) struct List<T> {
    ends: Apart<Ends>,
    tail: Apart<End<T>>,
    head: Apart<End<T>>,
    /// Without room: what is read here is a cache line away from the allocation's end.
    receivers: WaitSide<T>,
    /// Whoever polls need not look at `tail`, which is the senders' alone.
    closing: Closing,
    /// An empty block of full size to use again, or null.
    spare: AtomicPtr<Block<T>>,
}

/// The senders' end, or the receivers'.
struct End<T> {
    turn: Turn,
    /// The block of the next position, for whoever has the turn.
    block: UnsafeCell<*mut Block<T>>,
}

impl<T> End<T> {
    fn new(block: *mut Block<T>) -> Apart<Self> {
        let turn = Turn::new(Block::<T>::START);
        Apart::new(Self { turn, block: UnsafeCell::new(block) })
    }

    /// Waits for the turn. `step` has the position of the operation and its block, and says which is the next.
    #[inline(always)]
    fn take_turn<R>(&self, step: impl FnOnce(u64, &mut *mut Block<T>) -> (u64, R)) -> R {
        self.turn.take(|position| {
            self.block.with_mut(|block| {
                // SAFETY: in this thread's turn nobody else touches the pointer.
                let block = unsafe { &mut *block };
                step(position, block)
            })
        })
    }
}

/// A block of which the last value, at this position, was received.
struct Left<T> {
    block: *mut Block<T>,
    position: u64,
}

// SAFETY: a value is moved in by one thread and out by another, never shared: who has the senders'
// turn writes it, who has the receivers' and saw the stamp takes it.
unsafe impl<T: Send> Sync for List<T> {}
// SAFETY: owns its values and blocks.
unsafe impl<T: Send> Send for List<T> {}

impl<T> List<T> {
    /// A list where it stays: as a value that is dropped if there is no memory for it, it would be made elsewhere and
    /// copied.
    #[inline]
    #[track_caller]
    pub(crate) fn shared() -> Arc<Self> {
        let list = Arc::into_raw(Arc::new(MaybeUninit::new(Self::new())));
        // SAFETY: the same type but for the wrapper, which has the same layout, and initialized.
        unsafe { Arc::from_raw(list.cast()) }
    }

    #[inline(always)]
    #[track_caller]
    fn new() -> Self {
        // Before anything is sent, since it panics if such a block cannot be.
        let _ = Block::<T>::layout(Block::<T>::LAP);
        let block = Block::allocate(Block::<T>::START);
        Self {
            tail: End::new(block),
            head: End::new(block),
            receivers: WaitSide::new(),
            closing: Closing::new(),
            spare: AtomicPtr::new(ptr::null_mut()),
            ends: Apart::new(Ends::new()),
        }
    }

    /// Whether `position` is the first of its block.
    #[inline]
    fn begins(position: u64) -> bool {
        position % Block::<T>::LAP == 0
    }

    /// An empty block of full size: the spare one, or a new one.
    #[cold]
    fn new_block(&self) -> *mut Block<T> {
        // ORDERING: Acquire; pairs with the Release in `recycle`: its receivers are done with it.
        let spare = self.spare.swap(ptr::null_mut(), Ordering::Acquire);
        if spare.is_null() {
            Block::allocate(Block::<T>::LAP)
        } else {
            spare
        }
    }

    /// Keeps an empty block of full size for the next sender that needs one; frees the one kept before.
    fn recycle(&self, block: *mut Block<T>) {
        // SAFETY: out of the list, and only this thread still knows it.
        let next = unsafe { &(*block).next };
        // ORDERING: Relaxed; published by the exchange below.
        next.store(ptr::null_mut(), Ordering::Relaxed);
        // ORDERING: Release; pairs with the Acquire in `new_block`. Acquire: for freeing.
        let before = self.spare.swap(block, Ordering::AcqRel);
        // SAFETY: whoever swaps a block out of `spare` owns it.
        unsafe { Block::free(before, Block::<T>::LAP) };
    }

    /// In the senders' turn: sends `value`, and says what the next position is. With the last value of a block comes
    /// the next block; without it, null, the block is full.
    #[inline(always)]
    fn fill(
        &self,
        tail: u64,
        block: &mut *mut Block<T>,
        next_block: *mut Block<T>,
        value: &mut Option<T>,
    ) -> (u64, Sent) {
        if tail & CLOSED != 0 {
            return (tail, Err(TrySendError::Closed(())));
        }
        let next = Block::<T>::next(tail);
        let is_last = Self::begins(next);
        if is_last && next_block.is_null() {
            return (tail, Err(TrySendError::Full(())));
        }
        if value.is_none() {
            return (tail, Err(TrySendError::Full(())));
        }
        // SAFETY: the block of this position; it is alive, since its value is still to come.
        let spot = unsafe { Block::spot(*block, tail) };
        Block::fetch_ahead(&spot, tail);
        // SAFETY: in this thread's turn the seat is its own.
        unsafe { spot.seat.fill(value) };
        if is_last && !mutant("links_late") {
            self.append(block, next_block);
        }
        spot.stamp.set(tail + 1);
        if is_last && mutant("links_late") {
            self.append(block, next_block);
        }
        (next, Ok(()))
    }

    /// Before the last value of `block` is stamped: links the next one.
    fn append(&self, block: &mut *mut Block<T>, next: *mut Block<T>) {
        // SAFETY: alive, since its last value is still to be received.
        let last = unsafe { &**block };
        *block = next;
        // ORDERING: Relaxed; published by the last stamp.
        last.next.store(next, Ordering::Relaxed);
    }

    /// Sends where the block is full but for its last seat. Allocates outside of the turn, since the allocator may be the user's,
    /// and take its time.
    #[cold]
    #[inline(never)]
    fn put_last(&self, value: &mut Option<T>) -> Sent {
        let next = self.new_block();
        let (sent, linked) = self.tail.take_turn(|tail, block| {
            let (tail, sent) = self.fill(tail, block, next, value);
            (tail, (sent, *block == next))
        });
        if !linked {
            // Another sender was faster.
            self.recycle(next);
        }
        sent
    }

    /// In the receivers' turn: receives into `slot`, and says what the next position is. With the value comes the block that
    /// has left the list, or null.
    #[inline]
    fn empty(
        &self,
        head: u64,
        block: &mut *mut Block<T>,
        slot: &mut Option<T>,
    ) -> (u64, Option<Left<T>>) {
        // SAFETY: in this thread's turn the receivers do not leave the block.
        let spot = unsafe { Block::spot(*block, head) };
        if spot.stamp.get() <= head {
            return (head, None);
        }
        // SAFETY: the stamp says that the value is there, and the turn that nobody else takes it.
        unsafe { spot.seat.take(slot) };
        let next = Block::<T>::next(head);
        let mut left = Left { block: ptr::null_mut(), position: head };
        if Self::begins(next) {
            left.block = *block;
            if !mutant("leaves_late") {
                self.leave(block);
            }
        }
        (next, Some(left))
    }

    /// In the receivers' turn, when the last value of `block` is out: goes on to the next one.
    #[cold]
    fn leave(&self, block: &mut *mut Block<T>) {
        // SAFETY: alive until this thread gives it up.
        let next = unsafe { &(**block).next };
        // ORDERING: Relaxed; the last stamp was loaded before with Acquire.
        *block = next.load(Ordering::Relaxed);
        debug_assert!(!block.is_null(), "the next block is linked before the last stamp");
    }

    /// Frees a block that has left the list, or keeps it.
    #[cold]
    fn give_up(&self, left: &Left<T>) {
        if mutant("leaves_late") {
            // SAFETY: none, outside of the turn.
            self.head.block.with_mut(|block| self.leave(unsafe { &mut *block }));
        }
        if left.position < Block::<T>::LAP {
            // SAFETY: the first block, out of the list; only this thread still knows it.
            unsafe { Block::free(left.block, left.position) };
        } else {
            self.recycle(left.block);
        }
    }

    /// Whether the value of the next receive is there. Without a look at `tail`, which is the senders'.
    fn has_next(&self) -> bool {
        self.head.take_turn(|head, block| {
            // SAFETY: in this thread's turn the receivers do not leave the block.
            let spot = unsafe { Block::spot(*block, head) };
            (head, spot.stamp.get() > head)
        })
    }

    /// The mistake `takes_the_second`: what comes first is put back at the end.
    fn take_second(&self, slot: &mut Option<T>, look: Look) -> Received {
        let mut first = None;
        self.take(&mut first, look)?;
        if self.take(slot, look).is_err() {
            *slot = first;
            return Ok(());
        }
        self.put(&mut first, look).map_err(|_| TryRecvError::Closed)
    }
}

impl<T> Buffer<T> for List<T> {
    #[inline]
    fn line(&self, side: Side) -> Option<&WaitSide<T>> {
        (side == Side::Recv).then_some(&self.receivers)
    }

    #[inline]
    fn put(&self, value: &mut Option<T>, _: Look) -> Sent {
        match self.tail.take_turn(|tail, block| self.fill(tail, block, ptr::null_mut(), value)) {
            Err(TrySendError::Full(())) => self.put_last(value),
            sent => sent,
        }
    }

    #[inline]
    fn take(&self, slot: &mut Option<T>, look: Look) -> Received {
        let mut patience = Patience::new();
        loop {
            let left = self.head.take_turn(|head, block| self.empty(head, block, slot));
            if let Some(left) = left {
                if !left.block.is_null() {
                    self.give_up(&left);
                }
                return Ok(());
            }
            self.refuse(&self.tail.turn, self.head.turn.peek(), look, &mut patience)?;
        }
    }

    fn has_something(&self, side: Side) -> bool {
        side == Side::Send || self.tail.turn.peek() & !CLOSED > self.head.turn.peek()
    }

    fn closing(&self) -> &Closing {
        &self.closing
    }
}

impl<T> Channel<T> for List<T> {
    #[inline]
    fn try_send(&self, value: &mut Option<T>, look: Look) -> Sent {
        let sent = self.put(value, look);
        if sent.is_ok() {
            self.serve_line(Side::Recv);
        }
        sent
    }

    #[inline]
    fn try_recv(&self, slot: &mut Option<T>, look: Look) -> Received {
        if mutant("takes_the_second") && !self.is_closed() {
            return self.take_second(slot, look);
        }
        self.serve_line(Side::Recv);
        self.take(slot, look)
    }

    fn close(&self) -> bool {
        self.closing.begin();
        if !self.tail.turn.close() {
            return false;
        }
        self.tell_of_close();
        self.closing.end();
        true
    }

    fn is_closed(&self) -> bool {
        self.tail.turn.is_closed()
    }

    fn looks_closed(&self) -> bool {
        self.tail.turn.looks_closed()
    }

    fn len(&self) -> usize {
        let (tail, head) = Turn::both(&self.tail.turn, &self.head.turn);
        Block::<T>::count(tail).saturating_sub(Block::<T>::count(head)) as usize
    }

    fn cap(&self) -> Option<usize> {
        None
    }

    fn line_up(&self, side: Side, entry: &Entry<T>, place: &Place<'_>) -> Lined {
        self.stand_in_line(side, entry, place)
    }

    fn withdraw(&self, side: Side, entry: &Entry<T>) {
        if side == Side::Recv {
            self.receivers.withdraw(entry);
        }
    }

    fn settle(&self, side: Side) {
        self.pass_on(side);
    }

    fn waiting(&self, side: Side) -> usize {
        match side {
            Side::Send => 0,
            Side::Recv => self.receivers.count(),
        }
    }

    fn blocked(&self, side: Side) -> Vec<Why> {
        match side {
            Side::Send => Vec::new(),
            Side::Recv => self.receivers.reasons(),
        }
    }

    fn looks_ready(&self, side: Side) -> bool {
        side == Side::Send || self.closing.has_begun() || self.has_next()
    }

    fn version(&self, _: Side) -> u64 {
        Turn::version(&self.tail.turn, &self.head.turn)
    }

    /// By the positions, for the reason given in `core/ring.rs`.
    fn at_rest(&self, side: Side) -> Option<u64> {
        let head = self.head.turn.peek();
        self.tail.turn.rest().filter(|&tail| side == Side::Recv && tail == head)
    }

    fn holds_many(&self) -> bool {
        true
    }

    fn ends(&self) -> &Ends {
        &self.ends
    }
}

impl<T> Drop for List<T> {
    fn drop(&mut self) {
        // SAFETY: nobody else is left.
        let block = self.head.block.with_mut(|block| unsafe { *block });
        // SAFETY: the last block: the last receiving handle has drained the list (`core/ends.rs`),
        // and the blocks before this one are given up.
        unsafe { Block::free(block, self.head.turn.peek()) };
        let spare = self.spare.swap(ptr::null_mut(), Ordering::Acquire);
        // SAFETY: whoever swaps a block out of `spare` owns it.
        unsafe { Block::free(spare, Block::<T>::LAP) };
    }
}
