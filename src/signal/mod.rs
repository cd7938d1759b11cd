//! Signals of the system, on channels: Go's `os/signal`.
//!
//! Needs the feature `signal`. [`notify`] returns a channel of the signals that arrive, for a loop
//! or a case of `select!`. [`notify_context`] returns a context that ends at the first one.
//!
//! ```
//! use gochan::{select, signal, tick};
//! use std::time::Duration;
//!
//! let stop = signal::notify(&[signal::SIGINT, signal::SIGTERM]);
//! let work = tick(Duration::from_millis(1));
//! # signal_hook::low_level::raise(signal::SIGTERM).unwrap();
//! loop {
//!     select! {
//!         recv(work) => {} // a piece of work
//!         recv(stop) -> signal => {
//!             println!("stopping: {signal}"); // stopping: terminated
//!             break;
//!         }
//!     }
//! }
//! ```
//!
//! | Go | here |
//! |---|---|
//! | `signal.Notify(c, sigs...)` | [`notify`] makes the channel, [`notify_to`] takes one |
//! | `signal.Stop(c)` | drop the channel's last receiving handle |
//! | `signal.Ignore`, `signal.Ignored` | [`ignore`], [`ignored`] |
//! | `signal.Reset` | [`reset`] |
//! | `signal.NotifyContext`, `stop()` | [`notify_context`], dropping the [`Stop`] |
//! | `os.Signal`, `s.String()` | [`Signal`], its `Display` |
//!
//! # What happens to a signal
//!
//! The first call that names a signal catches it, for the rest of the process. From then on one
//! thread, `gochan signals`, decides what to do with each arrival:
//!
//! - Every channel of that signal gets it. The thread does not wait for slow receivers: a full
//!   channel misses the signal.
//! - Once no receiver is left, or after [`reset`], the default action is back: the next SIGTERM
//!   ends the process, by that signal. A signal that came before, while there was a receiver, does
//!   not act later.
//! - Two kinds of signals do not get the default action back. One that was ignored when the process
//!   began, as SIGHUP is by `nohup` and SIGPIPE by Rust, is ignored again. One that other code in
//!   the process caught before is left to that code again. Outside of Linux this module can tell
//!   neither, except that Rust ignores SIGPIPE.
//!
//! To replace a receiver, make the new one before dropping the old one: between the two the signal
//! would act. For the same reason a program that ends by returning from `main` has to keep its
//! receiver, for example by `std::mem::forget` of a clone. Otherwise a second SIGTERM that comes
//! just then changes its exit status.
//!
//! Give a signal that must not be missed a channel of its own: many SIGWINCHs may fill one that
//! SIGTERM shares.
//!
//! # Limits
//!
//! - Signals of one number are merged: by the system while they are blocked or on their way, and
//!   here once five wait for the thread. Signals of different numbers may be reordered. A storm of
//!   one number that is faster than the thread holds up the higher numbers.
//! - A signal that every thread blocks does not arrive.
//! - A handler that other code in the process has installed before runs too. A handler that is
//!   installed later, and does not call its predecessor, takes the signal away from this module. A
//!   later one that does call it is not known here, so once no receiver is left the default action
//!   happens as well.
//! - A program that this process starts begins with the default action, even for signals that
//!   [`ignore`] ignores here. In the child of a `fork` that does not go on to `exec`, signals that
//!   are caught do nothing.
//! - The default action of real-time signals, SIGPWR and SIGSTKFLT is to exit with 128 plus the
//!   number. In process 1, which the system spares, the same holds for every signal that ends a
//!   process.
//! - Two file descriptors belong to this module. A program that closes them, such as a daemon that
//!   closes all it has, gets the default actions back, and a message on its standard error says so.
//!   Channels are closed as by [`reset`]. Contexts live on without their signals, and ignored
//!   signals stay ignored. The next [`notify`] listens again. A file that has got the number of
//!   such a descriptor is neither read, written nor closed, unless it gets the number between the
//!   check and the use.
//! - The close of a descriptor while a copy of it is open, as in a forked child, is noticed at the
//!   next signal only.
//! - Names of real-time signals, such as "SIGRTMIN+3", exist on Linux only.
//! - Building this feature takes a C compiler: the library `signal-hook` reads the sender in C.
//! - The default action of SIGIO does nothing here; Linux's own ends the process.
//! - On Windows there are the few signals of the C library, SIGINT (Ctrl-C) above all. They are
//!   polled twenty times a second, and the sender is unknown.

mod action;
mod caught;
mod context;
#[cfg(unix)]
mod descriptor;
mod name;
#[cfg_attr(unix, path = "unix.rs")]
#[cfg_attr(not(unix), path = "other.rs")]
mod platform;
mod received;
mod registry;
mod subscriber;
mod watch;
mod weak_cancel;

pub use context::{notify_context, Stop};
pub use received::{ParseSignalError, Signal};
/// The numbers of the signals that this system has.
pub use signal_hook::consts::signal::*;
pub use weak_cancel::SignalError;

use crate::{chan::bounded, receiver::Receiver, sender::Sender};
use subscriber::Subscriber;

/// How many signals the channel of [`notify`] keeps for a slow receiver.
pub const KEPT: usize = 64;

/// Returns a channel of the signals of these numbers that arrive from now on. Go's `signal.Notify`.
///
/// The channel keeps [`KEPT`] of them; a slower receiver misses some. Each call makes a channel of
/// its own, and each channel gets every signal. Dropping the last receiving handle is Go's
/// `signal.Stop`. [`reset`] and [`ignore`] close the channel when they take its last signal.
///
/// Does not block. The default action no longer happens.
///
/// # Panics
///
/// Panics if `signals` is empty (in Go that means all; name those you mean), if one cannot be
/// caught (SIGKILL, SIGSTOP, the faults SIGSEGV, SIGFPE and SIGILL, numbers that are no signal), or
/// if the system has no thread or file descriptor left. Nothing has changed then.
///
/// # Examples
///
/// ```
/// use gochan::signal::{self, SIGUSR1};
///
/// let signals = signal::notify(&[SIGUSR1]);
/// signal_hook::low_level::raise(SIGUSR1).unwrap();
/// let signal = signals.recv();
/// assert_eq!(signal, SIGUSR1);
/// assert_eq!(signal.to_string(), "user defined signal 1");
/// ```
#[must_use = "dropping the receiver restores the default action"]
#[track_caller]
pub fn notify(signals: &[i32]) -> Receiver<Signal> {
    let (sender, receiver) = bounded(KEPT);
    registry::subscribe(signals, &Subscriber::Channel(sender));
    receiver
}

/// Sends these signals on a channel of yours, whose capacity you choose. Go's own `signal.Notify`.
///
/// Calls with the same channel add to its signals. A signal is sent only if that does not block: an
/// unbuffered channel gets it if a receiver waits, an unbounded one keeps all. Sending ends when
/// all receiving handles are gone or the channel is closed.
///
/// # Panics
///
/// Panics as [`notify`] does, and if `sender` is nil.
///
/// # Examples
///
/// ```
/// use gochan::{bounded, signal};
///
/// // One is enough to know that the configuration is to be read again.
/// let (sender, reload) = bounded(1);
/// signal::notify_to(&sender, &[signal::SIGHUP]);
/// for _ in 0..10 {
///     signal_hook::low_level::raise(signal::SIGHUP).unwrap();
/// }
/// assert_eq!(reload.recv(), signal::SIGHUP);
/// ```
#[track_caller]
pub fn notify_to(sender: &Sender<Signal>, signals: &[i32]) {
    assert!(!sender.is_nil(), "gochan::signal: notify on nil channel");
    registry::subscribe(signals, &Subscriber::Channel(sender.clone()));
}

/// Ignores these signals from now on, and ends their notifications. Go's `signal.Ignore`.
///
/// # Panics
///
/// Panics as [`notify`] does.
///
/// # Examples
///
/// ```
/// use gochan::signal::{self, SIGUSR2};
///
/// signal::ignore(&[SIGUSR2]);
/// signal_hook::low_level::raise(SIGUSR2).unwrap();
/// assert!(signal::ignored(SIGUSR2));
/// ```
#[track_caller]
pub fn ignore(signals: &[i32]) {
    registry::ignore(signals);
}

/// Returns true if this signal is ignored: by [`ignore`], or since before the process began. Go's
/// `signal.Ignored`.
///
/// # Examples
///
/// ```
/// use gochan::signal;
///
/// // A program started by `nohup` is not to end with its terminal.
/// let hang_up = (!signal::ignored(signal::SIGHUP)).then(|| signal::notify(&[signal::SIGHUP]));
/// # assert!(hang_up.is_some() || signal::ignored(signal::SIGHUP));
/// ```
#[must_use]
pub fn ignored(signal: i32) -> bool {
    registry::ignored(signal)
}

/// Undoes [`notify`] and [`ignore`] for these signals: the default action is back, and their
/// notifications end. A channel that has no signal left is closed. Go's `signal.Reset`.
///
/// # Panics
///
/// Panics as [`notify`] does.
///
/// # Examples
///
/// ```
/// use gochan::signal::{self, SIGUSR1};
///
/// let signals = signal::notify(&[SIGUSR1]);
/// signal::reset(&[SIGUSR1]);
/// assert_eq!(signals.recv_ok(), None);
/// ```
#[track_caller]
pub fn reset(signals: &[i32]) {
    registry::reset(signals);
}
