//! The errors of the operations that report a failure. The error of a send holds the unsent value.

use std::{error::Error, fmt};

/// The error of [`send_ok`](crate::Sender::send_ok): the channel is closed. Holds the unsent value.
///
/// # Examples
///
/// ```
/// use gochan::{make, SendError};
///
/// let c = make(1);
/// c.close();
/// assert_eq!(c.send_ok(7), Err(SendError(7)));
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SendError<T>(pub T);

/// The error of [`try_send`](crate::Sender::try_send). Holds the unsent value.
///
/// # Examples
///
/// ```
/// use gochan::{make, TrySendError};
///
/// let c = make(1);
/// c.send(1);
/// assert_eq!(c.try_send(2), Err(TrySendError::Full(2)));
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum TrySendError<T> {
    /// There is no room and no receiver waits, or the channel is nil.
    Full(T),
    /// The channel is closed.
    Closed(T),
}

/// The error of [`send_timeout`](crate::Sender::send_timeout). Holds the unsent value.
///
/// # Examples
///
/// ```
/// use gochan::{make, SendTimeoutError};
/// use std::time::Duration;
///
/// let c = make(0);
/// assert_eq!(c.send_timeout(1, Duration::ZERO), Err(SendTimeoutError::Timeout(1)));
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum SendTimeoutError<T> {
    /// The time is up.
    Timeout(T),
    /// The channel is closed.
    Closed(T),
}

/// The error of [`try_recv`](crate::Receiver::try_recv).
///
/// # Examples
///
/// ```
/// use gochan::{make, TryRecvError};
///
/// let c = make::<u8>(1);
/// assert_eq!(c.try_recv(), Err(TryRecvError::Empty));
/// c.close();
/// assert_eq!(c.try_recv(), Err(TryRecvError::Closed));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TryRecvError {
    /// There is nothing to receive now, or the channel is nil.
    Empty,
    /// The channel is closed and drained.
    Closed,
}

/// The error of [`recv_timeout`](crate::Receiver::recv_timeout).
///
/// # Examples
///
/// ```
/// use gochan::{make, RecvTimeoutError};
/// use std::time::Duration;
///
/// let c = make::<u8>(0);
/// assert_eq!(c.recv_timeout(Duration::ZERO), Err(RecvTimeoutError::Timeout));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecvTimeoutError {
    /// The time is up.
    Timeout,
    /// The channel is closed and drained.
    Closed,
}

const SEND_CLOSED: &str = "send on closed channel";
const RECV_CLOSED: &str = "receive on closed channel";

impl<T> SendError<T> {
    /// Returns the value that was not sent.
    ///
    /// # Examples
    ///
    /// ```
    /// # use gochan::SendError;
    /// assert_eq!(SendError(7).into_inner(), 7);
    /// ```
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> TrySendError<T> {
    /// Returns the value that was not sent.
    ///
    /// # Examples
    ///
    /// ```
    /// # use gochan::TrySendError;
    /// assert_eq!(TrySendError::Full(7).into_inner(), 7);
    /// ```
    pub fn into_inner(self) -> T {
        match self {
            Self::Full(value) | Self::Closed(value) => value,
        }
    }

    /// Returns true if there was no room.
    ///
    /// # Examples
    ///
    /// ```
    /// # use gochan::TrySendError;
    /// assert!(TrySendError::Full(7).is_full());
    /// ```
    pub fn is_full(&self) -> bool {
        matches!(self, Self::Full(_))
    }

    /// Returns true if the channel is closed.
    ///
    /// # Examples
    ///
    /// ```
    /// # use gochan::TrySendError;
    /// assert!(TrySendError::Closed(7).is_closed());
    /// ```
    pub fn is_closed(&self) -> bool {
        matches!(self, Self::Closed(_))
    }
}

impl<T> SendTimeoutError<T> {
    /// Returns the value that was not sent.
    ///
    /// # Examples
    ///
    /// ```
    /// # use gochan::SendTimeoutError;
    /// assert_eq!(SendTimeoutError::Timeout(7).into_inner(), 7);
    /// ```
    pub fn into_inner(self) -> T {
        match self {
            Self::Timeout(value) | Self::Closed(value) => value,
        }
    }

    /// Returns true if the time was up.
    ///
    /// # Examples
    ///
    /// ```
    /// # use gochan::SendTimeoutError;
    /// assert!(SendTimeoutError::Timeout(7).is_timeout());
    /// ```
    pub fn is_timeout(&self) -> bool {
        matches!(self, Self::Timeout(_))
    }

    /// Returns true if the channel is closed.
    ///
    /// # Examples
    ///
    /// ```
    /// # use gochan::SendTimeoutError;
    /// assert!(SendTimeoutError::Closed(7).is_closed());
    /// ```
    pub fn is_closed(&self) -> bool {
        matches!(self, Self::Closed(_))
    }
}

impl TryRecvError {
    /// Returns true if there was nothing to receive.
    ///
    /// # Examples
    ///
    /// ```
    /// # use gochan::TryRecvError;
    /// assert!(TryRecvError::Empty.is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::Empty)
    }

    /// Returns true if the channel is closed and drained.
    ///
    /// # Examples
    ///
    /// ```
    /// # use gochan::TryRecvError;
    /// assert!(TryRecvError::Closed.is_closed());
    /// ```
    pub fn is_closed(&self) -> bool {
        matches!(self, Self::Closed)
    }
}

impl RecvTimeoutError {
    /// Returns true if the time was up.
    ///
    /// # Examples
    ///
    /// ```
    /// # use gochan::RecvTimeoutError;
    /// assert!(RecvTimeoutError::Timeout.is_timeout());
    /// ```
    pub fn is_timeout(&self) -> bool {
        matches!(self, Self::Timeout)
    }

    /// Returns true if the channel is closed and drained.
    ///
    /// # Examples
    ///
    /// ```
    /// # use gochan::RecvTimeoutError;
    /// assert!(RecvTimeoutError::Closed.is_closed());
    /// ```
    pub fn is_closed(&self) -> bool {
        matches!(self, Self::Closed)
    }
}

impl<T> From<SendError<T>> for TrySendError<T> {
    fn from(error: SendError<T>) -> Self {
        Self::Closed(error.0)
    }
}

impl<T> From<SendError<T>> for SendTimeoutError<T> {
    fn from(error: SendError<T>) -> Self {
        Self::Closed(error.0)
    }
}

impl<T> fmt::Debug for SendError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SendError(..)")
    }
}

impl<T> fmt::Debug for TrySendError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_full() { "Full(..)" } else { "Closed(..)" })
    }
}

impl<T> fmt::Debug for SendTimeoutError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_timeout() { "Timeout(..)" } else { "Closed(..)" })
    }
}

impl<T> fmt::Display for SendError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(SEND_CLOSED)
    }
}

impl<T> fmt::Display for TrySendError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_full() { "send on full channel" } else { SEND_CLOSED })
    }
}

impl<T> fmt::Display for SendTimeoutError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_timeout() { "timed out on send" } else { SEND_CLOSED })
    }
}

impl fmt::Display for TryRecvError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_empty() { "receive on empty channel" } else { RECV_CLOSED })
    }
}

impl fmt::Display for RecvTimeoutError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_timeout() { "timed out on receive" } else { RECV_CLOSED })
    }
}

impl<T> Error for SendError<T> {}
impl<T> Error for TrySendError<T> {}
impl<T> Error for SendTimeoutError<T> {}
impl Error for TryRecvError {}
impl Error for RecvTimeoutError {}
