//! An operation that a select has chosen.

use std::{fmt, thread};

use crate::{
    error::{RecvError, SendError},
    receiver::Receiver,
    select::{address, Operand},
    sender::Sender,
};

/// An operation that a [`Select`](crate::Select) has chosen, and that is to be completed.
///
/// A receive has received its message already. A send has its place in the channel; the receiver
/// that comes to this place waits for the message.
///
/// # Panics
///
/// Dropping it without completing it panics, unless the thread panics already. A message received
/// is dropped then, and a receiver that waits goes on to the next message.
///
/// # Examples
///
/// ```
/// use gochan_crossbeam::{bounded, Select};
///
/// let (tx, rx) = bounded(1);
/// let mut select = Select::new();
/// let (send, receive) = (select.send(&tx), select.recv(&rx));
/// for _ in 0..2 {
///     let operation = select.select();
///     match operation.index() {
///         index if index == send => operation.send(&tx, 5).unwrap(),
///         index if index == receive => assert_eq!(operation.recv(&rx), Ok(5)),
///         _ => unreachable!(),
///     }
/// }
/// ```
#[must_use]
pub struct SelectedOperation<'a> {
    index: usize,
    operand: &'a dyn Operand,
    /// Where the handle keeps the outcome, until it is taken.
    key: Option<usize>,
}

impl<'a> SelectedOperation<'a> {
    pub(crate) fn new(index: usize, operand: &'a dyn Operand, key: usize) -> Self {
        Self { index, operand, key: Some(key) }
    }

    /// Returns the index of the operation.
    pub fn index(&self) -> usize {
        self.index
    }

    /// Completes a send.
    ///
    /// # Errors
    ///
    /// Returns the message if all receivers were gone.
    ///
    /// # Panics
    ///
    /// Panics if `sender` is not the one that was added to the select. A clone is another one.
    #[track_caller]
    pub fn send<T>(mut self, sender: &Sender<T>, message: T) -> Result<(), SendError<T>> {
        assert!(self.is_on(sender), "passed a sender that wasn't selected");
        let sending = self.key.take().and_then(|key| sender.resume(key));
        sending.expect("a send that was chosen").complete(message)
    }

    /// Completes a receive.
    ///
    /// # Errors
    ///
    /// Fails if the channel was empty and all senders were gone.
    ///
    /// # Panics
    ///
    /// Panics if `receiver` is not the one that was added to the select. A clone is another one.
    #[track_caller]
    pub fn recv<T>(mut self, receiver: &Receiver<T>) -> Result<T, RecvError> {
        assert!(self.is_on(receiver), "passed a receiver that wasn't selected");
        let received = self.key.take().and_then(|key| receiver.resume(key));
        received.expect("a receive that was chosen")
    }

    fn is_on<H>(&self, handle: &H) -> bool {
        address(self.operand) == address(handle)
    }
}

impl fmt::Debug for SelectedOperation<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad("SelectedOperation { .. }")
    }
}

impl Drop for SelectedOperation<'_> {
    fn drop(&mut self) {
        let Some(key) = self.key.take() else { return };
        self.operand.cancel(key);
        if !thread::panicking() {
            panic!("dropped `SelectedOperation` without completing the operation");
        }
    }
}
