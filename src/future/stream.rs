//! Receives as a `Stream`.

use std::{
    fmt,
    panic::Location,
    pin::Pin,
    task::{ready, Context, Poll},
};

use futures_core::{FusedStream, Stream};

use super::end::{must_yield, End};
use crate::{
    chan::Chan,
    core::{Core, Effort},
    error::TryRecvError,
    receiver::Receiver,
    select::{Boxed, ReceiveVia, Via},
    sync::budget,
};

/// The values of a channel as a [`Stream`]: what [`recv_ok_async`](Receiver::recv_ok_async) gives,
/// until the channel is closed and drained.
///
/// A receive takes its value in the poll that returns it, so a stream that is dropped has lost
/// none. It allocates a place to wait in once, when it has to wait for the first time.
///
/// # Examples
///
/// ```
/// use futures_util::StreamExt;
///
/// let (tx, rx) = gochan::bounded(3);
/// (1..=3).for_each(|i| tx.send(i));
/// drop(tx);
/// let squares = pollster::block_on(rx.stream().map(|i| i * i).collect::<Vec<_>>());
/// assert_eq!(squares, [1, 4, 9]);
/// ```
#[must_use = "a stream does nothing until it is polled"]
pub struct RecvStream<'a, T> {
    state: State<'a, T>,
    location: &'static Location<'static>,
}

type Receives<'a, T> = ReceiveVia<End<'a, T, Receiver<T>>>;

enum State<'a, T> {
    /// It has not waited yet.
    New(End<'a, T, Receiver<T>>),
    /// It has waited. It waits now, unless the receive is done.
    Placed(Boxed<Receives<'a, T>>),
    /// The channel is closed and drained.
    Ended,
}

impl<'a, T> RecvStream<'a, T> {
    #[track_caller]
    fn of(end: End<'a, T, Receiver<T>>) -> Self {
        Self { state: State::New(end), location: Location::caller() }
    }

    /// Receives without a place to wait in. A place is there once there was nothing to receive.
    fn poll_new(&mut self, cx: &mut Context<'_>) -> Poll<Option<T>> {
        let State::New(end) = &mut self.state else { return Poll::Pending };
        if must_yield(cx) {
            return Poll::Pending;
        }
        let mut slot = None;
        match end.core().map(|core: &Core<T>| core.try_recv(&mut slot, Effort::Weak)) {
            Some(Ok(())) => {
                budget::spend(true);
                return Poll::Ready(slot);
            }
            Some(Err(TryRecvError::Closed)) => return Poll::Ready(None),
            Some(Err(TryRecvError::Empty)) | None => {}
        }
        let receive = ReceiveVia::new(end.take());
        self.state = State::Placed(Boxed::new(receive, self.location));
        self.poll_placed(cx)
    }

    fn poll_placed(&mut self, cx: &mut Context<'_>) -> Poll<Option<T>> {
        let State::Placed(receive) = &mut self.state else { return Poll::Ready(None) };
        if receive.is_done() {
            receive.restart();
        }
        receive.poll(cx)
    }
}

impl<T> Stream for RecvStream<'_, T> {
    type Item = T;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<T>> {
        let this = self.get_mut();
        let next = ready!(match this.state {
            State::New(_) => this.poll_new(cx),
            State::Placed(_) | State::Ended => this.poll_placed(cx),
        });
        if next.is_none() {
            this.state = State::Ended;
        }
        Poll::Ready(next)
    }
}

impl<T> FusedStream for RecvStream<'_, T> {
    fn is_terminated(&self) -> bool {
        matches!(self.state, State::Ended)
    }
}

impl<T> fmt::Debug for RecvStream<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RecvStream").field("ended", &self.is_terminated()).finish_non_exhaustive()
    }
}

/// With the feature `futures`.
impl<T> Receiver<T> {
    /// Returns a [`Stream`] of the values to come: Go's `for v := range c`, in a task. It ends once
    /// the channel is closed and drained.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures_util::StreamExt;
    ///
    /// let (tx, rx) = gochan::bounded(1);
    /// tx.send(7);
    /// assert_eq!(pollster::block_on(rx.stream().next()), Some(7));
    /// ```
    #[track_caller]
    pub fn stream(&self) -> RecvStream<'_, T> {
        RecvStream::of(End::Borrowed(self.core()))
    }

    /// Returns a [`Stream`] of the values to come that has this handle. The handle is dropped with
    /// the stream, or once the channel is closed and drained.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures_util::StreamExt;
    ///
    /// let (tx, rx) = gochan::bounded(1);
    /// let mut values = rx.into_stream();
    /// tx.send(7);
    /// drop(tx);
    /// assert_eq!(pollster::block_on(values.next()), Some(7));
    /// assert_eq!(pollster::block_on(values.next()), None);
    /// ```
    #[track_caller]
    pub fn into_stream(self) -> RecvStream<'static, T> {
        RecvStream::of(End::Owned(self))
    }
}

/// With the feature `futures`.
impl<T> Chan<T> {
    /// Returns a [`Stream`] of the values to come, as [`Receiver::stream`] does.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures_util::StreamExt;
    ///
    /// let c = gochan::make(1);
    /// c.send(7);
    /// assert_eq!(pollster::block_on(c.stream().next()), Some(7));
    /// ```
    #[track_caller]
    pub fn stream(&self) -> RecvStream<'_, T> {
        RecvStream::of(End::Borrowed(self.core()))
    }

    /// Returns a [`Stream`] of the values to come that has the receiving end of this handle, as
    /// [`Receiver::into_stream`] does. The sending end is dropped: without another sender the
    /// channel closes.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures_util::StreamExt;
    ///
    /// let c = gochan::make(2);
    /// c.send(1);
    /// c.send(2);
    /// assert_eq!(pollster::block_on(c.into_stream().collect::<Vec<_>>()), [1, 2]);
    /// ```
    #[track_caller]
    pub fn into_stream(self) -> RecvStream<'static, T> {
        RecvStream::of(End::Owned(self.split().1))
    }
}
