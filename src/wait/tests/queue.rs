//! One queue: its order, and the waiters that are found in it.

use std::cell::RefCell;

use super::{receiver, receivers, sender, waiter, One};
use crate::wait::{Enqueued, Entry, Outcome, WaitQueue};

/// Empties the queue from its front and checks that it held these, in this order.
#[track_caller]
fn check_order(queue: &mut WaitQueue<u32>, expected: &[&One]) {
    assert_eq!(queue.count(), expected.len());
    for (i, one) in expected.iter().enumerate() {
        assert!(!queue.is_empty());
        assert!(queue.first() == one.who(), "number {i}");
        assert!(queue.hint().is_some());
        assert_eq!(one.hears(), Some(Outcome::Hint(7)), "number {i}");
    }
    assert!(queue.is_empty() && queue.hint().is_none());
    assert_eq!(queue.count(), 0);
}

#[test]
fn a_queue_is_in_order_of_arrival() {
    let mut queue = WaitQueue::new();
    let all: [One; 3] = receivers();
    all.iter().for_each(|one| one.join(&mut queue));
    check_order(&mut queue, &all.each_ref());
}

#[test]
fn a_waiter_that_returns_goes_to_the_front() {
    for ahead in [0, 1, 3] {
        let mut queue = WaitQueue::new();
        let others: Vec<One> = (0..ahead).map(|_| receiver()).collect();
        others.iter().for_each(|one| one.join(&mut queue));
        let (back, last) = (receiver(), receiver());
        back.stand(true, |entry, permit| queue.push(entry, permit));
        last.join(&mut queue);
        let mut expected: Vec<&One> = others.iter().collect();
        expected.insert(0, &back);
        expected.push(&last);
        check_order(&mut queue, &expected);
    }
}

#[test]
fn the_others_keep_their_order_when_one_leaves() {
    for leaver in 0..3 {
        let mut queue = WaitQueue::new();
        let all: [One; 3] = receivers();
        all.iter().for_each(|one| one.join(&mut queue));
        all[leaver].leaves(&mut queue);
        all[leaver].leaves(&mut queue);
        let last = receiver();
        last.join(&mut queue);
        let left = all.iter().enumerate().filter(|(i, _)| *i != leaver).map(|(_, one)| one);
        check_order(&mut queue, &left.chain([&last]).collect::<Vec<_>>());
    }
}

/// The neighbours of a claimed entry may be gone when its owner leaves.
#[test]
fn a_claimed_waiter_unlinks_nothing_when_it_leaves() {
    let mut queue = WaitQueue::new();
    let [claimed, gone, last] = receivers();
    [&claimed, &gone, &last].iter().for_each(|one| one.join(&mut queue));
    assert!(queue.hint().is_some());
    gone.leaves(&mut queue);
    claimed.leaves(&mut queue);
    check_order(&mut queue, &[&last]);
}

#[test]
fn a_value_goes_to_the_first_undecided_receiver() {
    let mut queue = WaitQueue::new();
    let [gone, first, second] = receivers();
    [&gone, &first, &second].iter().for_each(|one| one.join(&mut queue));
    gone.waiter.borrow().abort();
    let mut slot = Some(1);
    assert!(queue.exchange(&mut slot).is_some());
    assert_eq!(first.hears(), Some(Outcome::Delivered(7)));
    assert_eq!((slot, gone.value(), first.value()), (None, None, Some(1)));
    second.leaves(&mut queue);
    assert!(queue.is_empty());
    slot = Some(2);
    assert!(queue.exchange(&mut slot).is_none());
    assert_eq!((slot, second.value()), (Some(2), None));
}

#[test]
fn a_value_is_taken_from_the_first_undecided_sender() {
    let mut queue = WaitQueue::new();
    let (gone, first) = (sender(1), sender(2));
    [&gone, &first].iter().for_each(|one| one.join(&mut queue));
    gone.waiter.borrow().abort();
    let mut slot = None;
    assert!(queue.exchange(&mut slot).is_some());
    assert_eq!(first.hears(), Some(Outcome::Delivered(7)));
    assert_eq!((slot, gone.value(), first.value()), (Some(2), Some(1), None));
    assert!(queue.exchange(&mut None).is_none());
}

#[test]
fn a_hint_goes_to_the_first_undecided_waiter() {
    let mut queue = WaitQueue::new();
    let [gone, first] = receivers();
    [&gone, &first].iter().for_each(|one| one.join(&mut queue));
    gone.waiter.borrow().abort();
    assert!(queue.hint().is_some());
    assert_eq!(first.hears(), Some(Outcome::Hint(7)));
    assert!(queue.hint().is_none());
}

#[test]
fn an_undecided_waiter_is_served_asleep_or_not() {
    for sleeps in [false, true] {
        for completes in [true, false] {
            let mut queue = WaitQueue::new();
            let [gone, first, last] = receivers();
            [&gone, &first, &last].iter().for_each(|one| one.join(&mut queue));
            gone.waiter.borrow().abort();
            if sleeps {
                first.falls_asleep();
            }
            let wake = queue.serve(|slot| {
                *slot = completes.then_some(5);
                completes
            });
            assert_eq!(wake.map(|wake| wake.is_needed()), Some(sleeps));
            let expected = if completes { Outcome::Delivered(7) } else { Outcome::Hint(7) };
            assert_eq!((first.hears(), first.value()), (Some(expected), completes.then_some(5)));
            assert_eq!((queue.count(), last.hears()), (1, None));
            last.leaves(&mut queue);
            assert!(queue.serve(|_| unreachable!()).is_none());
        }
    }
}

#[test]
fn of_two_selects_that_meet_the_one_at_the_lower_address_stays() {
    for me_first in [true, false] {
        let mut queue = WaitQueue::new();
        let mut selects = [waiter(2), waiter(2)];
        if selects[0].outranks(&selects[1]) != me_first {
            selects.swap(0, 1);
        }
        let [me, other] = selects;
        let other = One { entry: Entry::new(None), waiter: RefCell::new(other) };
        let [itself, gone] = receivers();
        *itself.waiter.borrow_mut() = me;
        [&itself, &gone, &other].iter().for_each(|one| one.join(&mut queue));
        gone.waiter.borrow().abort();
        let (enqueued, wake) = queue.meet(&itself.waiter.borrow());
        assert_eq!(
            (enqueued, wake.is_some()),
            if me_first { (Enqueued::Waiting, true) } else { (Enqueued::Retry, false) }
        );
        assert_eq!(other.hears(), me_first.then_some(Outcome::Hint(7)));
        assert_eq!(itself.hears(), None);
        assert_eq!(queue.count(), if me_first { 2 } else { 3 });
        [&itself, &gone, &other].iter().for_each(|one| one.leaves(&mut queue));
        assert!(queue.is_empty());
    }
}

#[test]
fn a_waiter_with_one_case_outranks_a_select() {
    let (single_case, other_firm, select) = (waiter(1), waiter(1), waiter(2));
    assert!(single_case.outranks(&select) && !select.outranks(&single_case));
    assert!(!single_case.outranks(&other_firm) && !other_firm.outranks(&single_case));
}

#[test]
fn reasons_are_given_as_far_as_there_is_room() {
    let mut queue = WaitQueue::new();
    let all: [One; 3] = receivers();
    all.iter().for_each(|one| one.join(&mut queue));
    for room in [0, 2, 3, 4] {
        let mut reasons = Vec::new();
        reasons.reserve_exact(room);
        let room = reasons.capacity();
        queue.reasons(&mut reasons);
        assert_eq!(reasons.len(), room.min(3));
        assert_eq!(reasons.capacity(), room);
    }
    all.iter().for_each(|one| one.leaves(&mut queue));
}
