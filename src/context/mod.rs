//! Telling a whole tree of work to stop: Go's `context`.
//!
//! A [`Context`] is handed down to all code that works for one purpose: a request, a job, the
//! program. The code that can stop this work holds a [`Cancel`]. The workers have a case for
//! [`Context::done`] in their `select!`: a channel that closes when they should stop. Contexts made
//! from a context end with it.
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
//! | `ctx, cancel := context.WithCancel(parent)`, `defer cancel()` | [`let (ctx, _cancel) = parent.with_cancel()`](Context::with_cancel); dropping the [`Cancel`] cancels, [so keep it](#keep-the-handle) |
//! | `context.WithCancelCause`, `cancel(err)` | [`ctx.with_cancel_cause()`](Context::with_cancel_cause), [`CancelCause::cancel`] |
//! | `context.WithTimeout`, `WithDeadline` | [`Context::with_timeout`], [`Context::with_deadline`] |
//! | `context.WithTimeoutCause`, `WithDeadlineCause` | [`Context::with_timeout_cause`], [`Context::with_deadline_cause`] |
//! | `context.WithoutCancel` | [`Context::without_cancel`] |
//! | `context.WithValue`, `ctx.Value(key)` | [`Context::with_value`], [`Context::value`]: the type is the key |
//! | `context.AfterFunc` | [`Context::after_func`] |
//! | `ctx.Done()`, `ctx.Err()`, `context.Cause(ctx)`, `ctx.Deadline()` | [`Context::done`], [`err`](Context::err), [`cause`](Context::cause), [`deadline`](Context::deadline) |
//!
//! A context with a deadline needs no thread: a thread that waits for [`done`](Context::done) wakes
//! up at the deadline by itself.
//!
//! # Keep the handle
//!
//! **`let (context, _) = parent.with_cancel();` compiles, and the context has ended in the next
//! line**: a pattern `_` binds nothing, so the handle is dropped at once. A name keeps it to the
//! end of the block, even one that begins with an underscore:
//!
//! ```
//! use gochan::Context;
//! use std::time::Duration;
//!
//! let parent = Context::background();
//! let (ended, _) = parent.with_timeout(Duration::from_secs(60));
//! assert!(ended.err().is_some());
//! let (context, _cancel) = parent.with_timeout(Duration::from_secs(60));
//! assert!(context.err().is_none());
//! ```
//!
//! It is enough to keep the handle: [`Cancel::context`] gives its context.

mod after;
mod cancel;
mod derive;
mod error;
mod node;
mod values;

use std::{fmt, time::Instant};

pub(crate) use after::contain;
pub use after::AfterFunc;
pub use cancel::{Cancel, CancelCause};
pub use error::{Cause, ContextError};

use crate::{receiver::Receiver, sync::Arc};
use node::Node;
use values::Values;

/// Tells a piece of work when it has to stop, and carries values for it. Go's `context.Context`.
///
/// A context is a handle of two words. Clones are the same context. See the [module](self) for an
/// example.
#[derive(Clone, Default)]
pub struct Context {
    /// `None`: never ends.
    node: Option<Arc<Node>>,
    values: Values,
}

impl Context {
    /// Returns the root: it never ends and has no values. Go's `context.Background()`.
    ///
    /// # Examples
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

    /// Makes a context with the values of this one that never ends, for work that has to continue
    /// after this context has ended. Go's `context.WithoutCancel`.
    ///
    /// # Examples
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

    /// Makes a context that also holds `value`, and ends when this one does. The type is the key,
    /// so wrap your value in a type of your own. Go's `context.WithValue`.
    ///
    /// # Examples
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

    /// Returns the value of this type that was added last. Go's `ctx.Value(key)`.
    ///
    /// # Examples
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

    /// Returns a channel that closes when this context ends; nothing is sent on it. Returns the nil
    /// channel if it never ends. Go's `ctx.Done()`.
    ///
    /// # Examples
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

    /// Returns why this context has ended, or `None` if it has not. Go's `ctx.Err()`.
    ///
    /// # Examples
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

    /// Returns the reason given for the end, or [`err`](Self::err) if none was. Go's
    /// `context.Cause(ctx)`.
    ///
    /// # Examples
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

    /// Returns the deadline of this context, or `None` if it has none. Go's `ctx.Deadline()`.
    ///
    /// # Examples
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

    /// Runs `f` in a thread of its own when this context ends, at once if it has. Go's
    /// `context.AfterFunc`. Dropping the returned handle changes nothing; [`AfterFunc::stop`] calls
    /// `f` off, until the context has ended. Does not block.
    ///
    /// On a context with a deadline a thread waits from now on, and runs `f`. Otherwise the thread
    /// is started when the context ends. If the system has no thread left then, `f` runs in the
    /// thread that ends the context, after all functions that got a thread have started. So `f`
    /// should not wait for that thread. A panic of `f` goes no further, as in a thread of its own.
    ///
    /// # Panics
    ///
    /// Panics if the context has a deadline, or has ended, and the system has no thread left: `f`
    /// does not run then.
    ///
    /// # Examples
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
    #[track_caller]
    pub fn after_func(&self, f: impl FnOnce() + Send + 'static) -> AfterFunc {
        after::after_func(self.node.as_ref(), Box::new(f))
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
