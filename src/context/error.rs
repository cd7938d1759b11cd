//! Why a context has ended.

use std::{error::Error, fmt, sync::Arc};

/// A reason given for the end of a context, shared by all contexts that end with it.
pub type Cause = Arc<dyn Error + Send + Sync>;

/// How a context has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ContextError {
    /// It was canceled, or one it was made from was. Go's `context.Canceled`.
    Canceled,
    /// Its deadline, or that of one it was made from, has come. Go's `context.DeadlineExceeded`.
    DeadlineExceeded,
}

impl ContextError {
    /// The reason where none was given.
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
