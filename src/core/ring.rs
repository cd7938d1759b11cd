//! The buffered channel: Vyukov's ring of stamped slots.
//!
//! Sends and receives are numbered by tickets: ticket `t` uses slot `t % cap`, whose stamp says
//! whose turn it is: `2t` free for the send with ticket `t`, `2t + 1` full for the receive with
//! ticket `t`, `2(t + cap)` free for the next lap.
//!
//! - `head <= tail <= head + cap`, both only grow;
//! - a send takes effect when it advances `tail`, a receive when it advances `head`, the close when
//!   it sets `CLOSED` in `tail`: all sends that took effect are before it, none after;
//! - a ring that is dropped is empty: the last receiving handle has drained it (`core/ends.rs`);
//! - between advancing an index and writing the stamp no code of the user runs and nothing panics.
//!
//! In the steady state an operation reads its own index and the slot: never the other side's index.
#![allow(unsafe_code)]

use crossbeam_utils::CachePadded;

use super::{slot::Slot, Channel, Ends, Side};
use crate::{
    error::{TryRecvError, TrySendError},
    sync::{fence, mutant, spin_loop, AtomicU64, Ordering},
    wait::{Entry, Lined, Patience, Place, WaitSide, Who, Why},
};

/// The bit in `tail` that says closed.
const CLOSED: u64 = 1 << 63;

pub(crate) struct Ring<T> {
    /// The next send's ticket, and `CLOSED`.
    tail: CachePadded<AtomicU64>,
    /// The next receive's ticket.
    head: CachePadded<AtomicU64>,
    senders: CachePadded<WaitSide<T>>,
    receivers: CachePadded<WaitSide<T>>,
    slots: Box<[Slot<T>]>,
    /// `cap - 1` where `cap` is a power of two, else `u64::MAX`.
    mask: u64,
    ends: Ends,
}

// SAFETY: a value is moved in by one thread and out by another, never shared: the stamps give each
// slot to one of them at a time.
unsafe impl<T: Send> Sync for Ring<T> {}
// SAFETY: owns its values.
unsafe impl<T: Send> Send for Ring<T> {}

impl<T> Ring<T> {
    /// A ring for `cap` values, at least one.
    #[track_caller]
    pub(crate) fn new(cap: usize) -> Self {
        let fits = std::mem::size_of::<Slot<T>>()
            .checked_mul(cap)
            .is_some_and(|bytes| bytes <= isize::MAX as usize);
        assert!(fits, "capacity overflow: a channel of {cap} values cannot be allocated");
        let mut slots = Vec::new();
        if slots.try_reserve_exact(cap).is_err() {
            panic!("capacity overflow: there is no memory for a channel of {cap} values");
        }
        for (slot, stamp) in slots.spare_capacity_mut()[..cap].iter_mut().zip((0..).step_by(2)) {
            // SAFETY: memory for a slot that holds nothing yet.
            unsafe { Slot::init(slot.as_mut_ptr(), stamp) };
        }
        // SAFETY: the loop has made `cap` slots.
        unsafe { slots.set_len(cap) };
        Self {
            tail: CachePadded::new(AtomicU64::new(0)),
            head: CachePadded::new(AtomicU64::new(0)),
            senders: CachePadded::new(WaitSide::new()),
            receivers: CachePadded::new(WaitSide::new()),
            slots: slots.into_boxed_slice(),
            mask: if cap.is_power_of_two() { cap as u64 - 1 } else { u64::MAX },
            ends: Ends::new(),
        }
    }

    fn capacity(&self) -> u64 {
        self.slots.len() as u64
    }

    #[inline]
    fn slot(&self, ticket: u64) -> &Slot<T> {
        let index =
            if self.mask == u64::MAX { ticket % self.capacity() } else { ticket & self.mask };
        &self.slots[index as usize]
    }

    fn side(&self, side: Side) -> &WaitSide<T> {
        match side {
            Side::Send => &self.senders,
            Side::Recv => &self.receivers,
        }
    }

    /// A sender finds its slot not free: false if the ring is full, true if a receiver that has
    /// the ticket of the lap before is still in the slot.
    #[cold]
    fn slot_is_being_freed(&self, ticket: u64) -> bool {
        fence(Ordering::SeqCst);
        // ORDERING: Relaxed; the fence puts this load after the stamp's.
        self.head.load(Ordering::Relaxed) + self.capacity() > ticket
    }

    /// A receiver finds its slot not full: an error if nothing was sent for its ticket, `Ok` if the
    /// sender that has the ticket is still in the slot.
    #[cold]
    fn slot_is_being_filled(&self, ticket: u64) -> Result<(), TryRecvError> {
        fence(Ordering::SeqCst);
        // ORDERING: Acquire; a receive that reports the close comes after all that its closer did.
        let tail = self.tail.load(Ordering::Acquire);
        let sent = tail & !CLOSED > ticket && !mutant("closed_first");
        match (sent, tail & CLOSED != 0) {
            (true, _) => Ok(()),
            (false, false) => Err(TryRecvError::Empty),
            // A closed tail stays as it is, and `head` never passes it.
            (false, true) => Err(TryRecvError::Closed),
        }
    }
}

impl<T> Channel<T> for Ring<T> {
    #[inline]
    fn try_send(&self, value: T, who: Who) -> Result<(), TrySendError<T>> {
        let mut patience = Patience::new();
        // ORDERING: Relaxed; the slot's stamp decides, and the exchange below confirms the ticket.
        let mut tail = self.tail.load(Ordering::Relaxed);
        loop {
            if tail & CLOSED != 0 {
                return Err(TrySendError::Closed(value));
            }
            if !self.senders.admits(who) {
                return Err(TrySendError::Full(value));
            }
            let slot = self.slot(tail);
            // ORDERING: Acquire; pairs with the receiver's Release: the old value has been moved
            // out, and the receive with ticket `tail - cap` comes before this send.
            let stamp = slot.stamp.load(Ordering::Acquire);
            if stamp == 2 * tail {
                // ORDERING: SeqCst; the publisher's half of the handshake in `wait/side.rs`.
                let order = (Ordering::SeqCst, Ordering::Relaxed);
                match self.tail.compare_exchange_weak(tail, tail + 1, order.0, order.1) {
                    Ok(_) => {
                        // SAFETY: the stamp says free and the exchange gave this thread the ticket.
                        unsafe { slot.fill(value) };
                        // ORDERING: Release; pairs with the receiver's Acquire: the value is there.
                        let release = if mutant("relaxed_stamp") {
                            Ordering::Relaxed
                        } else {
                            Ordering::Release
                        };
                        slot.stamp.store(2 * tail + 1, release);
                        self.receivers.notify();
                        return Ok(());
                    }
                    Err(now) => tail = now,
                }
                spin_loop();
                continue;
            }
            if stamp < 2 * tail && !(self.slot_is_being_freed(tail) && patience.turn()) {
                return Err(TrySendError::Full(value));
            }
            tail = self.tail.load(Ordering::Relaxed);
        }
    }

    #[inline]
    fn try_recv(&self, who: Who) -> Result<T, TryRecvError> {
        if !self.receivers.admits(who) && !self.is_closed() {
            return Err(TryRecvError::Empty);
        }
        let mut patience = Patience::new();
        // ORDERING: Relaxed; the slot's stamp decides, and the exchange below confirms the ticket.
        let mut head = self.head.load(Ordering::Relaxed);
        loop {
            let slot = self.slot(head);
            // ORDERING: Acquire; pairs with the sender's Release: the value is there.
            let stamp = slot.stamp.load(Ordering::Acquire);
            if stamp == 2 * head + 1 {
                // ORDERING: SeqCst; the publisher's half of the handshake in `wait/side.rs`.
                let order = (Ordering::SeqCst, Ordering::Relaxed);
                match self.head.compare_exchange_weak(head, head + 1, order.0, order.1) {
                    Ok(_) => {
                        // SAFETY: the stamp says full and the exchange gave this thread the ticket,
                        // so it alone moves the value out.
                        let value = unsafe { slot.take() };
                        // ORDERING: Release; pairs with the sender's Acquire: the slot is free.
                        slot.stamp.store(2 * (head + self.capacity()), Ordering::Release);
                        self.senders.notify();
                        return Ok(value);
                    }
                    Err(now) => head = now,
                }
                spin_loop();
                continue;
            }
            if stamp < 2 * head + 1 {
                self.slot_is_being_filled(head)?;
                if !patience.turn() {
                    return Err(TryRecvError::Empty);
                }
            }
            head = self.head.load(Ordering::Relaxed);
        }
    }

    fn close(&self) -> bool {
        // ORDERING: SeqCst; Release, so what the closer did comes before a receive that reports the
        // close; and the publisher's half of the handshake with both sides.
        if self.tail.fetch_or(CLOSED, Ordering::SeqCst) & CLOSED != 0 {
            return false;
        }
        self.receivers.notify_all();
        self.senders.notify_all();
        true
    }

    fn is_closed(&self) -> bool {
        self.tail.load(Ordering::Acquire) & CLOSED != 0
    }

    fn len(&self) -> usize {
        loop {
            // ORDERING: SeqCst; `head` is loaded while `tail` does not move.
            let tail = self.tail.load(Ordering::SeqCst) & !CLOSED;
            let head = self.head.load(Ordering::SeqCst);
            if self.tail.load(Ordering::SeqCst) & !CLOSED == tail {
                return (tail - head) as usize;
            }
            spin_loop();
        }
    }

    fn cap(&self) -> Option<usize> {
        Some(self.slots.len())
    }

    fn line_up(&self, side: Side, entry: &Entry<T>, place: Place<'_>) -> Lined {
        self.side(side).line_up(entry, place);
        // The indices, not the stamps: a peer in the middle of its step has moved its index and
        // may have looked at `waiting` before this waiter came.
        if self.looks_ready(side, Who::of(entry)) && !mutant("no_second_look") {
            Lined::Ready
        } else {
            Lined::Waiting
        }
    }

    fn withdraw(&self, side: Side, entry: &Entry<T>) {
        self.side(side).withdraw(entry);
    }

    fn settle(&self, side: Side, who: Who) {
        self.side(side).release(who);
        if self.looks_ready(side, Who::NEW) {
            self.side(side).notify();
        }
    }

    fn blocked(&self, side: Side) -> Vec<Why> {
        self.side(side).reasons()
    }

    fn looks_ready(&self, side: Side, who: Who) -> bool {
        // ORDERING: SeqCst; after the fence in `WaitSide::line_up`. `head` first: it never passes
        // `tail`, and an operation that moves it later finds the waiter in line.
        let head = self.head.load(Ordering::SeqCst);
        let tail = self.tail.load(Ordering::SeqCst);
        let ready = match side {
            Side::Send => tail - head < self.capacity(),
            Side::Recv => tail != head,
        };
        tail & CLOSED != 0 || ready && self.side(side).would_admit(who)
    }

    fn version(&self, side: Side) -> u64 {
        let (tail, head) = (self.tail.load(Ordering::SeqCst), self.head.load(Ordering::SeqCst));
        let closed = u64::from(tail & CLOSED != 0);
        let tail = tail & !CLOSED;
        // A step that has moved its index but not written its stamp makes the other side ready
        // only with the stamp.
        let (ticket, free_or_full) = match side {
            Side::Send => (tail, 2 * tail),
            Side::Recv => (head, 2 * head + 1),
        };
        let stamp = self.slot(ticket).stamp.load(Ordering::SeqCst);
        // Both indices only grow, so their sum stays the same only if both do.
        (tail + head) << 2 | closed << 1 | u64::from(stamp == free_or_full)
    }

    fn ends(&self) -> &Ends {
        &self.ends
    }
}
