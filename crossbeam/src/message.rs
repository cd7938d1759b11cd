//! What travels in a channel: a value, or the promise of one.
//!
//! A select of crossbeam's first chooses a send, and gets the value afterwards. gochan sends the
//! value in one step with the choice. So such a send sends a promise. Its sender fulfils it after
//! the choice, and the receiver that takes it waits for that.

use std::{
    mem,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
};

/// What a channel carries.
pub enum Message<T> {
    /// What plain sends send.
    Value(T),
    /// What a select sends.
    Promised(Promised<T>),
}

impl<T> Message<T> {
    /// Returns the value, and waits for it if it is promised. `None`: there will be none.
    #[inline]
    pub(crate) fn open(self) -> Option<T> {
        match self {
            Message::Value(value) => Some(value),
            Message::Promised(promised) => promised.wait(),
        }
    }
}

/// The sender's part of a promise. Dropped before it is fulfilled, it ends the receiver's wait.
/// Once it is fulfilled, it is empty.
pub(crate) struct Promise<T>(Option<Arc<Slot<T>>>);

/// The receiver's part of a promise.
pub struct Promised<T>(Arc<Slot<T>>);

struct Slot<T> {
    state: Mutex<State<T>>,
    settled: Condvar,
}

enum State<T> {
    Open,
    Fulfilled(T),
    Broken,
}

/// How often a receiver lets other threads run before it sleeps. Most senders need a moment only.
const YIELDS: usize = 8;

/// Makes the two parts of a promise.
pub(crate) fn promise<T>() -> (Promise<T>, Promised<T>) {
    let slot = Slot { state: Mutex::new(State::Open), settled: Condvar::new() };
    let slot = Arc::new(slot);
    (Promise(Some(slot.clone())), Promised(slot))
}

impl<T> Slot<T> {
    /// No user code runs under the lock, so a poisoned one is as good as another.
    fn state(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Settles the promise, which is open.
    fn settle(&self, outcome: State<T>) {
        *self.state() = outcome;
        self.settled.notify_one();
    }
}

impl<T> Promise<T> {
    pub(crate) fn fulfil(mut self, value: T) {
        if let Some(slot) = self.0.take() {
            slot.settle(State::Fulfilled(value));
        }
    }
}

impl<T> Drop for Promise<T> {
    fn drop(&mut self) {
        if let Some(slot) = self.0.take() {
            slot.settle(State::Broken);
        }
    }
}

impl<T> Promised<T> {
    /// Waits until the promise is settled. `None`: it was broken.
    #[cold]
    fn wait(self) -> Option<T> {
        let mut state = self.0.state();
        for _ in 0..YIELDS {
            if !matches!(*state, State::Open) {
                break;
            }
            drop(state);
            thread::yield_now();
            state = self.0.state();
        }
        while matches!(*state, State::Open) {
            state = self.0.settled.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        match mem::replace(&mut *state, State::Broken) {
            State::Fulfilled(value) => Some(value),
            State::Open | State::Broken => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_promise_gives_what_fulfils_it() {
        let (promise, promised) = promise();
        thread::scope(|s| {
            let waiter = s.spawn(|| Message::Promised(promised).open());
            promise.fulfil("value".to_string());
            assert_eq!(waiter.join().unwrap(), Some("value".to_string()));
        });
    }

    #[test]
    fn a_broken_promise_ends_the_wait() {
        let (promise, promised) = promise::<u8>();
        thread::scope(|s| {
            let waiter = s.spawn(|| Message::Promised(promised).open());
            drop(promise);
            assert_eq!(waiter.join().unwrap(), None);
        });
    }

    #[test]
    fn a_value_that_no_receiver_takes_is_dropped_once() {
        let value = Arc::new(());
        let (promise, promised) = promise();
        drop(promised);
        promise.fulfil(value.clone());
        assert_eq!(Arc::strong_count(&value), 1);
    }
}
