//! One side: the waiters that are hinted and served.

use super::{receiver, receivers, One};
use crate::wait::{Outcome, WaitSide};

#[test]
fn a_side_has_waiters_while_one_is_in_its_queue() {
    let side = WaitSide::new();
    let [one, two] = receivers();
    assert!(!side.has_waiters());
    one.enqueue(&side);
    two.enqueue(&side);
    assert_eq!((side.reasons().len(), side.count()), (2, 2));
    one.withdraws(&side);
    assert!(side.has_waiters());
    assert!(side.wake_one());
    assert_eq!(two.hears(), Some(Outcome::Hint(7)));
    assert!(!side.has_waiters() && !side.wake_one());
    assert_eq!((side.reasons().len(), side.count()), (0, 0));
}

#[test]
fn the_first_waiter_is_served_whether_or_not_it_sleeps() {
    for sleeps in [false, true] {
        let side = WaitSide::new();
        let [one, two] = receivers();
        one.enqueue(&side);
        two.enqueue(&side);
        if sleeps {
            one.falls_asleep();
            two.falls_asleep();
        }
        side.serve(|slot| slot.replace(3).is_none());
        assert_eq!((one.hears(), one.value()), (Some(Outcome::Delivered(7)), Some(3)));
        assert_eq!(two.hears(), None);
        assert!(side.has_waiters());
        // It cannot be served after all, so it is hinted.
        side.serve(|_| false);
        assert_eq!((two.hears(), two.value()), (Some(Outcome::Hint(7)), None));
        assert!(!side.has_waiters());
        side.serve(|_| unreachable!());
    }
}

#[test]
fn a_hinted_waiter_returns_to_the_front_of_its_side() {
    let side = WaitSide::new();
    let [one, two, three] = receivers();
    one.enqueue(&side);
    two.enqueue(&side);
    side.serve(|_| false);
    three.enqueue(&side);
    one.comes_back(&side);
    for next in [&one, &two, &three] {
        assert_eq!(next.hears(), None);
        assert!(side.wake_one());
        assert_eq!(next.hears(), Some(Outcome::Hint(7)));
    }
}

#[test]
fn a_waiter_that_has_decided_is_passed_over() {
    let side = WaitSide::new();
    let [gone, next] = receivers();
    gone.enqueue(&side);
    next.enqueue(&side);
    gone.waiter.borrow().abort();
    side.serve(|slot| slot.replace(1).is_none());
    assert_eq!((next.hears(), gone.value()), (Some(Outcome::Delivered(7)), None));
}

#[test]
fn a_close_hints_every_waiter() {
    let all: [One; 9] = receivers();
    let side = WaitSide::new();
    all.iter().for_each(|one| one.enqueue(&side));
    while side.wake_closed() {}
    assert!(all.iter().all(|one| one.hears() == Some(Outcome::Hint(7))));
    while side.wake_closed() {}
}

#[test]
fn each_queued_waiter_is_hinted_once() {
    for count in [0, 1, 4] {
        let side = WaitSide::new();
        let all: Vec<One> = (0..count).map(|_| receiver()).collect();
        all.iter().for_each(|one| one.enqueue(&side));
        side.notify_queued();
        assert!(all.iter().all(|one| one.hears().is_some()));
        assert!(!side.has_waiters());
    }
}

#[test]
fn a_side_that_is_abandoned_stays_so() {
    let side = WaitSide::<u32>::new();
    side.abandon();
    // A close that began before, and a service.
    assert!(!side.wake_one());
    assert!(side.is_abandoned());
    side.serve(|_| false);
    assert!(side.is_abandoned());
    while side.wake_closed() {}
    assert!(side.is_abandoned());
}
