//! One end of a buffer: those who send there, or those who receive, take turns.
//!
//! A turn lasts a few instructions, in which no code of the user runs, nothing is allocated and nothing panics. It is the
//! publisher's half of the handshake in `wait/side.rs`: whoever stands in line, and then sees the turn free and the number as
//! it was, is seen by everyone who takes the turn later. For that, as for any answer that has to be exact, `peek` is not enough.

use crate::{
    error::TryRecvError,
    sync::{mutant, Turnstile},
    wait::Patience,
};

/// The bit in the senders' number that says closed.
pub(super) const CLOSED: u64 = 1 << 63;

/// Has the number of the next operation, at the senders' end with `CLOSED`.
pub(super) struct Turn(Turnstile);

impl Turn {
    /// The first operation has this number.
    pub(super) fn new(number: u64) -> Self {
        Self(Turnstile::new(number))
    }

    /// Waits for the turn. `step` has the number of the operation, and says which is the next.
    #[inline(always)]
    pub(super) fn take<R>(&self, step: impl FnOnce(u64) -> (u64, R)) -> R {
        let mut patience = Patience::new();
        self.0.pass(|| patience.lose(), step)
    }

    /// The number of the next operation; a look ahead of the turn.
    #[inline]
    pub(super) fn peek(&self) -> u64 {
        self.0.peek()
    }

    /// The number of the next operation, if nobody has the turn, or if it is closed: then it is final.
    #[inline]
    pub(super) fn rest(&self) -> Option<u64> {
        self.0.rest().or_else(|| Some(self.peek()).filter(|number| number & CLOSED != 0))
    }

    /// Closes the senders' end: no send has a number after this. False if it was closed.
    pub(super) fn close(&self) -> bool {
        let seen = mutant("closes_what_it_saw").then(|| self.peek());
        self.take(|tail| (seen.unwrap_or(tail) | CLOSED, tail & CLOSED == 0))
    }

    /// Asked of the senders' end.
    #[inline]
    pub(super) fn is_closed(&self) -> bool {
        self.rest().unwrap_or_else(|| self.settled()) & CLOSED != 0
    }

    /// Whether it is closed, by one load, also where this very thread has the turn: false, perhaps, for a close that has not
    /// returned.
    #[allow(dead_code)] // For the handlers of signals, where there are any.
    #[inline]
    pub(super) fn looks_closed(&self) -> bool {
        self.peek() & CLOSED != 0
    }

    /// The number after the turn that somebody has: it may be over, and what it left not yet to be seen.
    #[cold]
    fn settled(&self) -> u64 {
        let mut patience = Patience::new();
        loop {
            match self.rest() {
                None if patience.turn() => {}
                number => return number.unwrap_or_else(|| self.peek()),
            }
        }
    }

    /// Asked of the senders' end: why a receive with the number `head` finds nothing. `None` if a value was sent for it, or
    /// perhaps is being sent.
    pub(super) fn refusal(&self, head: u64) -> Option<TryRecvError> {
        let tail = self.rest()?;
        let sent = tail & !CLOSED > head && !mutant("closed_first");
        let refusal = if tail & CLOSED == 0 { TryRecvError::Empty } else { TryRecvError::Closed };
        (!sent).then_some(refusal)
    }

    /// A number that grows with each operation at either end, and with the close.
    pub(super) fn version(tail: &Self, head: &Self) -> u64 {
        // Both only grow, so the sum stays the same only if both do.
        let (tail, head) = (tail.peek(), head.peek());
        ((tail & !CLOSED) + head) << 1 | u64::from(tail & CLOSED != 0)
    }

    /// The numbers of the next send and the next receive, at one instant; without `CLOSED`.
    #[inline]
    pub(super) fn both(tail: &Self, head: &Self) -> (u64, u64) {
        let mut patience = Patience::new();
        loop {
            let (sent, received) = (tail.rest(), head.rest());
            let same = sent == tail.rest() || mutant("len_of_two_instants");
            if let (Some(sent), Some(received), true) = (sent, received, same) {
                return (sent & !CLOSED, received);
            }
            if !patience.turn() {
                return (tail.peek() & !CLOSED, head.peek());
            }
        }
    }
}
