//! Sends in a task.

use crate::{
    chan::Chan,
    pending::{Send, SendFrom, SendOk},
    select::{SendCase, SendFromCase},
    sender::Sender,
};

/// In a task.
impl<T> Sender<T> {
    /// Sends `value` in a task, as [`send`](Self::send) does in a thread: waits by `.await` while
    /// there is no room; on an unbuffered channel, until a receiver has taken it. Go's `c <-
    /// value`.
    ///
    /// If the future is dropped before it is done, a value that was not sent is dropped. To keep
    /// it, use [`send_from_async`](Self::send_from_async). See [`future`](crate::future) for tasks.
    ///
    /// # Panics
    ///
    /// The await panics with "send on closed channel" if the channel is closed, or is closed
    /// meanwhile.
    ///
    /// # Examples
    ///
    /// ```
    /// let (tx, rx) = gochan::bounded(1);
    /// pollster::block_on(tx.send_async(7));
    /// assert_eq!(rx.recv(), 7);
    /// ```
    #[track_caller]
    pub fn send_async(&self, value: T) -> Send<'_, T> {
        Send::new(SendCase::new(self.core(), value))
    }

    /// Sends `value` in a task, and reports a closed channel. Waits as
    /// [`send_async`](Self::send_async) does.
    ///
    /// If the future is dropped before it is done, a value that was not sent is dropped. To keep
    /// it, use [`send_from_async`](Self::send_from_async). See [`future`](crate::future) for tasks.
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
    /// pollster::block_on(async {
    ///     assert_eq!(tx.send_ok_async(1).await, Ok(()));
    ///     drop(rx);
    ///     assert_eq!(tx.send_ok_async(2).await, Err(SendError(2)));
    /// });
    /// ```
    #[track_caller]
    pub fn send_ok_async(&self, value: T) -> SendOk<'_, T> {
        SendOk::new(SendCase::new(self.core(), value))
    }

    /// Sends the value in `slot` in a task. Waits as [`send_async`](Self::send_async) does. An
    /// empty slot has nothing to send, and is `Ok`.
    ///
    /// Once the future is gone, done or not, the slot tells what happened: it is empty if the value
    /// was sent, and full if not. Only the value of a future that is forgotten, and so never
    /// dropped, does not come back. See [`future`](crate::future) for tasks.
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
    /// assert!(pollster::block_on(tx.send_from_async(&mut slot)).is_ok());
    /// assert_eq!((slot, rx.recv()), (None, 7));
    /// ```
    #[track_caller]
    pub fn send_from_async<'a>(&'a self, slot: &'a mut Option<T>) -> SendFrom<'a, T> {
        let is_empty = slot.is_none();
        SendFrom::new(SendFromCase::new(self.core(), slot), is_empty)
    }
}

/// In a task.
impl<T> Chan<T> {
    /// Sends `value` in a task. See [`Sender::send_async`].
    ///
    /// # Panics
    ///
    /// The await panics with "send on closed channel" if the channel is closed, or is closed
    /// meanwhile.
    ///
    /// # Examples
    ///
    /// ```
    /// let c = gochan::make(1);
    /// pollster::block_on(c.send_async(7));
    /// assert_eq!(c.recv(), 7);
    /// ```
    #[track_caller]
    pub fn send_async(&self, value: T) -> Send<'_, T> {
        Send::new(SendCase::new(self.core(), value))
    }

    /// Sends `value` in a task, and reports a closed channel. See [`Sender::send_ok_async`].
    ///
    /// # Errors
    ///
    /// Returns the value if the channel is closed, or is closed meanwhile.
    ///
    /// # Examples
    ///
    /// ```
    /// let c = gochan::make(1);
    /// assert!(pollster::block_on(c.send_ok_async(7)).is_ok());
    /// ```
    #[track_caller]
    pub fn send_ok_async(&self, value: T) -> SendOk<'_, T> {
        SendOk::new(SendCase::new(self.core(), value))
    }

    /// Sends the value in `slot` in a task. See [`Sender::send_from_async`].
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
    /// assert!(pollster::block_on(c.send_from_async(&mut slot)).is_ok());
    /// assert_eq!((slot, c.recv()), (None, 7));
    /// ```
    #[track_caller]
    pub fn send_from_async<'a>(&'a self, slot: &'a mut Option<T>) -> SendFrom<'a, T> {
        let is_empty = slot.is_none();
        SendFrom::new(SendFromCase::new(self.core(), slot), is_empty)
    }
}
