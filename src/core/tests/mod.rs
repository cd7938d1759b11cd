//! The cores, called step by step by one thread.

mod lines;
mod steps;
mod version;

use super::{buffer::Buffer, Channel, Look};
use crate::error::TryRecvError;

/// The value that a try gives.
fn received<T>(channel: &impl Channel<T>, look: Look) -> Result<T, TryRecvError> {
    let mut slot = None;
    channel.try_recv(&mut slot, look)?;
    Ok(slot.expect("a receive fills its slot"))
}

/// The value that a receive gives; no sender is served.
pub(super) fn taken<T>(buffer: &impl Buffer<T>, look: Look) -> Result<T, TryRecvError> {
    let mut slot = None;
    buffer.take(&mut slot, look)?;
    Ok(slot.expect("a receive fills its slot"))
}
