//! The sending end: Go's `chan<- T`.

use std::{
    fmt,
    panic::{RefUnwindSafe, UnwindSafe},
    time::{Duration, Instant},
};

use crate::{
    core::{Core, Side},
    error::{SendError, SendTimeoutError, TrySendError},
    private::{Blocked, Handle},
    select::{self, Limit, Sealed, SendCase, SendFromCase, SendTo},
};

/// The sending end of a channel: Go's `chan<- T`.
///
/// Made by [`bounded`](crate::bounded), [`unbounded`](crate::unbounded) or from a
/// [`Chan`](crate::Chan). [`nil`](Self::nil) and `default` make the nil channel. Clones are handles
/// of the same channel. The channel closes when the last handle that can send is dropped.
///
/// # Examples
///
/// ```
/// let (tx, rx) = gochan::bounded(1);
/// tx.send(7);
/// drop(tx);
/// assert_eq!(rx.recv_ok(), Some(7));
/// assert_eq!(rx.recv_ok(), None);
/// ```
pub struct Sender<T>(Option<Core<T>>);

impl<T> Sender<T> {
    /// Makes the first handle of `core` that can send.
    pub(crate) fn first(core: Core<T>) -> Self {
        Self(Some(core))
    }

    /// Counts a new handle of `core`.
    pub(crate) fn of(core: Option<&Core<T>>) -> Self {
        Self(core.map(|core| core.share_for(&[Side::Send])))
    }

    pub(crate) fn core(&self) -> Option<&Core<T>> {
        self.0.as_ref()
    }

    /// Returns the nil channel, Go's `var c chan<- T`: sends block for ever, selects pass it over.
    ///
    /// # Examples
    ///
    /// ```
    /// use gochan::{Sender, TrySendError};
    ///
    /// assert_eq!(Sender::nil().try_send(1), Err(TrySendError::Full(1)));
    /// ```
    pub const fn nil() -> Self {
        Self(None)
    }

    /// Sends `value`: Go's `c <- value`. Blocks while there is no room; on an unbuffered channel,
    /// until a receiver has taken it; on a nil channel, for ever.
    ///
    /// All outcomes: [what each operation does](crate#what-each-operation-does).
    ///
    /// # Panics
    ///
    /// Panics with "send on closed channel" if the channel is closed, or is closed meanwhile. To
    /// get the value back instead, use [`send_ok`](Self::send_ok).
    ///
    /// In code that comes from crossbeam-channel or std, `let _ = tx.send(v);` compiles unchanged,
    /// but panics where it ignored an error before. Write `let _ = tx.send_ok(v);`. `grep -rnE 'let
    /// _ = .*\.send\(' src` finds such lines, and so does clippy's `let_unit_value`.
    ///
    /// # Examples
    ///
    /// ```
    /// let (tx, rx) = gochan::bounded(1);
    /// tx.send("hello");
    /// assert_eq!(rx.recv(), "hello");
    /// ```
    #[inline]
    #[track_caller]
    pub fn send(&self, value: T) {
        if self.send_ok(value).is_err() {
            panic!("send on closed channel");
        }
    }

    /// Sends `value`, blocking as [`send`](Self::send) does, and reports a closed channel.
    ///
    /// All outcomes: [what each operation does](crate#what-each-operation-does).
    ///
    /// # Errors
    ///
    /// Returns the value if the channel is closed, or is closed meanwhile. Go has no counterpart.
    ///
    /// # Examples
    ///
    /// ```
    /// use gochan::{bounded, SendError};
    ///
    /// let (tx, rx) = bounded(1);
    /// assert_eq!(tx.send_ok(1), Ok(()));
    /// drop(rx);
    /// assert_eq!(tx.send_ok(2), Err(SendError(2)));
    /// ```
    #[inline]
    #[track_caller]
    pub fn send_ok(&self, value: T) -> Result<(), SendError<T>> {
        select::send(&self.0, value)
    }

    /// Sends `value` if that needs no waiting: Go's `select` with a send and a `default`.
    ///
    /// All outcomes: [what each operation does](crate#what-each-operation-does).
    ///
    /// # Errors
    ///
    /// Returns the value, in `Full` if there is no room and no receiver waits, or if the channel is
    /// nil; in `Closed` if it is closed.
    ///
    /// # Examples
    ///
    /// ```
    /// use gochan::{bounded, TrySendError};
    ///
    /// let (tx, _rx) = bounded(1);
    /// assert_eq!(tx.try_send(1), Ok(()));
    /// assert_eq!(tx.try_send(2), Err(TrySendError::Full(2)));
    /// ```
    #[inline]
    pub fn try_send(&self, value: T) -> Result<(), TrySendError<T>> {
        select::try_send(&self.0, value)
    }

    /// Sends `value`, blocking for `timeout` at most: Go's `select` with a send and `time.After`.
    /// A timeout that is too long to represent never ends; a zero one is a try.
    ///
    /// All outcomes: [what each operation does](crate#what-each-operation-does).
    ///
    /// # Errors
    ///
    /// Returns the value, in `Timeout` when the time is up, in `Closed` if the channel is closed.
    ///
    /// # Examples
    ///
    /// ```
    /// use gochan::{bounded, SendTimeoutError};
    /// use std::time::Duration;
    ///
    /// let (tx, _rx) = bounded(0);
    /// let sent = tx.send_timeout(1, Duration::from_millis(1));
    /// assert_eq!(sent, Err(SendTimeoutError::Timeout(1)));
    /// ```
    #[inline]
    #[track_caller]
    pub fn send_timeout(&self, value: T, timeout: Duration) -> Result<(), SendTimeoutError<T>> {
        select::send_until(&self.0, value, Limit::after(timeout))
    }

    /// Sends `value`, blocking until `deadline` at most. A deadline in the past is a try.
    ///
    /// All outcomes: [what each operation does](crate#what-each-operation-does).
    ///
    /// # Errors
    ///
    /// Returns the value, in `Timeout` when the time is up, in `Closed` if the channel is closed.
    ///
    /// # Examples
    ///
    /// ```
    /// use gochan::bounded;
    /// use std::time::Instant;
    ///
    /// let (tx, _rx) = bounded(1);
    /// assert_eq!(tx.send_deadline(1, Instant::now()), Ok(()));
    /// ```
    #[inline]
    #[track_caller]
    pub fn send_deadline(&self, value: T, deadline: Instant) -> Result<(), SendTimeoutError<T>> {
        select::send_until(&self.0, value, Limit::At(deadline))
    }

    /// Sends the value in `slot`, which is empty afterwards: a send that keeps its value if it
    /// fails. Blocks as [`send`](Self::send) does. An empty slot has nothing to send, and is `Ok`.
    ///
    /// # Errors
    ///
    /// `SendError(())` if the channel is closed, or is closed meanwhile. The value is then back in
    /// its slot. Go has no counterpart.
    ///
    /// # Examples
    ///
    /// ```
    /// let (tx, rx) = gochan::bounded(1);
    /// let mut slot = Some(7);
    /// assert!(tx.send_from(&mut slot).is_ok());
    /// assert_eq!((slot, rx.recv()), (None, 7));
    ///
    /// tx.close();
    /// let mut slot = Some(8);
    /// assert!(tx.send_from(&mut slot).is_err());
    /// assert_eq!(slot, Some(8));
    /// ```
    #[track_caller]
    pub fn send_from(&self, slot: &mut Option<T>) -> Result<(), SendError<()>> {
        if slot.is_none() {
            return Ok(());
        }
        select::send_from(self.core(), slot, Limit::Never).map_err(|_| SendError(()))
    }

    /// Closes the channel: Go's `close(c)`. Values sent before can still be received; every blocked
    /// thread wakes up. Never blocks.
    ///
    /// All outcomes: [what each operation does](crate#what-each-operation-does).
    ///
    /// # Panics
    ///
    /// Panics with "close of closed channel" or "close of nil channel".
    ///
    /// # Examples
    ///
    /// ```
    /// let (tx, rx) = gochan::bounded::<u8>(0);
    /// tx.close();
    /// assert_eq!(rx.recv(), 0);
    /// ```
    #[track_caller]
    pub fn close(&self) {
        match self.core() {
            None => panic!("close of nil channel"),
            Some(core) if !core.channel().close() => panic!("close of closed channel"),
            Some(_) => {}
        }
    }

    /// Closes the channel. Returns true if this call closed it, and false if it was closed before
    /// or is nil. Never blocks. Go has no counterpart.
    ///
    /// All outcomes: [what each operation does](crate#what-each-operation-does).
    ///
    /// # Examples
    ///
    /// ```
    /// let (tx, _rx) = gochan::bounded::<u8>(0);
    /// assert!(tx.close_ok());
    /// assert!(!tx.close_ok());
    /// ```
    pub fn close_ok(&self) -> bool {
        self.core().is_some_and(|core| core.channel().close())
    }
}

impl<T> Clone for Sender<T> {
    fn clone(&self) -> Self {
        Self::of(self.core())
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        if let Some(core) = self.core() {
            core.detach(Side::Send);
        }
    }
}

impl<T> Default for Sender<T> {
    /// Returns the nil channel.
    fn default() -> Self {
        Self::nil()
    }
}

impl<T> fmt::Debug for Sender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Core::describe(self.core(), "Sender", f)
    }
}

// A panic leaves the channel intact: values move whole or not at all.
impl<T> UnwindSafe for Sender<T> {}
impl<T> RefUnwindSafe for Sender<T> {}

impl<T> Sealed for Sender<T> {}

impl<T> SendTo for Sender<T> {
    type Item = T;

    fn send_case(&self, value: T) -> SendCase<'_, T> {
        SendCase::new(self.core(), value)
    }

    fn send_from_case<'a>(&'a self, slot: &'a mut Option<T>) -> SendFromCase<'a, T> {
        SendFromCase::new(self.core(), slot)
    }
}

impl<T> Handle for Sender<T> {
    fn blocked(&self) -> Blocked {
        Blocked::of(self.core())
    }
}
