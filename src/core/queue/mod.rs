//! Queues: values in, values out, in order, and a close. They know nothing of waiters.

pub(super) mod list;
pub(super) mod ring;

mod end;
mod slot;

use super::channel::{Amount, Effort, Side, TryRecv, TrySend};
use crate::sync::mutant;

pub(crate) use list::List;
pub(crate) use ring::Ring;

pub(crate) trait Queue<T> {
    /// Whether a send may find the queue full.
    const BOUNDED: bool;

    /// Puts the value in, if there is room and no other thread is faster: the fast path.
    fn push_now(&self, value: T) -> Result<(), T>;
    /// Takes the next value out, if it is there and no other thread is faster: the fast path.
    fn pop_now(&self) -> Option<T>;
    /// Puts the value in; a value that is not sent stays where it is.
    fn push(&self, value: &mut Option<T>, effort: Effort) -> TrySend;
    /// Moves the next value to `into`, which is empty. Returns `Closed` only when no value is left.
    fn pop(&self, into: &mut Option<T>, effort: Effort) -> TryRecv;
    /// Frees the memory that operations under a lock have left.
    fn reclaim(&self) {}
    /// Closes the queue: no push succeeds after this. Returns false if it was closed before.
    fn close(&self) -> bool;
    fn is_closed(&self) -> bool;
    fn len(&self) -> usize;
    /// Returns whether a value is there or on its way.
    fn holds_any(&self) -> bool;
    /// Returns the capacity, or `None` if there is no bound.
    fn cap(&self) -> Option<usize>;

    /// Returns false if an operation on this side would certainly fail, the close aside. A thread
    /// that has just made an operation possible gets true until a thread does that operation, even
    /// if it reads an old number of the other end.
    fn can_proceed(&self, side: Side) -> bool;
    /// Returns false if a try would certainly fail, or would gain less than `amount`.
    fn looks_ready(&self, side: Side, amount: Amount) -> bool;
    /// Returns a number that only grows, and that is greater than an earlier one if either side may
    /// have become ready in between.
    fn version(&self) -> u64;
    /// Returns `None` if this side has something to do, the close included, or will have as soon as
    /// another thread has finished its step. Otherwise returns a number that only grows: if a later
    /// call returns it again, the side had nothing to do in between.
    fn at_rest(&self, side: Side) -> Option<u64>;
    /// Returns whether the queue is large enough for many operations in one time slice.
    fn is_large(&self) -> bool;
}

/// Drops the values that were sent while the last receiver went away.
// A function of its own, since its frame has room for a value, which may be large.
#[cold]
#[inline(never)]
fn drop_values<T>(queue: &impl Queue<T>) {
    let mut slot = None;
    while !mutant("no_drain") && queue.pop(&mut slot, Effort::Strong).is_ok() {
        slot = None;
    }
}
