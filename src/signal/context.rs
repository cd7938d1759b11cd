//! A context that ends at a signal.

use std::{fmt, sync::Arc};

use super::{registry, subscriber::Subscriber, weak_cancel::WeakCancel};
use crate::context::{CancelCause, Context};

/// Makes a context that ends at the first of these signals, with `parent`, or when the handle is
/// dropped. Go's `signal.NotifyContext`.
///
/// [`cause`](Context::cause) says which signal it was, as a [`SignalError`](super::SignalError).
/// Until the handle is dropped the default action does not happen, even for signals that come after
/// the first. Drop it early, and the next Ctrl-C ends the process.
///
/// **Keep the handle: `let (context, _) = ..` drops it at once, and the context has ended.** Write
/// `let (context, _stop) = ..`, or take the context from its handle: [`Stop::context`].
///
/// A function of [`after_func`](Context::after_func) has a thread of its own. If the system has
/// none left, the function runs in the thread that deals with signals, and other signals wait for
/// it.
///
/// # Panics
///
/// Panics as [`notify`](super::notify) does.
///
/// # Examples
///
/// ```
/// use gochan::{signal::{self, SignalError, SIGTERM}, Context};
///
/// let (context, stop) = signal::notify_context(&Context::background(), &[SIGTERM]);
/// signal_hook::low_level::raise(SIGTERM).unwrap();
/// context.done().recv();
/// stop.stop(); // a second signal ends the process
/// let cause = context.cause().unwrap();
/// assert_eq!(cause.to_string(), "terminated signal received");
/// assert_eq!(cause.downcast_ref::<SignalError>().unwrap().signal(), SIGTERM);
/// ```
#[must_use = "dropping the handle ends the context and restores the default action"]
#[track_caller]
pub fn notify_context(parent: &Context, signals: &[i32]) -> (Context, Stop) {
    let (context, cancel) = parent.with_cancel_cause();
    let stop = Stop(Arc::new(cancel));
    registry::subscribe(signals, &Subscriber::Context(WeakCancel::of(&stop.0)));
    (context, stop)
}

/// Ends the context of [`notify_context`] and gives its signals back when it is dropped.
///
/// # Examples
///
/// ```
/// use gochan::{signal::{self, SIGUSR1}, Context};
///
/// let (context, stop) = signal::notify_context(&Context::background(), &[SIGUSR1]);
/// drop(stop);
/// assert!(context.err().is_some());
/// ```
#[must_use = "dropping the handle ends the context and restores the default action"]
pub struct Stop(Arc<CancelCause>);

impl Stop {
    /// Returns the context.
    ///
    /// # Examples
    ///
    /// ```
    /// use gochan::{signal::{self, SIGUSR1}, Context};
    ///
    /// let stop = signal::notify_context(&Context::background(), &[SIGUSR1]).1;
    /// assert!(stop.context().err().is_none());
    /// ```
    #[must_use]
    pub fn context(&self) -> &Context {
        self.0.context()
    }

    /// Drops the handle, under Go's name.
    ///
    /// # Examples
    ///
    /// ```
    /// use gochan::{signal::{self, SIGUSR1}, Context};
    ///
    /// let (context, stop) = signal::notify_context(&Context::background(), &[SIGUSR1]);
    /// stop.stop();
    /// assert_eq!(context.cause().unwrap().to_string(), "context canceled");
    /// ```
    pub fn stop(self) {}
}

impl Drop for Stop {
    fn drop(&mut self) {
        // The context ends here, not with the last reference: the signals' thread may have one.
        self.0.end();
    }
}

impl fmt::Debug for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Stop")
    }
}
