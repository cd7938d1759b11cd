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

use super::{BlockedAt, LinkPermit, Place, WaitQueue, Wake};
use crate::sync::{full_fence, mutant, store_load_fence, AtomicU8, Mutex, Ordering};

/// The bits of `waiting`: a waiter with a slot is in the queue, one without a slot is, no receiver
/// is left.
const WITH_SLOT: u8 = 1;
const BARE: u8 = 2;
const ABANDONED: u8 = 4;

/// What a publisher has done for a waiter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Service {
    OfThread,
    OfTask,
    /// There is no waiter to do it for.
    Nobody,
    /// Another thread holds the lock, and does it.
    Left,
}

pub(crate) struct WaitSide<T> {
    /// What there is to do for a publisher, or 0. Readable without the lock.
    waiting: AtomicU8,
    /// 1 if a publisher has found the lock taken, and a waiter without a slot may be hinted for it.
    left: AtomicU8,
    queue: Mutex<WaitQueue<T>>,
}

impl<T> WaitSide<T> {
    pub(crate) fn new() -> Self {
        Self {
            waiting: AtomicU8::new(0),
            left: AtomicU8::new(0),
            queue: Mutex::new(WaitQueue::new()),
        }
    }

    /// Links an entry. The caller checks the buffer again before it waits.
    pub(crate) fn enqueue<'a>(&self, place: impl Into<Place<'a, T>>, permit: &LinkPermit<'_>)
    where
        T: 'a,
    {
        let mut queue = self.queue.lock();
        queue.push(place, permit);
        // ORDERING: SeqCst; pairs with the exchange by which a publisher claims its position.
        self.waiting.store(Self::summary(&queue), Ordering::SeqCst);
        drop(queue);
        if !mutant("no_fence") {
            // Orders this change before the caller's next check of the buffer: see `serve`.
            full_fence();
        }
    }

    /// Unlinks an entry, unless a claimer already did.
    pub(crate) fn dequeue<'a>(&self, place: impl Into<Place<'a, T>>)
    where
        T: 'a,
    {
        self.change(|queue| queue.remove(place));
    }

    /// Returns true if a waiter is in the queue, or if no receiver is left. Called after each
    /// publication, and before each operation.
    #[inline]
    pub(crate) fn has_waiters(&self) -> bool {
        // ORDERING: SeqCst; pairs with the store in `enqueue`.
        self.waiting.load(Ordering::SeqCst) != 0
    }

    /// Returns true if a waiter in the queue has a slot, or if no receiver is left.
    #[inline]
    pub(crate) fn has_slots(&self) -> bool {
        // ORDERING: SeqCst; pairs with the store in `enqueue`.
        self.waiting.load(Ordering::SeqCst) & !BARE != 0
    }

    /// Returns true if a waiter in the queue has no slot.
    pub(crate) fn has_bare(&self) -> bool {
        // ORDERING: SeqCst; pairs with the store in `enqueue`.
        self.waiting.load(Ordering::SeqCst) & BARE != 0
    }

    /// Completes the operation of the first waiter with a slot, if there is one. Returns also
    /// whether a waiter without a slot may be in the queue.
    pub(crate) fn serve(&self, complete: impl Fn(&mut Option<T>) -> bool) -> (Service, bool) {
        let mut has_bare = true;
        let service = self.try_change(|queue| {
            has_bare = queue.has_bare();
            queue.serve(complete)
        });
        (service, has_bare)
    }

    /// Hints the first waiter without a slot, if there is one.
    pub(crate) fn hint_bare(&self) -> Service {
        match self.try_change(WaitQueue::hint_bare) {
            Service::Left => {}
            service => return service,
        }
        // ORDERING: SeqCst; before the next attempt to lock, pairs with the swap in `take_left`.
        self.left.store(1, Ordering::SeqCst);
        self.try_change(WaitQueue::hint_bare)
    }

    /// Returns true if a publisher has found the lock taken, and so has left its hint of a waiter
    /// without a slot to the caller.
    pub(crate) fn take_left(&self) -> bool {
        // ORDERING: SeqCst, both; after the release of the lock, pairs with the store in
        // `hint_bare`.
        self.left.load(Ordering::SeqCst) != 0 && self.left.swap(0, Ordering::SeqCst) != 0
    }

    /// Does what a publisher does for a waiter, unless another thread holds the lock. That thread
    /// checks the buffer after it has released the lock.
    fn try_change(&self, change: impl FnOnce(&mut WaitQueue<T>) -> Option<Wake>) -> Service {
        // Orders the step that makes the service possible before the attempt to lock. A thread that
        // holds the lock now checks the buffer later, and so sees the step.
        full_fence();
        let wake = match self.queue.try_lock() {
            Some(mut queue) => self.then_count(&mut queue, change),
            None if mutant("waits_in_a_try") => self.change(change),
            None => return Service::Left,
        };
        full_fence();
        let Some(wake) = wake else { return Service::Nobody };
        let service = if wake.is_of_task() { Service::OfTask } else { Service::OfThread };
        wake.wake();
        service
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

    /// Hints the first waiter of a closed channel. Returns false if there is none. A waiter that
    /// joins the queue later sees the close, and does not stay.
    pub(crate) fn wake_closed(&self) -> bool {
        self.has_waiters() && !mutant("close_wakes_nobody") && self.wake_one()
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

    /// Returns the bits of `waiting` for this queue.
    fn summary(queue: &WaitQueue<T>) -> u8 {
        let with_slot = if queue.has_slots() { WITH_SLOT } else { 0 };
        with_slot | if queue.has_bare() { BARE } else { 0 }
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
        let waiting = Self::summary(queue);
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

/// Calls each function until it returns false, also if a waker panics: no other waiter is left
/// asleep.
pub(crate) fn wake_each<const N: usize>(sides: [&dyn Fn() -> bool; N]) {
    struct Rest<'a, const N: usize>([&'a dyn Fn() -> bool; N]);
    impl<const N: usize> Drop for Rest<'_, N> {
        fn drop(&mut self) {
            self.0.iter().for_each(|wake_next| while wake_next() {});
        }
    }
    let rest = Rest(sides);
    sides.iter().for_each(|wake_next| while wake_next() {});
    std::mem::forget(rest);
}
