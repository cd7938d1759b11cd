//! The sending end.

use std::{
    fmt,
    panic::{RefUnwindSafe, UnwindSafe},
    time::{Duration, Instant},
};

use crate::{
    error::{SendError, SendTimeoutError, TrySendError},
    message::{promise, Message, Promise},
    parked::Parked,
    select::{Chosen, Operand},
};

/// The sending end of a channel. It can be cloned and shared among threads.
///
/// # Examples
///
/// ```
/// use gochan_crossbeam::unbounded;
/// use std::thread;
///
/// let (tx1, rx) = unbounded();
/// let tx2 = tx1.clone();
/// thread::spawn(move || tx1.send(1).unwrap());
/// thread::spawn(move || tx2.send(2).unwrap());
/// assert_eq!(rx.iter().sum::<i32>(), 3);
/// ```
pub struct Sender<T> {
    channel: gochan::Sender<Message<T>>,
    parked: Parked<Sending<T>>,
}

/// A send that a select has chosen, and that has no message yet.
pub struct Sending<T>(Option<Promise<T>>);

impl<T> Sender<T> {
    pub(crate) const fn new(channel: gochan::Sender<Message<T>>) -> Self {
        Self { channel, parked: Parked::new() }
    }

    pub(crate) fn channel(&self) -> &gochan::Sender<Message<T>> {
        &self.channel
    }

    /// Takes a send that a select has chosen.
    pub(crate) fn resume(&self, key: usize) -> Option<Sending<T>> {
        self.parked.take(key)
    }

    /// Sends `message`. Blocks until there is room or, without a buffer, until a receiver takes it.
    ///
    /// # Errors
    ///
    /// Returns the message if all receivers are gone, or go meanwhile.
    ///
    /// # Examples
    ///
    /// ```
    /// use gochan_crossbeam::{bounded, SendError};
    ///
    /// let (tx, rx) = bounded(1);
    /// assert_eq!(tx.send(1), Ok(()));
    /// drop(rx);
    /// assert_eq!(tx.send(2), Err(SendError(2)));
    /// ```
    #[inline]
    #[track_caller]
    pub fn send(&self, message: T) -> Result<(), SendError<T>> {
        self.channel.send_ok(Message::Value(message)).map_err(|e| SendError(unsent(e.into_inner())))
    }

    /// Sends `message` if that needs no waiting.
    ///
    /// # Errors
    ///
    /// Returns the message if there is no room or, without a buffer, if no receiver waits; and if
    /// all receivers are gone.
    ///
    /// # Examples
    ///
    /// ```
    /// use gochan_crossbeam::{bounded, TrySendError};
    ///
    /// let (tx, _rx) = bounded(1);
    /// assert_eq!(tx.try_send(1), Ok(()));
    /// assert_eq!(tx.try_send(2), Err(TrySendError::Full(2)));
    /// ```
    #[inline]
    pub fn try_send(&self, message: T) -> Result<(), TrySendError<T>> {
        self.channel.try_send(Message::Value(message)).map_err(|error| match error {
            gochan::TrySendError::Full(message) => TrySendError::Full(unsent(message)),
            gochan::TrySendError::Closed(message) => TrySendError::Disconnected(unsent(message)),
        })
    }

    /// Sends `message`, and blocks for `timeout` at most. A timeout that is too long to represent
    /// never ends.
    ///
    /// # Errors
    ///
    /// Returns the message when the time is up, and if all receivers are gone.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let (tx, _rx) = gochan_crossbeam::bounded(0);
    /// assert!(tx.send_timeout(1, Duration::from_millis(1)).unwrap_err().is_timeout());
    /// ```
    #[inline]
    #[track_caller]
    pub fn send_timeout(&self, message: T, timeout: Duration) -> Result<(), SendTimeoutError<T>> {
        self.channel.send_timeout(Message::Value(message), timeout).map_err(out_of_time)
    }

    /// Sends `message`, and blocks until `deadline` at most.
    ///
    /// # Errors
    ///
    /// Returns the message when the time is up, and if all receivers are gone.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Instant;
    ///
    /// let (tx, _rx) = gochan_crossbeam::bounded(0);
    /// assert!(tx.send_deadline(1, Instant::now()).unwrap_err().is_timeout());
    /// ```
    #[inline]
    #[track_caller]
    pub fn send_deadline(&self, message: T, deadline: Instant) -> Result<(), SendTimeoutError<T>> {
        self.channel.send_deadline(Message::Value(message), deadline).map_err(out_of_time)
    }

    /// Returns true if no message is in the channel. A channel without a buffer is always empty.
    pub fn is_empty(&self) -> bool {
        self.channel.is_empty()
    }

    /// Returns true if there is no room. A channel without a buffer is always full.
    pub fn is_full(&self) -> bool {
        self.channel.is_full()
    }

    /// Returns the number of messages in the channel.
    pub fn len(&self) -> usize {
        self.channel.len()
    }

    /// Returns the number of messages for which there is room, or `None` if there is no bound.
    pub fn capacity(&self) -> Option<usize> {
        self.channel.cap()
    }

    /// Returns true if both are senders of one channel.
    ///
    /// ```
    /// let (tx, _rx) = gochan_crossbeam::unbounded::<u8>();
    /// assert!(tx.same_channel(&tx.clone()));
    /// ```
    pub fn same_channel(&self, other: &Self) -> bool {
        self.channel.same_channel(&other.channel)
    }
}

/// The message of a plain send that gochan gives back.
fn unsent<T>(message: Message<T>) -> T {
    match message {
        Message::Value(message) => message,
        Message::Promised(_) => unreachable!("a plain send promises nothing"),
    }
}

fn out_of_time<T>(error: gochan::SendTimeoutError<Message<T>>) -> SendTimeoutError<T> {
    match error {
        gochan::SendTimeoutError::Timeout(message) => SendTimeoutError::Timeout(unsent(message)),
        gochan::SendTimeoutError::Closed(message) => {
            SendTimeoutError::Disconnected(unsent(message))
        }
    }
}

impl<T> Sending<T> {
    /// What follows from the choice of a send of this promise.
    pub(crate) fn chosen(promise: Promise<T>, is_connected: bool) -> Self {
        Self(is_connected.then_some(promise))
    }

    /// Gives the message to the receiver that has taken the promise, or will take it.
    pub fn complete(self, message: T) -> Result<(), SendError<T>> {
        match self.0 {
            Some(promise) => {
                promise.fulfil(message);
                Ok(())
            }
            None => Err(SendError(message)),
        }
    }
}

impl<T: Send> Operand for Sender<T> {
    fn add<'a>(&'a self, index: usize, select: &mut gochan::Select<'a, Option<Chosen>>) {
        let (promise, promised) = promise();
        select.send_ok(&self.channel, Message::Promised(promised), move |sent| {
            let key = self.parked.put(Sending::chosen(promise, sent.is_ok()));
            Some(Chosen { index, key })
        });
    }

    fn cancel(&self, key: usize) {
        drop(self.parked.take(key));
    }
}

impl<T> Clone for Sender<T> {
    fn clone(&self) -> Self {
        Self::new(self.channel.clone())
    }
}

impl<T> fmt::Debug for Sender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad("Sender { .. }")
    }
}

// A panic leaves the channel intact: messages move whole or not at all.
impl<T> UnwindSafe for Sender<T> {}
impl<T> RefUnwindSafe for Sender<T> {}
