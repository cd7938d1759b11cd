//! Waiting: one blocked operation ([`Waiter`]), the queue in which it waits ([`WaitQueue`]), and
//! how long it polls before it sleeps ([`Polling`]).
//!
//! A waiter is in one queue per case, by an [`Entry`] on its owner's stack, or in the future of the
//! task that owns it. One of its cases wins, by these rules:
//!
//! - a thread that ends the wait *claims* the waiter, by one compare-exchange on its word, under
//!   the lock of the queue in which it found the waiter. A close claims in the same way. The owner
//!   claims at a timeout, without a lock;
//! - a thread that does the operation of a waiter *serves* it: a claim in two steps, between which
//!   the owner cannot leave;
//! - the claim, or its second step, is the claimer's last access to the waiter. Before that it
//!   takes everything that it needs, the handle that wakes the owner included;
//! - a claim either *delivers* (the value has changed hands) or *hints* (the case named is worth a
//!   retry). A hint is advice: nothing is kept for the waiter, and no other thread relies on it;
//! - the claimer wakes the owner after it has released the lock;
//! - nothing is delivered to a task that receives: it is only hinted. Such a hint carries the
//!   liveness of no other waiter, since the task may never run again. A task that sends may have
//!   its value taken.

mod blocked_at;
mod chain;
mod history;
mod polling;
mod queue;
mod registration;
mod side;
#[cfg(all(test, not(any(loom, shuttle))))]
pub(crate) mod tests;
mod waiter;
mod waiter_cell;

pub(crate) use blocked_at::{BlockedAt, Reason};
pub(crate) use polling::Polling;
pub(crate) use queue::{BareEntry, Entry, LinkPermit, OpId, Place, WaitQueue};
pub(crate) use registration::{Enlist, Enqueued, Registration};
pub(crate) use side::{wake_each, Service, WaitSide};
pub(crate) use waiter::{Outcome, Rest, Waiter, Wake};
pub(crate) use waiter_cell::{vacant, WaiterCell, WaiterRef};
