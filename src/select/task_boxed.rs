//! An operation of a task in a box: it moves between polls, and can be repeated.
#![allow(unsafe_code)]

use std::{
    panic::Location,
    pin::Pin,
    task::{Context, Poll},
};

use super::task::{Cases, Task};

/// An operation in a box. All that changes it takes it by an exclusive reference.
pub(crate) struct Boxed<C: Cases>(Pin<Box<Task<C>>>);

// SAFETY: a shared reference shows only whether it is done, which changes by an exclusive one.
unsafe impl<C: Cases + Send> Sync for Boxed<C> {}

impl<C: Cases> Boxed<C> {
    pub(crate) fn new(cases: C, location: &'static Location<'static>) -> Self {
        Self(Box::pin(Task::at(cases, location)))
    }

    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<C::Output> {
        self.0.as_ref().poll(cx)
    }

    pub(crate) fn is_done(&self) -> bool {
        self.0.is_done()
    }

    /// Makes ready for another operation, once one is done.
    #[cfg(feature = "futures")]
    pub(crate) fn restart(&mut self) {
        self.0.restart();
    }

    /// Gives the operation up: leaves every queue. Returns its cases.
    pub(crate) fn give_up(&mut self) -> &C {
        self.0.leave();
        self.cases()
    }

    pub(crate) fn cases(&mut self) -> &C {
        self.0.cases()
    }
}
