//! The receiving end.

use std::{
    fmt,
    panic::{RefUnwindSafe, UnwindSafe},
    time::{Duration, Instant},
};

use crate::{
    error::{RecvError, RecvTimeoutError, TryRecvError},
    iter::{IntoIter, Iter, TryIter},
    message::Message,
    parked::Parked,
    select::{Chosen, Operand},
};

/// The receiving end of a channel. It can be cloned and shared among threads.
///
/// # Examples
///
/// ```
/// use gochan_crossbeam::bounded;
/// use std::thread;
///
/// let (tx, rx) = bounded(0);
/// thread::spawn(move || tx.send("hello").unwrap());
/// assert_eq!(rx.recv(), Ok("hello"));
/// assert!(rx.recv().is_err()); // the sender is gone
/// ```
pub struct Receiver<T> {
    channel: gochan::Receiver<Message<T>>,
    /// The channel of a timer, whose messages are gochan's own instants. At most one of the two
    /// channels is not nil.
    timer: gochan::Receiver<T>,
    parked: Parked<Result<T, RecvError>>,
}

impl<T> Receiver<T> {
    pub(crate) const fn of_channel(channel: gochan::Receiver<Message<T>>) -> Self {
        Self { channel, timer: gochan::Receiver::nil(), parked: Parked::new() }
    }

    pub(crate) const fn of_timer(timer: gochan::Receiver<T>) -> Self {
        Self { channel: gochan::Receiver::nil(), timer, parked: Parked::new() }
    }

    pub(crate) fn channel(&self) -> &gochan::Receiver<Message<T>> {
        &self.channel
    }

    pub(crate) fn timer(&self) -> &gochan::Receiver<T> {
        &self.timer
    }

    /// Takes what a select has received.
    pub(crate) fn resume(&self, key: usize) -> Option<Result<T, RecvError>> {
        self.parked.take(key)
    }

    /// Receives the next message. Blocks until there is one.
    ///
    /// # Errors
    ///
    /// Fails once the channel is empty and all senders are gone.
    ///
    /// # Examples
    ///
    /// ```
    /// use gochan_crossbeam::{bounded, RecvError};
    ///
    /// let (tx, rx) = bounded(1);
    /// tx.send(1).unwrap();
    /// drop(tx);
    /// assert_eq!(rx.recv(), Ok(1));
    /// assert_eq!(rx.recv(), Err(RecvError));
    /// ```
    #[inline]
    #[track_caller]
    pub fn recv(&self) -> Result<T, RecvError> {
        if self.channel.is_nil() {
            return self.timer.recv_ok().ok_or(RecvError);
        }
        loop {
            if let Some(message) = self.channel.recv_ok().ok_or(RecvError)?.open() {
                return Ok(message);
            }
        }
    }

    /// Receives the next message if there is one.
    ///
    /// # Errors
    ///
    /// Fails if there is no message; the error says whether all senders are gone.
    ///
    /// # Examples
    ///
    /// ```
    /// use gochan_crossbeam::{bounded, TryRecvError};
    ///
    /// let (tx, rx) = bounded::<u8>(1);
    /// assert_eq!(rx.try_recv(), Err(TryRecvError::Empty));
    /// drop(tx);
    /// assert_eq!(rx.try_recv(), Err(TryRecvError::Disconnected));
    /// ```
    #[inline]
    pub fn try_recv(&self) -> Result<T, TryRecvError> {
        if self.channel.is_nil() {
            return self.timer.try_recv().map_err(no_message);
        }
        loop {
            if let Some(message) = self.channel.try_recv().map_err(no_message)?.open() {
                return Ok(message);
            }
        }
    }

    /// Receives the next message, and blocks for `timeout` at most. A timeout that is too long to
    /// represent never ends.
    ///
    /// # Errors
    ///
    /// Fails when the time is up, and once the channel is empty and all senders are gone.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let (_tx, rx) = gochan_crossbeam::bounded::<u8>(0);
    /// assert!(rx.recv_timeout(Duration::from_millis(1)).unwrap_err().is_timeout());
    /// ```
    #[inline]
    #[track_caller]
    pub fn recv_timeout(&self, timeout: Duration) -> Result<T, RecvTimeoutError> {
        if self.channel.is_nil() {
            return self.timer.recv_timeout(timeout).map_err(out_of_time);
        }
        loop {
            // The time begins anew after a send that was given up, which is rare.
            if let Some(message) = self.channel.recv_timeout(timeout).map_err(out_of_time)?.open() {
                return Ok(message);
            }
        }
    }

    /// Receives the next message, and blocks until `deadline` at most.
    ///
    /// # Errors
    ///
    /// Fails when the time is up, and once the channel is empty and all senders are gone.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Instant;
    ///
    /// let (_tx, rx) = gochan_crossbeam::bounded::<u8>(0);
    /// assert!(rx.recv_deadline(Instant::now()).unwrap_err().is_timeout());
    /// ```
    #[inline]
    #[track_caller]
    pub fn recv_deadline(&self, deadline: Instant) -> Result<T, RecvTimeoutError> {
        if self.channel.is_nil() {
            return self.timer.recv_deadline(deadline).map_err(out_of_time);
        }
        loop {
            let received = self.channel.recv_deadline(deadline).map_err(out_of_time)?;
            if let Some(message) = received.open() {
                return Ok(message);
            }
        }
    }

    /// Returns true if no message is in the channel. A channel without a buffer is always empty.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns true if there is no room. A channel without a buffer is always full.
    pub fn is_full(&self) -> bool {
        self.capacity() == Some(self.len())
    }

    /// Returns the number of messages in the channel. For a timer it is 1 while an instant is due.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let timer = gochan_crossbeam::after(Duration::ZERO);
    /// assert_eq!((timer.len(), timer.capacity()), (1, Some(1)));
    /// ```
    pub fn len(&self) -> usize {
        if self.timer.is_nil() {
            return self.channel.len();
        }
        let mut select = gochan::Select::new();
        select.recv_ok(&self.timer, |_| ());
        usize::from(select.ready().is_some())
    }

    /// Returns the number of messages for which there is room, or `None` if there is no bound.
    pub fn capacity(&self) -> Option<usize> {
        if self.timer.is_nil() {
            self.channel.cap()
        } else {
            Some(1)
        }
    }

    /// Returns an iterator over the messages to come. Each step blocks. It ends once the channel is
    /// empty and all senders are gone.
    ///
    /// # Examples
    ///
    /// ```
    /// let (tx, rx) = gochan_crossbeam::unbounded();
    /// (1..=3).for_each(|i| tx.send(i).unwrap());
    /// drop(tx);
    /// assert_eq!(rx.iter().collect::<Vec<_>>(), [1, 2, 3]);
    /// ```
    pub fn iter(&self) -> Iter<'_, T> {
        Iter::new(self)
    }

    /// Returns an iterator over the messages that are there. It never blocks.
    ///
    /// # Examples
    ///
    /// ```
    /// let (tx, rx) = gochan_crossbeam::unbounded();
    /// (1..=3).for_each(|i| tx.send(i).unwrap());
    /// assert_eq!(rx.try_iter().count(), 3);
    /// ```
    pub fn try_iter(&self) -> TryIter<'_, T> {
        TryIter::new(self)
    }

    /// Returns true if both are receivers of one channel.
    ///
    /// ```
    /// let (_tx, rx) = gochan_crossbeam::unbounded::<u8>();
    /// assert!(rx.same_channel(&rx.clone()));
    /// ```
    pub fn same_channel(&self, other: &Self) -> bool {
        self.channel.same_channel(&other.channel) && self.timer.same_channel(&other.timer)
    }
}

fn no_message(error: gochan::TryRecvError) -> TryRecvError {
    match error {
        gochan::TryRecvError::Empty => TryRecvError::Empty,
        gochan::TryRecvError::Closed => TryRecvError::Disconnected,
    }
}

fn out_of_time(error: gochan::RecvTimeoutError) -> RecvTimeoutError {
    match error {
        gochan::RecvTimeoutError::Timeout => RecvTimeoutError::Timeout,
        gochan::RecvTimeoutError::Closed => RecvTimeoutError::Disconnected,
    }
}

impl<T: Send> Operand for Receiver<T> {
    fn add<'a>(&'a self, index: usize, select: &mut gochan::Select<'a, Option<Chosen>>) {
        let chosen = move |received| Chosen { index, key: self.parked.put(received) };
        if self.timer.is_nil() {
            select.recv_ok(&self.channel, move |received| match received {
                Some(message) => message.open().map(|message| chosen(Ok(message))),
                None => Some(chosen(Err(RecvError))),
            });
        } else {
            select.recv_ok(&self.timer, move |due| Some(chosen(due.ok_or(RecvError))));
        }
    }

    fn cancel(&self, key: usize) {
        drop(self.parked.take(key));
    }
}

impl<T> Clone for Receiver<T> {
    fn clone(&self) -> Self {
        Self { channel: self.channel.clone(), timer: self.timer.clone(), parked: Parked::new() }
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
        IntoIter::new(self)
    }
}

impl<T> fmt::Debug for Receiver<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad("Receiver { .. }")
    }
}

// A panic leaves the channel intact: messages move whole or not at all.
impl<T> UnwindSafe for Receiver<T> {}
impl<T> RefUnwindSafe for Receiver<T> {}
