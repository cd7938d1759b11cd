//! One side of a channel that is not unbuffered: those who wait for room, or those who wait for a value.
//!
//! No wake is lost, by the handshake of two threads that each write and then look:
//!
//! - a waiter lines up, stores `waiting`, looks again at the ends of the buffer that may be published to: whether somebody has
//!   the turn there, and the number;
//! - a publisher, be it a close, takes the turn by a read-modify-write (`core/turn.rs`), moves its end, looks at `waiting`.
//!
//! The store and the look at `waiting`, the read-modify-write and the look at the turn are SeqCst, so whichever comes
//! second sees the other. A publisher that finds nobody pays one load.
//!
//! The rule of those who find somebody in line: **serve first.** Whoever publishes, and whoever comes along to operate on this
//! side itself, completes the operation of the first in line, asleep or not, before its own is tried (`core/buffer.rs`).
//! What follows from it:
//!
//! - a waiter that was served has its value, or its room, and nothing is kept for it besides: all else is anyone's, and
//!   "empty" and "full" are what the buffer says;
//! - a waiter that does not run keeps what it was given, one value at most, and stops nobody: the next publication serves the
//!   next in line;
//! - a waiter in line is overtaken only by operations that looked at the line before there was something for it. If one of them
//!   takes away what it was about to be given, it is hinted, and goes back to the front of the line.

use super::{Complete, Entry, Place, WaitQueue, Why};
use crate::sync::{dekker_light, mutant, AtomicUsize, Mutex, Ordering, SPINS};

/// How many a thread wakes that leaves a closed channel.
pub(crate) const WOKEN_BY_ONE: usize = if SPINS { 3 } else { 1 };

pub(crate) struct WaitSide<T> {
    /// Not 0 if somebody stands in `queue`; readable without its lock.
    waiting: AtomicUsize,
    queue: Mutex<WaitQueue<T>>,
}

impl<T> WaitSide<T> {
    pub(crate) fn new() -> Self {
        Self { waiting: AtomicUsize::new(0), queue: Mutex::new(WaitQueue::new()) }
    }

    /// Links `entry`. The caller has to look at the buffer again before it waits.
    pub(crate) fn line_up(&self, entry: &Entry<T>, place: &Place<'_>) {
        let mut queue = self.queue.lock();
        queue.push(entry, place);
        // ORDERING: SeqCst; pairs with the read-modify-write by which a publisher takes its turn.
        self.waiting.store(1, Ordering::SeqCst);
        if !mutant("no_fence") {
            dekker_light();
        }
    }

    /// Unlinks `entry`, if a claimer has not.
    pub(crate) fn withdraw(&self, entry: &Entry<T>) {
        self.change(|queue| queue.remove(entry));
    }

    /// Whether anybody stands in line: asked after each publication, and before each operation.
    #[inline]
    pub(crate) fn is_waited_on(&self) -> bool {
        // ORDERING: SeqCst; pairs with the store in `line_up`.
        self.waiting.load(Ordering::SeqCst) != 0
    }

    /// Completes the operation of the first in line, if there is one.
    pub(crate) fn serve(&self, complete: impl Complete<T>) {
        let wake = self.change(|queue| queue.serve(complete));
        if let Some(wake) = wake {
            wake.wake();
        }
    }

    /// Has some of those in line look again on a closed channel, by a thread that leaves it: the closer wakes all, and has
    /// help.
    pub(crate) fn help_to_wake(&self) {
        for _ in 0..WOKEN_BY_ONE {
            if !self.is_waited_on() || !self.wake_one() {
                return;
            }
        }
    }

    /// Has everyone look again on a closed channel. Whoever lines up meanwhile sees the close, and does not stay.
    pub(crate) fn wake_all(&self) {
        while self.is_waited_on() && !mutant("close_wakes_nobody") && self.wake_one() {}
    }

    /// Has the first in line look again. False if there is nobody.
    pub(crate) fn wake_one(&self) -> bool {
        let wake = self.change(WaitQueue::hint);
        wake.map(|wake| wake.wake()).is_some()
    }

    /// Has those in line look again. They may line up again, at the end, and this ends nevertheless.
    pub(crate) fn notify_those_in_line(&self) {
        dekker_light();
        let mut left = self.count();
        while left > 0 && self.wake_one() {
            left -= 1;
        }
    }

    /// How many stand in line.
    pub(crate) fn count(&self) -> usize {
        self.queue.lock().count()
    }

    /// What those in line do, in order.
    pub(crate) fn reasons(&self) -> Vec<Why> {
        // Room first: no allocation under the lock.
        let mut reasons = Vec::with_capacity(self.count());
        self.queue.lock().reasons(&mut reasons);
        reasons
    }

    fn change<R>(&self, change: impl FnOnce(&mut WaitQueue<T>) -> R) -> R {
        let mut queue = self.queue.lock();
        let result = change(&mut queue);
        // ORDERING: Relaxed; written under the lock; only the store in `line_up` orders anything.
        self.waiting.store(usize::from(!queue.is_empty()), Ordering::Relaxed);
        result
    }
}
