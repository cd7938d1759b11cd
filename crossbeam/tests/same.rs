//! Texts, traits and answers are the same as crossbeam-channel's.

use std::{
    error::Error,
    fmt::{Debug, Display},
    panic::{RefUnwindSafe, UnwindSafe},
    time::Duration,
};

/// Both texts of a value.
fn texts(error: impl Copy + Debug + Display) -> [String; 3] {
    [format!("{error}"), debug(error), format!("[{error:>60}]")]
}

/// The debug text. Version 0.5.17 puts quotes around some, where others have none.
fn debug(error: impl Debug) -> String {
    format!("{error:?}").replace('"', "")
}

/// Checks an expression with the names of both crates.
macro_rules! same {
    ($($expression:expr),* $(,)?) => {$({
        let ours = { #[allow(unused_imports)] use gochan_crossbeam as channel; $expression };
        let theirs = { #[allow(unused_imports)] use crossbeam_channel as channel; $expression };
        assert_eq!(ours, theirs, "{}", stringify!($expression));
    })*};
}

#[test]
fn the_texts_of_the_errors() {
    same!(
        texts(channel::SendError(1)),
        texts(channel::TrySendError::Full(1)),
        texts(channel::TrySendError::Disconnected(1)),
        texts(channel::SendTimeoutError::Timeout(1)),
        texts(channel::SendTimeoutError::Disconnected(1)),
        texts(channel::RecvError),
        texts(channel::TryRecvError::Empty),
        texts(channel::TryRecvError::Disconnected),
        texts(channel::RecvTimeoutError::Timeout),
        texts(channel::RecvTimeoutError::Disconnected),
        texts(channel::TrySelectError),
        texts(channel::SelectTimeoutError),
        format!("{:?} {:?}", channel::TryReadyError, channel::ReadyTimeoutError),
    );
}

#[test]
fn the_conversions_of_the_errors() {
    same!(
        debug(channel::TrySendError::from(channel::SendError(1))),
        format!("{}", channel::SendTimeoutError::from(channel::SendError(1))),
        format!("{:?}", channel::TryRecvError::from(channel::RecvError)),
        format!("{:?}", channel::RecvTimeoutError::from(channel::RecvError)),
        channel::SendError(1).into_inner(),
        channel::TrySendError::Full(1).into_inner(),
        channel::SendTimeoutError::Timeout(1).into_inner(),
        channel::TrySendError::Full(1).is_full(),
        channel::TrySendError::Full(1).is_disconnected(),
        channel::SendTimeoutError::Timeout(1).is_timeout(),
        channel::SendTimeoutError::Timeout(1).is_disconnected(),
        channel::TryRecvError::Empty.is_empty(),
        channel::TryRecvError::Empty.is_disconnected(),
        channel::RecvTimeoutError::Timeout.is_timeout(),
        channel::RecvTimeoutError::Timeout.is_disconnected(),
    );
}

#[test]
fn the_texts_of_the_handles() {
    same!(
        format!("{:?}", channel::bounded::<u8>(1)),
        format!("{:?}", channel::Select::new()),
        format!("{:?}", channel::never::<u8>().iter()),
        format!("{:?}", channel::never::<u8>().try_iter()),
        format!("{:?}", channel::never::<u8>().into_iter()),
    );
}

/// What a handle says of its channel.
macro_rules! state {
    ($handle:expr) => {{
        let handle = &$handle;
        (handle.len(), handle.capacity(), handle.is_empty(), handle.is_full())
    }};
}

#[test]
fn the_state_of_a_channel() {
    same!(
        state!(channel::bounded::<u8>(0).0),
        state!(channel::bounded::<u8>(0).1),
        state!(channel::bounded::<u8>(2).1),
        state!(channel::unbounded::<u8>().0),
        state!(channel::unbounded::<u8>().1),
        state!(channel::never::<u8>()),
        state!(channel::after(Duration::ZERO)),
        state!(channel::after(Duration::from_secs(1000))),
        state!(channel::tick(Duration::from_secs(1000))),
        channel::never::<u8>().same_channel(&channel::never()),
        channel::after(Duration::ZERO).same_channel(&channel::after(Duration::ZERO)),
    );
}

#[test]
fn the_traits_of_the_types() {
    fn handle<H: Clone + Debug + Send + Sync + UnwindSafe + RefUnwindSafe>(_: H) {}
    fn select<S: Clone + Default + Debug + Send + Sync>(_: S) {}
    fn error<E: Error + Copy + Eq + 'static>(_: E) {}
    let (tx, rx) = gochan_crossbeam::bounded::<std::cell::Cell<u8>>(1);
    handle(tx);
    handle(rx);
    select(gochan_crossbeam::Select::new());
    error(gochan_crossbeam::SendError(1));
    error(gochan_crossbeam::TrySendError::Full(1));
    error(gochan_crossbeam::SendTimeoutError::Timeout(1));
    error(gochan_crossbeam::RecvError);
    error(gochan_crossbeam::TrySelectError);
    // A receiver can be made in a constant.
    static NEVER: gochan_crossbeam::Receiver<u8> = gochan_crossbeam::never();
    assert!(NEVER.is_empty());
}
