//! The place where an operation rests between `Select::select` and its completion.
//!
//! A [`SelectedOperation`](crate::SelectedOperation) does not know the type of its value, so it
//! cannot hold it without `unsafe`. The handle on which the operation was chosen knows the type.

use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

/// What rests, each at its key. Most handles never need the memory.
pub(crate) struct Parked<V>(OnceLock<Box<Mutex<Vec<Option<V>>>>>);

impl<V> Parked<V> {
    pub(crate) const fn new() -> Self {
        Self(OnceLock::new())
    }

    /// Keeps `value`, and returns its key.
    pub(crate) fn put(&self, value: V) -> usize {
        let mut places = self.places();
        let free = places.iter().position(Option::is_none);
        let key = free.unwrap_or_else(|| {
            places.push(None);
            places.len() - 1
        });
        places[key] = Some(value);
        key
    }

    /// Takes what `put` has kept.
    pub(crate) fn take(&self, key: usize) -> Option<V> {
        self.places().get_mut(key).and_then(Option::take)
    }

    fn places(&self) -> MutexGuard<'_, Vec<Option<V>>> {
        self.0.get_or_init(Box::default).lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_value_has_a_key_until_it_is_taken() {
        let parked = Parked::new();
        let (a, b) = (parked.put("a"), parked.put("b"));
        assert_eq!((parked.take(a), parked.take(a)), (Some("a"), None));
        assert_eq!(parked.put("c"), a);
        assert_eq!((parked.take(b), parked.take(a)), (Some("b"), Some("c")));
        assert_eq!(parked.take(7), None);
    }
}
