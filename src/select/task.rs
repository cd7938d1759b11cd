//! The engine for tasks: what `run` and `block` are for threads.
//!
//! 1. Try every case.
//! 2. Join every queue, looking again after each. Leave the waker with the waiter, and return.
//! 3. When polled again: if a claimer has decided, leave every queue, and finish the case that won,
//!    or start over. If not, leave the new waker.
//! 4. When dropped: leave every queue, and pass on what a claimer has left.
//!
//! A poll that waits never yields or sleeps. It starts over a few times, and then lets the executor
//! run other tasks. Once the limit is over, `run` decides, as it does for threads.
//!
//! Between polls the entries of the cases are linked without a borrow. [`Task`] is polled only when
//! pinned, and then stays where it is until its `Drop` has unlinked them. If it is forgotten, its
//! memory is never used again.
#![allow(unsafe_code)]

use std::{
    cell::Cell,
    marker::PhantomPinned,
    panic::Location,
    pin::Pin,
    task::{Context, Poll},
    time::Instant,
};

use super::{case::Case, run, watch::earliest, Limit, Order, ServeOn};
use crate::{
    core::Effort,
    sync::{budget, clock, Alarm},
    wait::{BlockedAt, Enqueued, Outcome, Reason, Registration, Rest, WaiterRef},
};

/// How many times a poll starts over before it lets the executor run other tasks.
const ROUNDS: usize = 3;

/// The cases of one operation of a task.
///
/// # Safety
///
/// The entries of the cases, and the cell of the waiter, are part of the value itself, or of boxes
/// that it owns while an operation waits.
pub(crate) unsafe trait Cases {
    /// The result of the operation.
    type Output;
    /// The kind of operation, for diagnostics.
    const REASON: Reason;

    /// Calls `run` with the cases, always the same ones, and the order in which to try them.
    /// Returns the result of the operation once `run` has completed a case.
    fn with(
        &self,
        run: impl FnOnce(&[&dyn Case], Order<'_>) -> Poll<Option<usize>>,
    ) -> Poll<Self::Output>;

    /// How long the operation may wait. Once that is over, `run` completes no case.
    fn limit(&self) -> Limit {
        Limit::Never
    }
}

/// An operation of a task, which waits in its queues between polls.
pub(crate) struct Task<C: Cases> {
    is_done: Cell<bool>,
    /// The wake at the deadline, while the task waits with one.
    alarm: Cell<Option<Box<Alarm>>>,
    location: &'static Location<'static>,
    cases: C,
    _pinned: PhantomPinned,
}

impl<C: Cases> Task<C> {
    #[track_caller]
    pub(crate) fn new(cases: C) -> Self {
        Self::at(cases, Location::caller())
    }

    /// Makes an operation that is shown at `location`.
    pub(crate) fn at(cases: C, location: &'static Location<'static>) -> Self {
        Self {
            is_done: Cell::new(false),
            alarm: Cell::new(None),
            location,
            cases,
            _pinned: PhantomPinned,
        }
    }

    /// Returns true once a poll has returned the result.
    pub(crate) fn is_done(&self) -> bool {
        self.is_done.get()
    }

    pub(crate) fn poll(self: Pin<&Self>, cx: &mut Context<'_>) -> Poll<C::Output> {
        assert!(!self.is_done(), "an operation of a task was polled after it was done");
        if !budget::is_left() {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        let output = self.cases.with(|cases, order| self.drive(cases, order, cx));
        if output.is_ready() {
            self.is_done.set(true);
            self.alarm.set(None);
        }
        budget::spend(output.is_ready());
        output
    }

    fn drive(
        self: Pin<&Self>,
        cases: &[&dyn Case],
        mut order: Order<'_>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<usize>> {
        let Some(first) = cases.first() else { return self.wait_for_the_limit(cx) };
        // Also if a try, or a waker, panics.
        let settled = ServeOn(cases);
        let cell = first.waiter_cell();
        let mut returning = None;
        let mut waited = match cell.resume() {
            Some(waiter) => self.rest(Registration::resume(cases, &waiter), &waiter, cases, cx),
            None => Waited::Decided(Outcome::Aborted),
        };
        for round in 0.. {
            match waited {
                Waited::Asleep => break,
                Waited::Decided(Outcome::Delivered(winner)) => return Poll::Ready(Some(winner)),
                Waited::Decided(Outcome::Hint(winner)) => {
                    if cases[winner].try_now(Effort::Weak) {
                        return Poll::Ready(Some(winner));
                    }
                    returning = Some(winner);
                }
                Waited::Decided(Outcome::Aborted) => {}
            }
            if self.cases.limit().is_over() {
                return Poll::Ready(run(cases, order, Limit::Now, self.blocked_at()));
            }
            if let Some(winner) = order.find(cases.len(), |case| cases[case].try_first()) {
                return Poll::Ready(Some(winner));
            }
            if round == ROUNDS {
                cx.waker().wake_by_ref();
                break;
            }
            let waiter = cell.emplace_task(cases.len(), self.blocked_at());
            let mut registration = Registration::new(cases, &waiter);
            waited = match registration.enter(order.iter(cases.len()), returning) {
                None => self.rest(registration, &waiter, cases, cx),
                Some((winner, Enqueued::Completed)) => return Poll::Ready(Some(winner)),
                Some(_) => Waited::Decided(registration.leave()),
            };
        }
        std::mem::forget(settled);
        Poll::Pending
    }

    /// Waits for nothing but the end of the time.
    fn wait_for_the_limit(self: Pin<&Self>, cx: &mut Context<'_>) -> Poll<Option<usize>> {
        let limit = self.cases.limit();
        if limit.is_over() {
            return Poll::Ready(None);
        }
        self.set_alarm(limit.deadline(), cx);
        Poll::Pending
    }

    /// Arranges a wake at `deadline`, and none if there is no deadline.
    fn set_alarm(&self, deadline: Option<Instant>, cx: &mut Context<'_>) {
        let old = self.alarm.take();
        let alarm = match (old, deadline) {
            (_, None) => None,
            (Some(old), Some(at)) if old.is_for(at, cx.waker()) => Some(old),
            (_, Some(at)) => Some(Box::new(Alarm::new(at, cx.waker()))),
        };
        self.alarm.set(alarm);
    }

    /// Lets the task sleep in the queues that it has joined, unless a claimer has decided, or the
    /// time is up.
    fn rest(
        self: Pin<&Self>,
        mut registration: Registration<'_, dyn Case + '_>,
        waiter: &WaiterRef<'_>,
        cases: &[&dyn Case],
        cx: &mut Context<'_>,
    ) -> Waited {
        // Asked in the queue: a thread that later sets a timer earlier finds the waiter there.
        let deadline = earliest(cases, self.cases.limit());
        self.set_alarm(deadline, cx);
        if deadline.is_some_and(|deadline| clock::now() >= deadline) {
            return Waited::Decided(registration.leave());
        }
        match waiter.rest(cx.waker()) {
            Rest::Decided => return Waited::Decided(registration.leave()),
            // The claimer may wake the task by an earlier waker.
            Rest::Busy => cx.waker().wake_by_ref(),
            Rest::Asleep => {}
        }
        waiter.keep();
        // SAFETY: `self` is pinned, and the entries and the waiter are part of it. Its `Drop`
        // leaves the queues.
        unsafe { registration.keep() };
        Waited::Asleep
    }

    fn blocked_at(&self) -> BlockedAt {
        BlockedAt { reason: C::REASON, location: self.location }
    }
}

/// The state of a wait at the end of a poll.
enum Waited {
    Asleep,
    Decided(Outcome),
}

impl<C: Cases> Task<C> {
    /// Allows another operation after one that is done.
    #[cfg(feature = "futures")]
    pub(super) fn restart(&self) {
        self.is_done.set(false);
    }

    pub(super) fn cases(&self) -> &C {
        &self.cases
    }

    /// Leaves every queue, and passes on what a claimer has left.
    pub(super) fn leave(&self) {
        let _ = self.cases.with(|cases, _| {
            if let Some(waiter) = cases.first().and_then(|case| case.waiter_cell().resume()) {
                let _settled = ServeOn(cases);
                Registration::resume(cases, &waiter).leave();
            }
            Poll::Pending
        });
    }
}

impl<C: Cases> Drop for Task<C> {
    fn drop(&mut self) {
        self.leave();
    }
}
