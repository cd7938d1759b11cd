//! The end of a context at a signal, and why.

use std::{
    error::Error,
    fmt,
    sync::{Arc, Weak},
};

use super::Signal;
use crate::context::CancelCause;

/// Ends a context, while its handle lives.
#[derive(Clone)]
pub(super) struct WeakCancel(Weak<CancelCause>);

impl WeakCancel {
    pub(super) fn of(cancel: &Arc<CancelCause>) -> Self {
        Self(Arc::downgrade(cancel))
    }

    pub(super) fn is_over(&self) -> bool {
        self.0.strong_count() == 0
    }

    pub(super) fn end(&self, signal: Signal) {
        if let Some(cancel) = self.0.upgrade() {
            cancel.cancel(SignalError(signal));
        }
    }
}

/// The cause of a context of [`notify_context`](super::notify_context) that a signal has ended.
///
/// # Examples
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
    /// Returns the signal, with its sender.
    ///
    /// # Examples
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
