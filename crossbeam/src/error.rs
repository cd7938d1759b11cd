//! crossbeam-channel's errors, with its names and texts.

use std::{error::Error, fmt};

/// The error of [`send`](crate::Sender::send): all receivers are gone. Holds the unsent message.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SendError<T>(pub T);

/// The error of [`try_send`](crate::Sender::try_send). Holds the unsent message.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum TrySendError<T> {
    /// There is no room, or, without a buffer, no receiver waits.
    Full(T),
    /// All receivers are gone.
    Disconnected(T),
}

/// The error of [`send_timeout`](crate::Sender::send_timeout). Holds the unsent message.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum SendTimeoutError<T> {
    /// The time is up.
    Timeout(T),
    /// All receivers are gone.
    Disconnected(T),
}

/// The error of [`recv`](crate::Receiver::recv): the channel is empty and all senders are gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecvError;

/// The error of [`try_recv`](crate::Receiver::try_recv).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TryRecvError {
    /// There is no message now.
    Empty,
    /// The channel is empty and all senders are gone.
    Disconnected,
}

/// The error of [`recv_timeout`](crate::Receiver::recv_timeout).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecvTimeoutError {
    /// The time is up.
    Timeout,
    /// The channel is empty and all senders are gone.
    Disconnected,
}

/// The error of [`try_select`](crate::Select::try_select): no operation is ready.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TrySelectError;

/// The error of [`select_timeout`](crate::Select::select_timeout): the time is up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SelectTimeoutError;

/// The error of [`try_ready`](crate::Select::try_ready): no operation is ready.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TryReadyError;

/// The error of [`ready_timeout`](crate::Select::ready_timeout): the time is up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadyTimeoutError;

const SEND_DISCONNECTED: &str = "sending on a disconnected channel";
const RECV_DISCONNECTED: &str = "receiving on an empty and disconnected channel";

impl<T> SendError<T> {
    /// Returns the message that was not sent.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> TrySendError<T> {
    /// Returns the message that was not sent.
    pub fn into_inner(self) -> T {
        match self {
            Self::Full(message) | Self::Disconnected(message) => message,
        }
    }

    /// Returns true if there was no room.
    pub fn is_full(&self) -> bool {
        matches!(self, Self::Full(_))
    }

    /// Returns true if all receivers are gone.
    pub fn is_disconnected(&self) -> bool {
        matches!(self, Self::Disconnected(_))
    }
}

impl<T> SendTimeoutError<T> {
    /// Returns the message that was not sent.
    pub fn into_inner(self) -> T {
        match self {
            Self::Timeout(message) | Self::Disconnected(message) => message,
        }
    }

    /// Returns true if the time was up.
    pub fn is_timeout(&self) -> bool {
        matches!(self, Self::Timeout(_))
    }

    /// Returns true if all receivers are gone.
    pub fn is_disconnected(&self) -> bool {
        matches!(self, Self::Disconnected(_))
    }
}

impl TryRecvError {
    /// Returns true if there was no message.
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::Empty)
    }

    /// Returns true if the channel is empty and all senders are gone.
    pub fn is_disconnected(&self) -> bool {
        matches!(self, Self::Disconnected)
    }
}

impl RecvTimeoutError {
    /// Returns true if the time was up.
    pub fn is_timeout(&self) -> bool {
        matches!(self, Self::Timeout)
    }

    /// Returns true if the channel is empty and all senders are gone.
    pub fn is_disconnected(&self) -> bool {
        matches!(self, Self::Disconnected)
    }
}

impl<T> From<SendError<T>> for TrySendError<T> {
    fn from(error: SendError<T>) -> Self {
        Self::Disconnected(error.0)
    }
}

impl<T> From<SendError<T>> for SendTimeoutError<T> {
    fn from(error: SendError<T>) -> Self {
        Self::Disconnected(error.0)
    }
}

impl From<RecvError> for TryRecvError {
    fn from(_: RecvError) -> Self {
        Self::Disconnected
    }
}

impl From<RecvError> for RecvTimeoutError {
    fn from(_: RecvError) -> Self {
        Self::Disconnected
    }
}

/// Implements `Debug` without `T: Debug`, `Display` and `Error`.
macro_rules! texts {
    ($error:ident<T>, $debug:expr, $display:expr) => {
        impl<T> fmt::Debug for $error<T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let text: fn(&Self) -> &'static str = $debug;
                f.pad(text(self))
            }
        }

        impl<T> fmt::Display for $error<T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let text: fn(&Self) -> &'static str = $display;
                f.pad(text(self))
            }
        }

        impl<T: Send> Error for $error<T> {}
    };
    ($error:ident, $display:expr) => {
        impl fmt::Display for $error {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let text: fn(&Self) -> &'static str = $display;
                f.pad(text(self))
            }
        }

        impl Error for $error {}
    };
}

texts!(SendError<T>, |_| "SendError(..)", |_| SEND_DISCONNECTED);
texts!(
    TrySendError<T>,
    |error| if error.is_full() { "Full(..)" } else { "Disconnected(..)" },
    |error| if error.is_full() { "sending on a full channel" } else { SEND_DISCONNECTED }
);
texts!(SendTimeoutError<T>, |_| "SendTimeoutError(..)", |error| match error {
    SendTimeoutError::Timeout(_) => "timed out waiting on send operation",
    SendTimeoutError::Disconnected(_) => SEND_DISCONNECTED,
});
texts!(RecvError, |_| RECV_DISCONNECTED);
texts!(TryRecvError, |error| match error {
    TryRecvError::Empty => "receiving on an empty channel",
    TryRecvError::Disconnected => RECV_DISCONNECTED,
});
texts!(RecvTimeoutError, |error| match error {
    RecvTimeoutError::Timeout => "timed out waiting on receive operation",
    RecvTimeoutError::Disconnected => "channel is empty and disconnected",
});
texts!(TrySelectError, |_| "all operations in select would block");
texts!(SelectTimeoutError, |_| "timed out waiting on select");
