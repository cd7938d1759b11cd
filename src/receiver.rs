//! The receiving end: Go's `<-chan T`.

use std::{
    fmt,
    iter::FusedIterator,
    panic::{RefUnwindSafe, UnwindSafe},
    time::{Duration, Instant},
};

use crate::{
    core::{Core, Side},
    error::{RecvTimeoutError, TryRecvError},
    iter::{Iter, TryIter},
    private::{Blocked, Handle},
    select::{self, Limit, RecvCase, RecvFrom, Sealed},
};

/// The receiving end of a channel: Go's `<-chan T`.
///
/// Made by [`bounded`](crate::bounded), [`unbounded`](crate::unbounded), from a
/// [`Chan`](crate::Chan), or by a timer such as [`after`](crate::after). [`nil`](Self::nil) and
/// `default` make the nil channel. Clones are handles of the same channel and share its values.
/// When the last handle that can receive is dropped, the channel closes and the values left in it
/// are dropped at once.
///
/// # Examples
///
/// ```
/// let (tx, rx) = gochan::bounded(3);
/// for i in 1..=3 {
///     tx.send(i);
/// }
/// tx.close();
/// assert_eq!(rx.iter().sum::<i32>(), 6);
/// ```
pub struct Receiver<T>(Option<Core<T>>);

impl<T> Receiver<T> {
    /// Makes the first handle of `core` that can receive.
    pub(crate) fn first(core: Core<T>) -> Self {
        Self(Some(core))
    }

    /// Counts a new handle of `core`.
    pub(crate) fn of(core: Option<&Core<T>>) -> Self {
        Self(core.map(|core| core.share_for(&[Side::Recv])))
    }

    /// Returns the channel as the plain operations take it.
    pub(crate) fn core_or_nil(&self) -> &Option<Core<T>> {
        &self.0
    }

    pub(crate) fn core(&self) -> Option<&Core<T>> {
        self.0.as_ref()
    }

    /// Returns the nil channel, Go's `var c <-chan T`: receives block for ever, selects pass it
    /// over.
    ///
    /// # Examples
    ///
    /// ```
    /// use gochan::{Receiver, TryRecvError};
    ///
    /// assert_eq!(Receiver::<u8>::nil().try_recv(), Err(TryRecvError::Empty));
    /// ```
    pub const fn nil() -> Self {
        Self(None)
    }

    /// Receives the next value: Go's `<-c`. Blocks while there is none, on a nil channel for ever.
    /// Once the channel is closed and drained, returns the zero value, `T::default()`, at once. For
    /// a type without one, use [`recv_ok`](Self::recv_ok).
    ///
    /// All outcomes: [what each operation does](crate#what-each-operation-does).
    ///
    /// # Examples
    ///
    /// ```
    /// let (tx, rx) = gochan::bounded(1);
    /// tx.send(7);
    /// tx.close();
    /// assert_eq!(rx.recv(), 7);
    /// assert_eq!(rx.recv(), 0);
    /// ```
    #[inline]
    #[track_caller]
    pub fn recv(&self) -> T
    where
        T: Default,
    {
        self.recv_ok().unwrap_or_default()
    }

    /// Receives the next value, or `None` once the channel is closed and drained: Go's
    /// `v, ok := <-c`. Blocks as [`recv`](Self::recv) does.
    ///
    /// All outcomes: [what each operation does](crate#what-each-operation-does).
    ///
    /// # Examples
    ///
    /// ```
    /// let (tx, rx) = gochan::bounded(1);
    /// tx.send(7);
    /// tx.close();
    /// assert_eq!(rx.recv_ok(), Some(7));
    /// assert_eq!(rx.recv_ok(), None);
    /// ```
    #[inline]
    #[track_caller]
    pub fn recv_ok(&self) -> Option<T> {
        select::recv(&self.0)
    }

    /// Receives a value if one is there: Go's `select` with a receive and a `default`.
    ///
    /// All outcomes: [what each operation does](crate#what-each-operation-does).
    ///
    /// # Errors
    ///
    /// `Empty` if there is nothing to receive now or the channel is nil; `Closed` once it is closed
    /// and drained.
    ///
    /// # Examples
    ///
    /// ```
    /// use gochan::{bounded, TryRecvError};
    ///
    /// let (tx, rx) = bounded(1);
    /// assert_eq!(rx.try_recv(), Err(TryRecvError::Empty));
    /// tx.send(7);
    /// assert_eq!(rx.try_recv(), Ok(7));
    /// ```
    #[inline]
    pub fn try_recv(&self) -> Result<T, TryRecvError> {
        select::try_recv(&self.0)
    }

    /// Receives a value, blocking for `timeout` at most: Go's `select` with a receive and
    /// `time.After`. A timeout that is too long to represent never ends; a zero one is a try.
    ///
    /// All outcomes: [what each operation does](crate#what-each-operation-does).
    ///
    /// # Errors
    ///
    /// `Timeout` when the time is up, `Closed` once the channel is closed and drained. A value or
    /// the close is reported rather than a timeout.
    ///
    /// # Examples
    ///
    /// ```
    /// use gochan::{bounded, RecvTimeoutError};
    /// use std::time::Duration;
    ///
    /// let (_tx, rx) = bounded::<u8>(0);
    /// let received = rx.recv_timeout(Duration::from_millis(1));
    /// assert_eq!(received, Err(RecvTimeoutError::Timeout));
    /// ```
    #[track_caller]
    pub fn recv_timeout(&self, timeout: Duration) -> Result<T, RecvTimeoutError> {
        select::recv_until(&self.0, Limit::after(timeout))
    }

    /// Receives a value, blocking until `deadline` at most. A deadline in the past is a try.
    ///
    /// All outcomes: [what each operation does](crate#what-each-operation-does).
    ///
    /// # Errors
    ///
    /// `Timeout` when the time is up, `Closed` once the channel is closed and drained. A value or
    /// the close is reported rather than a timeout.
    ///
    /// # Examples
    ///
    /// ```
    /// use gochan::bounded;
    /// use std::time::Instant;
    ///
    /// let (tx, rx) = bounded(1);
    /// tx.send(7);
    /// assert_eq!(rx.recv_deadline(Instant::now()), Ok(7));
    /// ```
    #[track_caller]
    pub fn recv_deadline(&self, deadline: Instant) -> Result<T, RecvTimeoutError> {
        select::recv_until(&self.0, Limit::At(deadline))
    }

    /// Waits for a value, then appends it and the others that are ready to `values`, at most
    /// `limit` in all. Returns how many it has appended: 0 once the channel is closed and drained,
    /// or if `limit` is 0. Go has no counterpart.
    ///
    /// # Examples
    ///
    /// ```
    /// let (tx, rx) = gochan::unbounded();
    /// (0..5).for_each(|i| tx.send(i));
    /// let mut values = vec![];
    /// assert_eq!(rx.recv_many(&mut values, 3), 3);
    /// assert_eq!(values, [0, 1, 2]);
    /// ```
    #[track_caller]
    pub fn recv_many(&self, values: &mut Vec<T>, limit: usize) -> usize {
        if limit == 0 {
            return 0;
        }
        self.recv_ok().map_or(0, |first| select::append(&self.0, first, values, limit))
    }

    /// Iterates over the values to come, until the channel is closed and drained: Go's `for v :=
    /// range c`. Each step blocks as [`recv_ok`](Self::recv_ok) does. `for v in &rx` is the same.
    ///
    /// # Examples
    ///
    /// ```
    /// let (tx, rx) = gochan::bounded(2);
    /// tx.send(1);
    /// tx.send(2);
    /// drop(tx);
    /// assert!(rx.iter().eq([1, 2]));
    /// ```
    pub fn iter(&self) -> Iter<'_, T> {
        Iter::new(&self.0)
    }

    /// Iterates over the values that are ready. Ends instead of blocking.
    ///
    /// # Examples
    ///
    /// ```
    /// let (tx, rx) = gochan::bounded(2);
    /// tx.send(1);
    /// assert!(rx.try_iter().eq([1]));
    /// ```
    pub fn try_iter(&self) -> TryIter<'_, T> {
        TryIter::new(&self.0)
    }
}

impl<T> Clone for Receiver<T> {
    fn clone(&self) -> Self {
        Self::of(self.core())
    }
}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        if let Some(core) = self.core() {
            core.detach(Side::Recv);
        }
    }
}

impl<T> Default for Receiver<T> {
    /// Returns the nil channel.
    fn default() -> Self {
        Self::nil()
    }
}

impl<'a, T> IntoIterator for &'a Receiver<T> {
    type Item = T;
    type IntoIter = Iter<'a, T>;

    fn into_iter(self) -> Iter<'a, T> {
        self.iter()
    }
}

impl<T> IntoIterator for Receiver<T> {
    type Item = T;
    type IntoIter = IntoIter<T>;

    fn into_iter(self) -> IntoIter<T> {
        IntoIter(self)
    }
}

impl<T> fmt::Debug for Receiver<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Core::describe(self.core(), "Receiver", f)
    }
}

// A panic leaves the channel intact: values move whole or not at all.
impl<T> UnwindSafe for Receiver<T> {}
impl<T> RefUnwindSafe for Receiver<T> {}

impl<T> Sealed for Receiver<T> {}

impl<T> RecvFrom for Receiver<T> {
    type Item = T;

    fn recv_case(&self) -> RecvCase<'_, T> {
        RecvCase::new(self.core())
    }
}

impl<T> Handle for Receiver<T> {
    fn blocked(&self) -> Blocked {
        Blocked::of(self.core())
    }
}

/// An iterator over the values to come, by `for v in rx`. Owns the handle.
///
/// # Examples
///
/// ```
/// let (tx, rx) = gochan::bounded(1);
/// tx.send(1);
/// drop(tx);
/// assert_eq!(rx.into_iter().collect::<Vec<_>>(), [1]);
/// ```
#[must_use = "iterators are lazy and do nothing unless consumed"]
pub struct IntoIter<T>(Receiver<T>);

impl<T> Iterator for IntoIter<T> {
    type Item = T;

    #[track_caller]
    fn next(&mut self) -> Option<T> {
        self.0.recv_ok()
    }
}

/// A channel that is closed and drained stays so.
impl<T> FusedIterator for IntoIter<T> {}

impl<T> fmt::Debug for IntoIter<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Core::describe(self.0.core(), "IntoIter", f)
    }
}
