//! The handles that are left of a channel. It closes when the last of either end is gone.

use super::{Channel, Core, Look, Side};
use crate::{
    error::TryRecvError,
    sync::{mutant, Count, Ordering},
    wait::Patience,
};

/// How many handles can send, and how many can receive.
pub(crate) struct Ends {
    senders: Count,
    receivers: Count,
}

impl Ends {
    /// One handle that can send, or part of one, and one that can receive.
    pub(crate) fn new() -> Self {
        Self { senders: Count::new(1), receivers: Count::new(1) }
    }

    fn count(&self, side: Side) -> &Count {
        match side {
            Side::Send => &self.senders,
            Side::Recv => &self.receivers,
        }
    }
}

impl<T> Core<T> {
    /// Counts a new handle that can act on `side`.
    fn attach(&self, side: Side) {
        // ORDERING: Relaxed; the handle that is cloned keeps the channel alive.
        let before = self.ends().count(side).fetch_add(1, Ordering::Relaxed);
        if before > isize::MAX as usize {
            // Only by forgetting handles without end; a count that wraps would close too early.
            std::process::abort();
        }
    }

    /// Counts a handle that is gone. The last one closes the channel, and where nobody can receive
    /// any more, the values left are dropped, here and now.
    pub(crate) fn detach(&self, side: Side) {
        let handles = self.ends().count(side);
        // ORDERING: Acquire and AcqRel; what other handles did before they went comes before the close.
        // The only handle is the only one that could be cloned: its count stays as it is.
        if handles.load(Ordering::Acquire) != 1 && handles.fetch_sub(1, Ordering::AcqRel) != 1 {
            return;
        }
        // Another handle may close it first. A timer's channel never closes and holds nothing.
        let closed = self.is_closed() || self.close() || self.is_closed();
        if side == Side::Recv && closed && !mutant("no_drain") {
            drain(self);
        }
    }

    /// The first two handles' references.
    pub(crate) fn split(self) -> (Self, Self) {
        (self.share(), self)
    }

    /// A reference for one more handle, that acts on `sides`.
    pub(crate) fn share_for(&self, sides: &[Side]) -> Self {
        sides.iter().for_each(|&side| self.attach(side));
        self.share()
    }
}

/// Drops what is left in a closed channel, all of it even if a value's `Drop` panics.
fn drain<T>(core: &Core<T>) {
    if core.len() > 0 {
        let rest = Drain(core);
        rest.drop_values();
        std::mem::forget(rest);
    }
}

struct Drain<'a, T>(&'a Core<T>);

impl<T> Drain<'_, T> {
    // A function of its own, since its frame has room for a value, which may be large.
    #[inline(never)]
    fn drop_values(&self) {
        let mut patience = Patience::new();
        loop {
            let mut value = None;
            match self.0.try_recv(&mut value, Look::Exact) {
                Ok(()) => drop(value),
                Err(TryRecvError::Closed) => return,
                // A sender that is to be refused has the turn.
                Err(TryRecvError::Empty) => {
                    patience.turn();
                }
            }
        }
    }
}

impl<T> Drop for Drain<'_, T> {
    fn drop(&mut self) {
        self.drop_values();
    }
}
