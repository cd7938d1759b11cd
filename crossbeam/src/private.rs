//! What `select!` expands to. Not part of the public interface.

pub use gochan::select;

use crate::{
    error::RecvError,
    message::{promise, Message, Promise},
    receiver::Receiver,
    sender::{Sender, Sending},
};

/// A receive in a `select!`.
pub struct ReceiveCase<'a, T> {
    receiver: &'a Receiver<T>,
    received: Option<Received<T>>,
}

/// What a `select!` has received.
pub struct Received<T>(Result<T, RecvError>);

/// Begins a receive.
pub fn receive_case<T>(receiver: &Receiver<T>) -> ReceiveCase<'_, T> {
    ReceiveCase { receiver, received: None }
}

impl<'a, T> ReceiveCase<'a, T> {
    /// The channel, which is nil for a timer.
    pub fn channel(&self) -> &'a gochan::Receiver<Message<T>> {
        self.receiver.channel()
    }

    /// The channel of a timer, or nil.
    pub fn timer(&self) -> &'a gochan::Receiver<T> {
        self.receiver.timer()
    }

    /// Keeps what came from the channel. Returns false if its sender gave up: nothing happened.
    pub fn has_received(&mut self, message: Option<Message<T>>) -> bool {
        let received = message.map_or(Some(Err(RecvError)), |message| message.open().map(Ok));
        self.received = received.map(Received);
        self.received.is_some()
    }

    /// Keeps what came from the timer.
    pub fn has_fired(&mut self, due: Option<T>) -> bool {
        self.received = Some(Received(due.ok_or(RecvError)));
        true
    }

    /// Returns what this case has received, if it won.
    pub fn outcome(self) -> Option<Received<T>> {
        self.received
    }
}

impl<T> Received<T> {
    /// Returns the result of the receive.
    pub fn complete(self) -> Result<T, RecvError> {
        self.0
    }
}

/// A send in a `select!`.
pub struct SendCase<'a, T> {
    sender: &'a Sender<T>,
    promise: Option<Promise<T>>,
    sending: Option<Sending<T>>,
}

/// Begins a send.
pub fn send_case<T>(sender: &Sender<T>) -> SendCase<'_, T> {
    SendCase { sender, promise: None, sending: None }
}

impl<'a, T> SendCase<'a, T> {
    /// The channel.
    pub fn channel(&self) -> &'a gochan::Sender<Message<T>> {
        self.sender.channel()
    }

    /// Returns what is sent if this case wins: the message itself is not evaluated yet.
    pub fn promised(&mut self) -> Message<T> {
        let (promise, promised) = promise();
        self.promise = Some(promise);
        Message::Promised(promised)
    }

    /// Keeps that this case has won.
    pub fn has_sent(&mut self, sent: Result<(), gochan::SendError<Message<T>>>) -> bool {
        self.sending = self.promise.take().map(|promise| Sending::chosen(promise, sent.is_ok()));
        true
    }

    /// Returns the send that has no message yet, if this case won.
    pub fn outcome(self) -> Option<Sending<T>> {
        self.sending
    }
}

/// Panics: a `select!` without a `default` has a winner.
pub fn no_winner() -> ! {
    unreachable!("a select without a default returned without a winner")
}
