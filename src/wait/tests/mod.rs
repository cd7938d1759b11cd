//! Queues, step by step. Real threads reach these states once in a million runs, since they have to
//! meet within a few instructions.

mod queue;
mod side;

use std::{
    cell::RefCell,
    panic::{catch_unwind, AssertUnwindSafe, Location},
    sync::Barrier,
    thread,
    time::{Duration, Instant},
};

use super::{
    BlockedAt, Entry, LinkPermit, OpId, Outcome, Place, Polling, Reason, WaitQueue, WaitSide,
    Waiter, WaiterCell, Wake,
};

/// A waiter with its entry for one queue.
pub(crate) struct One {
    entry: Entry<u32>,
    waiter: RefCell<Box<Waiter>>,
}

pub(crate) fn waiter(cases: usize) -> Box<Waiter> {
    Box::new(Waiter::new(cases, blocked_at()))
}

#[track_caller]
fn blocked_at() -> BlockedAt {
    BlockedAt { reason: Reason::Recv, location: Location::caller() }
}

/// Makes a receiver that polls.
pub(crate) fn receiver() -> One {
    One { entry: Entry::new(None), waiter: RefCell::new(waiter(1)) }
}

/// Makes a sender that polls, with this value.
pub(crate) fn sender(value: u32) -> One {
    One { entry: Entry::new(Some(value)), waiter: RefCell::new(waiter(1)) }
}

pub(crate) fn receivers<const N: usize>() -> [One; N] {
    std::array::from_fn(|_| receiver())
}

impl One {
    fn who(&self) -> OpId {
        OpId::of(&self.entry)
    }

    pub(crate) fn falls_asleep(&self) {
        self.waiter.borrow().falls_asleep();
    }

    /// Calls `link` with the entry and the waiter's permit. The waiter is not replaced while it is
    /// in the queue.
    pub(crate) fn stand<R>(
        &self,
        front: bool,
        link: impl FnOnce(Place<'_, u32>, &LinkPermit<'_>) -> R,
    ) -> R {
        let waiter = self.waiter.borrow();
        link((&self.entry).into(), &LinkPermit { waiter: &waiter, case: 7, sole: true, front })
    }

    fn join(&self, queue: &mut WaitQueue<u32>) {
        self.stand(false, |entry, permit| queue.push(entry, permit));
    }

    fn enqueue(&self, side: &WaitSide<u32>) {
        self.stand(false, |entry, permit| side.enqueue(entry, permit));
    }

    /// Joins the queue again, after a hint that was in vain.
    fn comes_back(&self, side: &WaitSide<u32>) {
        self.was_hinted();
        self.stand(true, |entry, permit| side.enqueue(entry, permit));
    }

    /// Checks that the waiter was hinted, and readies it to join the queue again.
    pub(crate) fn was_hinted(&self) {
        assert_eq!(self.hears(), Some(Outcome::Hint(7)));
        Place::from(&self.entry).claimed();
        *self.waiter.borrow_mut() = waiter(1);
    }

    /// Gives up, and unlinks the entry by `dequeue`.
    pub(crate) fn gives_up(&self, dequeue: impl FnOnce(Place<'_, u32>)) {
        self.waiter.borrow().abort();
        dequeue((&self.entry).into());
    }

    /// Returns the decision. `None` if there is none yet: the waiter is still in the queue.
    pub(crate) fn hears(&self) -> Option<Outcome> {
        let waiter = self.waiter.borrow();
        waiter.is_decided().then(|| waiter.abort())
    }

    fn leaves(&self, queue: &mut WaitQueue<u32>) {
        self.gives_up(|entry| queue.remove(entry));
    }

    fn withdraws(&self, side: &WaitSide<u32>) {
        self.gives_up(|entry| side.dequeue(entry));
    }

    pub(crate) fn value(&self) -> Option<u32> {
        Place::from(&self.entry).claimed();
        self.entry.take()
    }
}

impl Drop for One {
    fn drop(&mut self) {
        assert!(self.waiter.get_mut().is_decided(), "still in the queue");
        Place::from(&self.entry).claimed();
    }
}

#[test]
fn a_waiter_cell_is_in_the_cache_line_of_its_entry_and_holds_one_waiter() {
    fn offset<T>() -> usize {
        let entry = Entry::<T>::new(None);
        let waiter = entry.waiter_cell().emplace(1, blocked_at());
        let word = std::ptr::from_ref::<Waiter>(&waiter) as usize;
        word - std::ptr::from_ref(&entry) as usize
    }
    assert!(offset::<u64>() < 64);
    assert!(offset::<String>() < 64);

    let waiter_cell = WaiterCell::new();
    for _ in 0..2 {
        let waiter = waiter_cell.emplace(1, blocked_at());
        waiter.falls_asleep();
        assert!(catch_unwind(AssertUnwindSafe(|| waiter_cell.emplace(1, blocked_at()))).is_err());
        assert!(!waiter.is_decided());
    }
}

/// Claims a waiter that is in no queue, as its owner.
#[allow(unsafe_code)]
fn claim(waiter: &Waiter, outcome: Outcome) -> Option<Wake> {
    // SAFETY: the caller owns it.
    unsafe { Waiter::claim(waiter, outcome) }
}

#[test]
fn a_sleeper_is_woken_by_its_claimer() {
    let sleeper = waiter(1);
    sleeper.falls_asleep();
    assert!(claim(&sleeper, Outcome::Hint(0)).is_some_and(|wake| wake.is_needed()));
    let awake = waiter(1);
    assert!(claim(&awake, Outcome::Hint(0)).is_some_and(|wake| !wake.is_needed()));
    assert!(claim(&awake, Outcome::Aborted).is_none());
    assert_eq!(awake.abort(), Outcome::Hint(0));
}

#[test]
fn a_permit_for_the_end_keeps_its_waiter_and_case() {
    let waiter = waiter(1);
    for front in [false, true] {
        let permit = LinkPermit { waiter: &waiter, case: 3, sole: front, front };
        let moved = permit.at_the_end();
        assert!(std::ptr::eq(moved.waiter(), &*waiter));
        assert_eq!((moved.case, moved.sole(), moved.front), (3, permit.sole, false));
    }
}

#[test]
fn an_outcome_names_its_case() {
    assert_eq!(Outcome::Delivered(3).case(), Some(3));
    assert_eq!(Outcome::Hint(0).case(), Some(0));
    assert_eq!(Outcome::Aborted.case(), None);
}

#[test]
fn a_wait_ends_at_its_deadline_or_with_the_claim() {
    let now = Instant::now();
    assert_eq!(waiter(1).wait(&mut Polling::new(), Some(now)), Outcome::Aborted);
    let far = now + Duration::from_secs(3600);
    for deadline in [None, Some(far)] {
        let (sleeps, barrier) = (waiter(1), Barrier::new(2));
        thread::scope(|scope| {
            let outcome = scope.spawn(|| {
                barrier.wait();
                sleeps.wait(&mut Polling::new(), deadline)
            });
            barrier.wait();
            let wake = claim(&sleeps, Outcome::Hint(2)).expect("nobody else claims it");
            wake.wake();
            assert_eq!(outcome.join().unwrap(), Outcome::Hint(2));
        });
    }
}
