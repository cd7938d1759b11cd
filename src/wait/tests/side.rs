//! One side: who is told, served and let ahead.

use super::{receiver, receivers, One};
use crate::{
    sync::Ordering,
    wait::{side::OVERTAKES, Outcome, WaitSide, Who, WOKEN_BY_ONE},
};

#[test]
fn a_side_is_waited_on_while_somebody_stands_in_line() {
    let side = WaitSide::new();
    let [one, two] = receivers();
    assert!(!side.is_waited_on());
    one.line_up(&side);
    two.line_up(&side);
    assert_eq!(side.reasons().len(), 2);
    one.withdraws(&side);
    assert!(side.is_waited_on());
    side.notify();
    assert_eq!(two.hears(), Some(Outcome::Hint(7)));
    assert!(!side.is_waited_on());
    assert_eq!(side.reasons().len(), 0);
}

#[test]
fn a_side_is_reserved_for_who_was_hinted_and_so_many_may_overtake() {
    let side = WaitSide::new();
    let [one, two] = receivers();
    assert!(side.admits(Who::NEW) && side.would_admit(two.who()));
    one.line_up(&side);
    assert!(side.admits(Who::NEW) && side.would_admit(two.who()));
    side.notify();
    for _ in 0..OVERTAKES {
        assert!(side.would_admit(Who::NEW) && side.would_admit(two.who()));
        assert!(side.admits(two.who()));
        assert!(side.admits(one.who()));
    }
    for _ in 0..3 {
        assert!(!side.would_admit(Who::NEW) && !side.admits(Who::NEW));
        assert!(!side.would_admit(two.who()) && !side.admits(two.who()));
        assert!(side.would_admit(one.who()) && side.admits(one.who()));
    }
    side.release(two.who());
    assert!(!side.would_admit(Who::NEW));
    side.release(one.who());
    assert!(side.would_admit(Who::NEW) && side.admits(two.who()));
    // The next reservation has the whole number again.
    two.line_up(&side);
    side.notify();
    assert!((0..OVERTAKES).all(|_| side.admits(one.who())));
    assert!(!side.admits(one.who()));
}

/// A count that went on would come round, after a minute where it has 32 bits.
#[test]
fn who_is_turned_away_is_not_counted() {
    let side = WaitSide::new();
    let one = receiver();
    one.line_up(&side);
    side.notify();
    assert!((0..OVERTAKES).all(|_| side.admits(Who::NEW)));
    let left = side.overtakes.load(Ordering::Relaxed);
    assert!((0..100).all(|_| !side.admits(Who::NEW)));
    assert_eq!(side.overtakes.load(Ordering::Relaxed), left);
}

#[test]
fn one_hint_is_on_its_way_at_a_time() {
    let side = WaitSide::new();
    let [one, two] = receivers();
    one.line_up(&side);
    two.line_up(&side);
    side.notify();
    side.notify();
    assert_eq!((one.hears(), two.hears()), (Some(Outcome::Hint(7)), None));
    // Back in line it gets the next one, and the side stays its own.
    one.comes_back(&side);
    assert_eq!((one.hears(), two.hears()), (None, None));
    side.notify();
    assert_eq!((one.hears(), two.hears()), (Some(Outcome::Hint(7)), None));
    assert!((0..OVERTAKES).all(|_| side.admits(Who::NEW)));
    one.comes_back(&side);
    assert!(!side.would_admit(two.who()), "the count goes on where it was");
    one.withdraws(&side);
    side.release(one.who());
    side.notify();
    assert_eq!(two.hears(), Some(Outcome::Hint(7)));
}

#[test]
fn the_reserved_one_stands_first_wherever_it_lines_up() {
    let side = WaitSide::new();
    let [one, two, three, four] = receivers();
    one.line_up(&side);
    two.line_up(&side);
    side.notify();
    // Two others are told to look, reserve nothing, and come back before it and after it.
    side.wake_one();
    three.line_up(&side);
    side.wake_one();
    three.comes_back(&side);
    one.was_hinted();
    one.line_up(&side);
    two.comes_back(&side);
    four.line_up(&side);
    for next in [&one, &two, &three, &four] {
        assert_eq!(next.hears(), None);
        assert!(side.wake_one());
        assert_eq!(next.hears(), Some(Outcome::Hint(7)));
    }
    assert!(!side.wake_one());
}

#[test]
fn who_polls_first_in_line_is_served_without_a_reservation() {
    let side = WaitSide::new();
    let [one, two] = receivers();
    one.line_up(&side);
    two.line_up(&side);
    let first = one.who();
    let served = side.serve(|who, slot| {
        assert!(who == first);
        slot.replace(3);
        true
    });
    assert!(served);
    assert_eq!((one.hears(), one.value()), (Some(Outcome::Delivered(7)), Some(3)));
    assert_eq!(two.hears(), None);
    assert!(side.is_waited_on());
    assert!((0..=OVERTAKES).all(|_| side.admits(Who::NEW)));
    // There is nothing to be had: it has to look for itself, and may be overtaken.
    assert!(!side.serve(|_, _| false));
    assert_eq!(two.hears(), Some(Outcome::Hint(7)));
    assert!((0..OVERTAKES).all(|_| side.admits(Who::NEW)));
    assert!(!side.admits(Who::NEW) && side.admits(two.who()));
    assert!(!side.serve(|_, _| unreachable!()));
}

#[test]
fn while_one_is_on_its_way_the_last_one_that_polls_is_served() {
    let side = WaitSide::new();
    let [sleeps, other, polls] = receivers();
    [&sleeps, &other, &polls].iter().for_each(|one| one.line_up(&side));
    sleeps.falls_asleep();
    other.falls_asleep();
    // Nobody is coming yet: the first in line is told.
    assert!(!side.serve(|_, _| unreachable!()));
    assert_eq!((sleeps.hears(), other.hears()), (Some(Outcome::Hint(7)), None));
    let last = polls.who();
    let served = side.serve(|who, slot| {
        assert!(who == last);
        slot.replace(4);
        true
    });
    assert!(served);
    assert_eq!((polls.hears(), polls.value()), (Some(Outcome::Delivered(7)), Some(4)));
    // The last one sleeps now, and one is coming: nothing to be done.
    assert!(!side.serve(|_, _| unreachable!()));
    assert_eq!(other.hears(), None);
    other.withdraws(&side);
}

#[test]
fn the_last_one_is_served_only_if_that_is_possible() {
    let side = WaitSide::new();
    let [sleeps, other, polls] = receivers();
    [&sleeps, &other, &polls].iter().for_each(|one| one.line_up(&side));
    sleeps.falls_asleep();
    other.falls_asleep();
    side.notify();
    assert!(!side.serve(|_, _| false));
    assert_eq!((polls.hears(), other.hears()), (Some(Outcome::Hint(7)), None));
    assert!((0..OVERTAKES).all(|_| side.admits(polls.who())));
    assert!(!side.admits(polls.who()), "reserved for who was hinted first");
    other.withdraws(&side);
}

#[test]
fn nobody_is_served_who_may_not_take_what_there_is() {
    let side = WaitSide::new();
    let [one, two] = receivers();
    one.line_up(&side);
    side.notify();
    two.line_up(&side);
    assert!((0..OVERTAKES).all(|_| side.admits(Who::NEW)));
    assert!(!side.serve(|_, _| unreachable!()));
    assert_eq!(two.hears(), None);
    two.withdraws(&side);
}

#[test]
fn a_hint_to_who_has_decided_reserves_for_the_next_one() {
    let side = WaitSide::new();
    let [gone, next] = receivers();
    gone.line_up(&side);
    next.line_up(&side);
    gone.waiter.borrow().abort();
    side.notify();
    assert_eq!(next.hears(), Some(Outcome::Hint(7)));
    assert!((0..OVERTAKES).all(|_| side.admits(gone.who())));
    assert!(!side.admits(gone.who()) && side.admits(next.who()));
}

#[test]
fn a_close_tells_a_few_and_reserves_nothing() {
    let side = WaitSide::new();
    let all: [One; WOKEN_BY_ONE + 1] = receivers();
    all.iter().for_each(|one| one.line_up(&side));
    side.notify_closed();
    let told = all.iter().take_while(|one| one.hears().is_some()).count();
    assert_eq!(told, WOKEN_BY_ONE);
    assert!((0..=OVERTAKES).all(|_| side.admits(Who::NEW)));
    side.notify_closed();
    assert!(all.iter().all(|one| one.hears().is_some()));
    side.notify_closed();
}

#[test]
fn those_in_line_are_told_once_each() {
    for count in [0, 1, 4] {
        let side = WaitSide::new();
        let all: Vec<One> = (0..count).map(|_| receiver()).collect();
        all.iter().for_each(|one| one.line_up(&side));
        side.notify_those_in_line();
        assert!(all.iter().all(|one| one.hears().is_some()));
        assert!(!side.is_waited_on());
    }
}
