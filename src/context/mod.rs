//! Telling a whole tree of work to stop: Go's `context`.
//!
//! A [`Context`] is handed down to everything that works for one purpose: a request, a job, the
//! program. Who owns the purpose holds a [`Cancel`]; the workers have [`Context::done`], a channel that
//! closes when they should stop, in their `select!`. Contexts made from a context end with it.
//!
//! ```
//! use gochan::{make, select, Context};
//! use std::{thread, time::Duration};
//!
//! let (context, cancel) = Context::background().with_cancel();
//! let numbers = make(0);
//! let worker = thread::spawn({
//!     let (done, numbers) = (context.done(), numbers.sender());
//!     move || {
//!         for n in 0.. {
//!             select! {
//!                 send(numbers, n) => {}
//!                 recv(done) => return n,
//!             }
//!         }
//!     # unreachable!()
//!     }
//! });
//! assert_eq!([numbers.recv(), numbers.recv()], [0, 1]);
//! cancel.cancel();
//! assert_eq!(worker.join().unwrap(), 2);
//! assert_eq!(context.err(), Some(gochan::context::ContextError::Canceled));
//! ```
//!
//! | Go | here |
//! |---|---|
//! | `context.Background()`, `context.TODO()` | [`Context::background()`](Context::background) |
//! | `context.WithCancel(ctx)`, `defer cancel()` | [`ctx.with_cancel()`](Context::with_cancel); dropping the [`Cancel`] cancels |
//! | `context.WithCancelCause`, `cancel(err)` | [`ctx.with_cancel_cause()`](Context::with_cancel_cause), [`CancelCause::cancel`] |
//! | `context.WithTimeout`, `WithDeadline` | [`Context::with_timeout`], [`Context::with_deadline`] |
//! | `context.WithTimeoutCause`, `WithDeadlineCause` | [`Context::with_timeout_cause`], [`Context::with_deadline_cause`] |
//! | `context.WithoutCancel` | [`Context::without_cancel`] |
//! | `context.WithValue`, `ctx.Value(key)` | [`Context::with_value`], [`Context::value`]: the type is the key |
//! | `context.AfterFunc` | [`Context::after_func`] |
//! | `ctx.Done()`, `ctx.Err()`, `context.Cause(ctx)`, `ctx.Deadline()` | [`Context::done`], [`err`](Context::err), [`cause`](Context::cause), [`deadline`](Context::deadline) |
//!
//! A context with a deadline needs no thread: who waits for [`done`](Context::done) wakes up at the deadline
//! by itself.

mod cancel;
mod error;
mod node;
mod values;

use std::{
    error::Error,
    fmt,
    time::{Duration, Instant},
};

pub use cancel::{AfterFunc, Cancel, CancelCause};
pub use error::{Cause, ContextError};

use crate::{
    receiver::Receiver,
    sync::{clock, Arc},
};
use node::{Due, Node};
use values::Values;

/// What a piece of work belongs to: when it has to stop, and what it may want to know. Go's
/// `context.Context`.
///
/// A handle of two words; clones are the same context. See the [module](self) for an example.
#[derive(Clone, Default)]
pub struct Context {
    /// `None`: never ends.
    node: Option<Arc<Node>>,
    values: Values,
}

impl Context {
    /// The root: it never ends and has no values. Go's `context.Background()`.
    ///
    /// ```
    /// use gochan::Context;
    ///
    /// let root = Context::background();
    /// assert!(root.err().is_none() && root.deadline().is_none());
    /// assert!(root.done().is_nil());
    /// ```
    #[must_use]
    pub fn background() -> Self {
        Self::default()
    }

    /// A context that ends when [`Cancel`] says so, or is dropped, or this context ends. Go's
    /// `context.WithCancel`.
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

    /// The same, with a reason that [`cause`](Self::cause) gives. Go's `context.WithCancelCause`.
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

    /// A context that ends after `timeout` at the latest. One too long to represent never does. Go's
    /// `context.WithTimeout`.
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

    /// The same, with a reason that [`cause`](Self::cause) gives if the time is up. Go's
    /// `context.WithTimeoutCause`.
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

    /// A context that ends at `deadline` at the latest. Go's `context.WithDeadline`.
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

    /// The same, with a reason that [`cause`](Self::cause) gives if the time is up. Go's
    /// `context.WithDeadlineCause`.
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

    /// The same values, but it never ends: for work that has to outlive what it was started for. Go's
    /// `context.WithoutCancel`.
    ///
    /// ```
    /// use gochan::Context;
    ///
    /// let (context, cancel) = Context::background().with_value("request 7").with_cancel();
    /// cancel.cancel();
    /// let log = context.without_cancel();
    /// assert!(log.err().is_none());
    /// assert_eq!(log.value::<&str>(), Some(&"request 7"));
    /// ```
    #[must_use]
    pub fn without_cancel(&self) -> Self {
        Self { node: None, values: self.values.clone() }
    }

    /// A context that knows `value` as well; ends when this one does. The type is the key, so wrap
    /// what belongs to you in a type of yours. Go's `context.WithValue`.
    ///
    /// ```
    /// use gochan::Context;
    ///
    /// struct RequestId(u64);
    ///
    /// let context = Context::background().with_value(RequestId(7));
    /// assert_eq!(context.value::<RequestId>().unwrap().0, 7);
    /// assert!(context.value::<u64>().is_none());
    /// ```
    #[must_use]
    pub fn with_value<V: Send + Sync + 'static>(&self, value: V) -> Self {
        Self { node: self.node.clone(), values: self.values.with(value) }
    }

    /// The value of this type that was added last. Go's `ctx.Value(key)`.
    ///
    /// ```
    /// use gochan::Context;
    ///
    /// let outer = Context::background().with_value(1_u8);
    /// let inner = outer.with_value(2_u8);
    /// assert_eq!((outer.value(), inner.value()), (Some(&1_u8), Some(&2_u8)));
    /// ```
    #[must_use]
    pub fn value<V: 'static>(&self) -> Option<&V> {
        self.values.get()
    }

    /// A channel that closes when this context ends; nothing is sent on it. Nil if it never ends. Go's
    /// `ctx.Done()`.
    ///
    /// ```
    /// use gochan::{select, Context};
    ///
    /// let (context, cancel) = Context::background().with_cancel();
    /// let done = context.done();
    /// select! {
    ///     recv(done) => unreachable!("not yet"),
    ///     default => {}
    /// }
    /// cancel.cancel();
    /// select! { recv(done) => {} }
    /// ```
    #[must_use]
    pub fn done(&self) -> Receiver<()> {
        self.node.as_ref().map_or(Receiver::nil(), |node| node.done().clone())
    }

    /// Why this context has ended; `None` if it has not. Go's `ctx.Err()`.
    ///
    /// ```
    /// use gochan::{context::ContextError, Context};
    ///
    /// let (context, cancel) = Context::background().with_cancel();
    /// assert_eq!(context.err(), None);
    /// cancel.cancel();
    /// assert_eq!(context.err(), Some(ContextError::Canceled));
    /// ```
    #[must_use]
    pub fn err(&self) -> Option<ContextError> {
        self.node.as_ref()?.outcome().map(|outcome| outcome.error)
    }

    /// The reason given for the end, or [`err`](Self::err) if none was. Go's `context.Cause(ctx)`.
    ///
    /// ```
    /// use gochan::Context;
    ///
    /// let (context, cancel) = Context::background().with_cancel();
    /// cancel.cancel();
    /// assert_eq!(context.cause().unwrap().to_string(), "context canceled");
    /// ```
    #[must_use]
    pub fn cause(&self) -> Option<Cause> {
        self.node.as_ref()?.outcome().map(|outcome| outcome.cause())
    }

    /// When this context ends at the latest; `None` if it has no deadline. Go's `ctx.Deadline()`.
    ///
    /// ```
    /// use gochan::Context;
    /// use std::time::Duration;
    ///
    /// let (day, _cancel) = Context::background().with_timeout(Duration::from_secs(86_400));
    /// let (week, _cancel) = day.with_timeout(Duration::from_secs(7 * 86_400));
    /// assert_eq!(week.deadline(), day.deadline());
    /// ```
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        self.node.as_ref()?.due().map(|due| due.at)
    }

    /// Runs `f` in a thread of its own when this context ends; at once if it has. Go's
    /// `context.AfterFunc`. Dropping what it returns changes nothing; [`AfterFunc::stop`] calls it off.
    ///
    /// Only on a context with a deadline a thread waits from now on.
    ///
    /// ```
    /// use gochan::{make, Context};
    ///
    /// let (context, cancel) = Context::background().with_cancel();
    /// let cleaned = make(1);
    /// let tx = cleaned.sender();
    /// context.after_func(move || tx.send("swept"));
    /// cancel.cancel();
    /// assert_eq!(cleaned.recv(), "swept");
    /// ```
    ///
    /// # Panics
    ///
    /// If the system has no thread left.
    pub fn after_func(&self, f: impl FnOnce() + Send + 'static) -> AfterFunc {
        cancel::after_func(self.node.as_ref(), Box::new(f))
    }

    /// A context that ends with this one, at `due`, or when its handle says so.
    fn child(&self, due: Option<Due>) -> (Self, Cancel) {
        let (node, cancel) = cancel::child(self.node.as_ref(), due);
        (Self { node: Some(node), values: self.values.clone() }, cancel)
    }
}

impl Due {
    /// `None` if the instant cannot be represented.
    fn after(timeout: Duration, cause: Option<Box<dyn Error + Send + Sync>>) -> Option<Self> {
        clock::now().checked_add(timeout).map(|at| Self::at(at, cause))
    }

    fn at(at: Instant, cause: Option<Box<dyn Error + Send + Sync>>) -> Self {
        Self { at, cause: cause.map(Cause::from) }
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context")
            .field("err", &self.err())
            .field("deadline", &self.deadline())
            .finish_non_exhaustive()
    }
}
