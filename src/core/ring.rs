//! The buffered channel: Vyukov's ring of stamped slots.
//!
//! Sends and receives are numbered by tickets. A ticket's lower bits are the index of its slot, its
//! upper bits the lap: from the last slot the next ticket skips to the next lap, so no operation
//! divides by the capacity. A slot's stamp says whose turn it is: `2t` free for the send with ticket
//! `t`, `2t + 1` full for the receive with ticket `t`, `2(t + lap)` free for the next lap.
//!
//! - `head <= tail <= head + lap`, both only grow;
//! - a send takes effect when it advances `tail`, a receive when it advances `head`, the close when
//!   it sets `CLOSED` in `tail`: all sends that took effect are before it, none after;
//! - a ring that is dropped is empty: the last receiving handle has drained it (`core/ends.rs`);
//! - between advancing an index and writing the stamp no code of the user runs and nothing panics.
//!
//! In the steady state an operation reads its own index and the slot: never the other side's index.
#![allow(unsafe_code)]

#[cfg(all(test, not(any(loom, shuttle))))]
#[path = "tests/ring.rs"]
mod tests;

use super::{
    apart::Apart, buffer::Buffer, closing::Closing, slot::Slot, Channel, Ends, Look, Side,
};
use crate::{
    error::{TryRecvError, TrySendError},
    sync::{fence, mutant, spin_loop, AtomicU64, Ordering},
    wait::{Entry, Lined, Patience, Place, WaitSide, Who, Why},
};

/// The bit in `tail` that says closed.
const CLOSED: u64 = 1 << 63;

/// For how many values at most a sender wants room while it pauses. An eighth of the capacity will do.
const SEVERAL: u64 = 16;

#[repr(C)]
pub(crate) struct Ring<T> {
    ends: Apart<Ends>,
    fixed: Apart<Fixed<T>>,
    /// The next send's ticket, and `CLOSED`.
    tail: Apart<AtomicU64>,
    /// The next receive's ticket.
    head: Apart<AtomicU64>,
    senders: Apart<WaitSide<T>>,
    receivers: Apart<WaitSide<T>>,
}

/// What hardly ever changes, and both sides read.
struct Fixed<T> {
    slots: Box<[Slot<T>]>,
    /// From a slot's ticket to its next one: a power of two, `cap` or more.
    lap: u64,
    /// Whoever polls need not look at the other side's index.
    closing: Closing,
}

// SAFETY: a value is moved in by one thread and out by another, never shared: the stamps give each
// slot to one of them at a time.
unsafe impl<T: Send> Sync for Ring<T> {}
// SAFETY: owns its values.
unsafe impl<T: Send> Send for Ring<T> {}

impl<T> Ring<T> {
    /// A ring for `cap` values, at least one.
    #[track_caller]
    #[inline(always)] // It is made where it stays, and not copied.
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
            tail: Apart::new(AtomicU64::new(0)),
            head: Apart::new(AtomicU64::new(0)),
            senders: Apart::new(WaitSide::new()),
            receivers: Apart::new(WaitSide::new()),
            fixed: Apart::new(Fixed {
                slots: slots.into_boxed_slice(),
                lap: cap.next_power_of_two() as u64,
                closing: Closing::new(),
            }),
            ends: Apart::new(Ends::new()),
        }
    }

    #[inline]
    fn lap(&self) -> u64 {
        self.fixed.lap
    }

    #[inline]
    fn slot(&self, ticket: u64) -> &Slot<T> {
        &self.fixed.slots[(ticket & (self.lap() - 1)) as usize]
    }

    /// The ticket after this one.
    #[inline]
    fn next(&self, ticket: u64) -> u64 {
        self.after(ticket, 1)
    }

    /// The ticket so many after this one, at most the capacity.
    #[inline]
    fn after(&self, ticket: u64, count: u64) -> u64 {
        let (index, cap) = (ticket & (self.lap() - 1), self.fixed.slots.len() as u64);
        if index + count < cap {
            ticket + count
        } else {
            ticket + count + self.lap() - cap
        }
    }

    /// How many tickets come before this one.
    fn count(&self, ticket: u64) -> u64 {
        ticket / self.lap() * self.fixed.slots.len() as u64 + ticket % self.lap()
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
        self.head.load(Ordering::Relaxed) + self.lap() > ticket
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

impl<T> Buffer<T> for Ring<T> {
    fn line(&self, side: Side) -> Option<&WaitSide<T>> {
        Some(self.side(side))
    }

    #[inline]
    fn put(&self, value: T, who: Who, look: Look) -> Result<(), TrySendError<T>> {
        if !self.senders.admits(who) && !self.is_closed() {
            return Err(TrySendError::Full(value));
        }
        let mut patience = Patience::new();
        // ORDERING: Relaxed; the slot's stamp decides, and the exchange below confirms the ticket.
        let mut tail = self.tail.load(Ordering::Relaxed);
        loop {
            if tail & CLOSED != 0 {
                return Err(TrySendError::Closed(value));
            }
            let slot = self.slot(tail);
            // ORDERING: Acquire; pairs with the receiver's Release: the old value has been moved
            // out, and the receive with ticket `tail - lap` comes before this send.
            let stamp = slot.stamp.load(Ordering::Acquire);
            if stamp == 2 * tail {
                // ORDERING: SeqCst; the publisher's half of the handshake in `wait/side.rs`.
                let order = (Ordering::SeqCst, Ordering::Relaxed);
                match self.tail.compare_exchange_weak(tail, self.next(tail), order.0, order.1) {
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
                        return Ok(());
                    }
                    Err(_) if mutant("gives_up_a_lost_race") && look == Look::Exact => {
                        return Err(TrySendError::Full(value));
                    }
                    Err(_) => patience.lose(),
                }
                tail = self.tail.load(Ordering::Relaxed);
                continue;
            }
            let mut free = || self.slot_is_being_freed(tail) && patience.turn();
            if stamp < 2 * tail && (look == Look::Hasty || !free()) {
                return Err(TrySendError::Full(value));
            }
            tail = self.tail.load(Ordering::Relaxed);
        }
    }

    #[inline]
    fn take(&self, who: Who, look: Look) -> Result<T, TryRecvError> {
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
                match self.head.compare_exchange_weak(head, self.next(head), order.0, order.1) {
                    Ok(_) => {
                        // SAFETY: the stamp says full and the exchange gave this thread the ticket,
                        // so it alone moves the value out.
                        let value = unsafe { slot.take() };
                        // ORDERING: Release; pairs with the sender's Acquire: the slot is free.
                        slot.stamp.store(2 * (head + self.lap()), Ordering::Release);
                        return Ok(value);
                    }
                    Err(_) => patience.lose(),
                }
                head = self.head.load(Ordering::Relaxed);
                continue;
            }
            if stamp < 2 * head + 1 {
                if look == Look::Hasty && !self.fixed.closing.has_begun() {
                    return Err(TryRecvError::Empty);
                }
                self.slot_is_being_filled(head)?;
                if look == Look::Hasty || !patience.turn() {
                    return Err(TryRecvError::Empty);
                }
            }
            head = self.head.load(Ordering::Relaxed);
        }
    }

    fn closing(&self) -> &Closing {
        &self.fixed.closing
    }
}

impl<T> Channel<T> for Ring<T> {
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
        let received = self.take(who, look);
        if received.is_ok() {
            self.tell(Side::Send);
        }
        received
    }

    fn close(&self) -> bool {
        self.fixed.closing.begin();
        // ORDERING: SeqCst; Release, so what the closer did comes before a receive that reports the
        // close; and the publisher's half of the handshake with both sides.
        let before = self.tail.fetch_or(CLOSED, Ordering::SeqCst);
        if before & CLOSED != 0 && !mutant("closes_twice") {
            return false;
        }
        self.tell_of_close();
        self.fixed.closing.end();
        true
    }

    fn is_closed(&self) -> bool {
        let too_soon = mutant("closed_too_soon") && self.fixed.closing.has_begun();
        self.tail.load(Ordering::Acquire) & CLOSED != 0 || too_soon
    }

    fn len(&self) -> usize {
        loop {
            // ORDERING: SeqCst; `head` is loaded while `tail` does not move.
            let tail = self.tail.load(Ordering::SeqCst) & !CLOSED;
            let head = self.head.load(Ordering::SeqCst);
            let again = self.tail.load(Ordering::SeqCst) & !CLOSED;
            if again == tail || mutant("len_of_two_instants") {
                return (self.count(again) - self.count(head)) as usize;
            }
            spin_loop();
        }
    }

    fn cap(&self) -> Option<usize> {
        Some(self.fixed.slots.len())
    }

    fn line_up(&self, side: Side, entry: &Entry<T>, place: &Place<'_>) -> Lined {
        self.stand_in_line(side, entry, place)
    }

    fn withdraw(&self, side: Side, entry: &Entry<T>) {
        self.side(side).withdraw(entry);
    }

    fn settle(&self, side: Side, who: Who) {
        self.pass_on(side, who);
    }

    fn blocked(&self, side: Side) -> Vec<Why> {
        self.side(side).reasons()
    }

    fn looks_ready(&self, side: Side, who: Who) -> bool {
        // ORDERING: Relaxed and Acquire; a look ahead of the try that confirms it.
        let ready = match side {
            Side::Send => {
                let tail = self.tail.load(Ordering::Relaxed) & !CLOSED;
                self.slot(tail).stamp.load(Ordering::Acquire) >= 2 * tail
            }
            Side::Recv => {
                let head = self.head.load(Ordering::Relaxed);
                self.slot(head).stamp.load(Ordering::Acquire) > 2 * head
            }
        };
        ready && self.side(side).would_admit(who) || self.fixed.closing.has_begun()
    }

    /// For a sender if there is room for several: one that takes each slot as soon as it is free takes its line away while
    /// the receiver writes to it.
    fn looks_worthwhile(&self, side: Side, who: Who) -> bool {
        if side == Side::Recv {
            return self.looks_ready(side, who);
        }
        let several = (self.fixed.slots.len() as u64 / 8).clamp(1, SEVERAL);
        let last = self.after(self.tail.load(Ordering::Relaxed) & !CLOSED, several - 1);
        // ORDERING: Acquire, as in `looks_ready`, which confirms it.
        let room = self.slot(last).stamp.load(Ordering::Acquire) >= 2 * last;
        (room || self.fixed.closing.has_begun()) && self.looks_ready(side, who)
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

    /// By the indices. Not by the stamps: a peer in the middle of its step has moved its index, and may
    /// have looked at the line before who asks stood there.
    fn at_rest(&self, side: Side) -> Option<u64> {
        // ORDERING: SeqCst; after the store in `WaitSide::line_up`. `head` first: it never passes
        // `tail`, and an operation that moves it later finds the waiter in line.
        let head = self.head.load(Ordering::SeqCst);
        let tail = self.tail.load(Ordering::SeqCst);
        // Each side waits for the other's index to move, and the close changes `tail`.
        match side {
            Side::Send => (tail == head + self.lap()).then_some(head),
            Side::Recv => (tail == head).then_some(tail),
        }
    }

    fn ends(&self) -> &Ends {
        &self.ends
    }
}
