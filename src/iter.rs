//! Receiving in a `for` loop: Go's `for v := range c`.

use crate::{
    core::{Channel, Core},
    receiver::Receiver,
    select::{self, Limit},
};

/// The values to come, by [`Receiver::iter`] or `for v in &rx`. Ends once the channel is closed and
/// drained; each step blocks until then.
///
/// ```
/// let (tx, rx) = gochan::bounded(1);
/// tx.send(1);
/// drop(tx);
/// for v in &rx {
///     assert_eq!(v, 1);
/// }
/// ```
#[derive(Debug)]
#[must_use = "iterators are lazy and do nothing unless consumed"]
pub struct Iter<'a, T>(Source<'a, T>);

/// The values that are there, by [`Receiver::try_iter`]. Never blocks.
///
/// ```
/// let (tx, rx) = gochan::bounded(2);
/// tx.send(1);
/// assert_eq!(rx.try_iter().count(), 1);
/// ```
#[derive(Debug)]
#[must_use = "iterators are lazy and do nothing unless consumed"]
pub struct TryIter<'a, T>(Source<'a, T>);

/// The values to come, by `for v in rx`. Holds the handle, and drops it in the end.
///
/// ```
/// let (tx, rx) = gochan::bounded(1);
/// tx.send(1);
/// drop(tx);
/// assert_eq!(rx.into_iter().collect::<Vec<_>>(), [1]);
/// ```
#[derive(Debug)]
#[must_use = "iterators are lazy and do nothing unless consumed"]
pub struct IntoIter<T>(Receiver<T>);

struct Source<'a, T>(Option<&'a Core<T>>);

impl<T> std::fmt::Debug for Source<'_, T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        crate::chan::describe("channel", self.0, f)
    }
}

impl<'a, T> Iter<'a, T> {
    pub(crate) fn new(core: Option<&'a Core<T>>) -> Self {
        Self(Source(core))
    }
}

impl<'a, T> TryIter<'a, T> {
    pub(crate) fn new(core: Option<&'a Core<T>>) -> Self {
        Self(Source(core))
    }
}

impl<T> IntoIter<T> {
    pub(crate) fn new(receiver: Receiver<T>) -> Self {
        Self(receiver)
    }
}

impl<T> Iterator for Iter<'_, T> {
    type Item = T;

    #[track_caller]
    fn next(&mut self) -> Option<T> {
        select::recv(self.0 .0, Limit::Never).ok()
    }
}

impl<T> Iterator for TryIter<'_, T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        self.0 .0?.try_recv().ok()
    }
}

impl<T> Iterator for IntoIter<T> {
    type Item = T;

    #[track_caller]
    fn next(&mut self) -> Option<T> {
        self.0.recv_ok()
    }
}
