//! Why a thread is blocked, for diagnostics.

use std::{fmt, panic::Location};

/// The operation that a waiter performs, and its place in the user's code.
#[derive(Clone, Copy)]
pub(crate) struct BlockedAt {
    pub(crate) reason: Reason,
    pub(crate) location: &'static Location<'static>,
}

/// The kind of operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    Send,
    Recv,
    Select,
}

impl fmt::Debug for BlockedAt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let reason = match self.reason {
            Reason::Send => "send",
            Reason::Recv => "recv",
            Reason::Select => "select",
        };
        write!(f, "{reason} at {}", self.location)
    }
}
