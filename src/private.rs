//! The functions that `select!` expands to, and those that tests call. Not part of the public
//! interface.

pub use crate::select::{
    select, select_async, BoundCase, CaseList, CaseRef, Limit, OnStack, RecvCase, SelectTask,
    SendCase, SendFromCase,
};

#[cfg(gochan_chaos)]
pub use crate::sync::chaos::stop;

use std::marker::PhantomData;

use crate::{
    core::{Core, Side},
    error::SendError,
};

/// Blocks for ever: `select! {}`.
#[track_caller]
pub fn block_for_ever() -> ! {
    select([], false, Limit::Never);
    no_winner()
}

/// Panics: this last branch of a select without a `default` is unreachable.
pub fn no_winner() -> ! {
    unreachable!("a select without a default returned without a winner")
}

/// Stands for a case that does not compile, so that one mistake gives one message.
pub fn absent() -> RecvCase<'static, ()> {
    RecvCase::new(None)
}

/// Stands for a send case that does not compile, so that one mistake gives one message.
pub fn absent_send() -> SendCase<'static, ()> {
    SendCase::new(None, ())
}

/// Drops a case whose outcome was taken.
pub fn lose(_: impl BoundCase) {}

/// Drops what a `recv` case without a pattern received.
pub fn discard<T>(_: Option<T>) {}

/// A type that has a zero value for a plain `recv` case: any `Default`. It is a trait of its own,
/// for the sake of its error message.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no zero value, which a `recv` case gives once its channel is closed",
    label = "`recv(..) -> pattern` needs `{Self}: Default`",
    note = "write `recv_ok(rx) -> value`, which gives an `Option`, or `recv(rx) =>`, which drops the value"
)]
pub trait Zero: Default {}

impl<T: Default> Zero for T {}

/// The outcome of a `recv` case.
pub struct Received<T>(pub Option<T>);

impl<T> Received<T> {
    /// Returns the value of a plain `recv` case. Because of the second argument the compiler
    /// reports a missing zero value at the method name, which is the word in the user's case, and
    /// not at the first argument.
    pub fn recv(self, _: PhantomData<T>) -> T
    where
        T: Zero,
    {
        self.0.unwrap_or_default()
    }
}

/// Finishes a plain `send` case once it is chosen: panics if the channel was closed.
#[track_caller]
pub fn sent_or_panic<T>(sent: Result<(), SendError<T>>) {
    // The value is dropped first, so that its `Drop` does not run in the middle of the panic.
    if sent.map_err(drop).is_err() {
        panic!("send on closed channel");
    }
}

/// The numbers of operations that are enqueued on a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Blocked {
    /// The sends.
    pub senders: usize,
    /// The receives.
    pub receivers: usize,
}

/// A handle of any kind.
pub trait Handle {
    /// Counts the operations that are enqueued on its channel.
    fn blocked(&self) -> Blocked;
}

/// Counts the operations that are enqueued on the channel of `handle`.
pub fn blocked(handle: &impl Handle) -> Blocked {
    handle.blocked()
}

impl Blocked {
    pub(crate) fn of<T>(core: Option<&Core<T>>) -> Self {
        let count = |side| core.map_or(0, |core| core.channel().waiting(side));
        Self { senders: count(Side::Send), receivers: count(Side::Recv) }
    }
}
