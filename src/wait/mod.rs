//! Waiting: one blocked operation ([`Waiter`]), the queue in which it waits ([`WaitQueue`]), and
//! how long it polls before it sleeps ([`Polling`]).
//!
//! A waiter is in one queue per case, each time by an [`Entry`] that lives on its own stack. It
//! wins once:
//!
//! - a thread that completes it *claims* it, by one compare-exchange on its word, under the lock of
//!   the queue in which it was found; a timeout and a close are claimers like any other;
//! - a thread that can do a waiter's operation *serves* it: a claim in two steps, between which the
//!   waiter cannot leave;
//! - the claim, or its second step, is the claimer's last touch: everything it needs from the
//!   waiter, the handle that wakes it included, is taken before;
//! - a claim either *delivers* (the value has changed hands) or *hints* (the case named is worth a
//!   retry). A hint is advice: nothing is kept for the waiter, and nobody depends on it;
//! - the sleeper is woken after the lock is released.

mod blocked_at;
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
pub(crate) use queue::{Entry, LinkPermit, OpId, WaitQueue};
pub(crate) use registration::{Enlist, Enqueued, Registration};
pub(crate) use side::WaitSide;
pub(crate) use waiter::{Outcome, Waiter, Wake};
pub(crate) use waiter_cell::WaiterCell;
