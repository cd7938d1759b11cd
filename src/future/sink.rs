//! Sends as a `Sink`.

use std::{
    fmt,
    panic::Location,
    pin::Pin,
    task::{ready, Context, Poll},
};

use futures_sink::Sink;

use super::end::{must_yield, End};
use crate::{
    chan::Chan,
    core::{Core, Effort},
    error::{SendError, TrySendError},
    select::{Boxed, SendVia, Via},
    sender::Sender,
    sync::budget,
};

/// The sending end of a channel as a [`Sink`].
///
/// It holds one value at most, beside those that the channel holds: `start_send` stores the value,
/// and `poll_ready`, `poll_flush` and `poll_close` send it. A value that is in the sink when the
/// sink is dropped is dropped, unless a receiver has taken it from there.
///
/// `poll_close` sends the value, and then lets go of the sink's own handle. The channel stays open
/// while there are others. Once closed, a sink refuses values: the error gives them back.
///
/// It allocates a place to wait in once, when it has to wait for the first time.
///
/// # Errors
///
/// [`SendError`] with the value that was not sent, if the channel is closed. The sink is empty
/// then.
///
/// # Examples
///
/// ```
/// use futures_util::{stream, StreamExt};
///
/// let (tx, rx) = gochan::bounded(3);
/// let values = stream::iter([1, 2, 3]).map(Ok);
/// pollster::block_on(values.forward(tx.into_sink())).unwrap();
/// assert!(rx.into_iter().eq([1, 2, 3]));
/// ```
#[must_use = "a sink does nothing until it is polled"]
pub struct SendSink<'a, T> {
    state: State<'a, T>,
    location: &'static Location<'static>,
}

// The value in it is not pinned.
impl<T> Unpin for SendSink<'_, T> {}

enum State<'a, T> {
    /// It has not waited yet.
    New(End<'a, T, Sender<T>>, Option<T>),
    /// It has waited. It has a value, unless the send is done.
    Placed(Boxed<SendVia<End<'a, T, Sender<T>>>>),
    Closed,
}

impl<'a, T> SendSink<'a, T> {
    #[track_caller]
    fn of(end: End<'a, T, Sender<T>>) -> Self {
        Self { state: State::New(end, None), location: Location::caller() }
    }

    /// Sends the value that the sink holds.
    fn poll_sent(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), SendError<T>>> {
        match &mut self.state {
            State::New(_, Some(_)) => self.poll_new(cx),
            State::Placed(send) if !send.is_done() => send.poll(cx),
            State::New(_, None) | State::Placed(_) | State::Closed => Poll::Ready(Ok(())),
        }
    }

    /// Sends without a place to wait in. A place is there once there was no room for the value.
    fn poll_new(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), SendError<T>>> {
        let State::New(end, value) = &mut self.state else { return Poll::Pending };
        if must_yield(cx) {
            return Poll::Pending;
        }
        match end.core().map(|core: &Core<T>| core.try_send(value, Effort::Weak)) {
            Some(Ok(())) => {
                budget::spend(true);
                return Poll::Ready(Ok(()));
            }
            Some(Err(TrySendError::Closed(()))) => {
                return Poll::Ready(value.take().map_or(Ok(()), |value| Err(SendError(value))));
            }
            Some(Err(TrySendError::Full(()))) | None => {}
        }
        let send = SendVia::new(end.take(), value.take());
        self.state = State::Placed(Boxed::new(send, self.location));
        self.poll_sent(cx)
    }
}

impl<T> State<'_, T> {
    /// Returns true if there is a value.
    fn is_full(&self) -> bool {
        match self {
            State::New(_, value) => value.is_some(),
            State::Placed(send) => !send.is_done(),
            State::Closed => false,
        }
    }
}

impl<T> Sink<T> for SendSink<'_, T> {
    type Error = SendError<T>;

    fn poll_ready(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), SendError<T>>> {
        self.get_mut().poll_sent(cx)
    }

    /// # Panics
    ///
    /// Panics if the sink has a value: `poll_ready` was not called before, or was not ready.
    fn start_send(self: Pin<&mut Self>, value: T) -> Result<(), SendError<T>> {
        let state = &mut self.get_mut().state;
        assert!(!state.is_full(), "start_send on a sink that is not ready");
        match state {
            State::New(_, slot) => *slot = Some(value),
            State::Placed(send) => {
                send.cases().exchange(&mut Some(value));
                send.restart();
            }
            State::Closed => return Err(SendError(value)),
        }
        Ok(())
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), SendError<T>>> {
        self.get_mut().poll_sent(cx)
    }

    fn poll_close(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), SendError<T>>> {
        let this = self.get_mut();
        let sent = ready!(this.poll_sent(cx));
        this.state = State::Closed;
        Poll::Ready(sent)
    }
}

impl<T> fmt::Debug for SendSink<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_closed = matches!(self.state, State::Closed);
        f.debug_struct("SendSink").field("closed", &is_closed).finish_non_exhaustive()
    }
}

/// With the feature `futures`.
impl<T> Sender<T> {
    /// Returns a [`Sink`] that sends to this channel. Go has no counterpart.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures_util::SinkExt;
    ///
    /// let (tx, rx) = gochan::bounded(1);
    /// pollster::block_on(tx.sink().send(7)).unwrap();
    /// assert_eq!(rx.recv(), 7);
    /// ```
    #[track_caller]
    pub fn sink(&self) -> SendSink<'_, T> {
        SendSink::of(End::Borrowed(self.core()))
    }

    /// Returns a [`Sink`] that has this handle. The handle is dropped when the sink is closed, or
    /// dropped.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures_util::SinkExt;
    ///
    /// let (tx, rx) = gochan::bounded(1);
    /// let mut sink = tx.into_sink();
    /// pollster::block_on(async {
    ///     sink.send(7).await.unwrap();
    ///     sink.close().await.unwrap();
    /// });
    /// assert!(rx.into_iter().eq([7]));
    /// ```
    #[track_caller]
    pub fn into_sink(self) -> SendSink<'static, T> {
        SendSink::of(End::Owned(self))
    }
}

/// With the feature `futures`.
impl<T> Chan<T> {
    /// Returns a [`Sink`] that sends to this channel, as [`Sender::sink`] does.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures_util::SinkExt;
    ///
    /// let c = gochan::make(1);
    /// pollster::block_on(c.sink().send(7)).unwrap();
    /// assert_eq!(c.recv(), 7);
    /// ```
    #[track_caller]
    pub fn sink(&self) -> SendSink<'_, T> {
        SendSink::of(End::Borrowed(self.core()))
    }

    /// Returns a [`Sink`] that has the sending end of this handle, as [`Sender::into_sink`] does.
    /// The receiving end is dropped: without another receiver the channel closes.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures_util::SinkExt;
    ///
    /// let c = gochan::make(1);
    /// let rx = c.receiver();
    /// pollster::block_on(c.into_sink().send(7)).unwrap();
    /// assert!(rx.into_iter().eq([7]));
    /// ```
    #[track_caller]
    pub fn into_sink(self) -> SendSink<'static, T> {
        SendSink::of(End::Owned(self.split().0))
    }
}
