//! crossbeam-channel's interface on [gochan]: a program moves by one line in its `Cargo.toml`.
//!
//! ```toml
//! [dependencies]
//! crossbeam-channel = { package = "gochan-crossbeam", version = "0.1" }
//! ```
//!
//! The names, types, errors and texts are crossbeam-channel's, and `use crossbeam_channel::...`
//! stays as it is. The channels are gochan's: no thread runs for them, waiters are served in order
//! of arrival, and no user code runs under a lock.
//!
//! ```
//! use gochan_crossbeam::{bounded, select};
//! use std::{thread, time::Duration};
//!
//! let (tx, rx) = bounded(1);
//! let (stop, stopped) = bounded::<()>(0);
//! let worker = thread::spawn(move || {
//!     let mut sum = 0;
//!     loop {
//!         select! {
//!             recv(rx) -> message => match message {
//!                 Ok(n) => sum += n,
//!                 Err(_) => return sum,
//!             },
//!             recv(stopped) -> _ => return 0,
//!             default(Duration::from_secs(10)) => panic!("too slow"),
//!         }
//!     }
//! });
//! (1..=10).for_each(|n| tx.send(n).unwrap());
//! drop(tx);
//! assert_eq!(worker.join().unwrap(), 55);
//! drop(stop);
//! ```
//!
//! # What differs
//!
//! | | crossbeam-channel | here | why |
//! |---|---|---|---|
//! | [`Select::ready`] and the like | sleep until they are woken | look again and again, at last every millisecond | gochan has no wait that takes nothing |
//! | the last receiver goes | a bounded channel keeps its messages until the last sender goes | they are dropped at once | gochan's rule |
//! | two messages panic as they are dropped with their channel | the rest leaks | the process aborts | gochan drops every value, and Rust aborts on a second panic |
//! | [`Select::send`], [`Select::recv`] | any `T` | `T: Send` | a select can go to another thread, which is safe only then |
//! | a [`SelectedOperation`] is dropped | panics, and a receiver waits for ever | panics, and the receiver goes on | the promise is broken |
//! | a message in `select!` panics | the process aborts | the panic goes on as any other | the same |
//! | a biased [`Select`] after [`remove`](Select::remove) | the last operation takes the free place | the order stays | a bias is an order |
//! | [`tick`] of zero | always ready | every nanosecond | gochan's rests for zero, as Go's |
//! | ticks that are missed | the next comes a period after the last was received | the ticks keep their phase | gochan's rule |
//! | the temporaries of a handle in `select!` | live as long as the body | are dropped before the body | gochan's `select!` |
//! | `T` in a channel | `T` | `T` or a promise of it: 8 bytes more for most types | a message in a select comes after the choice |
//!
//! # Sends in a select
//!
//! A select of crossbeam's first chooses a send, and then gets the message. gochan chooses and sends
//! in one step. So a send in a select sends a promise: an allocation of its own, which the sender
//! fulfils after the choice. The receiver that comes to its place waits for that. Plain sends
//! promise nothing.
//!
//! A thread that holds a [`SelectedOperation`] holds up the receiver of that message, and of those
//! behind it, as with crossbeam's.
//!
//! # For a crate that you depend on
//!
//! A package of this name takes the place of crossbeam-channel in a whole build, by
//! `[patch.crates-io]`. It has the version `0.5.9999`, depends on `gochan-crossbeam`, and has one
//! line: `pub use gochan_crossbeam::*;`. The README has it in full.

mod backoff;
mod error;
mod iter;
mod macros;
mod make;
mod message;
mod parked;
mod private;
mod receiver;
mod select;
mod selected;
mod sender;

#[doc(hidden)]
pub mod __private {
    pub use crate::private::*;
}

pub use error::{
    ReadyTimeoutError, RecvError, RecvTimeoutError, SelectTimeoutError, SendError,
    SendTimeoutError, TryReadyError, TryRecvError, TrySelectError, TrySendError,
};
pub use iter::{IntoIter, Iter, TryIter};
pub use make::{after, at, bounded, never, tick, unbounded};
pub use receiver::Receiver;
pub use select::Select;
pub use selected::SelectedOperation;
pub use sender::Sender;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
