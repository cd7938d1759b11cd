//! One end of a queue: the number of the next operation there.
//!
//! A thread owns an operation once it has exchanged the operation's number for the next one. The
//! exchange is also the publisher's half of the handshake in `wait/side.rs`: if a waiter has joined
//! the queue and then sees the old number, every thread that exchanges it later sees the waiter.
//!
//! One bit of the number is a flag. At the senders' end it says that the queue is closed; at the
//! receivers' end of the list, that a position is overdue (`core/queue/list/overdue.rs`). So a
//! thread that exchanges the number knows its flag for certain.

use crate::core::channel::Effort;
use crate::sync::{full_fence, mutant, store_load_fence, AtomicU64, Ordering};

/// The flag of the senders' end: no send claims a number any more.
pub(super) const CLOSED: u64 = 1 << 63;
/// The flag of the receivers' end: a receive has stepped over a position.
pub(super) const OVERDUE: u64 = 1 << 61;

// Both flags are so high that no number reaches them.

pub(super) struct End(AtomicU64);

impl End {
    pub(super) fn new(number: u64) -> Self {
        Self(AtomicU64::new(number))
    }

    /// Returns the number, with its flag. It may be an old one.
    #[inline]
    pub(super) fn peek(&self) -> u64 {
        // ORDERING: Acquire; pairs with the exchange in `claim`: the caller sees what was done at
        // this end before it.
        self.0.load(Ordering::Acquire)
    }

    /// Returns the number, with its flag. The load comes after all that this thread has done.
    #[inline]
    pub(super) fn look(&self) -> u64 {
        // ORDERING: SeqCst; pairs with the exchange in `claim`, by which another thread operates at
        // this end.
        self.0.load(Ordering::SeqCst)
    }

    /// Claims the operation `number`, and makes `next` the next one, if no other thread is faster.
    /// Returns true if it has.
    #[inline(always)]
    pub(super) fn claim(&self, number: u64, next: u64) -> bool {
        // ORDERING: SeqCst; before all that this thread reads later, pairs with the load in `look`.
        let claimed =
            self.0.compare_exchange(number, next, Ordering::SeqCst, Ordering::Relaxed).is_ok();
        if !mutant("claims_unseen") {
            store_load_fence();
        }
        claimed
    }

    /// Sets `flag`. Returns true if it was not set before.
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

/// Fences before a read of the queue that has to be exact. Of two threads that both come here, at
/// least one then sees all that the other has done before. Without the fence a stamp may become
/// visible only later.
#[inline]
pub(super) fn exact(effort: Effort) {
    if effort == Effort::Strong && !mutant("looks_past_its_stamp") && !mutant("claims_unseen") {
        full_fence();
    }
}

/// Returns the number without its flag.
#[inline]
pub(super) fn plain(number: u64) -> u64 {
    number & !(CLOSED | OVERDUE)
}

/// Returns a number that grows with each operation at either end, and with the close.
pub(super) fn version(tail: &End, head: &End) -> u64 {
    // Both numbers only grow, so the sum stays the same only if both do.
    let (tail, head) = (tail.look(), head.look());
    (plain(tail) + plain(head)) << 1 | u64::from(tail & CLOSED != 0)
}

/// Returns the numbers of the next send and the next receive, with their flags, as they were at one
/// instant. If they keep moving, each is only a recent one.
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
