//! The handle for both directions: Go's `chan T`, and how channels are made.

use std::{
    fmt,
    panic::{RefUnwindSafe, UnwindSafe},
    time::{Duration, Instant},
};

use crate::{
    core::{Core, Side},
    error::{RecvTimeoutError, SendError, SendTimeoutError, TryRecvError, TrySendError},
    iter::{Iter, TryIter},
    private::{Blocked, Handle},
    receiver::{IntoIter, Receiver},
    select::{self, Limit, RecvCase, RecvFrom, Sealed, SendCase, SendFromCase, SendTo},
    sender::Sender,
};

/// A channel, for sending and receiving: Go's `chan T`.
///
/// Made by [`make`]. [`nil`](Self::nil) and `default` make the nil channel. A `Chan` counts as a
/// handle that can send and as one that can receive. [`sender`](Self::sender),
/// [`receiver`](Self::receiver) and [`split`](Self::split) give handles for one direction, Go's
/// `chan<- T` and `<-chan T`. Use those where the channel should close by itself once one end is
/// gone.
///
/// # Examples
///
/// ```
/// use std::thread;
///
/// let c = gochan::make(0);
/// thread::scope(|s| {
///     s.spawn(|| c.send("ping"));
///     assert_eq!(c.recv(), "ping");
/// });
/// ```
pub struct Chan<T>(Option<Core<T>>);

/// Makes a channel that buffers `cap` values: Go's `make(chan T, cap)`. With 0 it is unbuffered: a
/// send waits until a receive takes the value.
///
/// The memory for the buffer is allocated at once, but touched only where values have been.
/// Zero-sized values need no memory, whatever the capacity.
///
/// # Panics
///
/// Panics with "capacity overflow" if the buffer would be larger than an allocation can be.
///
/// # Examples
///
/// ```
/// let c = gochan::make(3);
/// c.send("one");
/// assert_eq!((c.len(), c.cap()), (1, Some(3)));
/// ```
#[must_use]
#[track_caller]
pub fn make<T>(cap: usize) -> Chan<T> {
    Chan(Some(Core::bounded(cap)))
}

/// Makes a channel that buffers `cap` values, and returns its two ends. With 0 it is unbuffered.
/// Allocates as [`make`] does.
///
/// # Panics
///
/// Panics with "capacity overflow" if the buffer would be larger than an allocation can be.
///
/// # Examples
///
/// ```
/// let (tx, rx) = gochan::bounded(1);
/// tx.send(7);
/// assert_eq!(rx.recv(), 7);
/// ```
#[must_use]
#[track_caller]
pub fn bounded<T>(cap: usize) -> (Sender<T>, Receiver<T>) {
    let (tx, rx) = Core::bounded(cap).split();
    (Sender::first(tx), Receiver::first(rx))
}

/// Makes a channel without a bound, and returns its two ends. No send on it blocks. Go has no
/// counterpart.
///
/// # Panics
///
/// Panics with "capacity overflow" if the values are so large that a few of them would be larger
/// than an allocation can be.
///
/// # Examples
///
/// ```
/// let (tx, rx) = gochan::unbounded();
/// (0..1000).for_each(|i| tx.send(i));
/// assert_eq!(rx.len(), 1000);
/// ```
#[must_use]
#[track_caller]
pub fn unbounded<T>() -> (Sender<T>, Receiver<T>) {
    let (tx, rx) = Core::unbounded().split();
    (Sender::first(tx), Receiver::first(rx))
}

impl<T> Chan<T> {
    /// Returns the channel as the plain operations take it.
    pub(crate) fn core_or_nil(&self) -> &Option<Core<T>> {
        &self.0
    }

    pub(crate) fn core(&self) -> Option<&Core<T>> {
        self.0.as_ref()
    }

    /// Returns the nil channel, Go's `var c chan T`: every operation blocks for ever, and `select!`
    /// passes it over.
    ///
    /// # Examples
    ///
    /// ```
    /// use gochan::{select, Chan};
    ///
    /// let nil = Chan::<u8>::nil();
    /// select! {
    ///     recv(nil) => unreachable!(),
    ///     default => {}
    /// }
    /// ```
    pub const fn nil() -> Self {
        Self(None)
    }

    /// Returns a handle that can only send: Go's conversion to `chan<- T`.
    ///
    /// # Examples
    ///
    /// ```
    /// let c = gochan::make(1);
    /// c.sender().send(7);
    /// assert_eq!(c.recv(), 7);
    /// ```
    #[must_use]
    pub fn sender(&self) -> Sender<T> {
        Sender::of(self.core())
    }

    /// Returns a handle that can only receive: Go's conversion to `<-chan T`.
    ///
    /// # Examples
    ///
    /// ```
    /// let c = gochan::make(1);
    /// c.send(7);
    /// assert_eq!(c.receiver().recv(), 7);
    /// ```
    #[must_use]
    pub fn receiver(&self) -> Receiver<T> {
        Receiver::of(self.core())
    }

    /// Returns the two ends.
    ///
    /// # Examples
    ///
    /// ```
    /// let (tx, rx) = gochan::make(1).split();
    /// tx.send(7);
    /// drop(tx);
    /// assert!(rx.into_iter().eq([7]));
    /// ```
    #[must_use]
    pub fn split(self) -> (Sender<T>, Receiver<T>) {
        (self.sender(), self.receiver())
    }

    /// Sends `value`: Go's `c <- value`. Blocks as [`Sender::send`] does.
    ///
    /// # Panics
    ///
    /// Panics with "send on closed channel" if the channel is closed, or is closed meanwhile. `let
    /// _ = c.send(v);` does not ignore that; `let _ = c.send_ok(v);` does.
    ///
    /// # Examples
    ///
    /// ```
    /// let c = gochan::make(1);
    /// c.send(7);
    /// assert_eq!(c.len(), 1);
    /// ```
    #[inline]
    #[track_caller]
    pub fn send(&self, value: T) {
        if self.send_ok(value).is_err() {
            panic!("send on closed channel");
        }
    }

    /// Sends `value` as [`send`](Self::send) does, and reports a closed channel. See
    /// [`Sender::send_ok`].
    ///
    /// # Errors
    ///
    /// Returns the value if the channel is closed, or is closed meanwhile.
    ///
    /// # Examples
    ///
    /// ```
    /// let c = gochan::make(1);
    /// assert!(c.send_ok(7).is_ok());
    /// c.close();
    /// assert_eq!(c.send_ok(8).unwrap_err().into_inner(), 8);
    /// ```
    #[inline]
    #[track_caller]
    pub fn send_ok(&self, value: T) -> Result<(), SendError<T>> {
        select::send(&self.0, value)
    }

    /// Sends `value` if that needs no waiting. See [`Sender::try_send`].
    ///
    /// # Errors
    ///
    /// Returns the value, in `Full` if the send would block, in `Closed` if the channel is closed.
    ///
    /// # Examples
    ///
    /// ```
    /// let c = gochan::make(0);
    /// assert!(c.try_send(7).unwrap_err().is_full());
    /// ```
    #[inline]
    pub fn try_send(&self, value: T) -> Result<(), TrySendError<T>> {
        select::try_send(&self.0, value)
    }

    /// Sends `value`, blocking for `timeout` at most. See [`Sender::send_timeout`].
    ///
    /// # Errors
    ///
    /// Returns the value, in `Timeout` when the time is up, in `Closed` if the channel is closed.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let c = gochan::make(0);
    /// assert!(c.send_timeout(7, Duration::from_millis(1)).unwrap_err().is_timeout());
    /// ```
    #[inline]
    #[track_caller]
    pub fn send_timeout(&self, value: T, timeout: Duration) -> Result<(), SendTimeoutError<T>> {
        select::send_until(&self.0, value, Limit::after(timeout))
    }

    /// Sends `value`, blocking until `deadline` at most. See [`Sender::send_deadline`].
    ///
    /// # Errors
    ///
    /// Returns the value, in `Timeout` when the time is up, in `Closed` if the channel is closed.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Instant;
    ///
    /// let c = gochan::make(0);
    /// assert!(c.send_deadline(7, Instant::now()).unwrap_err().is_timeout());
    /// ```
    #[inline]
    #[track_caller]
    pub fn send_deadline(&self, value: T, deadline: Instant) -> Result<(), SendTimeoutError<T>> {
        select::send_until(&self.0, value, Limit::At(deadline))
    }

    /// Receives the next value, or the zero value, `T::default()`, once the channel is closed and
    /// drained: Go's `<-c`. Blocks as [`Receiver::recv`] does.
    ///
    /// # Examples
    ///
    /// ```
    /// let c = gochan::make::<u8>(0);
    /// c.close();
    /// assert_eq!(c.recv(), 0);
    /// ```
    #[inline]
    #[track_caller]
    pub fn recv(&self) -> T
    where
        T: Default,
    {
        self.recv_ok().unwrap_or_default()
    }

    /// Receives the next value, or `None` once the channel is closed and drained: Go's `v, ok :=
    /// <-c`. Blocks as [`Receiver::recv_ok`] does.
    ///
    /// # Examples
    ///
    /// ```
    /// let c = gochan::make::<u8>(0);
    /// c.close();
    /// assert_eq!(c.recv_ok(), None);
    /// ```
    #[inline]
    #[track_caller]
    pub fn recv_ok(&self) -> Option<T> {
        select::recv(&self.0)
    }

    /// Receives a value if one is there. See [`Receiver::try_recv`].
    ///
    /// # Errors
    ///
    /// `Empty` if the receive would block, `Closed` once the channel is closed and drained.
    ///
    /// # Examples
    ///
    /// ```
    /// let c = gochan::make::<u8>(0);
    /// assert!(c.try_recv().unwrap_err().is_empty());
    /// ```
    #[inline]
    pub fn try_recv(&self) -> Result<T, TryRecvError> {
        select::try_recv(&self.0)
    }

    /// Receives a value, blocking for `timeout` at most. See [`Receiver::recv_timeout`].
    ///
    /// # Errors
    ///
    /// `Timeout` when the time is up, `Closed` once the channel is closed and drained.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let c = gochan::make::<u8>(0);
    /// assert!(c.recv_timeout(Duration::from_millis(1)).unwrap_err().is_timeout());
    /// ```
    #[track_caller]
    pub fn recv_timeout(&self, timeout: Duration) -> Result<T, RecvTimeoutError> {
        select::recv_until(&self.0, Limit::after(timeout))
    }

    /// Receives a value, blocking until `deadline` at most. See [`Receiver::recv_deadline`].
    ///
    /// # Errors
    ///
    /// `Timeout` when the time is up, `Closed` once the channel is closed and drained.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Instant;
    ///
    /// let c = gochan::make::<u8>(0);
    /// assert!(c.recv_deadline(Instant::now()).unwrap_err().is_timeout());
    /// ```
    #[track_caller]
    pub fn recv_deadline(&self, deadline: Instant) -> Result<T, RecvTimeoutError> {
        select::recv_until(&self.0, Limit::At(deadline))
    }

    /// Waits for a value, then appends it and the others that are ready to `values`, at most
    /// `limit` in all. Returns how many it has appended. See [`Receiver::recv_many`].
    ///
    /// # Examples
    ///
    /// ```
    /// let c = gochan::make(3);
    /// (1..=3).for_each(|i| c.send(i));
    /// let mut values = vec![];
    /// assert_eq!(c.recv_many(&mut values, 8), 3);
    /// ```
    #[track_caller]
    pub fn recv_many(&self, values: &mut Vec<T>, limit: usize) -> usize {
        self.receiver().recv_many(values, limit)
    }

    /// Iterates over the values to come, until the channel is closed and drained: Go's `for v :=
    /// range c`. Each step blocks as [`recv_ok`](Self::recv_ok) does. `for v in &c` is the same.
    ///
    /// # Examples
    ///
    /// ```
    /// let c = gochan::make(2);
    /// c.send(1);
    /// c.send(2);
    /// c.close();
    /// assert!(c.iter().eq([1, 2]));
    /// ```
    pub fn iter(&self) -> Iter<'_, T> {
        Iter::new(&self.0)
    }

    /// Iterates over the values that are ready. Ends instead of blocking.
    ///
    /// # Examples
    ///
    /// ```
    /// let c = gochan::make(2);
    /// c.send(1);
    /// assert!(c.try_iter().eq([1]));
    /// ```
    pub fn try_iter(&self) -> TryIter<'_, T> {
        TryIter::new(&self.0)
    }

    /// Sends the value in `slot`, which is empty afterwards. See [`Sender::send_from`].
    ///
    /// # Errors
    ///
    /// `SendError(())` if the channel is closed, or is closed meanwhile. The value is then back in
    /// its slot.
    ///
    /// # Examples
    ///
    /// ```
    /// let c = gochan::make(1);
    /// let mut slot = Some(7);
    /// assert!(c.send_from(&mut slot).is_ok());
    /// assert_eq!((slot, c.recv()), (None, 7));
    /// ```
    #[track_caller]
    pub fn send_from(&self, slot: &mut Option<T>) -> Result<(), SendError<()>> {
        if slot.is_none() {
            return Ok(());
        }
        select::send_from(self.core(), slot, Limit::Never).map_err(|_| SendError(()))
    }

    /// Closes the channel: Go's `close(c)`. See [`Sender::close`].
    ///
    /// # Panics
    ///
    /// Panics with "close of closed channel" or "close of nil channel".
    ///
    /// # Examples
    ///
    /// ```
    /// let c = gochan::make::<u8>(0);
    /// c.close();
    /// assert!(c.is_closed());
    /// ```
    #[track_caller]
    pub fn close(&self) {
        match self.core() {
            None => panic!("close of nil channel"),
            Some(core) if !core.channel().close() => panic!("close of closed channel"),
            Some(_) => {}
        }
    }

    /// Closes the channel. Returns true if this call closed it. See [`Sender::close_ok`].
    ///
    /// # Examples
    ///
    /// ```
    /// let c = gochan::make::<u8>(0);
    /// assert!(c.close_ok());
    /// assert!(!c.close_ok());
    /// ```
    pub fn close_ok(&self) -> bool {
        self.core().is_some_and(|core| core.channel().close())
    }
}

impl<T> Clone for Chan<T> {
    fn clone(&self) -> Self {
        Self(self.core().map(|core| core.share_for(&[Side::Send, Side::Recv])))
    }
}

impl<T> Drop for Chan<T> {
    fn drop(&mut self) {
        if let Some(core) = self.core() {
            core.detach(Side::Send);
            core.detach(Side::Recv);
        }
    }
}

impl<T> Default for Chan<T> {
    /// Returns the nil channel.
    fn default() -> Self {
        Self::nil()
    }
}

impl<T> From<Chan<T>> for Sender<T> {
    fn from(chan: Chan<T>) -> Self {
        chan.sender()
    }
}

impl<T> From<&Chan<T>> for Sender<T> {
    fn from(chan: &Chan<T>) -> Self {
        chan.sender()
    }
}

impl<T> From<Chan<T>> for Receiver<T> {
    fn from(chan: Chan<T>) -> Self {
        chan.receiver()
    }
}

impl<T> From<&Chan<T>> for Receiver<T> {
    fn from(chan: &Chan<T>) -> Self {
        chan.receiver()
    }
}

impl<'a, T> IntoIterator for &'a Chan<T> {
    type Item = T;
    type IntoIter = Iter<'a, T>;

    fn into_iter(self) -> Iter<'a, T> {
        self.iter()
    }
}

impl<T> IntoIterator for Chan<T> {
    type Item = T;
    type IntoIter = IntoIter<T>;

    fn into_iter(self) -> IntoIter<T> {
        self.receiver().into_iter()
    }
}

impl<T> fmt::Debug for Chan<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Core::describe(self.core(), "Chan", f)
    }
}

// A panic leaves the channel intact: values move whole or not at all.
impl<T> UnwindSafe for Chan<T> {}
impl<T> RefUnwindSafe for Chan<T> {}

impl<T> Sealed for Chan<T> {}

impl<T> RecvFrom for Chan<T> {
    type Item = T;

    fn recv_case(&self) -> RecvCase<'_, T> {
        RecvCase::new(self.core())
    }
}

impl<T> SendTo for Chan<T> {
    type Item = T;

    fn send_case(&self, value: T) -> SendCase<'_, T> {
        SendCase::new(self.core(), value)
    }

    fn send_from_case<'a>(&'a self, slot: &'a mut Option<T>) -> SendFromCase<'a, T> {
        SendFromCase::new(self.core(), slot)
    }
}

impl<T> Handle for Chan<T> {
    fn blocked(&self) -> Blocked {
        Blocked::of(self.core())
    }
}
