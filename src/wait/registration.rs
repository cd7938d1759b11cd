//! The places of one waiter in several queues, and how it leaves them all, whatever happens.
#![allow(unsafe_code)]

use super::{LinkPermit, Outcome, Waiter};

/// A case that can wait in its channel's queue.
pub(crate) trait Enlist {
    /// Links the case's entry for `permit`, then checks the channel again.
    fn enqueue(&self, permit: &LinkPermit<'_>) -> Enqueued;
    /// Unlinks the entry, if it is linked.
    fn dequeue(&self);
    /// Records that a claimer has decided for this case, with `outcome`, and has unlinked its
    /// entry.
    fn claimed(&self, outcome: Outcome);
}

/// The result of joining a queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Enqueued {
    /// In the queue, and the case is not ready.
    Waiting,
    /// The case was completed on the spot; only for a waiter that is in no queue yet.
    Completed,
    /// The case may be ready: leave every queue and try.
    Retry,
}

/// The places of one waiter in the queues of its cases.
///
/// Dropping it unlinks every entry, so neither a return nor a panic leaves one behind.
pub(crate) struct Registration<'a, L: Enlist + ?Sized> {
    cases: &'a [&'a L],
    waiter: &'a Waiter,
    /// Whether a case may be linked.
    entered: bool,
}

impl<'a, L: Enlist + ?Sized> Registration<'a, L> {
    pub(crate) fn new(cases: &'a [&'a L], waiter: &'a Waiter) -> Self {
        Self { cases, waiter, entered: false }
    }

    /// Goes on with the places that were kept.
    pub(crate) fn resume(cases: &'a [&'a L], waiter: &'a Waiter) -> Self {
        Self { cases, waiter, entered: true }
    }

    /// Leaves the waiter in its queues, for `resume`.
    ///
    /// # Safety
    ///
    /// Until a resumed registration has left the queues, the entries of the cases and the waiter
    /// stay where they are, also if that never happens.
    pub(crate) unsafe fn keep(mut self) {
        self.entered = false;
    }

    /// Joins the queues of the cases in `order`, up to the first case that is not `Waiting`, and
    /// returns that case. `returning` is the case for which the waiter was woken in vain.
    #[inline(always)] // See `Waiter::wait`.
    pub(crate) fn enter(
        &mut self,
        order: impl Iterator<Item = usize>,
        returning: Option<usize>,
    ) -> Option<(usize, Enqueued)> {
        self.entered = true;
        let mut sole = true;
        for case in order {
            let front = returning == Some(case);
            let enqueued =
                self.cases[case].enqueue(&LinkPermit { waiter: self.waiter, case, sole, front });
            if enqueued != Enqueued::Waiting {
                // Only a waiter that is in no queue is completed on the spot: it has none to leave.
                self.entered = enqueued != Enqueued::Completed;
                return Some((case, enqueued));
            }
            sole = false;
        }
        None
    }

    /// Leaves every queue. No claimer can come after this.
    pub(crate) fn leave(&mut self) -> Outcome {
        self.unlink()
    }

    fn unlink(&mut self) -> Outcome {
        let outcome = self.waiter.abort();
        for (index, case) in self.cases.iter().enumerate() {
            if outcome.case() == Some(index) {
                case.claimed(outcome);
            } else {
                case.dequeue();
            }
        }
        self.entered = false;
        outcome
    }
}

impl<L: Enlist + ?Sized> Drop for Registration<'_, L> {
    fn drop(&mut self) {
        // An entry is linked here only when unwinding; a value that was delivered stays in its
        // case.
        if self.entered {
            self.unlink();
        }
    }
}
