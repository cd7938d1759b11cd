//! The model checker's machine: loom's threads, atomics and cells, and a clock that a model sets.

use std::time::Instant;

pub(crate) use loom::{
    cell::UnsafeCell,
    sync::{
        atomic::{fence, AtomicPtr, AtomicU64, AtomicUsize, Ordering},
        Arc,
    },
    thread::yield_now,
};

/// Small, so that a model crosses a block's end after two messages.
pub(crate) const BLOCK_SLOTS: u64 = 2;

/// A model explores each interleaving without waiting for it.
pub(crate) const SPINS: bool = false;

/// The fence that the real machine gets from the publisher's SeqCst read-modify-write.
pub(crate) fn dekker_light() {
    fence(Ordering::SeqCst);
}

/// Lets the others run.
pub(crate) fn spin_loop() {
    yield_now();
}

/// Lets the others run.
pub(crate) fn nap() {
    yield_now();
}

/// One: nothing is gained by polling.
pub(crate) fn processors() -> usize {
    1
}

/// Always the first: a model has to take the same path each time.
pub(crate) fn random(_: u32) -> u32 {
    0
}

/// A lock without poison.
#[derive(Debug)]
pub(crate) struct Mutex<T>(loom::sync::Mutex<T>);

impl<T> Mutex<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(loom::sync::Mutex::new(value))
    }

    pub(crate) fn lock(&self) -> loom::sync::MutexGuard<'_, T> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// Where one thread sleeps.
#[derive(Clone)]
pub(crate) struct Parker(loom::thread::Thread);

impl Parker {
    pub(crate) fn current() -> Self {
        Self(loom::thread::current())
    }

    /// Sleeps until `unpark` or until the model's clock is moved to `deadline`.
    pub(crate) fn park(&self, deadline: Option<Instant>) {
        match deadline {
            None => loom::thread::park(),
            Some(deadline) => clock::sleep_until(self, deadline),
        }
    }

    pub(crate) fn unpark(&self) {
        self.0.unpark();
    }
}

/// A clock that stands still until the model moves it.
pub(crate) mod clock {
    use super::{AtomicU64, Instant, Mutex, Ordering, Parker};
    use std::{sync::OnceLock, time::Duration};

    struct Clock {
        nanos: AtomicU64,
        sleepers: Mutex<Vec<Parker>>,
    }

    loom::lazy_static! {
        static ref CLOCK: Clock = Clock {
            nanos: AtomicU64::new(0),
            sleepers: Mutex::new(Vec::new()),
        };
    }

    /// The model's current instant.
    pub(crate) fn now() -> Instant {
        static START: OnceLock<Instant> = OnceLock::new();
        let nanos = CLOCK.nanos.load(Ordering::Acquire);
        *START.get_or_init(Instant::now) + Duration::from_nanos(nanos)
    }

    /// Moves the clock on and wakes whoever sleeps with a deadline.
    pub(crate) fn advance(by: Duration) {
        CLOCK.nanos.fetch_add(by.as_nanos() as u64, Ordering::AcqRel);
        CLOCK.sleepers.lock().drain(..).for_each(|sleeper| sleeper.unpark());
    }

    /// Sleeps until a wake or `deadline`. The look at the clock comes after the registration, so
    /// an `advance` in between is seen.
    pub(super) fn sleep_until(parker: &Parker, deadline: Instant) {
        CLOCK.sleepers.lock().push(parker.clone());
        if now() < deadline {
            loom::thread::park();
        }
    }
}
