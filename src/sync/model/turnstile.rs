//! The turnstile of the models: a lock of the checker's.

use super::Mutex;

/// See `sync/turnstile.rs`. Who asks waits for who is inside: a thread that spins tells a checker nothing.
pub(crate) struct Turnstile(Mutex<u64>);

impl Turnstile {
    pub(crate) fn new(number: u64) -> Self {
        Self(Mutex::new(number))
    }

    pub(crate) fn pass<R>(&self, _: impl FnMut(), step: impl FnOnce(u64) -> (u64, R)) -> R {
        let mut number = self.0.lock();
        let (next, result) = step(*number);
        *number = next;
        result
    }

    pub(crate) fn peek(&self) -> u64 {
        *self.0.lock()
    }

    pub(crate) fn rest(&self) -> Option<u64> {
        Some(self.peek())
    }
}
