//! The reasons for the end of a context.

use std::{error::Error, fmt, sync::Arc};

/// A reason given for the end of a context, shared by all contexts that end with it.
pub type Cause = Arc<dyn Error + Send + Sync>;

/// The error of a context that has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ContextError {
    /// The context, or one that it was made from, was canceled. Go's `context.Canceled`.
    Canceled,
    /// The deadline of the context, or of one that it was made from, has come. Go's
    /// `context.DeadlineExceeded`.
    DeadlineExceeded,
}

impl ContextError {
    /// Returns the reason of an end for which none was given.
    pub(super) fn into_cause(self) -> Cause {
        Arc::new(self)
    }
}

impl fmt::Display for ContextError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ContextError::Canceled => "context canceled",
            ContextError::DeadlineExceeded => "context deadline exceeded",
        })
    }
}

impl Error for ContextError {}
