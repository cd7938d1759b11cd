//! How long an operation may wait.

use std::time::{Duration, Instant};

use crate::sync::clock;

/// How long an operation may wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// As long as it takes.
    Never,
    /// Not at all.
    Now,
    /// Until this instant.
    At(Instant),
}

impl Limit {
    /// Returns the limit that is `timeout` from now. A timeout too long to represent is `Never`.
    pub fn after(timeout: Duration) -> Self {
        if timeout.is_zero() {
            return Limit::Now;
        }
        clock::now().checked_add(timeout).map_or(Limit::Never, Limit::At)
    }

    /// True if the operation must not wait any longer.
    pub(crate) fn is_over(self) -> bool {
        match self {
            Limit::Never => false,
            Limit::Now => true,
            Limit::At(instant) => clock::now() >= instant,
        }
    }

    /// The instant to wake up at.
    pub(crate) fn deadline(self) -> Option<Instant> {
        match self {
            Limit::At(instant) => Some(instant),
            Limit::Never | Limit::Now => None,
        }
    }
}
