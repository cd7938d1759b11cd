//! The cores, called step by step by one thread.

mod lines;
mod steps;
mod version;

use super::{buffer::Buffer, Channel, Look};
use crate::{error::TryRecvError, wait::Who};

/// The value that a try of `who` gives.
fn received<T>(channel: &impl Channel<T>, who: Who, look: Look) -> Result<T, TryRecvError> {
    let mut slot = None;
    channel.try_recv(&mut slot, who, look)?;
    Ok(slot.expect("a receive fills its slot"))
}

/// The value that a receive of nobody in particular gives; no sender is told.
pub(super) fn taken<T>(buffer: &impl Buffer<T>, look: Look) -> Result<T, TryRecvError> {
    let mut slot = None;
    buffer.take(&mut slot, Who::NEW, look)?;
    Ok(slot.expect("a receive fills its slot"))
}
