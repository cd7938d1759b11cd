//! The ring: stamped slots (`core/queue/ring/slots.rs`), which are used in turn.
//!
//! - `head <= tail <= head + lap`, and both only grow;
//! - an operation checks that its slot is free (or full), then claims its ticket with one exchange.
//!   The slot is the operation's until its stamp;
//! - an operation takes effect with its exchange, and a close when it sets `CLOSED` in `tail`:
//!   every send that claims a ticket comes before the close.
//!
//! In the steady state an operation reads its own end and the slot, never the other end.
//!
//! A thread that is stopped between its exchange and its stamp holds up the other side at its slot.
//! `cap` operations later its own side comes round to the slot, and is held up too. An operation
//! that may not wait gives up there. Stepping over the slot would not help: the ring comes round to
//! it again, and would have room for one value less until it has been emptied.
#![allow(unsafe_code)]

#[cfg(all(test, not(any(loom, shuttle))))]
#[path = "../../tests/ring.rs"]
mod tests;

mod slots;

use super::{
    drop_values,
    end::{both, plain, version, End, CLOSED},
    Amount, Effort, Queue, TryRecv, TrySend,
};
use crate::{
    core::{channel::Side, padded::Padded},
    error::{TryRecvError, TrySendError},
    sync::{mutant, AtomicUsize, Backoff, Ordering},
};
use slots::{SlotRef, Slots};

/// The most room, in values, that a sender waits for while it pauses. In a small ring it waits for
/// a quarter of the capacity.
const BATCH: u64 = 32;

/// The least capacity of a ring that is large (`Queue::is_large`).
const LARGE: usize = 32;

#[repr(C)]
pub(crate) struct Ring<T> {
    fixed: Padded<Shared<T>>,
    /// The senders' end.
    tail: Padded<End>,
    /// The receivers' end.
    head: Padded<End>,
}

/// The fields that both sides read and that hardly ever change.
struct Shared<T> {
    slots: Slots<T>,
    /// Not 0 once a close has begun, so that a polling thread need not read the senders' end. Set
    /// before the close takes effect.
    closing: AtomicUsize,
}

// SAFETY: a value is moved in by one thread and out by another, never shared: the stamps give each
// slot to one end at a time, and the exchange of a ticket to one thread there.
unsafe impl<T: Send> Sync for Ring<T> {}
// SAFETY: owns its values.
unsafe impl<T: Send> Send for Ring<T> {}

impl<T> Ring<T> {
    /// Makes a ring for `cap` values, at least one.
    #[track_caller]
    #[inline(always)] // Made in place, not copied.
    pub(in crate::core) fn new(cap: usize) -> Self {
        let cap = cap + usize::from(mutant("one_slot_more"));
        let (slots, closing) = (Slots::new(cap), AtomicUsize::new(0));
        Self {
            tail: Padded::new(End::new(0)),
            head: Padded::new(End::new(0)),
            fixed: Padded::new(Shared { slots, closing }),
        }
    }

    #[inline]
    fn slots(&self) -> &Slots<T> {
        &self.fixed.slots
    }

    /// Returns the slot of this ticket, if it is free for a send.
    #[inline(always)]
    fn free(&self, ticket: u64) -> Option<SlotRef<'_, T>> {
        let slot = self.slots().slot(ticket);
        slot.is_free(|| self.head.peek()).then_some(slot)
    }

    /// Returns the slot of this ticket, if its value is there.
    #[inline(always)]
    fn full(&self, ticket: u64) -> Option<SlotRef<'_, T>> {
        let slot = self.slots().slot(ticket);
        slot.is_full(|| plain(self.tail.peek())).then_some(slot)
    }

    /// Returns whether there is enough room for a polling sender to stop polling. A sender that
    /// fills each slot as soon as it is free takes the cache line away from the receiver, which
    /// still writes to it.
    fn has_room_for_several(&self) -> bool {
        let several = (self.slots().cap() as u64 / 4).clamp(1, BATCH);
        let last = self.slots().after(plain(self.tail.peek()), several - 1);
        self.free(last).is_some()
    }

    /// Returns true if the ring is full for the send of this ticket, or if a receiver has claimed
    /// the value in its slot and does not free it. On false the caller tries again.
    fn stays_full(&self, tail: u64, backoff: &mut Backoff) -> bool {
        // Both ends only grow, so if they are that far apart now, the ring is full at this instant.
        let is_full = self.head.look() + self.slots().lap() == tail;
        let still = self.tail.look() == tail;
        is_full || still && !backoff.snooze()
    }

    /// Returns why a receive finds no value for this ticket, or `None` if it has to try again.
    fn refusal(&self, head: u64, effort: Effort, backoff: &mut Backoff) -> Option<TryRecvError> {
        let tail = self.tail.look();
        // Both ends only grow, so if they are the same now, nothing is there at this instant.
        if plain(tail) == head || mutant("closed_first") {
            let is_closed = tail & CLOSED != 0;
            return Some(if is_closed { TryRecvError::Closed } else { TryRecvError::Empty });
        }
        let still = self.head.look() == head;
        // A sender has claimed the slot and is about to fill it.
        let waits = !still || backoff.pause() || effort == Effort::Strong && backoff.snooze();
        (!waits).then_some(TryRecvError::Empty)
    }

    /// Returns whether a close has begun. Does not read the senders' end.
    #[inline]
    fn closes(&self) -> bool {
        // ORDERING: Acquire; pairs with the Release in `close`. A thread that knows of the close
        // sees it.
        self.fixed.closing.load(Ordering::Acquire) != 0
    }
}

impl<T> Queue<T> for Ring<T> {
    const BOUNDED: bool = true;

    #[inline(always)]
    fn push_now(&self, value: T) -> Result<(), T> {
        let tail = self.tail.peek();
        let Some(slot) = self.free(tail) else { return Err(value) };
        if !self.tail.claim(tail, slot.next()) {
            return Err(value);
        }
        // SAFETY: the slot is free, and no other sender has this ticket.
        unsafe { slot.put(value) };
        Ok(())
    }

    #[inline(always)]
    fn pop_now(&self) -> Option<T> {
        let head = self.head.peek();
        let slot = self.full(head)?;
        if !self.head.claim(head, slot.next()) {
            return None;
        }
        // SAFETY: the slot is full, and no other receiver has this ticket.
        Some(unsafe { slot.take() })
    }

    #[cold]
    #[inline(never)]
    fn push(&self, value: &mut Option<T>, effort: Effort) -> TrySend {
        let mut backoff = Backoff::new();
        loop {
            let tail = self.tail.look();
            if tail & CLOSED != 0 {
                return Err(TrySendError::Closed(()));
            }
            if value.is_none() {
                return Err(TrySendError::Full(()));
            }
            match self.free(tail) {
                Some(slot) if self.tail.claim(tail, slot.next()) => {
                    // SAFETY: the slot is free, and no other sender has this ticket.
                    unsafe { slot.put_from(value) };
                    return Ok(());
                }
                Some(_) if mutant("gives_up_a_lost_race") => return Err(TrySendError::Full(())),
                Some(_) => backoff.spin(),
                None if effort != Effort::Strong || self.stays_full(tail, &mut backoff) => {
                    return Err(TrySendError::Full(()))
                }
                None => {}
            }
        }
    }

    #[cold]
    #[inline(never)]
    fn pop(&self, into: &mut Option<T>, effort: Effort) -> TryRecv {
        let mut backoff = Backoff::new();
        loop {
            let head = self.head.look();
            match self.full(head) {
                Some(slot) if self.head.claim(head, slot.next()) => {
                    // SAFETY: the slot is full, and no other receiver has this ticket.
                    unsafe { slot.take_to(into) };
                    return Ok(());
                }
                Some(_) => backoff.spin(),
                None if effort != Effort::Strong && !self.closes() => {
                    return Err(TryRecvError::Empty)
                }
                None => self.refusal(head, effort, &mut backoff).map_or(Ok(()), Err)?,
            }
        }
    }

    fn close(&self) -> bool {
        // ORDERING: Release; pairs with the Acquire in `closes`.
        self.fixed.closing.store(1, Ordering::Release);
        self.tail.flag(CLOSED) || mutant("closes_twice")
    }

    fn is_closed(&self) -> bool {
        self.tail.look() & CLOSED != 0 || mutant("closed_too_soon") && self.closes()
    }

    fn len(&self) -> usize {
        let (tail, head) = both(&self.tail, &self.head);
        let (sent, received) = (self.slots().count(plain(tail)), self.slots().count(head));
        sent.saturating_sub(received).min(self.slots().cap() as u64) as usize
    }

    fn holds_any(&self) -> bool {
        plain(self.tail.look()) != self.head.look()
    }

    fn cap(&self) -> Option<usize> {
        Some(self.slots().cap())
    }

    fn can_proceed(&self, side: Side) -> bool {
        match side {
            Side::Send => self.free(plain(self.tail.peek())).is_some(),
            Side::Recv => self.full(self.head.peek()).is_some(),
        }
    }

    fn looks_ready(&self, side: Side, amount: Amount) -> bool {
        let enough = side == Side::Recv || amount == Amount::One || self.has_room_for_several();
        enough && self.can_proceed(side) || self.closes()
    }

    fn version(&self) -> u64 {
        version(&self.tail, &self.head)
    }

    /// Compares the numbers, not the stamps. The stamp of a peer may become visible only after the
    /// peer has checked for waiters and missed the caller. Its claim is visible before that check.
    fn at_rest(&self, side: Side) -> Option<u64> {
        // `tail` keeps the flag of a close, and then equals no number of the other end.
        let tail = self.tail.look();
        let head = self.head.look();
        match side {
            Side::Send => (tail == head + self.slots().lap()).then_some(head),
            Side::Recv => (tail == head).then_some(tail),
        }
    }

    fn is_large(&self) -> bool {
        self.slots().cap() >= LARGE
    }
}

impl<T> Drop for Ring<T> {
    fn drop(&mut self) {
        if self.holds_any() {
            drop_values(self);
        }
    }
}
