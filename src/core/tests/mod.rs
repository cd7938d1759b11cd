//! The cores, called step by step by one thread.

mod steps;
mod version;
mod waiters;

use super::{queue::Queue, Channel, Effort};
use crate::error::TryRecvError;

/// Returns the value that a try receives.
pub(super) fn received<T>(
    channel: &(impl Channel<T> + ?Sized),
    effort: Effort,
) -> Result<T, TryRecvError> {
    let mut slot = None;
    channel.try_recv(&mut slot, effort)?;
    Ok(slot.expect("a receive fills its slot"))
}

/// Returns the value that a pop receives.
pub(super) fn popped<T>(queue: &impl Queue<T>, effort: Effort) -> Result<T, TryRecvError> {
    let mut slot = None;
    queue.pop(&mut slot, effort)?;
    Ok(slot.expect("a receive fills its slot"))
}
