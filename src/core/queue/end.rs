//! One end of a queue: the number of the next operation there.
//!
//! A thread owns an operation once it has exchanged the operation's number for the next one. That
//! is also the publisher's half of the handshake in `wait/side.rs`: a waiter that is in the queue,
//! and then sees the old number, is seen by every thread that exchanges it later.
//!
//! One bit of the number is a flag. At the senders' end it says that the queue is closed; at the
//! receivers' end of the list, that a position is overdue (`core/queue/list/overdue.rs`). So a
//! thread that exchanges the number knows both for certain.

use crate::core::channel::Effort;
use crate::sync::{full_fence, mutant, store_load_fence, AtomicU64, Ordering};

/// In the number of the senders' end: no send comes after this one.
pub(super) const CLOSED: u64 = 1 << 63;
/// In the number of the receivers' end: a receive has stepped over a position.
pub(super) const OVERDUE: u64 = 1 << 61;

// Both are so high that no number comes near.

pub(super) struct End(AtomicU64);

impl End {
    pub(super) fn new(number: u64) -> Self {
        Self(AtomicU64::new(number))
    }

    /// The number, with its flag; perhaps an old one.
    #[inline]
    pub(super) fn peek(&self) -> u64 {
        // ORDERING: Acquire; pairs with the exchange in `claim`: what was done before it at this
        // end.
        self.0.load(Ordering::Acquire)
    }

    /// The number, with its flag, after all that this thread has done.
    #[inline]
    pub(super) fn look(&self) -> u64 {
        // ORDERING: SeqCst; pairs with the exchange in `claim`, by which another thread operates at
        // this end.
        self.0.load(Ordering::SeqCst)
    }

    /// Claims the operation `number`, and makes `next` the next one, if no other thread is faster.
    #[inline(always)]
    pub(super) fn claim(&self, number: u64, next: u64) -> bool {
        // ORDERING: SeqCst; before whatever this thread asks later, pairs with the load in `look`.
        let claimed =
            self.0.compare_exchange(number, next, Ordering::SeqCst, Ordering::Relaxed).is_ok();
        if !mutant("claims_unseen") {
            store_load_fence();
        }
        claimed
    }

    /// Sets `flag`; true if it was not set before.
    pub(super) fn flag(&self, flag: u64) -> bool {
        // ORDERING: SeqCst; as in `claim`.
        let before = match mutant("closes_what_it_saw") {
            false => self.0.fetch_or(flag, Ordering::SeqCst),
            true => self.0.swap(self.peek() | flag, Ordering::SeqCst),
        };
        store_load_fence();
        before & flag == 0
    }

    /// Clears `flag`.
    pub(super) fn unflag(&self, flag: u64) {
        // ORDERING: SeqCst; as in `claim`.
        self.0.fetch_and(!flag, Ordering::SeqCst);
    }
}

/// Comes before a look that has to be exact: either another thread that looks sees what this one
/// has done, or this one sees what the other has done. A stamp alone is not seen at once.
#[inline]
pub(super) fn exact(effort: Effort) {
    if effort == Effort::Strong && !mutant("looks_past_its_stamp") && !mutant("claims_unseen") {
        full_fence();
    }
}

/// The number without its flag.
#[inline]
pub(super) fn plain(number: u64) -> u64 {
    number & !(CLOSED | OVERDUE)
}

/// A number that grows with each operation at either end, and with the close.
pub(super) fn version(tail: &End, head: &End) -> u64 {
    // Both only grow, so the sum stays the same only if both do.
    let (tail, head) = (tail.look(), head.look());
    (plain(tail) + plain(head)) << 1 | u64::from(tail & CLOSED != 0)
}

/// The numbers of the next send and the next receive, at one instant, with their flags. If they
/// keep moving, each is only a recent one.
#[inline]
pub(super) fn both(tail: &End, head: &End) -> (u64, u64) {
    const ROUNDS: usize = 64;
    let mut sent = tail.look();
    for _ in 0..ROUNDS {
        let received = head.look();
        let now = tail.look();
        if now == sent || mutant("len_of_two_instants") {
            return (sent, received);
        }
        sent = now;
    }
    (sent, head.look())
}
