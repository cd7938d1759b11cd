//! A case of the run-time form of select, with the handler to call if it wins.

use super::{case::Case, BoundCase, RecvCase, SendCase, SendFromCase};
use crate::error::SendError;

/// A case with its handler.
pub(super) trait HandledCase<'a, R> {
    fn case(&self) -> &dyn Case;
    /// True if the case has won, its channel is closed, and its handler does not take an error.
    fn is_refused(&self) -> bool {
        false
    }
    /// Calls the handler with the outcome of the case, which has won.
    fn finish(self: Box<Self>) -> R;
}

pub(super) struct Receive<'a, T, F> {
    pub(super) case: RecvCase<'a, T>,
    pub(super) then: F,
}

impl<'a, T, R, F: FnOnce(Option<T>) -> R> HandledCase<'a, R> for Receive<'a, T, F> {
    fn case(&self) -> &dyn Case {
        self.case.as_case().0
    }

    fn finish(self: Box<Self>) -> R {
        let Self { case, then } = *self;
        let value = case.take_output().flatten();
        drop(case);
        then(value)
    }
}

pub(super) struct Send<'a, T, F> {
    pub(super) case: SendCase<'a, T>,
    pub(super) then: F,
    /// True if the handler takes an error when the channel is closed.
    pub(super) reports: bool,
}

impl<'a, T, R, F: FnOnce(Result<(), SendError<T>>) -> R> HandledCase<'a, R> for Send<'a, T, F> {
    fn case(&self) -> &dyn Case {
        self.case.as_case().0
    }

    fn is_refused(&self) -> bool {
        !self.reports && self.case.is_refused()
    }

    fn finish(self: Box<Self>) -> R {
        let Self { case, then, .. } = *self;
        then(case.take_output().unwrap_or(Ok(())))
    }
}

pub(super) struct SendFrom<'a, T, F> {
    pub(super) case: SendFromCase<'a, T>,
    pub(super) then: F,
}

impl<'a, T, R, F: FnOnce() -> R> HandledCase<'a, R> for SendFrom<'a, T, F> {
    fn case(&self) -> &dyn Case {
        self.case.as_case().0
    }

    fn is_refused(&self) -> bool {
        matches!(self.case.take_output(), Some(Err(_)))
    }

    fn finish(self: Box<Self>) -> R {
        let Self { case, then } = *self;
        drop(case);
        then()
    }
}
