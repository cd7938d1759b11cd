//! What `select!` expands to, and what tests look at. Not part of the public interface.

pub use crate::select::{select, Arm, Bound, Limit, RecvCase, SendCase, SendFromCase};

use crate::{
    core::{Channel, Core, Side},
    error::SendError,
};

/// `select! {}`.
#[track_caller]
pub fn block_for_ever() -> ! {
    select([], false, Limit::Never);
    no_winner()
}

/// The end of the ladder of a select that has no `default`.
pub fn no_winner() -> ! {
    unreachable!("a select without a default returned without a winner")
}

/// Stands for a case that does not compile, so that one mistake gives one message.
pub fn absent() -> RecvCase<'static, ()> {
    RecvCase::new(None)
}

/// The same, for a send.
pub fn absent_send() -> SendCase<'static, ()> {
    SendCase::new(None, ())
}

/// Drops a case, whose outcome was taken.
pub fn lose(_: impl Bound) {}

/// Drops what a `recv` case without a pattern received.
pub fn discard<T>(_: Option<T>) {}

/// What a plain `recv` case gives.
pub fn value_or_zero<T: Default>(received: Option<T>) -> T {
    received.unwrap_or_default()
}

/// What a plain `send` case does once it is chosen.
#[track_caller]
pub fn sent_or_panic<T>(sent: Result<(), SendError<T>>) {
    // The value is dropped first, so that its `Drop` does not run in the middle of the panic.
    if sent.map_err(drop).is_err() {
        panic!("send on closed channel");
    }
}

/// How many operations are lined up on a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Blocked {
    /// Those that send.
    pub senders: usize,
    /// Those that receive.
    pub receivers: usize,
}

/// Any handle.
pub trait Handle {
    /// How many operations are lined up on its channel.
    fn blocked(&self) -> Blocked;
}

/// How many operations are lined up on the channel of `handle`.
pub fn blocked(handle: &impl Handle) -> Blocked {
    handle.blocked()
}

impl Blocked {
    pub(crate) fn of<T>(core: Option<&Core<T>>) -> Self {
        let count = |side| core.map_or(0, |core| core.waiting(side));
        Self { senders: count(Side::Send), receivers: count(Side::Recv) }
    }
}
