//! One side of a channel that has a buffer: the waiters for room, or the waiters for a value.
//!
//! No wake is lost, by the handshake of two threads that each write and then look:
//!
//! - a waiter joins the queue, stores `waiting`, looks again at the numbers of the buffer's ends;
//! - a publisher, or a close, exchanges the number of its end (`core/queue/end.rs`), and looks at
//!   `waiting`.
//!
//! The store and the look at `waiting`, the exchange and the look at the number are SeqCst, so
//! whichever comes second sees the other. A publisher that finds no waiter pays one load.
//!
//! The rule for a thread that finds a waiter in the queue: **serve first.** A publisher, and a
//! thread that comes to operate on this side itself, completes the operation of the first waiter,
//! asleep or not, before it tries its own (`core/buffered.rs`). What follows from it:
//!
//! - a waiter that was served has its value, or its room. Nothing else is kept for it: the rest is
//!   anyone's, and "empty" and "full" are what the buffer says;
//! - a waiter that does not run keeps what it was given, one value at most, and blocks nobody: the
//!   next publication serves the next in the queue;
//! - a waiter in the queue is overtaken only by operations that looked at the queue before there
//!   was something for it. If one of them takes away what the waiter was about to be given, the
//!   waiter is hinted, and goes back to the front of the queue.

use super::{BlockedAt, Entry, LinkPermit, WaitQueue};
use crate::sync::{full_fence, mutant, store_load_fence, AtomicUsize, Mutex, Ordering};

/// The value of `waiting` once nobody receives any more.
const ABANDONED: usize = 2;

pub(crate) struct WaitSide<T> {
    /// Not 0 if a waiter is in `queue`; readable without its lock.
    waiting: AtomicUsize,
    queue: Mutex<WaitQueue<T>>,
}

impl<T> WaitSide<T> {
    pub(crate) fn new() -> Self {
        Self { waiting: AtomicUsize::new(0), queue: Mutex::new(WaitQueue::new()) }
    }

    /// Links `entry`. The caller looks at the buffer again before it waits.
    pub(crate) fn enqueue(&self, entry: &Entry<T>, permit: &LinkPermit<'_>) {
        let mut queue = self.queue.lock();
        queue.push(entry, permit);
        // ORDERING: SeqCst; pairs with the exchange by which a publisher claims its position.
        self.waiting.store(1, Ordering::SeqCst);
        drop(queue);
        if !mutant("no_fence") {
            // Before the look at the buffer: see `serve`.
            full_fence();
        }
    }

    /// Unlinks `entry`, unless a claimer already did.
    pub(crate) fn dequeue(&self, entry: &Entry<T>) {
        self.change(|queue| queue.remove(entry));
    }

    /// True if a waiter is in the queue: asked after each publication, and before each operation.
    #[inline]
    pub(crate) fn has_waiters(&self) -> bool {
        // ORDERING: SeqCst; pairs with the store in `enqueue`.
        self.waiting.load(Ordering::SeqCst) != 0
    }

    /// Completes the operation of the first waiter, if there is one. False if another thread has
    /// the lock: that one looks at the buffer after it has released it.
    pub(crate) fn serve(&self, complete: impl Fn(&mut Option<T>) -> bool) -> bool {
        // After the step that makes the service possible: a thread that has the lock now sees the
        // step, as it looks later.
        full_fence();
        let wake = match self.queue.try_lock() {
            Some(mut queue) => self.then_count(&mut queue, |queue| queue.serve(complete)),
            None if mutant("waits_in_a_try") => self.change(|queue| queue.serve(complete)),
            None => return false,
        };
        full_fence();
        if let Some(wake) = wake {
            wake.wake();
        }
        true
    }

    /// Records that nobody receives any more. A value may still come: its sender looks here.
    pub(crate) fn abandon(&self) {
        // ORDERING: SeqCst; as in `enqueue`, but for the look at the number: see
        // `Buffered::drop_rest`.
        self.waiting.store(ABANDONED, Ordering::SeqCst);
        full_fence();
    }

    /// True if `abandon` was called.
    pub(crate) fn is_abandoned(&self) -> bool {
        // ORDERING: Acquire; pairs with the store in `abandon`: the values are seen.
        self.waiting.load(Ordering::Acquire) == ABANDONED
    }

    /// Hints every waiter of a closed channel. A thread that joins the queue meanwhile sees the
    /// close, and does not stay.
    pub(crate) fn wake_all(&self) {
        while self.has_waiters() && !mutant("close_wakes_nobody") && self.wake_one() {}
    }

    /// Hints the first waiter. False if there is none.
    pub(crate) fn wake_one(&self) -> bool {
        let wake = self.change(WaitQueue::hint);
        wake.map(|wake| wake.wake()).is_some()
    }

    /// Hints the waiters that are in the queue now. They may join it again, at the end, and this
    /// ends nevertheless.
    pub(crate) fn notify_queued(&self) {
        store_load_fence();
        let mut left = self.count();
        while left > 0 && self.wake_one() {
            left -= 1;
        }
    }

    /// The number of waiters in the queue.
    pub(crate) fn count(&self) -> usize {
        self.queue.lock().count()
    }

    /// What the waiters do, in order.
    pub(crate) fn reasons(&self) -> Vec<BlockedAt> {
        // Room first: no allocation under the lock.
        let mut reasons = Vec::with_capacity(self.count());
        self.queue.lock().reasons(&mut reasons);
        reasons
    }

    fn change<R>(&self, change: impl FnOnce(&mut WaitQueue<T>) -> R) -> R {
        let result = self.then_count(&mut self.queue.lock(), change);
        // Before the look at the buffer: see `serve`.
        full_fence();
        result
    }

    /// Changes the queue, which the caller has locked, and updates `waiting`.
    fn then_count<R>(
        &self,
        queue: &mut WaitQueue<T>,
        change: impl FnOnce(&mut WaitQueue<T>) -> R,
    ) -> R {
        let result = change(queue);
        // ORDERING: Relaxed; written under the lock; only the store in `enqueue` orders anything.
        self.waiting.store(usize::from(!queue.is_empty()), Ordering::Relaxed);
        result
    }
}
