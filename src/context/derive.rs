//! Contexts made from a context that can end before it.

use std::{
    error::Error,
    time::{Duration, Instant},
};

use super::{
    cancel::{self, Cancel, CancelCause},
    node::Due,
    Cause, Context,
};
use crate::sync::clock;

impl Context {
    /// Makes a context that ends when its [`Cancel`] says so or is dropped, or when this context
    /// ends. Go's `context.WithCancel`.
    ///
    /// **Keep the handle: `let (context, _) = ..` drops it at once, and the context has ended.**
    /// Write `let (context, _cancel) = ..`, which keeps it to the end of the block.
    ///
    /// # Examples
    ///
    /// ```
    /// use gochan::Context;
    ///
    /// let (context, cancel) = Context::background().with_cancel();
    /// let (child, _cancel_child) = context.with_cancel();
    /// drop(cancel);
    /// assert!(child.done().recv_ok().is_none());
    /// ```
    #[must_use = "dropping the handle cancels"]
    pub fn with_cancel(&self) -> (Self, Cancel) {
        self.child(None)
    }

    /// Makes a context as [`with_cancel`](Self::with_cancel) does. Its handle takes the reason that
    /// [`cause`](Self::cause) returns. Go's `context.WithCancelCause`.
    ///
    /// **Keep the handle: `let (context, _) = ..` drops it at once, and the context has ended.**
    /// Write `let (context, _cancel) = ..`, which keeps it to the end of the block.
    ///
    /// # Examples
    ///
    /// ```
    /// use gochan::{context::ContextError, Context};
    ///
    /// let (context, cancel) = Context::background().with_cancel_cause();
    /// cancel.cancel("out of paper");
    /// assert_eq!(context.err(), Some(ContextError::Canceled));
    /// assert_eq!(context.cause().unwrap().to_string(), "out of paper");
    /// ```
    #[must_use = "dropping the handle cancels"]
    pub fn with_cancel_cause(&self) -> (Self, CancelCause) {
        let (context, cancel) = self.child(None);
        (context, CancelCause::new(cancel))
    }

    /// Makes a context that ends after `timeout` at the latest. A timeout that is too long to
    /// represent never ends. Go's `context.WithTimeout`.
    ///
    /// **Keep the handle: `let (context, _) = ..` drops it at once, and the context has ended.**
    /// Write `let (context, _cancel) = ..`, which keeps it to the end of the block.
    ///
    /// # Examples
    ///
    /// ```
    /// use gochan::{context::ContextError, Context};
    /// use std::time::Duration;
    ///
    /// let (context, _cancel) = Context::background().with_timeout(Duration::from_millis(5));
    /// assert!(context.done().recv_ok().is_none());
    /// assert_eq!(context.err(), Some(ContextError::DeadlineExceeded));
    /// ```
    #[must_use = "dropping the handle cancels"]
    pub fn with_timeout(&self, timeout: Duration) -> (Self, Cancel) {
        self.child(Due::after(timeout, None))
    }

    /// Makes a context as [`with_timeout`](Self::with_timeout) does. If the time is up,
    /// [`cause`](Self::cause) returns the reason given here. Go's `context.WithTimeoutCause`.
    ///
    /// **Keep the handle: `let (context, _) = ..` drops it at once, and the context has ended.**
    /// Write `let (context, _cancel) = ..`, which keeps it to the end of the block.
    ///
    /// # Examples
    ///
    /// ```
    /// use gochan::Context;
    /// use std::time::Duration;
    ///
    /// let (context, _cancel) = Context::background().with_timeout_cause(Duration::ZERO, "too slow");
    /// assert_eq!(context.cause().unwrap().to_string(), "too slow");
    /// ```
    #[must_use = "dropping the handle cancels"]
    pub fn with_timeout_cause(
        &self,
        timeout: Duration,
        cause: impl Into<Box<dyn Error + Send + Sync>>,
    ) -> (Self, Cancel) {
        self.child(Due::after(timeout, Some(cause.into())))
    }

    /// Makes a context that ends at `deadline` at the latest. Go's `context.WithDeadline`.
    ///
    /// **Keep the handle: `let (context, _) = ..` drops it at once, and the context has ended.**
    /// Write `let (context, _cancel) = ..`, which keeps it to the end of the block.
    ///
    /// # Examples
    ///
    /// ```
    /// use gochan::Context;
    /// use std::time::Instant;
    ///
    /// let now = Instant::now();
    /// let (context, _cancel) = Context::background().with_deadline(now);
    /// assert_eq!(context.deadline(), Some(now));
    /// assert!(context.err().is_some());
    /// ```
    #[must_use = "dropping the handle cancels"]
    pub fn with_deadline(&self, deadline: Instant) -> (Self, Cancel) {
        self.child(Some(Due::at(deadline, None)))
    }

    /// Makes a context as [`with_deadline`](Self::with_deadline) does. If the time is up,
    /// [`cause`](Self::cause) returns the reason given here. Go's `context.WithDeadlineCause`.
    ///
    /// **Keep the handle: `let (context, _) = ..` drops it at once, and the context has ended.**
    /// Write `let (context, _cancel) = ..`, which keeps it to the end of the block.
    ///
    /// # Examples
    ///
    /// ```
    /// use gochan::Context;
    /// use std::time::Instant;
    ///
    /// let (context, cancel) = Context::background().with_deadline_cause(Instant::now(), "closing time");
    /// cancel.cancel();
    /// assert_eq!(context.cause().unwrap().to_string(), "closing time");
    /// ```
    #[must_use = "dropping the handle cancels"]
    pub fn with_deadline_cause(
        &self,
        deadline: Instant,
        cause: impl Into<Box<dyn Error + Send + Sync>>,
    ) -> (Self, Cancel) {
        self.child(Some(Due::at(deadline, Some(cause.into()))))
    }

    /// Makes a context that ends with this one, at `due`, or when its handle says so.
    fn child(&self, due: Option<Due>) -> (Self, Cancel) {
        let cancel = cancel::child(self, due);
        (cancel.context().clone(), cancel)
    }
}

impl Due {
    /// Returns `None` if the instant cannot be represented.
    fn after(timeout: Duration, cause: Option<Box<dyn Error + Send + Sync>>) -> Option<Self> {
        clock::now().checked_add(timeout).map(|at| Self::at(at, cause))
    }

    fn at(at: Instant, cause: Option<Box<dyn Error + Send + Sync>>) -> Self {
        Self { at, cause: cause.map(Cause::from) }
    }
}
