//! The machine of the model checker, loom or shuttle: its threads, atomics and locks, and a clock
//! without real time.

mod atomic;
pub(crate) mod clock;

#[cfg(loom)]
use ::loom as checker;
#[cfg(not(loom))]
use ::shuttle as checker;

use std::{task::Waker, time::Instant};

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

/// Small blocks: a model crosses the end of the first block after one message, and that of the next
/// after three more.
pub(crate) const SMALL_BLOCKS: bool = true;

/// No polling: a model explores each interleaving without waiting for it.
pub(crate) const SPINS: bool = false;

/// How many times a thread pauses for a peer that is in the middle of its step. After that it
/// treats the peer as stopped. One pause is enough under loom: it lets the peer finish its step.
pub(crate) const PAUSES: u32 = if cfg!(loom) { 1 } else { 0 };

/// Fences each half of the handshake of waiters and publishers: loom treats SeqCst accesses as
/// AcqRel.
pub(crate) fn store_load_fence() {
    fence(Ordering::SeqCst);
}

pub(crate) fn full_fence() {
    fence(Ordering::SeqCst);
}

/// Lets the other threads run.
pub(crate) fn spin_loop() {
    yield_now();
}

/// A wake of a task at a deadline.
pub(crate) struct Alarm {
    at: Instant,
    waker: Waker,
}

impl Alarm {
    pub(crate) fn new(at: Instant, waker: &Waker) -> Self {
        clock::wake_task_at(waker, at);
        Self { at, waker: waker.clone() }
    }

    /// Returns true if this alarm wakes `waker` at `at`.
    pub(crate) fn is_for(&self, at: Instant, waker: &Waker) -> bool {
        self.at == at && self.waker.will_wake(waker)
    }
}

/// Operations of tasks without end: a model is short.
pub(crate) mod budget {
    pub(crate) fn is_left() -> bool {
        true
    }

    pub(crate) fn spend(_: bool) {}
}

/// Lets the other threads run.
pub(crate) fn nap() {
    yield_now();
}

/// Returns zeros: a model does not poll, so it keeps no history.
pub(crate) fn load_wait_history() -> [u16; 4] {
    [0; 4]
}

/// Does nothing: a model does not poll, so it keeps no history.
pub(crate) fn store_wait_history(_: [u16; 4]) {}

/// Runs `f` in a thread of its own; the number of threads is not limited.
pub(crate) fn try_spawn(f: impl FnOnce() + Send + 'static) -> std::io::Result<()> {
    spawn(f);
    Ok(())
}

/// Orders its owners by creation, since addresses differ from one execution to the next.
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

/// A sequence of random numbers.
pub(crate) struct Draws;

impl Draws {
    pub(crate) fn new() -> Self {
        Self
    }

    /// Returns 0: loom has to take the same path each time.
    #[cfg(loom)]
    pub(crate) fn below(&mut self, _: usize) -> usize {
        0
    }

    /// Returns a random number below `n`, which shuttle controls and can replay.
    #[cfg(not(loom))]
    pub(crate) fn below(&mut self, n: usize) -> usize {
        use ::shuttle::rand::{thread_rng, RngCore};
        thread_rng().next_u32() as usize % n
    }
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

/// The place where one thread sleeps, for one wait.
///
/// Does not use the checker's own `park`: loom's `unpark` names only the thread, so a late one
/// would end any later wait of that thread, even one for a lock.
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

    /// Sleeps until `unpark`, or, if there is a deadline, until the model's clock moves. The caller
    /// checks the clock.
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
