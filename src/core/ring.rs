//! The buffered channel: a ring of stamped slots (`core/slots.rs`), with a turn at each end.
//!
//! - a sender has the senders' turn, and a receiver the receivers' (`core/turn.rs`); before the turn ends it writes the stamp
//!   and then its end's next ticket;
//! - of two ends at rest, `head <= tail <= head + lap`, and both only grow; an end whose turn is taken may be one
//!   ticket behind what the other has seen of it in the stamps;
//! - a send takes effect when its turn ends, or with its receive if that ends earlier, and a receive
//!   likewise; the close when it sets `CLOSED` in `tail`, in a turn: all sends that took effect are before it, none after;
//! - a ring that is dropped is empty: the last receiving handle has drained it (`core/ends.rs`).
//!
//! In the steady state an operation reads its own end and the slot: never the other end.
#![allow(unsafe_code)]

#[cfg(all(test, not(any(loom, shuttle))))]
#[path = "tests/ring.rs"]
mod tests;

use std::mem::MaybeUninit;

use super::{
    apart::Apart,
    buffer::Buffer,
    closing::Closing,
    slots::Slots,
    turn::{Turn, CLOSED},
    Channel, Ends, Look, Received, Sent, Side,
};
use crate::{
    error::{TryRecvError, TrySendError},
    sync::{mutant, SPINS},
    wait::{Entry, Lined, Patience, Place, WaitSide, Why},
};

/// For how many values at most a sender wants room while it pauses. A quarter of the capacity will do.
const SEVERAL: u64 = 32;

/// A ring for so many holds many.
const MANY: usize = 32;

#[repr(C)]
pub(crate) struct Ring<T> {
    ends: Apart<Ends>,
    fixed: Apart<Fixed<T>>,
    /// The senders' end.
    tail: Apart<Turn>,
    /// The receivers' end.
    head: Apart<Turn>,
    senders: Apart<WaitSide<T>>,
    /// Last, without room: what is read here is a cache line away from the allocation's end.
    receivers: WaitSide<T>,
    _end: MaybeUninit<[u64; 2]>,
}

/// What hardly ever changes, and both sides read.
struct Fixed<T> {
    slots: Slots<T>,
    /// Whoever polls need not look at the other end.
    closing: Closing,
}

// SAFETY: a value is moved in by one thread and out by another, never shared: the stamps give each
// slot to one end at a time, and the turn to one thread there.
unsafe impl<T: Send> Sync for Ring<T> {}
// SAFETY: owns its values.
unsafe impl<T: Send> Send for Ring<T> {}

impl<T> Ring<T> {
    /// A ring for `cap` values, at least one.
    #[track_caller]
    #[inline(always)] // It is made where it stays, and not copied.
    pub(crate) fn new(cap: usize) -> Self {
        Self {
            tail: Apart::new(Turn::new(0)),
            head: Apart::new(Turn::new(0)),
            senders: Apart::new(WaitSide::new()),
            receivers: WaitSide::new(),
            _end: MaybeUninit::uninit(),
            fixed: Apart::new(Fixed { slots: Slots::new(cap), closing: Closing::new() }),
            ends: Apart::new(Ends::new()),
        }
    }

    #[inline]
    fn slots(&self) -> &Slots<T> {
        &self.fixed.slots
    }

    /// The ticket of the next send.
    #[inline]
    fn next_send(&self) -> u64 {
        self.tail.peek() & !CLOSED
    }

    fn side(&self, side: Side) -> &WaitSide<T> {
        match side {
            Side::Send => &self.senders,
            Side::Recv => &self.receivers,
        }
    }

    /// Whether the next slot of this side is free or full, as it has to be: a look that takes no turn.
    #[inline]
    fn has_its_slot(&self, side: Side) -> bool {
        match side {
            Side::Send => self.slots().spot(self.next_send()).is_free(|| self.head.peek()),
            Side::Recv => self.slots().spot(self.head.peek()).is_full(|| self.next_send()),
        }
    }

    /// False if a hasty try need not take the turn. A model does without: it would explore more, and see the same.
    #[inline]
    fn may_go_on(&self, side: Side) -> bool {
        !SPINS || self.has_its_slot(side) || self.fixed.closing.has_begun()
    }

    /// The mistake `gives_up_a_lost_race`: another sender came between the look and the turn.
    fn loses_a_race(&self, look: Look) -> bool {
        let looked = self.tail.peek();
        look == Look::Exact && self.tail.take(|tail| (tail, tail != looked))
    }

    /// In the senders' turn: sends `value`, and says what the next ticket is.
    #[inline]
    fn fill(&self, tail: u64, value: &mut Option<T>) -> (u64, Sent) {
        if tail & CLOSED != 0 {
            return (tail, Err(TrySendError::Closed(())));
        }
        let spot = self.slots().spot(tail);
        if !spot.is_free(|| self.head.peek()) {
            return (tail, Err(TrySendError::Full(())));
        }
        if value.is_none() {
            return (tail, Err(TrySendError::Full(())));
        }
        // SAFETY: the slot is free, and the turn says that no other sender has this ticket.
        unsafe { spot.fill(value) };
        (self.slots().after(tail, 1), Ok(()))
    }

    /// In the receivers' turn: receives into `slot` if a value is there, and says what the next ticket is.
    #[inline]
    fn empty(&self, head: u64, slot: &mut Option<T>) -> (u64, bool) {
        let spot = self.slots().spot(head);
        if !spot.is_full(|| self.next_send()) {
            return (head, false);
        }
        // SAFETY: the slot is full, and the turn says that no other receiver has this ticket.
        unsafe { spot.take(slot) };
        (self.slots().after(head, 1), true)
    }
}

impl<T> Buffer<T> for Ring<T> {
    fn line(&self, side: Side) -> Option<&WaitSide<T>> {
        Some(self.side(side))
    }

    #[inline]
    fn put(&self, value: &mut Option<T>, look: Look) -> Sent {
        if look == Look::Hasty && !self.may_go_on(Side::Send) {
            return Err(TrySendError::Full(()));
        }
        let mut patience = Patience::new();
        loop {
            if mutant("gives_up_a_lost_race") && self.loses_a_race(look) {
                return Err(TrySendError::Full(()));
            }
            let sent = self.tail.take(|tail| self.fill(tail, value));
            let full = sent == Err(TrySendError::Full(()));
            let again = full && look == Look::Exact && self.is_ready(Side::Send);
            if !again || !patience.turn() {
                return sent;
            }
        }
    }

    #[inline]
    fn take(&self, slot: &mut Option<T>, look: Look) -> Received {
        if look == Look::Hasty && !self.may_go_on(Side::Recv) {
            return Err(TryRecvError::Empty);
        }
        let mut patience = Patience::new();
        loop {
            if self.head.take(|head| self.empty(head, slot)) {
                return Ok(());
            }
            self.refuse(&self.tail, self.head.peek(), look, &mut patience)?;
        }
    }

    fn has_something(&self, side: Side) -> bool {
        self.has_its_slot(side)
    }

    fn closing(&self) -> &Closing {
        &self.fixed.closing
    }
}

impl<T> Channel<T> for Ring<T> {
    #[inline]
    fn try_send(&self, value: &mut Option<T>, look: Look) -> Sent {
        self.serve_line(Side::Send);
        let sent = self.put(value, look);
        if sent.is_ok() {
            self.serve_line(Side::Recv);
        }
        sent
    }

    #[inline]
    fn try_recv(&self, slot: &mut Option<T>, look: Look) -> Received {
        self.serve_line(Side::Recv);
        let received = self.take(slot, look);
        if received.is_ok() {
            self.serve_line(Side::Send);
        }
        received
    }

    fn close(&self) -> bool {
        self.fixed.closing.begin();
        if !self.tail.close() && !mutant("closes_twice") {
            return false;
        }
        self.tell_of_close();
        self.fixed.closing.end();
        true
    }

    fn is_closed(&self) -> bool {
        let too_soon = mutant("closed_too_soon") && self.fixed.closing.has_begun();
        self.tail.is_closed() || too_soon
    }

    fn looks_closed(&self) -> bool {
        self.tail.looks_closed()
    }

    fn len(&self) -> usize {
        let (tail, head) = Turn::both(&self.tail, &self.head);
        let (sent, received) = (self.slots().count(tail), self.slots().count(head));
        (sent.saturating_sub(received) as usize).min(self.slots().cap())
    }

    fn cap(&self) -> Option<usize> {
        Some(self.slots().cap())
    }

    fn line_up(&self, side: Side, entry: &Entry<T>, place: &Place<'_>) -> Lined {
        self.stand_in_line(side, entry, place)
    }

    fn withdraw(&self, side: Side, entry: &Entry<T>) {
        self.side(side).withdraw(entry);
    }

    fn settle(&self, side: Side) {
        self.pass_on(side);
    }

    fn waiting(&self, side: Side) -> usize {
        self.side(side).count()
    }

    fn blocked(&self, side: Side) -> Vec<Why> {
        self.side(side).reasons()
    }

    fn looks_ready(&self, side: Side) -> bool {
        self.has_its_slot(side) || self.fixed.closing.has_begun()
    }

    /// For a sender if there is room for several: one that takes each slot as soon as it is free takes its line away while
    /// the receiver writes to it.
    fn looks_worthwhile(&self, side: Side) -> bool {
        if side == Side::Recv {
            return self.looks_ready(side);
        }
        let several = (self.slots().cap() as u64 / 4).clamp(1, SEVERAL);
        let last = self.slots().after(self.next_send(), several - 1);
        let room = self.slots().spot(last).is_free(|| self.head.peek());
        (room || self.fixed.closing.has_begun()) && self.looks_ready(side)
    }

    fn version(&self, _: Side) -> u64 {
        Turn::version(&self.tail, &self.head)
    }

    /// Each side waits for the other end to move. Not for the stamps: a peer may have looked at the line before who asks
    /// stood there, and be about to write one.
    fn at_rest(&self, side: Side) -> Option<u64> {
        match side {
            Side::Send => {
                let head = self.head.rest()?;
                // Also this end at rest: here a close is about to end, or is over and not yet to be seen.
                let tail = match mutant("peeks_before_it_sleeps") {
                    true => self.tail.peek(),
                    false => self.tail.rest()?,
                };
                (tail == head + self.slots().lap()).then_some(head)
            }
            Side::Recv => {
                let head = self.head.peek();
                // A close changes the number, too.
                self.tail.rest().filter(|&tail| tail == head)
            }
        }
    }

    fn holds_many(&self) -> bool {
        self.slots().cap() >= MANY
    }

    fn ends(&self) -> &Ends {
        &self.ends
    }
}
