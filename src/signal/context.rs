//! A context that ends at a signal.

use std::{
    error::Error,
    fmt,
    panic::{catch_unwind, AssertUnwindSafe},
    sync::{Arc, Weak},
};

use super::{registry, taken::Subscriber, Signal};
use crate::context::{CancelCause, Context};

/// A context that ends at the first of these signals, with `parent`, or when the handle is dropped. Go's
/// `signal.NotifyContext`.
///
/// [`cause`](Context::cause) says which signal it was, as a [`SignalError`]. The default action does not happen until
/// the handle is dropped, also for the signals that come after the first; drop it early and the next Ctrl-C ends the
/// process.
///
/// ```
/// use gochan::{signal::{self, SignalError, SIGTERM}, Context};
///
/// let (context, stop) = signal::notify_context(&Context::background(), &[SIGTERM]);
/// signal_hook::low_level::raise(SIGTERM).unwrap();
/// context.done().recv();
/// stop.stop(); // whoever is in a hurry sends another
/// let cause = context.cause().unwrap();
/// assert_eq!(cause.to_string(), "terminated signal received");
/// assert_eq!(cause.downcast_ref::<SignalError>().unwrap().signal(), SIGTERM);
/// ```
///
/// # Panics
///
/// As [`notify`](super::notify) does.
#[must_use = "dropping the handle ends the context and restores the default action"]
#[track_caller]
pub fn notify_context(parent: &Context, signals: &[i32]) -> (Context, Stop) {
    let (context, cancel) = parent.with_cancel_cause();
    let stop = Stop(Arc::new(cancel));
    registry::subscribe(signals, &Subscriber::Context(Ends(Arc::downgrade(&stop.0))));
    (context, stop)
}

/// Ends the context of [`notify_context`] and gives its signals back, when it is dropped.
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
    /// The same as dropping it, in Go's word.
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
        // Here, not where the last reference goes: the signals' thread may have one.
        self.0.end();
    }
}

impl fmt::Debug for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Stop")
    }
}

/// What ends a context, while its handle lives.
#[derive(Clone)]
pub(super) struct Ends(Weak<CancelCause>);

impl Ends {
    pub(super) fn is_over(&self) -> bool {
        self.0.strong_count() == 0
    }

    pub(super) fn end(&self, signal: Signal) {
        let Some(cancel) = self.0.upgrade() else { return };
        // What ends with the context may panic, for want of a thread: not in the thread that all signals need.
        let _ = catch_unwind(AssertUnwindSafe(move || cancel.cancel(SignalError(signal))));
    }
}

/// Why a context of [`notify_context`] has ended.
///
/// ```
/// use gochan::{signal::{self, SignalError, SIGHUP}, Context};
///
/// let (context, _stop) = signal::notify_context(&Context::background(), &[SIGHUP]);
/// signal_hook::low_level::raise(SIGHUP).unwrap();
/// context.done().recv();
/// assert_eq!(context.cause().unwrap().to_string(), "hangup signal received");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignalError(Signal);

impl SignalError {
    /// The signal, and who sent it.
    ///
    /// ```
    /// use gochan::{signal::{self, SignalError, SIGHUP}, Context};
    ///
    /// let (context, _stop) = signal::notify_context(&Context::background(), &[SIGHUP]);
    /// signal_hook::low_level::raise(SIGHUP).unwrap();
    /// context.done().recv();
    /// let cause = context.cause().unwrap();
    /// assert_eq!(cause.downcast_ref::<SignalError>().unwrap().signal(), SIGHUP);
    /// ```
    #[must_use]
    pub fn signal(&self) -> Signal {
        self.0
    }
}

impl fmt::Display for SignalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} signal received", self.0)
    }
}

impl Error for SignalError {}
