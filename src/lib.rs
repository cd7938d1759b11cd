//! Go's channels for Rust threads and tasks.
//!
//! Unbuffered and buffered channels, close from any sender, the zero value after the close, a panic
//! on a later send, nil channels, [`select!`] over any number of sends and receives, and timers.
//! They do what the Go specification, the Go memory model and Go 1.23's `time` say.
//!
//! ```
//! use gochan::{make, select};
//! use std::{thread, time::Duration};
//!
//! let (jobs, results, die) = (make::<u64>(0), make(16), make::<()>(0));
//! thread::scope(|s| {
//!     for _ in 0..4 {
//!         s.spawn(|| loop {
//!             select! {
//!                 recv(jobs) -> n => results.send(n * n),
//!                 recv(die) => break,
//!             }
//!         });
//!     }
//!     (1..=10).for_each(|n| jobs.send(n));
//!     let sum: u64 = (0..10).map(|_| results.recv()).sum();
//!     assert_eq!(sum, 385);
//!     die.close(); // every worker ends
//! });
//! ```
//!
//! # One naming rule
//!
//! | | blocks, Go's meaning | blocks, reports | never blocks | gives up after a time |
//! |---|---|---|---|---|
//! | send | [`send`](Sender::send), panics if closed | [`send_ok`](Sender::send_ok) | [`try_send`](Sender::try_send) | [`send_timeout`](Sender::send_timeout), [`send_deadline`](Sender::send_deadline) |
//! | receive | [`recv`](Receiver::recv), the zero value once closed | [`recv_ok`](Receiver::recv_ok), `None` once closed | [`try_recv`](Receiver::try_recv) | [`recv_timeout`](Receiver::recv_timeout), [`recv_deadline`](Receiver::recv_deadline) |
//! | close | [`close`](Sender::close), panics if closed or nil | [`close_ok`](Sender::close_ok) | | |
//!
//! In a task, the forms with `_async` wait by `.await`: [`send_async`](Sender::send_async),
//! [`send_ok_async`](Sender::send_ok_async), [`recv_async`](Receiver::recv_async),
//! [`recv_ok_async`](Receiver::recv_ok_async), and [`select_async!`]. The module [`future`] has
//! their rules.
//!
//! The plain verb does what Go does. `_ok` reports instead of panicking or inventing a value.
//! `try_`, `_timeout` and `_deadline` mean what they mean in std and crossbeam. Every error of a
//! send gives the unsent value back.
//!
//! # What each operation does
//!
//! | | nil | open, cannot proceed | open, can proceed | closed, values left | closed, drained |
//! |---|---|---|---|---|---|
//! | `send` | blocks for ever | blocks | sends | panics | panics |
//! | `send_ok` | blocks for ever | blocks | `Ok` | `Err(SendError(v))` | `Err(SendError(v))` |
//! | `try_send` | `Err(Full(v))` | `Err(Full(v))` | `Ok` | `Err(Closed(v))` | `Err(Closed(v))` |
//! | `recv` | blocks for ever | blocks | value | next value | `T::default()` |
//! | `recv_ok` | blocks for ever | blocks | `Some` | `Some` | `None` |
//! | `try_recv` | `Err(Empty)` | `Err(Empty)` | `Ok` | `Ok` | `Err(Closed)` |
//! | `close` | panics | closes | closes | panics | panics |
//! | in a select | never chosen | not ready | ready | ready | ready |
//! | `len`, `cap` | 0, `Some(0)` | | | | |
//!
//! - A channel closes by [`close`](Sender::close), when the last handle that can send is dropped,
//!   or when the last handle that can receive is dropped. In the last case the values left are
//!   dropped at once, by the dropping thread.
//! - A close wakes every waiter. A receiver gets the values left and then the close. A sender
//!   blocked in `send` panics at its own line; one in `send_ok` gets its value back.
//! - A send that returned before the close is received exactly once.
//! - Go's happens-before rules hold: a send comes before its receive completes; a close before a
//!   receive that reports it; on an unbuffered channel, a receive before its send completes; on a
//!   buffered one, the k-th receive before the (k + cap)-th send completes. `len` orders nothing.
//! - No code of yours (`Drop`, `Default`) runs while the library holds a lock.
//! - Waiters are served in order of arrival, asleep or not. Each operation serves the waiters of
//!   its own side before it tries for itself.
//! - On a buffered channel a stopped thread holds up no `try_` operation and no `default`.
//!
//! # What it does not promise
//!
//! - [`len`](Receiver::len) and the other snapshots may be old when you see them: do not
//!   synchronize with them.
//! - A thread that is stopped in the few instructions in which it moves a value into a buffer or
//!   out of it keeps that value or its slot. In an unbounded channel the values behind it can be
//!   received in the meantime. In a bounded channel they wait for it: operations that never block
//!   answer `Empty` or `Full`, after about a millisecond at most.
//! - A `select!` that is woken for a value that another thread then takes is in no queue until it
//!   runs again. Until then a `try_send` to it on an unbuffered channel answers `Full`.
//! - A value in a buffer keeps what it owns alive until it is received or all receivers are gone.
//! - In a signal handler, and in the child of a `fork`, no operation is safe.
//!
//! # Coming from Go
//!
//! | Go | gochan |
//! |---|---|
//! | `make(chan T)`, `make(chan T, n)` | [`make::<T>(0)`](make), [`make::<T>(n)`](make) |
//! | `var c chan T` | [`Chan::nil()`] |
//! | `chan<- T`, `<-chan T` | [`Sender<T>`](Sender), [`Receiver<T>`](Receiver) |
//! | `c <- v` | [`c.send(v)`](Chan::send); [`c.send_ok(v)`](Chan::send_ok) reports a closed channel instead of panicking |
//! | `v := <-c` | [`c.recv()`](Chan::recv), the zero value once closed |
//! | `v, ok := <-c` | [`c.recv_ok()`](Chan::recv_ok): `Some(v)`, or `None` once closed |
//! | `for v := range c` | `for v in &c` |
//! | `close(c)` | [`c.close()`](Chan::close); [`c.close_ok()`](Chan::close_ok) says whether this call closed it |
//! | `len(c)`, `cap(c)` | [`c.len()`](Chan::len), [`c.cap()`](Chan::cap) |
//! | `select { case v := <-a: ...; case b <- v: ...; default: ... }` | [`select! { recv(a) -> v => ..., send(b, v) => ..., default => ... }`](select!) |
//! | `select {}` | `select! {}` |
//! | `c = nil` | `c = Chan::nil()`, or `std::mem::take(&mut c)` |
//! | `time.After(d)`, `time.Tick(d)` | [`after(d)`](after), [`tick(d)`](tick) |
//! | `time.NewTimer(d)`, `time.NewTicker(d)` | [`Timer::new(d)`](Timer::new), [`Ticker::new(d)`](Ticker::new) |
//! | `reflect.Select` | [`Select`] |
//! | `context`, `sync.WaitGroup`, `errgroup` | [`context`], [`WaitGroup`], [`Group`] |
//! | `signal.Notify`, `signal.NotifyContext` | `signal::notify`, `signal::notify_context`, with the feature `signal` |
//!
//! # Model-checked
//!
//! Under `--cfg loom` and `--cfg shuttle` the crate builds on these checkers' primitives.
//! `tests/loom` and `tests/shuttle.rs` in the repository explore its protocols. Seeded mistakes
//! show that these models find errors. You can check your own code the same way:
//! `docs/model-checking.md`.

#![deny(missing_docs, unsafe_code)]
#![warn(unreachable_pub)]

// Numbers of 32 bits would wrap around within minutes, and a lock for each would be too slow.
#[cfg(not(target_has_atomic = "64"))]
compile_error!("gochan needs 64-bit atomics, which this target does not have");

mod chan;
pub mod context;
mod core;
mod error;
pub mod future;
pub mod group;
mod iter;
#[cfg(any(loom, shuttle))]
pub mod model;
mod pending;
mod private;
mod receiver;
mod select;
mod sender;
#[cfg(all(feature = "signal", any(unix, windows), not(any(loom, shuttle))))]
pub mod signal;
mod snapshot;
mod sync;
#[cfg(not(any(loom, shuttle)))]
pub mod task;
mod time;
mod wait;
mod wait_group;

#[doc(hidden)]
pub mod __private {
    pub use crate::private::*;
}

pub use chan::{bounded, make, unbounded, Chan};
pub use context::Context;
pub use error::{RecvTimeoutError, SendError, SendTimeoutError, TryRecvError, TrySendError};
pub use group::Group;
pub use iter::{Iter, TryIter};
pub use receiver::{IntoIter, Receiver};
pub use select::{RecvFrom, Select, SendTo};
pub use sender::Sender;
pub use time::{after, at, tick, MissedTickBehavior, Ticker, Timer};
pub use wait_group::WaitGroup;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

#[cfg(doctest)]
#[doc = include_str!("../docs/stopping.md")]
struct Stopping;
