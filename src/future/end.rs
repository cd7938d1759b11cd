//! What streams and sinks have in common.

use std::{mem, task::Context};

use crate::{core::Core, select::Via, sync::budget};

/// An end of a channel: a handle, or a reference to a channel.
pub(super) enum End<'a, T, H> {
    Borrowed(Option<&'a Core<T>>),
    Owned(H),
}

impl<T, H> End<'_, T, H> {
    /// Takes the end out, and leaves that of a nil channel.
    pub(super) fn take(&mut self) -> Self {
        mem::replace(self, End::Borrowed(None))
    }
}

impl<T, H: Via<Item = T>> Via for End<'_, T, H> {
    type Item = T;

    fn core(&self) -> Option<&Core<T>> {
        match self {
            End::Borrowed(core) => *core,
            End::Owned(handle) => handle.core(),
        }
    }
}

/// Returns true, and arranges another poll, if it is time for the other tasks of this thread.
pub(super) fn must_yield(cx: &Context<'_>) -> bool {
    let yields = !budget::is_left();
    if yields {
        cx.waker().wake_by_ref();
    }
    yields
}
