//! The turnstile of the models: a lock of the checker's.

use super::{AtomicU64, Mutex, Ordering};

/// See `sync/turnstile.rs`. Who passes or asks whether it is at rest waits for who is inside: a thread that spins tells a
/// checker nothing. Who peeks may see an old number, as on the real machine.
pub(crate) struct Turnstile {
    number: Mutex<u64>,
    peeked: AtomicU64,
}

impl Turnstile {
    pub(crate) fn new(number: u64) -> Self {
        Self { number: Mutex::new(number), peeked: AtomicU64::new(number) }
    }

    pub(crate) fn pass<R>(&self, _: impl FnMut(), step: impl FnOnce(u64) -> (u64, R)) -> R {
        let mut number = self.number.lock();
        let (next, result) = step(*number);
        if next != *number {
            *number = next;
            self.peeked.store(next, Ordering::Release);
        }
        result
    }

    pub(crate) fn peek(&self) -> u64 {
        self.peeked.load(Ordering::Acquire)
    }

    pub(crate) fn rest(&self) -> Option<u64> {
        Some(*self.number.lock())
    }
}
