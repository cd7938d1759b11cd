//! The cores, called step by step by one thread.

mod lines;
mod steps;
mod version;

use super::{queue::Queue, Channel, Effort};
use crate::error::TryRecvError;

/// The value that a try gives.
pub(super) fn received<T>(
    channel: &(impl Channel<T> + ?Sized),
    effort: Effort,
) -> Result<T, TryRecvError> {
    let mut slot = None;
    channel.try_recv(&mut slot, effort)?;
    Ok(slot.expect("a receive fills its slot"))
}

/// The value that a pop gives.
pub(super) fn popped<T>(queue: &impl Queue<T>, effort: Effort) -> Result<T, TryRecvError> {
    let mut slot = None;
    queue.pop(&mut slot, effort)?;
    Ok(slot.expect("a receive fills its slot"))
}
