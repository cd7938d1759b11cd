//! Standing in several lines at once, and leaving them all whatever happens.

use super::{Outcome, Place, Waiter};

/// What a case does to stand in its channel's line.
pub(crate) trait Line {
    /// Links the case's entry for `place`, then looks again.
    fn line_up(&self, place: &Place<'_>) -> Lined;
    /// Unlinks the entry, if it is linked.
    fn withdraw(&self);
    /// Learns that a claimer chose this case, and how, and unlinked its entry.
    fn claimed(&self, outcome: Outcome);
}

/// How lining up went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lined {
    /// In line, and nothing to be had right now.
    Waiting,
    /// The case was completed on the spot; for who is [alone](Place::alone) only.
    Fired,
    /// The case may be ready: leave every line and try.
    Ready,
}

/// The places of one waiter in the lines of its cases.
///
/// Dropping it unlinks every entry, so neither a return nor a panic leaves one behind.
pub(crate) struct Lines<'a, L: Line + ?Sized> {
    cases: &'a [&'a L],
    waiter: &'a Waiter,
    /// Whether a case may be linked.
    entered: bool,
}

impl<'a, L: Line + ?Sized> Lines<'a, L> {
    pub(crate) fn new(cases: &'a [&'a L], waiter: &'a Waiter) -> Self {
        Self { cases, waiter, entered: false }
    }

    /// Lines up for one case after the other, in this order, as long as each says that it waits.
    /// `returning` is the case for which the waiter was woken in vain. Gives the case that said
    /// something else.
    #[inline(always)] // See `Waiter::wait`.
    pub(crate) fn enter(
        &mut self,
        order: impl Iterator<Item = usize>,
        returning: Option<usize>,
    ) -> Option<(usize, Lined)> {
        self.entered = true;
        let mut alone = true;
        for case in order {
            let line = self.cases[case];
            let front = returning == Some(case);
            let lined = line.line_up(&Place { waiter: self.waiter, case, alone, front });
            if lined != Lined::Waiting {
                // On the spot is only who stands in no line, and so it has none to leave.
                self.entered = lined != Lined::Fired;
                return Some((case, lined));
            }
            alone = false;
        }
        None
    }

    /// Leaves every line. After this no claimer can come any more.
    pub(crate) fn leave(&mut self) -> Outcome {
        self.unlink()
    }

    fn unlink(&mut self) -> Outcome {
        let outcome = self.waiter.abort();
        for (case, line) in self.cases.iter().enumerate() {
            if outcome.case() == Some(case) {
                line.claimed(outcome);
            } else {
                line.withdraw();
            }
        }
        self.entered = false;
        outcome
    }
}

impl<L: Line + ?Sized> Drop for Lines<'_, L> {
    fn drop(&mut self) {
        // Only when unwinding is anything linked here; a value that was delivered stays in its case.
        if self.entered {
            self.unlink();
        }
    }
}
