//! The futures of the operations whose names end in `_async`, and others that a task waits for.
//!
//! `_async` is the same operation for a task: it waits by `.await` instead of blocking its thread.
//! The executor does not matter, and a task may be at one end of a channel and a thread at the
//! other. A future does nothing before its first poll. That of a send or a receive allocates
//! nothing.
//!
//! # A future that is dropped
//!
//! A future may be dropped before it is done: by a `select!` of the runtime whose other branch was
//! faster, by a timeout, or with its task. No value is lost by that:
//!
//! | dropped before it is done | |
//! |---|---|
//! | [`Recv`], [`RecvOk`], [`RecvMany`] | It has received nothing. A receive takes its value in the poll that returns it. |
//! | [`SendFrom`] | The slot tells: it is full if the value was not sent, and empty if it was. |
//! | [`Send`], [`SendOk`] | The value is dropped if it was not sent. A task that waits in a send may have its value taken before it runs again. Then it was sent. |
//! | [`Wait`], and a `select_async!` | Its cases are as above, and at most one of them has happened. |
//! | [`WaitGroupWait`], [`GroupWait`] | Nothing changes for the group. |
//! | [`Tracked`], [`GroupTracked`] | The work has ended. It counts as done, and has not failed. |
//!
//! A future that is *forgotten*, or never polled again, keeps no value and no room that another
//! thread or task could have. It was hinted at most once, and each later value hints another task.
//!
//! # Tasks and threads
//!
//! - A value goes to a thread that waits first. Only a task that runs takes a value, and a task may
//!   never run again.
//! - So on an unbuffered channel a send waits until the receiving task is polled. A
//!   [`try_send`](crate::Sender::try_send) to a channel on which only tasks wait answers `Full`.
//! - In an `async fn` never call an operation that blocks, such as [`recv`](crate::Receiver::recv):
//!   it blocks the executor's thread. The lint `clippy::disallowed_methods` can forbid them.
//! - An operation that is always ready lets the other tasks of its thread run after 128 times.
//!
//! # Streams and sinks
//!
//! With the feature `futures` of this crate, `stream` and `into_stream` of a handle make a
//! `RecvStream`, and `sink` and `into_sink` a `SendSink`. They implement the traits `Stream` and
//! `Sink` that the crate futures and others build on. The futures here implement `FusedFuture`
//! then, for the `select!` of that crate; those that are not `Unpin` are pinned first, by
//! [`pin!`](std::pin::pin).
//!
//! # Examples
//!
//! A thread feeds a task:
//!
//! ```
//! use std::thread;
//!
//! let (tx, rx) = gochan::bounded(1);
//! thread::spawn(move || (1..=3).for_each(|i| tx.send(i)));
//! let sum = pollster::block_on(async {
//!     let mut sum = 0;
//!     while let Some(i) = rx.recv_ok_async().await {
//!         sum += i;
//!     }
//!     sum
//! });
//! assert_eq!(sum, 6);
//! ```

#[cfg(feature = "futures")]
mod end;
#[cfg(feature = "futures")]
mod fused;
mod place;
mod recv;
mod send;
#[cfg(feature = "futures")]
mod sink;
#[cfg(feature = "futures")]
mod stream;
mod track;
mod via;
mod wait;

#[cfg(feature = "futures")]
pub use sink::SendSink;
#[cfg(feature = "futures")]
pub use stream::RecvStream;
pub use track::{GroupTracked, Tracked};
pub use wait::{GroupWait, WaitGroupWait};

pub use crate::{
    pending::{Recv, RecvMany, RecvOk, Send, SendFrom, SendOk},
    select::Wait,
};
