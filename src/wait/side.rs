//! One side of a buffered channel: those who wait for room, or those who wait for a value.
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
//! A waiter that polls is served on the spot; one that sleeps is told to look, one at a time.
//!
//! Whoever comes along may be faster than a waiter that has just been told to look. So that nobody
//! starves, the side is *reserved* for that waiter until it is served or gives up, and others may
//! overtake it `OVERTAKES` times in all. Who is turned away lines up and is not forgotten:
//!
//! - the end of a reservation, and each use of a hint, has the next in line look, if there is
//!   something to be had;
//! - the waiter with the reservation stands first whenever it stands in line, so the next hint is
//!   its own.

use super::{Complete, Entry, Place, WaitQueue, Wake, Who, Why};
use crate::sync::{dekker_light, mutant, AtomicUsize, Mutex, Ordering, SPINS};

/// How many operations may overtake a waiter between its hint and its return, all in all.
pub(super) const OVERTAKES: usize = if SPINS { 256 } else { 1 };

/// How many one operation serves.
pub(crate) const SERVED_BY_ONE: usize = if SPINS { 16 } else { 1 };

/// How many one thread wakes on a closed channel.
pub(crate) const WOKEN_BY_ONE: usize = if SPINS { 3 } else { 1 };

pub(crate) struct WaitSide<T> {
    /// Not 0 if somebody stands in `queue`; readable without its lock.
    waiting: AtomicUsize,
    /// For whom the side is reserved; 0 for nobody. Set under the lock.
    reserved: AtomicUsize,
    /// How many may still overtake; less than 1 as a signed number: none.
    pub(super) overtakes: AtomicUsize,
    queue: Mutex<WaitQueue<T>>,
}

impl<T> WaitSide<T> {
    pub(crate) fn new() -> Self {
        Self {
            waiting: AtomicUsize::new(0),
            reserved: AtomicUsize::new(0),
            overtakes: AtomicUsize::new(0),
            queue: Mutex::new(WaitQueue::new()),
        }
    }

    /// Whether `who` may take what there is; a look ahead, for polling.
    #[inline]
    pub(crate) fn would_admit(&self, who: Who) -> bool {
        // ORDERING: SeqCst; after the store in `line_up`, pairs with the exchange in `release`.
        let reserved = self.reserved.load(Ordering::SeqCst);
        reserved == 0 || reserved == who.0 || self.overtakes.load(Ordering::Relaxed) as isize > 0
    }

    /// Whether `who` may take what there is; if that overtakes somebody, it is counted.
    #[inline]
    pub(crate) fn admits(&self, who: Who) -> bool {
        let reserved = self.reserved.load(Ordering::SeqCst);
        reserved == 0 || reserved == who.0 || self.overtake()
    }

    #[cold]
    fn overtake(&self) -> bool {
        let some = |left| left as isize > 0;
        // Counted only while some are left: a count that went on would come round. A model is too short for that.
        let may_be = || !SPINS || some(self.overtakes.load(Ordering::Relaxed));
        may_be() && some(self.overtakes.fetch_sub(1, Ordering::Relaxed))
    }

    /// Reserves the side for `who`, unless it is reserved already. Under the lock, and before `who`
    /// is claimed: afterwards it may have come and gone.
    fn reserve(&self, who: Who) {
        if self.reserved.load(Ordering::Relaxed) == 0 {
            self.overtakes.store(OVERTAKES, Ordering::Relaxed);
            self.reserved.store(who.0, Ordering::SeqCst);
        }
    }

    /// Ends the reservation of `who`, if it has one. Those who were turned away have to look.
    pub(crate) fn release(&self, who: Who) {
        if mutant("reservation_stays") {
            return;
        }
        // ORDERING: SeqCst; pairs with the load in `is_coming`: either a publisher finds nobody
        // coming, or who has just come finds what was published.
        let _ = self.reserved.compare_exchange(who.0, 0, Ordering::SeqCst, Ordering::Relaxed);
        dekker_light();
    }

    /// Links `entry`. The caller has to look at the buffer again before it waits.
    pub(crate) fn line_up(&self, entry: &Entry<T>, place: &Place<'_>) {
        let mut queue = self.queue.lock();
        let reserved = self.reserved.load(Ordering::Relaxed);
        let keep_first = queue.first() == Who(reserved);
        if Who::of(entry) == Who(reserved) {
            queue.push(entry, &place.at_the_front(), keep_first);
        } else {
            queue.push(entry, place, keep_first);
        }
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

    /// Called after each publication: whether anybody stands in line for it.
    #[inline]
    pub(crate) fn is_waited_on(&self) -> bool {
        // ORDERING: SeqCst; pairs with the store in `line_up`.
        self.waiting.load(Ordering::SeqCst) != 0
    }

    /// Has one waiter look again, if there is any and none is coming.
    pub(crate) fn notify(&self) {
        let wake = self.change(|queue| if self.is_coming(queue) { None } else { self.hint(queue) });
        if let Some(wake) = wake {
            wake.wake();
        }
    }

    /// The same, but a waiter that polls has its case completed on the spot. True if one had.
    pub(crate) fn serve(&self, complete: impl Complete<T>) -> bool {
        let complete = |who, slot: &mut Option<T>| {
            let completed = complete(who, slot);
            if !completed {
                // Told to look for itself, it may be overtaken.
                self.reserve(who);
            }
            completed
        };
        let (served, wake) = self.change(|queue| {
            if !self.would_admit(queue.first()) {
                // Its turn comes when who is coming has been.
                return (false, None);
            }
            if let Some(served) = queue.serve_first(complete) {
                return (served, None);
            }
            // The first in line sleeps.
            if self.is_coming(queue) {
                return (queue.serve_last(complete) == Some(true), None);
            }
            (false, self.hint(queue))
        });
        if let Some(wake) = wake {
            wake.wake();
        }
        served
    }

    /// Tells the first in line to look, which then goes before others.
    fn hint(&self, queue: &mut WaitQueue<T>) -> Option<Wake> {
        queue.hint_with(|who| self.reserve(who), |who| self.release(who))
    }

    /// True if somebody was told to look and has not come back: it passes the hint on when it is
    /// done. Under the lock.
    fn is_coming(&self, queue: &WaitQueue<T>) -> bool {
        // ORDERING: SeqCst; after the publication, pairs with the exchange in `release`.
        let reserved = self.reserved.load(Ordering::SeqCst);
        reserved != 0 && (queue.first() != Who(reserved) || mutant("waits_for_a_sleeper"))
    }

    /// Has a few look again on a closed channel. Who leaves because of that calls it again, so each
    /// wakes some more and the closer does not wake a thousand.
    pub(crate) fn notify_closed(&self) {
        for _ in 0..WOKEN_BY_ONE {
            if !self.is_waited_on() || mutant("close_wakes_nobody") {
                return;
            }
            self.wake_one();
        }
    }

    /// Has the first in line look again, and reserves nothing. False if there is nobody.
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
