//! The machine of the model checker, loom or shuttle: its threads, atomics and locks, and a clock
//! without real time.

mod atomic;
pub(crate) mod clock;

#[cfg(loom)]
use ::loom as checker;
#[cfg(not(loom))]
use ::shuttle as checker;

use std::time::Instant;

pub(crate) use self::atomic::{AtomicPtr, AtomicU64, AtomicU8, AtomicUsize, Count};
pub(crate) use checker::{
    sync::{
        atomic::{fence, Ordering},
        Arc,
    },
    thread::{spawn, yield_now},
};

#[cfg(not(loom))]
pub(crate) use super::cell::UnsafeCell;
#[cfg(loom)]
pub(crate) use ::loom::cell::UnsafeCell;

/// Small blocks: a model crosses the end of the first block after one message, and that of the
/// next after three.
pub(crate) const SMALL_BLOCKS: bool = true;

/// No polling: a model explores each interleaving without waiting for it.
pub(crate) const SPINS: bool = false;

/// How often a thread pauses for a peer in the middle of its step before it considers the peer
/// stopped. Once under loom, which explores all that follows: then the peer has gone on.
pub(crate) const PAUSES: u32 = if cfg!(loom) { 1 } else { 0 };

/// The fence that the real machine gets from the publisher's SeqCst read-modify-write.
pub(crate) fn store_load_fence() {
    fence(Ordering::SeqCst);
}

pub(crate) fn full_fence() {
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

/// A model does not poll, so it keeps no history.
pub(crate) fn load_wait_history() -> [u16; 4] {
    [0; 4]
}

/// A model does not poll, so it keeps no history.
pub(crate) fn store_wait_history(_: [u16; 4]) {}

/// Runs `f` in a thread of its own; the number of threads is not limited.
pub(crate) fn try_spawn(f: impl FnOnce() + Send + 'static) -> std::io::Result<()> {
    spawn(f);
    Ok(())
}

/// Orders its owners by creation: addresses differ from one exploration to the next.
pub(crate) struct Rank(usize);

impl Rank {
    pub(crate) fn new() -> Self {
        // Not loom's atomic: models that run side by side share it, and only the order matters.
        static MADE: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);
        Self(MADE.fetch_add(1, Ordering::Relaxed))
    }

    pub(crate) fn get(&self) -> usize {
        self.0
    }
}

/// Always 0: loom has to take the same path each time.
#[cfg(loom)]
pub(crate) fn random(_: u32) -> u32 {
    0
}

/// A random number that shuttle controls and can replay.
#[cfg(not(loom))]
pub(crate) fn random(n: u32) -> u32 {
    use ::shuttle::rand::{thread_rng, RngCore};
    thread_rng().next_u32() % n
}

/// A lock without poisoning.
#[derive(Debug)]
pub(crate) struct Mutex<T>(checker::sync::Mutex<T>);

impl<T> Mutex<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(checker::sync::Mutex::new(value))
    }

    pub(crate) fn try_lock(&self) -> Option<checker::sync::MutexGuard<'_, T>> {
        self.0.try_lock().ok()
    }

    pub(crate) fn lock(&self) -> checker::sync::MutexGuard<'_, T> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// Where one thread sleeps, for one wait.
///
/// Not the checker's own `park`: loom wakes a parked thread by its name, so a late wake would end
/// any later wait of the thread, even for a lock.
#[derive(Clone)]
pub(crate) struct Parker(Arc<Inner>);

struct Inner {
    woken: checker::sync::Mutex<bool>,
    changed: checker::sync::Condvar,
}

impl Parker {
    pub(crate) fn current() -> Self {
        let woken = checker::sync::Mutex::new(false);
        Self(Arc::new(Inner { woken, changed: checker::sync::Condvar::new() }))
    }

    /// Sleeps until `unpark`, or until the model's clock is moved. The caller looks at the clock.
    pub(crate) fn park(&self, deadline: Option<Instant>) {
        if let Some(deadline) = deadline {
            if clock::pass_until(deadline) || !clock::wake_at(self, deadline) {
                return;
            }
        }
        let mut woken = self.0.woken.lock().unwrap();
        while !*woken {
            woken = self.0.changed.wait(woken).unwrap();
        }
        *woken = false;
    }

    pub(crate) fn unpark(&self) {
        *self.0.woken.lock().unwrap() = true;
        self.0.changed.notify_one();
    }
}
