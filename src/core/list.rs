//! The unbounded channel: a list of blocks.
//!
//! Sends are numbered by positions. A block has `SLOTS` slots, the first one fewer (`core/block.rs`), and one position more,
//! the gap, which no send uses: `tail` stands on it while the sender that took the last slot links the next block. Receivers
//! take turns: whoever sets `TAKEN` in `head` has it for a few instructions, and the senders never touch it.
//!
//! - a slot's stamp is its position plus one once its value is there, so blocks are used again
//!   without being cleaned;
//! - a block leaves the list when its last slot has been received, so a block with a slot that is
//!   still to be written or received is alive;
//! - a send takes effect when it advances `tail`, the close when it sets `CLOSED` in `tail`.
#![allow(unsafe_code)]

#[cfg(all(test, not(any(loom, shuttle))))]
#[path = "tests/list.rs"]
mod tests;

use std::ptr;

use super::{
    apart::Apart, block::Block, buffer::Buffer, closing::Closing, Channel, Ends, Look, Side,
};
use crate::{
    error::{TryRecvError, TrySendError},
    sync::{mutant, spin_loop, AtomicPtr, AtomicU64, Ordering, UnsafeCell},
    wait::{Entry, Lined, Patience, Place, WaitSide, Who, Why},
};

/// The bit in `tail` that says closed.
const CLOSED: u64 = 1 << 63;
/// The bit in `head` that says a receiver is at it.
const TAKEN: u64 = 1 << 63;

#[repr(C)]
pub(crate) struct List<T> {
    ends: Apart<Ends>,
    tail: Apart<Tail<T>>,
    head: Apart<Head<T>>,
    receivers: Apart<WaitSide<T>>,
    /// An empty block of full size to use again, or null.
    spare: AtomicPtr<Block<T>>,
}

/// The senders' end.
struct Tail<T> {
    /// The next send's position, and `CLOSED`.
    position: AtomicU64,
    /// The block of that position.
    block: AtomicPtr<Block<T>>,
}

/// The receivers' end.
struct Head<T> {
    /// The next receive's position, and `TAKEN`.
    position: AtomicU64,
    /// The block of that position, for whoever has set `TAKEN`.
    block: UnsafeCell<*mut Block<T>>,
    /// Whoever polls need not look at `tail`, which is the senders' alone.
    closing: Closing,
}

// SAFETY: a value is moved in by one thread and out by another, never shared: the sender that
// advanced `tail` writes it, the receiver that set `TAKEN` and saw the stamp takes it.
unsafe impl<T: Send> Sync for List<T> {}
// SAFETY: owns its values and blocks.
unsafe impl<T: Send> Send for List<T> {}

impl<T> List<T> {
    pub(crate) fn new() -> Self {
        let (block, start) = (Block::allocate(Block::<T>::START), Block::<T>::START);
        Self {
            tail: Apart::new(Tail {
                position: AtomicU64::new(start),
                block: AtomicPtr::new(block),
            }),
            spare: AtomicPtr::new(ptr::null_mut()),
            head: Apart::new(Head {
                position: AtomicU64::new(start),
                block: UnsafeCell::new(block),
                closing: Closing::new(),
            }),
            receivers: Apart::new(WaitSide::new()),
            ends: Apart::new(Ends::new()),
        }
    }

    /// How many sends come before `position`; the same number too many for each.
    fn count(position: u64) -> u64 {
        position / Block::<T>::LAP * Block::<T>::SLOTS
            + (position % Block::<T>::LAP).min(Block::<T>::SLOTS)
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

    /// Links `next` after `block`, whose last slot this thread has taken, and moves `tail` over the
    /// gap to it.
    #[cold]
    fn append(&self, block: *mut Block<T>, next: *mut Block<T>) {
        // ORDERING: Release; pairs with the Acquire in `put`: the block is initialized.
        self.tail.block.store(next, Ordering::Release);
        // ORDERING: Release; pairs with the Acquire in `put`: the block is the new one. An
        // addition, since a plain store would wipe out a `CLOSED` set meanwhile.
        if mutant("append_stores") {
            let position = self.tail.position.load(Ordering::Relaxed) & !CLOSED;
            self.tail.position.store(position + 1, Ordering::SeqCst);
        } else {
            self.tail.position.fetch_add(1, Ordering::SeqCst);
        }
        // SAFETY: alive, since this thread's slot in it is still to be written.
        let block = unsafe { &*block };
        // ORDERING: Release; pairs with the Acquire in `leave_block`.
        block.next.store(next, Ordering::Release);
    }

    /// The tail's position and whether the channel is closed.
    fn end(&self) -> (u64, bool) {
        // ORDERING: SeqCst; pairs with the read-modify-writes of senders and closers.
        let tail = self.tail.position.load(Ordering::SeqCst);
        (tail & !CLOSED, tail & CLOSED != 0)
    }

    /// What a receiver reports that finds the slot at `head` empty, in its turn.
    #[cold]
    fn nothing(&self, head: u64) -> TryRecvError {
        // A send that took effect and is still being written keeps the channel from being drained.
        let drained = |tail| Self::count(tail) == Self::count(head) || mutant("closed_first");
        match self.head.closing.has_begun().then(|| self.end()) {
            Some((tail, true)) if drained(tail) => TryRecvError::Closed,
            _ => TryRecvError::Empty,
        }
    }

    /// Whether the value of the next receive is there: its position, and if so. Without a look at
    /// `tail`, whose line is the senders'.
    fn next_receive(&self) -> (u64, bool) {
        let (head, block) = self.take_turn();
        // SAFETY: in this thread's turn `head` does not leave the block.
        let slot = unsafe { Block::slot(block, head) };
        // ORDERING: Acquire; a look ahead of the receive that will confirm it.
        let stamp = slot.stamp.load(Ordering::Acquire);
        self.end_turn(head);
        (head, stamp == head + 1)
    }

    /// The mistake `takes_the_second`: what comes first is put back at the end.
    fn take_second(&self, who: Who, look: Look) -> Result<T, TryRecvError> {
        let first = self.take(who, look)?;
        let Ok(second) = self.take(who, look) else { return Ok(first) };
        self.put(first, who, look).map_err(|_| TryRecvError::Closed)?;
        Ok(second)
    }

    /// Waits for a receiver's turn: the position, and its block.
    #[inline]
    fn take_turn(&self) -> (u64, *mut Block<T>) {
        let mut patience = Patience::new();
        // ORDERING: Relaxed; the exchange confirms it.
        let mut head = self.head.position.load(Ordering::Relaxed) & !TAKEN;
        // ORDERING: Acquire; pairs with the Release in `end_turn`.
        let order = (Ordering::Acquire, Ordering::Relaxed);
        let position = &self.head.position;
        while position.compare_exchange_weak(head, head | TAKEN, order.0, order.1).is_err() {
            if mutant("takes_no_turn") {
                break;
            }
            patience.lose();
            head = position.load(Ordering::Relaxed) & !TAKEN;
        }
        // SAFETY: in this thread's turn nobody else touches the pointer.
        (head, self.head.block.with_mut(|block| unsafe { *block }))
    }

    /// Ends the turn in which the last slot of `block` was received, at `head`.
    #[cold]
    fn leave_block(&self, head: u64, block: *mut Block<T>) {
        // SAFETY: alive until this thread gives it up below.
        let next = unsafe { &(*block).next };
        // ORDERING: Acquire; pairs with the Release in `append`, which comes before the last stamp.
        let next = next.load(Ordering::Acquire);
        // SAFETY: in this thread's turn nobody else touches the pointer.
        self.head.block.with_mut(|block| unsafe { *block = next });
        self.end_turn(head + 2);
        if head < Block::<T>::LAP {
            // SAFETY: the first block, out of the list; only this thread still knows it.
            unsafe { Block::free(block, head) };
        } else {
            self.recycle(block);
        }
    }

    /// Ends a turn; the next one is for `head`.
    #[inline]
    fn end_turn(&self, head: u64) {
        // ORDERING: Release; pairs with the Acquire in `take_turn`, and in `len`.
        self.head.position.store(head, Ordering::Release);
    }
}

impl<T> Buffer<T> for List<T> {
    #[inline]
    fn line(&self, side: Side) -> Option<&WaitSide<T>> {
        (side == Side::Recv).then_some(&*self.receivers)
    }

    #[inline]
    fn put(&self, value: T, _: Who, _: Look) -> Result<(), TrySendError<T>> {
        let mut patience = Patience::new();
        let mut next = ptr::null_mut();
        loop {
            // ORDERING: Acquire; pairs with the Release in `append`: `block` is not older.
            let tail = self.tail.position.load(Ordering::Acquire);
            if tail & CLOSED != 0 {
                // SAFETY: allocated here and linked nowhere.
                unsafe { Block::free(next, Block::<T>::LAP) };
                return Err(TrySendError::Closed(value));
            }
            let place = tail % Block::<T>::LAP;
            if place == Block::<T>::SLOTS {
                // Another sender is moving `tail` to the next block.
                patience.turn();
                continue;
            }
            let last = place + 1 == Block::<T>::SLOTS;
            if last && next.is_null() {
                next = self.new_block();
            }
            // ORDERING: Acquire; pairs with the Release in `append`.
            let block = self.tail.block.load(Ordering::Acquire);
            // ORDERING: SeqCst; the publisher's half of the handshake in `wait/side.rs`.
            let order = (Ordering::SeqCst, Ordering::Relaxed);
            if self.tail.position.compare_exchange_weak(tail, tail + 1, order.0, order.1).is_err() {
                patience.lose();
                continue;
            }
            if last {
                self.append(block, next);
            } else if !next.is_null() {
                self.recycle(next);
            }
            // SAFETY: `tail` did not move between the two loads and the exchange, so `block` is its
            // block; it is alive, since this thread's slot is still to be written.
            let slot = unsafe { Block::slot(block, tail) };
            Block::fetch_ahead(slot, tail);
            // SAFETY: the exchange gave this slot to this thread.
            unsafe { slot.fill(value) };
            // ORDERING: Release; pairs with the receiver's Acquire: the value is there.
            slot.stamp.store(tail + 1, Ordering::Release);
            return Ok(());
        }
    }

    #[inline]
    fn take(&self, who: Who, look: Look) -> Result<T, TryRecvError> {
        if !self.receivers.admits(who) && !self.is_closed() {
            return Err(TryRecvError::Empty);
        }
        let mut patience = Patience::new();
        let (head, block, slot) = loop {
            let (head, block) = self.take_turn();
            // SAFETY: in this thread's turn `head` does not leave the block.
            let slot = unsafe { Block::slot(block, head) };
            // ORDERING: Acquire; pairs with the sender's Release: the value is there.
            if slot.stamp.load(Ordering::Acquire) == head + 1 {
                break (head, block, slot);
            }
            self.end_turn(head);
            // A send that took effect is still being written.
            let exact = look == Look::Exact && Self::count(self.end().0) > Self::count(head);
            if !exact || !patience.turn() {
                return Err(self.nothing(head));
            }
        };
        // SAFETY: the stamp says that the value is there, and the turn that nobody else takes it.
        let value = unsafe { slot.take() };
        if head % Block::<T>::LAP + 1 < Block::<T>::SLOTS {
            self.end_turn(head + 1);
            return Ok(value);
        }
        self.leave_block(head, block);
        Ok(value)
    }

    fn closing(&self) -> &Closing {
        &self.head.closing
    }
}

impl<T> Channel<T> for List<T> {
    #[inline]
    fn try_send(&self, value: T, who: Who, look: Look) -> Result<(), TrySendError<T>> {
        let sent = self.put(value, who, look);
        if sent.is_ok() {
            self.tell(Side::Recv);
        }
        sent
    }

    #[inline]
    fn try_recv(&self, who: Who, look: Look) -> Result<T, TryRecvError> {
        if mutant("takes_the_second") && !self.is_closed() {
            return self.take_second(who, look);
        }
        self.take(who, look)
    }

    fn close(&self) -> bool {
        self.head.closing.begin();
        // ORDERING: SeqCst; Release, so what the closer did comes before a receive that reports the
        // close; and the publisher's half of the handshake with the receivers.
        if self.tail.position.fetch_or(CLOSED, Ordering::SeqCst) & CLOSED != 0 {
            return false;
        }
        self.tell_of_close();
        self.head.closing.end();
        true
    }

    fn is_closed(&self) -> bool {
        self.end().1
    }

    fn len(&self) -> usize {
        loop {
            let (tail, _) = self.end();
            let head = self.head.position.load(Ordering::SeqCst) & !TAKEN;
            if self.end().0 == tail {
                return (Self::count(tail) - Self::count(head)) as usize;
            }
            spin_loop();
        }
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

    fn settle(&self, side: Side, who: Who) {
        self.pass_on(side, who);
    }

    fn blocked(&self, side: Side) -> Vec<Why> {
        match side {
            Side::Send => Vec::new(),
            Side::Recv => self.receivers.reasons(),
        }
    }

    fn looks_ready(&self, side: Side, who: Who) -> bool {
        side == Side::Send
            || self.head.closing.has_begun()
            || self.receivers.would_admit(who) && self.next_receive().1
    }

    fn version(&self, side: Side) -> u64 {
        if side == Side::Send {
            return 0; // Ready at all times.
        }
        // A send makes a receive ready with its stamp; a receive in between moves `head`.
        let (head, full) = self.next_receive();
        let closed = self.head.closing.has_begun() && self.is_closed();
        head << 2 | u64::from(closed) << 1 | u64::from(full)
    }

    /// By the positions, for the reason given in `core/ring.rs`.
    fn at_rest(&self, side: Side) -> Option<u64> {
        // ORDERING: SeqCst; after the store in `WaitSide::line_up`. `head` first: it never passes
        // `tail`.
        let head = self.head.position.load(Ordering::SeqCst) & !TAKEN;
        let (tail, closed) = self.end();
        (side == Side::Recv && !closed && Self::count(tail) == Self::count(head)).then_some(tail)
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
        // and `leave_block` has given up the blocks before this one.
        unsafe { Block::free(block, self.head.position.load(Ordering::Relaxed)) };
        let spare = self.spare.swap(ptr::null_mut(), Ordering::Acquire);
        // SAFETY: whoever swaps a block out of `spare` owns it.
        unsafe { Block::free(spare, Block::<T>::LAP) };
    }
}
