//! Lines and reservations, step by step: what threads that meet within a few instructions would bring about once in a
//! million runs.

mod queue;
mod side;

use std::{cell::RefCell, panic::Location};

use super::{Entry, Outcome, Place, Reason, WaitQueue, WaitSide, Waiter, Wake, Who, Why};

/// A waiter with the place it may take in one line.
struct One {
    entry: Entry<u32>,
    waiter: RefCell<Box<Waiter>>,
}

fn waiter(cases: usize) -> Box<Waiter> {
    Box::new(Waiter::new(cases, Why { reason: Reason::Recv, location: Location::caller() }))
}

/// Who polls and waits for a value.
fn receiver() -> One {
    One { entry: Entry::new(None), waiter: RefCell::new(waiter(1)) }
}

/// Who polls and has this value to give.
fn sender(value: u32) -> One {
    One { entry: Entry::new(Some(value)), waiter: RefCell::new(waiter(1)) }
}

fn receivers<const N: usize>() -> [One; N] {
    std::array::from_fn(|_| receiver())
}

impl One {
    fn who(&self) -> Who {
        Who::of(&self.entry)
    }

    fn falls_asleep(&self) {
        self.waiter.borrow().falls_asleep();
    }

    /// Calls `link` with the entry and the waiter's place. The waiter is not replaced while it stands in line.
    fn stand(&self, front: bool, link: impl FnOnce(&Entry<u32>, &Place<'_>)) {
        let waiter = self.waiter.borrow();
        link(&self.entry, &Place { waiter: &waiter, case: 7, alone: true, front });
    }

    fn join(&self, queue: &mut WaitQueue<u32>) {
        self.stand(false, |entry, place| queue.push(entry, place, false));
    }

    fn line_up(&self, side: &WaitSide<u32>) {
        self.stand(false, |entry, place| side.line_up(entry, place));
    }

    /// Lines up once more, woken in vain.
    fn comes_back(&self, side: &WaitSide<u32>) {
        assert_eq!(self.hears(), Some(Outcome::Hint(7)));
        self.entry.claimed();
        *self.waiter.borrow_mut() = waiter(1);
        self.stand(true, |entry, place| side.line_up(entry, place));
    }

    /// What was decided. `None`: nothing yet; then it still stands in line.
    fn hears(&self) -> Option<Outcome> {
        let waiter = self.waiter.borrow();
        waiter.is_decided().then(|| waiter.abort())
    }

    fn leaves(&self, queue: &mut WaitQueue<u32>) {
        queue.remove(&self.entry);
        self.waiter.borrow().abort();
    }

    fn withdraws(&self, side: &WaitSide<u32>) {
        side.withdraw(&self.entry);
        self.waiter.borrow().abort();
    }

    fn value(&self) -> Option<u32> {
        self.entry.claimed();
        self.entry.replace(None)
    }
}

impl Drop for One {
    fn drop(&mut self) {
        assert!(self.waiter.get_mut().is_decided(), "still in line");
        self.entry.claimed();
    }
}

#[test]
fn who_sleeps_is_woken_by_its_claimer() {
    let sleeper = waiter(1);
    sleeper.falls_asleep();
    assert!(sleeper.claim(Outcome::Hint(0)).is_some_and(|Wake(parker)| parker.is_some()));
    let awake = waiter(1);
    assert!(awake.claim(Outcome::Hint(0)).is_some_and(|Wake(parker)| parker.is_none()));
    assert!(awake.claim(Outcome::Aborted).is_none());
    assert_eq!(awake.abort(), Outcome::Hint(0));
}
