//! What the system asks of the process, on channels: Go's `os/signal`.
//!
//! With the feature `signal`. [`notify`] gives a channel of the signals that arrive, for a loop or
//! a case of `select!`; [`notify_context`] gives a context that ends at the first.
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
//! The first call that names a signal takes it from the system for the rest of the process; from
//! then on one thread, `gochan signals`, decides what to do with each that arrives:
//!
//! - Every channel it was asked for gets it. Nobody waits for a slow receiver: a channel that is
//!   full misses it.
//! - Where no receiver is left, the default action comes back: the next SIGTERM ends the process,
//!   by that signal. The same holds after [`reset`]. What came before that was the receiver's: it
//!   does not act later.
//! - A signal that was ignored when the process began, as `nohup` has SIGHUP and Rust has SIGPIPE,
//!   or that other code in the process had taken before, is left to that again (on Linux; elsewhere
//!   that is known of SIGPIPE only).
//!
//! Who wants to replace a receiver makes the new one before dropping the old one; between the two
//! the signal would act. For the same reason a program that ends by returning from `main` keeps its
//! receiver beyond: `std::mem::forget` a clone, or a second SIGTERM that comes just then changes
//! its exit status.
//!
//! A signal that must not be missed has a channel of its own: many SIGWINCHs may fill one that
//! SIGTERM shares.
//!
//! # Limits
//!
//! - Signals of one number are merged: by the system while they are blocked or on their way, and
//!   here when five are there that the thread has not looked at. Those of different numbers may
//!   change their order, and a storm of one that is faster than the thread holds up those with
//!   higher numbers.
//! - A signal that every thread blocks does not arrive.
//! - A handler that other code in the process has installed runs too. One that comes later, and
//!   does not call the one before it, takes the signal away from here; one that comes later and
//!   does is not known here, so where no receiver is left the default action happens as well.
//! - A program that this one starts begins with the default, also for what is ignored here by
//!   [`ignore`]. In the child of a `fork` that does not go on to `exec`, signals that are taken do
//!   nothing.
//! - The default action of real-time signals, of SIGPWR and SIGSTKFLT, and of all that end process
//!   1, which the system spares, is to exit with 128 plus the number.
//! - Two file descriptors belong to this module. A program that closes them, as one does that
//!   becomes a daemon and closes all it has, gets the default actions back, and one line on its
//!   standard error says so. Channels are closed as by [`reset`], contexts stay without their
//!   signals, and what is ignored stays ignored. The next [`notify`] listens again. A file that has
//!   got the number of such a descriptor is neither read, written nor closed; only one that gets it
//!   between the look and the use is.
//! - A descriptor that is closed while a copy of it is open, as a forked child has one, is noticed
//!   at the next signal only.
//! - Names of real-time signals, as "SIGRTMIN+3", are Linux's.
//! - To build this feature takes a C compiler: the library `signal-hook` reads the sender in C.
//! - SIGIO has nothing as its default action, where Linux ends the process.
//! - On Windows there are the few signals of the C library, SIGINT (Ctrl-C) above all; they are
//!   looked for twenty times a second, and nobody knows the sender.

mod action;
mod context;
#[cfg(unix)]
mod descriptor;
mod name;
#[cfg_attr(unix, path = "unix.rs")]
#[cfg_attr(not(unix), path = "other.rs")]
mod platform;
mod received;
mod registry;
mod taken;
mod watch;
mod weak_cancel;

pub use context::{notify_context, Stop};
pub use received::{ParseSignalError, Signal};
/// The numbers of the signals that this system has.
pub use signal_hook::consts::signal::*;
pub use weak_cancel::SignalError;

use crate::{chan::bounded, receiver::Receiver, sender::Sender};
use taken::Subscriber;

/// How many signals the channel of [`notify`] keeps for a slow receiver.
pub const KEPT: usize = 64;

/// A channel of the signals of these numbers that arrive from now on. Go's `signal.Notify`.
///
/// It keeps [`KEPT`] of them; who is slower than that misses some. Each call makes a channel of its
/// own, and each of them gets every signal. Dropping the last receiving handle is Go's
/// `signal.Stop`. [`reset`] and [`ignore`] close the channel when they take its last signal.
///
/// Does not block, and the default action no longer happens.
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
///
/// # Panics
///
/// If `signals` is empty (in Go that means all; name those you mean), if one cannot be caught
/// (SIGKILL, SIGSTOP, the faults SIGSEGV, SIGFPE and SIGILL, numbers that are no signal), or if the
/// system has no thread or file descriptor left. Nothing has changed then.
#[must_use = "dropping the receiver restores the default action"]
#[track_caller]
pub fn notify(signals: &[i32]) -> Receiver<Signal> {
    let (sender, receiver) = bounded(KEPT);
    registry::subscribe(signals, &Subscriber::Channel(sender));
    receiver
}

/// Sends them on a channel of yours, whose capacity you choose. Go's `signal.Notify` as Go has it.
///
/// Calls with the same channel add to its signals. A signal is sent only where it does not have to
/// wait: a channel without a buffer gets it if somebody waits, one without a bound keeps all there
/// are. It ends when all receiving handles are gone or the channel is closed.
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
///
/// # Panics
///
/// As [`notify`] does, and if `sender` is nil.
#[track_caller]
pub fn notify_to(sender: &Sender<Signal>, signals: &[i32]) {
    assert!(!sender.is_nil(), "gochan::signal: notify on nil channel");
    registry::subscribe(signals, &Subscriber::Channel(sender.clone()));
}

/// Has nothing happen when one of these arrives; who was notified of them is not any more. Go's
/// `signal.Ignore`.
///
/// ```
/// use gochan::signal::{self, SIGUSR2};
///
/// signal::ignore(&[SIGUSR2]);
/// signal_hook::low_level::raise(SIGUSR2).unwrap();
/// assert!(signal::ignored(SIGUSR2));
/// ```
///
/// # Panics
///
/// As [`notify`] does.
#[track_caller]
pub fn ignore(signals: &[i32]) {
    registry::ignore(signals);
}

/// Whether nothing happens when this signal arrives: by [`ignore`], or since before the process
/// began. Go's `signal.Ignored`.
///
/// ```
/// use gochan::signal;
///
/// // Started by `nohup`, it is not to end with its terminal.
/// let hang_up = (!signal::ignored(signal::SIGHUP)).then(|| signal::notify(&[signal::SIGHUP]));
/// # assert!(hang_up.is_some() || signal::ignored(signal::SIGHUP));
/// ```
#[must_use]
pub fn ignored(signal: i32) -> bool {
    registry::ignored(signal)
}

/// Undoes [`notify`] and [`ignore`] for these signals: the default action is back, and who was
/// notified of them is not any more. A channel that has none left is closed. Go's `signal.Reset`.
///
/// ```
/// use gochan::signal::{self, SIGUSR1};
///
/// let signals = signal::notify(&[SIGUSR1]);
/// signal::reset(&[SIGUSR1]);
/// assert_eq!(signals.recv_ok(), None);
/// ```
///
/// # Panics
///
/// As [`notify`] does.
#[track_caller]
pub fn reset(signals: &[i32]) {
    registry::reset(signals);
}
