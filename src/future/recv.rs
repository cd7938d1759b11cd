//! Receives in a task.

use crate::{
    chan::Chan,
    pending::{Recv, RecvMany, RecvOk},
    receiver::Receiver,
    select::Receive,
};

/// In a task.
impl<T> Receiver<T> {
    /// Receives the next value in a task, as [`recv`](Self::recv) does in a thread: waits by
    /// `.await` while there is none. Go's `<-c`. The future may be dropped at any time: it has then
    /// received nothing.
    ///
    /// See [`future`](crate::future) for tasks.
    ///
    /// # Examples
    ///
    /// ```
    /// let (tx, rx) = gochan::bounded(1);
    /// tx.send(7);
    /// tx.close();
    /// pollster::block_on(async {
    ///     assert_eq!(rx.recv_async().await, 7);
    ///     assert_eq!(rx.recv_async().await, 0);
    /// });
    /// ```
    #[track_caller]
    pub fn recv_async(&self) -> Recv<'_, T>
    where
        T: Default,
    {
        Recv::new(Receive::new(self.core()))
    }

    /// Receives the next value in a task, or `None` once the channel is closed and drained: Go's
    /// `v, ok := <-c`. Waits as [`recv_async`](Self::recv_async) does. The future may be dropped at
    /// any time: it has then received nothing.
    ///
    /// See [`future`](crate::future) for tasks.
    ///
    /// # Examples
    ///
    /// ```
    /// let (tx, rx) = gochan::bounded(1);
    /// tx.send(7);
    /// tx.close();
    /// pollster::block_on(async {
    ///     assert_eq!(rx.recv_ok_async().await, Some(7));
    ///     assert_eq!(rx.recv_ok_async().await, None);
    /// });
    /// ```
    #[track_caller]
    pub fn recv_ok_async(&self) -> RecvOk<'_, T> {
        RecvOk::new(Receive::new(self.core()))
    }

    /// Waits in a task for a value, then appends it and the others that are ready to `values`, as
    /// [`recv_many`](Self::recv_many) does in a thread. The future may be dropped at any time: it
    /// has then appended nothing. Go has no counterpart.
    ///
    /// See [`future`](crate::future) for tasks.
    ///
    /// # Examples
    ///
    /// ```
    /// let (tx, rx) = gochan::unbounded();
    /// (0..5).for_each(|i| tx.send(i));
    /// let mut values = vec![];
    /// let count = pollster::block_on(rx.recv_many_async(&mut values, 3));
    /// assert_eq!((count, values), (3, vec![0, 1, 2]));
    /// ```
    #[track_caller]
    pub fn recv_many_async<'a>(&'a self, values: &'a mut Vec<T>, limit: usize) -> RecvMany<'a, T> {
        RecvMany::new(Receive::new(self.core()), self.core_or_nil(), values, limit)
    }
}

/// In a task.
impl<T> Chan<T> {
    /// Receives the next value in a task. See [`Receiver::recv_async`].
    ///
    /// # Examples
    ///
    /// ```
    /// let c = gochan::make(1);
    /// c.send(7);
    /// assert_eq!(pollster::block_on(c.recv_async()), 7);
    /// ```
    #[track_caller]
    pub fn recv_async(&self) -> Recv<'_, T>
    where
        T: Default,
    {
        Recv::new(Receive::new(self.core()))
    }

    /// Receives the next value in a task, or `None` once the channel is closed and drained. See
    /// [`Receiver::recv_ok_async`].
    ///
    /// # Examples
    ///
    /// ```
    /// let c = gochan::make::<u8>(1);
    /// c.close();
    /// assert_eq!(pollster::block_on(c.recv_ok_async()), None);
    /// ```
    #[track_caller]
    pub fn recv_ok_async(&self) -> RecvOk<'_, T> {
        RecvOk::new(Receive::new(self.core()))
    }

    /// Waits in a task for a value, then appends it and the others that are ready to `values`. See
    /// [`Receiver::recv_many_async`].
    ///
    /// # Examples
    ///
    /// ```
    /// let c = gochan::make(3);
    /// (0..3).for_each(|i| c.send(i));
    /// let mut values = vec![];
    /// assert_eq!(pollster::block_on(c.recv_many_async(&mut values, 2)), 2);
    /// ```
    #[track_caller]
    pub fn recv_many_async<'a>(&'a self, values: &'a mut Vec<T>, limit: usize) -> RecvMany<'a, T> {
        RecvMany::new(Receive::new(self.core()), self.core_or_nil(), values, limit)
    }
}
