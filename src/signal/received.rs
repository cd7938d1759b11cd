//! One signal, as it is received.

use std::{error::Error, fmt, num::NonZeroU32, str::FromStr};

use super::name;

/// A signal: its number and its sender. Go's `os.Signal`.
///
/// A signal can be compared with a number. Two signals are equal if their numbers are, whatever
/// their senders. `Display` writes Go's words; `Debug` writes the name, the number and the sender.
/// `FromStr` reads the names and numbers that `kill` takes, real-time signals included. The names
/// of real-time signals exist on Linux only, and count from the C library's first one: 34 for
/// glibc, 35 for musl. The zero value is no signal: `recv` returns it once the channel is closed.
///
/// # Examples
///
/// ```
/// use gochan::signal::{Signal, SIGTERM};
///
/// let signal: Signal = "TERM".parse().unwrap();
/// assert_eq!(signal, SIGTERM);
/// assert_eq!(signal.to_string(), "terminated");
/// assert_eq!(format!("{signal:?}"), "Signal { signal: SIGTERM (15), pid: None }");
/// # #[cfg(target_os = "linux")] {
/// let signal: Signal = "SIGRTMAX-1".parse().unwrap();
/// assert_eq!(signal.to_string(), "signal 63");
/// # }
/// ```
#[derive(Clone, Copy, Default)]
pub struct Signal {
    number: i32,
    pid: Option<NonZeroU32>,
}

impl Signal {
    pub(super) fn new(number: i32, pid: Option<u32>) -> Self {
        Self { number, pid: pid.and_then(NonZeroU32::new) }
    }

    /// Returns the signal's number on this system.
    ///
    /// # Examples
    ///
    /// ```
    /// use gochan::signal::{Signal, SIGHUP};
    ///
    /// assert_eq!("SIGHUP".parse::<Signal>().unwrap().number(), SIGHUP);
    /// ```
    #[must_use]
    pub fn number(self) -> i32 {
        self.number
    }

    /// Returns the id of the process that sent the signal; for SIGCHLD, that of the child. Returns
    /// `None` where the system does not tell it: for a signal from the terminal or another part of
    /// the kernel, or from outside of the container, and on systems other than Unix.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(unix)] {
    /// use gochan::signal::{self, SIGUSR1};
    ///
    /// let signals = signal::notify(&[SIGUSR1]);
    /// signal_hook::low_level::raise(SIGUSR1).unwrap();
    /// assert_eq!(signals.recv().pid(), Some(std::process::id()));
    /// # }
    /// ```
    #[must_use]
    pub fn pid(self) -> Option<u32> {
        self.pid.map(NonZeroU32::get)
    }
}

impl PartialEq for Signal {
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number
    }
}

impl Eq for Signal {}

impl std::hash::Hash for Signal {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.number.hash(state);
    }
}

impl PartialEq<i32> for Signal {
    fn eq(&self, number: &i32) -> bool {
        self.number == *number
    }
}

impl PartialEq<Signal> for i32 {
    fn eq(&self, signal: &Signal) -> bool {
        signal == self
    }
}

/// Writes Go's words: "interrupt", "terminated", "signal 40".
impl fmt::Display for Signal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match name::words(self.number) {
            Some(words) => f.pad(words),
            None => f.pad(&format!("signal {}", self.number)),
        }
    }
}

/// Writes the name with the number, or the number alone if there is no name, and the sender:
/// `Signal { signal: SIGTERM (15), pid: Some(42) }`.
impl fmt::Debug for Signal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signal")
            .field("signal", &format_args!("{}", name::full(self.number)))
            .field("pid", &self.pid())
            .finish()
    }
}

/// Reads "SIGTERM", "TERM", "term" and "15"; "SIGRTMIN+3" and "RTMAX-1"; and the second names
/// "SIGCLD", "SIGIOT" and "SIGPOLL".
impl FromStr for Signal {
    type Err = ParseSignalError;

    fn from_str(text: &str) -> Result<Self, ParseSignalError> {
        match name::number(text) {
            Some(number) => Ok(Self::new(number, None)),
            None => Err(ParseSignalError(text.to_string())),
        }
    }
}

/// A text that names no signal of this system.
///
/// # Examples
///
/// ```
/// use gochan::signal::Signal;
///
/// let error = "SIGFOO".parse::<Signal>().unwrap_err();
/// assert_eq!(error.to_string(), r#"no signal has the name or number "SIGFOO""#);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseSignalError(String);

impl fmt::Display for ParseSignalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no signal has the name or number {:?}", self.0)
    }
}

impl Error for ParseSignalError {}
