//! One side of a buffered channel: those who wait for room, or those who wait for a value.
//!
//! No wake is lost, by the handshake of two threads that each write and then look:
//!
//! - a waiter lines up (`waiting` is no longer 0), fence, looks at the buffer again;
//! - a publisher changes the buffer's index by a SeqCst read-modify-write, looks at `waiting`.
//!
//! Whichever comes second sees the other. A publisher that finds nobody pays one load.

use super::{Entry, Place, WaitQueue, Why};
use crate::sync::{dekker_light, fence, mutant, AtomicUsize, Mutex, Ordering};

pub(crate) struct WaitSide<T> {
    /// The length of `queue`, readable without its lock.
    waiting: AtomicUsize,
    queue: Mutex<WaitQueue<T>>,
}

impl<T> WaitSide<T> {
    pub(crate) fn new() -> Self {
        Self { waiting: AtomicUsize::new(0), queue: Mutex::new(WaitQueue::new()) }
    }

    /// Links `entry`. The caller has to look at the buffer again before it waits.
    pub(crate) fn line_up(&self, entry: &Entry<T>, place: Place<'_>) {
        self.change(|queue| queue.push(entry, place));
        // ORDERING: pairs with the publisher's SeqCst read-modify-write of its index.
        if !mutant("no_fence") {
            fence(Ordering::SeqCst);
        }
    }

    /// Unlinks `entry`, if a claimer has not.
    pub(crate) fn withdraw(&self, entry: &Entry<T>) {
        self.change(|queue| queue.remove(entry));
    }

    /// Called after each publication: has one waiter, if there is any, look again.
    #[inline]
    pub(crate) fn notify(&self) {
        dekker_light();
        // ORDERING: SeqCst; pairs with the fence in `line_up`.
        if self.waiting.load(Ordering::SeqCst) != 0 {
            self.notify_slow();
        }
    }

    #[cold]
    #[inline(never)]
    fn notify_slow(&self) {
        if let Some(wake) = self.change(WaitQueue::hint) {
            wake.wake();
        }
    }

    /// Has everyone look again. Who lines up later sees what was published before, so this ends
    /// even if those who are woken line up again.
    pub(crate) fn notify_all(&self) {
        dekker_light();
        let waiting = self.change(|queue| queue.len());
        for _ in 0..if mutant("close_wakes_one") { 1 } else { waiting } {
            match self.change(WaitQueue::hint) {
                Some(wake) => wake.wake(),
                None => break,
            }
        }
    }

    /// What those in line do, in order.
    pub(crate) fn reasons(&self) -> Vec<Why> {
        self.queue.lock().reasons()
    }

    fn change<R>(&self, change: impl FnOnce(&mut WaitQueue<T>) -> R) -> R {
        let mut queue = self.queue.lock();
        let result = change(&mut queue);
        // ORDERING: Relaxed; written under the lock, and ordered by the fence in `line_up`.
        self.waiting.store(queue.len(), Ordering::Relaxed);
        result
    }
}
