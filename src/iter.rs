//! Receiving in a `for` loop: Go's `for v := range c`.

use std::{
    fmt,
    iter::FusedIterator,
    panic::{RefUnwindSafe, UnwindSafe},
};

use crate::{core::Core, select};

/// An iterator over the values to come, by [`Receiver::iter`](crate::Receiver::iter) or `for v in
/// &rx`. Each step blocks until a value comes. Ends once the channel is closed and drained.
///
/// # Examples
///
/// ```
/// let (tx, rx) = gochan::bounded(1);
/// tx.send(1);
/// drop(tx);
/// for v in &rx {
///     assert_eq!(v, 1);
/// }
/// ```
#[must_use = "iterators are lazy and do nothing unless consumed"]
pub struct Iter<'a, T>(Source<'a, T>);

/// An iterator over the values that are ready, by
/// [`Receiver::try_iter`](crate::Receiver::try_iter). Never blocks.
///
/// # Examples
///
/// ```
/// let (tx, rx) = gochan::bounded(2);
/// tx.send(1);
/// assert_eq!(rx.try_iter().count(), 1);
/// ```
#[must_use = "iterators are lazy and do nothing unless consumed"]
pub struct TryIter<'a, T>(Source<'a, T>);

struct Source<'a, T>(&'a Option<Core<T>>);

// A panic leaves the channel intact: values move whole or not at all.
impl<T> UnwindSafe for Source<'_, T> {}
impl<T> RefUnwindSafe for Source<'_, T> {}

impl<'a, T> Iter<'a, T> {
    pub(crate) fn new(core: &'a Option<Core<T>>) -> Self {
        Self(Source(core))
    }
}

impl<'a, T> TryIter<'a, T> {
    pub(crate) fn new(core: &'a Option<Core<T>>) -> Self {
        Self(Source(core))
    }
}

impl<T> Iterator for Iter<'_, T> {
    type Item = T;

    #[track_caller]
    fn next(&mut self) -> Option<T> {
        select::recv(self.0 .0)
    }
}

/// A channel that is closed and drained stays so.
impl<T> FusedIterator for Iter<'_, T> {}

impl<T> Iterator for TryIter<'_, T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        select::try_recv(self.0 .0).ok()
    }
}

impl<T> fmt::Debug for Iter<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Core::describe(self.0 .0.as_ref(), "Iter", f)
    }
}

impl<T> fmt::Debug for TryIter<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Core::describe(self.0 .0.as_ref(), "TryIter", f)
    }
}
