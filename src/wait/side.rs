//! One side of a channel that has a buffer: the waiters for room, or the waiters for a value.
//!
//! A handshake of two threads, each of which writes and then reads, ensures that no wake is lost:
//!
//! - a waiter joins the queue, stores `waiting`, and reads the numbers of the buffer's ends again;
//! - a publisher, or a close, exchanges the number of its end (`core/queue/end.rs`), and reads
//!   `waiting`.
//!
//! All four accesses are SeqCst, so at least one of the two threads reads what the other has
//! written. A publisher that finds no waiter pays one load.
//!
//! The rule for a thread that finds a waiter in the queue is **serve first**: it completes the
//! operation of the first waiter, asleep or not (`core/buffered.rs`). A publisher serves right
//! after its own step. A thread that operates on the waiter's own side serves before it tries for
//! itself. The consequences:
//!
//! - a waiter that was served has its value, or its room. Nothing else is kept for it: all other
//!   values and room are anyone's, and the buffer alone decides what is "empty" and "full";
//! - a waiter that does not run keeps one value at most, and holds up no other: the next
//!   publication serves the next waiter;
//! - a waiter in the queue is overtaken only by an operation that checked the queue before there
//!   was a value, or room, for the waiter, or that found the lock of the queue taken. If such an
//!   operation takes the value or the room, the waiter is hinted, and returns to the front of the
//!   queue.

use super::{BlockedAt, Entry, LinkPermit, WaitQueue};
use crate::sync::{full_fence, mutant, store_load_fence, AtomicUsize, Mutex, Ordering};

/// The value of `waiting` once no receiver is left.
const ABANDONED: usize = 2;

pub(crate) struct WaitSide<T> {
    /// Not 0 if a waiter is in `queue`, or if no receiver is left. Readable without the lock.
    waiting: AtomicUsize,
    queue: Mutex<WaitQueue<T>>,
}

impl<T> WaitSide<T> {
    pub(crate) fn new() -> Self {
        Self { waiting: AtomicUsize::new(0), queue: Mutex::new(WaitQueue::new()) }
    }

    /// Links `entry`. The caller checks the buffer again before it waits.
    pub(crate) fn enqueue(&self, entry: &Entry<T>, permit: &LinkPermit<'_>) {
        let mut queue = self.queue.lock();
        queue.push(entry, permit);
        // ORDERING: SeqCst; pairs with the exchange by which a publisher claims its position.
        self.waiting.store(1, Ordering::SeqCst);
        drop(queue);
        if !mutant("no_fence") {
            // Orders this change before the caller's next check of the buffer: see `serve`.
            full_fence();
        }
    }

    /// Unlinks `entry`, unless a claimer already did.
    pub(crate) fn dequeue(&self, entry: &Entry<T>) {
        self.change(|queue| queue.remove(entry));
    }

    /// Returns true if a waiter is in the queue, or if no receiver is left. Called after each
    /// publication, and before each operation.
    #[inline]
    pub(crate) fn has_waiters(&self) -> bool {
        // ORDERING: SeqCst; pairs with the store in `enqueue`.
        self.waiting.load(Ordering::SeqCst) != 0
    }

    /// Completes the operation of the first waiter, if there is one. Returns false if another
    /// thread holds the lock. That thread checks the buffer after it has released the lock.
    pub(crate) fn serve(&self, complete: impl Fn(&mut Option<T>) -> bool) -> bool {
        // Orders the step that makes the service possible before the attempt to lock. A thread that
        // holds the lock now checks the buffer later, and so sees the step.
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

    /// Records that no receiver is left. A sender that is in the middle of its step checks for this
    /// after the step.
    pub(crate) fn abandon(&self) {
        // ORDERING: SeqCst; as in `enqueue`. The check of the buffer that follows is in
        // `Buffered::drop_rest`.
        self.waiting.store(ABANDONED, Ordering::SeqCst);
        full_fence();
    }

    /// Returns true if `abandon` was called.
    pub(crate) fn is_abandoned(&self) -> bool {
        // ORDERING: Acquire; pairs with the store in `abandon`.
        self.waiting.load(Ordering::Acquire) == ABANDONED
    }

    /// Hints every waiter of a closed channel. A thread that joins the queue later sees the close,
    /// and does not stay.
    pub(crate) fn wake_all(&self) {
        while self.has_waiters() && !mutant("close_wakes_nobody") && self.wake_one() {}
    }

    /// Hints the first waiter. Returns false if there is none.
    pub(crate) fn wake_one(&self) -> bool {
        let wake = self.change(WaitQueue::hint);
        wake.map(|wake| wake.wake()).is_some()
    }

    /// Hints the waiters that are in the queue now. Ends even if they join it again, at the end.
    pub(crate) fn notify_queued(&self) {
        store_load_fence();
        let mut left = self.count();
        while left > 0 && self.wake_one() {
            left -= 1;
        }
    }

    /// Returns the number of waiters in the queue.
    pub(crate) fn count(&self) -> usize {
        self.queue.lock().count()
    }

    /// Returns what the waiters do, in order.
    pub(crate) fn reasons(&self) -> Vec<BlockedAt> {
        // Allocates before the lock is taken.
        let mut reasons = Vec::with_capacity(self.count());
        self.queue.lock().reasons(&mut reasons);
        reasons
    }

    fn change<R>(&self, change: impl FnOnce(&mut WaitQueue<T>) -> R) -> R {
        let result = self.then_count(&mut self.queue.lock(), change);
        // Orders this change before the caller's next check of the buffer: see `serve`.
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
        let waiting = usize::from(!queue.is_empty());
        // ORDERING: Relaxed, both; only the store in `enqueue` orders anything.
        let before = self.waiting.load(Ordering::Relaxed);
        if before != waiting && before != ABANDONED {
            // Only `abandon` writes without the lock, since it must not wait. Its mark stays: the
            // exchange then fails.
            let order = (Ordering::Relaxed, Ordering::Relaxed);
            let _ = self.waiting.compare_exchange(before, waiting, order.0, order.1);
        }
        result
    }
}
