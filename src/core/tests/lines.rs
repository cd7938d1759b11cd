//! Those who wait on a channel, beside those who do not.

use std::time::{Duration, Instant};

use crate::{
    core::{tests::received, Channel, Core, Look, Schedule, Side},
    error::{TryRecvError, TrySendError},
    wait::{
        tests::{receiver, receivers, sender, One},
        Lined, Outcome, Who, SERVED_BY_ONE,
    },
};

impl One {
    fn lines_up(&self, core: &Core<u32>, side: Side) -> Lined {
        self.stand(false, |entry, place| core.line_up(side, entry, place))
    }

    fn comes_back_to(&self, core: &Core<u32>, side: Side) -> Lined {
        self.was_hinted();
        self.stand(true, |entry, place| core.line_up(side, entry, place))
    }

    fn gives_up_on(&self, core: &Core<u32>, side: Side) {
        self.gives_up(|entry| core.withdraw(side, entry));
    }
}

fn send(core: &Core<u32>, value: u32) -> Result<(), TrySendError<()>> {
    core.try_send(&mut Some(value), Who::NEW, Look::Hasty)
}

fn recv(core: &Core<u32>) -> Result<u32, TryRecvError> {
    received(core, Who::NEW, Look::Hasty)
}

fn buffered() -> [Core<u32>; 3] {
    [Core::bounded(1), Core::bounded(2), Core::unbounded()]
}

/// Has them line up to receive, and sleep.
fn fall_asleep(all: &[One], core: &Core<u32>) {
    for one in all {
        one.lines_up(core, Side::Recv);
        one.falls_asleep();
    }
}

/// Tries until nobody may overtake any more.
fn exhaust<R>(mut try_once: impl FnMut() -> Option<R>) {
    let tries = 1_000;
    assert!((0..tries).map_while(|_| try_once()).count() < tries, "no end of overtaking");
}

#[test]
fn who_lines_up_where_there_is_something_to_do_is_told_at_once() {
    for core in buffered() {
        let one = receiver();
        assert_eq!(one.lines_up(&core, Side::Recv), Lined::Waiting);
        one.gives_up_on(&core, Side::Recv);
        send(&core, 1).unwrap();
        let two = receiver();
        assert_eq!(two.lines_up(&core, Side::Recv), Lined::Ready);
        two.gives_up_on(&core, Side::Recv);
        recv(&core).unwrap();
        core.close();
        let three = receiver();
        assert_eq!(three.lines_up(&core, Side::Recv), Lined::Ready);
        three.gives_up_on(&core, Side::Recv);
        assert!(core.blocked(Side::Recv).is_empty());
    }
    let core = Core::bounded(1);
    let early = sender(1);
    assert_eq!(early.lines_up(&core, Side::Send), Lined::Ready);
    early.gives_up_on(&core, Side::Send);
    send(&core, 2).unwrap();
    let late = sender(3);
    assert_eq!(late.lines_up(&core, Side::Send), Lined::Waiting);
    assert_eq!(core.blocked(Side::Send).len(), 1);
    late.gives_up_on(&core, Side::Send);
}

#[test]
fn nobody_waits_to_send_without_a_bound() {
    let (core, one) = (Core::unbounded(), sender(1));
    assert_eq!(one.lines_up(&core, Side::Send), Lined::Ready);
    assert!(core.blocked(Side::Send).is_empty());
    one.gives_up_on(&core, Side::Send);
    send(&core, 1).unwrap();
    assert!(core.looks_ready(Side::Send, Who::NEW) && core.at_rest(Side::Send).is_none());
}

#[test]
fn a_receiver_that_polls_has_the_value_as_soon_as_it_is_sent() {
    for core in buffered() {
        let [one, two] = receivers();
        one.lines_up(&core, Side::Recv);
        two.lines_up(&core, Side::Recv);
        assert_eq!(core.blocked(Side::Recv).len(), 2);
        for (one, value) in [(&one, 1), (&two, 2)] {
            send(&core, value).unwrap();
            assert_eq!(one.hears(), Some(Outcome::Delivered(7)));
            assert_eq!((one.value(), core.len()), (Some(value), 0));
        }
    }
}

#[test]
fn a_sender_that_polls_has_its_value_in_as_soon_as_there_is_room() {
    let core = Core::bounded(1);
    send(&core, 1).unwrap();
    let (one, two) = (sender(2), sender(3));
    one.lines_up(&core, Side::Send);
    two.lines_up(&core, Side::Send);
    for (waits, value) in [(Some(&one), 1), (Some(&two), 2), (None, 3)] {
        assert_eq!(recv(&core), Ok(value));
        if let Some(one) = waits {
            assert_eq!(one.hears(), Some(Outcome::Delivered(7)));
            assert_eq!((one.value(), core.len()), (None, 1));
        }
    }
    assert_eq!(core.len(), 0);
}

/// What one operation makes possible for the other side makes something possible for its own.
#[test]
fn one_send_serves_both_lines() {
    let core = Core::bounded(1);
    send(&core, 1).unwrap();
    let (waits, sleeps) = (sender(2), receiver());
    waits.lines_up(&core, Side::Send);
    assert_eq!(recv(&core), Ok(1));
    assert_eq!(waits.hears(), Some(Outcome::Delivered(7)));
    assert_eq!(recv(&core), Ok(2));
    assert_eq!(sleeps.lines_up(&core, Side::Recv), Lined::Waiting);
    sleeps.falls_asleep();
    send(&core, 3).unwrap();
    assert_eq!((sleeps.hears(), core.len()), (Some(Outcome::Hint(7)), 1));
    core.settle(Side::Recv, sleeps.who());
}

/// Both lines stand, so each service makes the next one possible; one operation does a few of them, and has somebody
/// else go on.
#[test]
fn one_operation_serves_a_few_and_tells_the_next_one() {
    let core = Core::bounded(1);
    let (receivers, senders): ([One; 12], _) = (receivers(), [0; 12].map(sender));
    for (receives, sends) in receivers.iter().zip(&senders) {
        assert_eq!(receives.lines_up(&core, Side::Recv), Lined::Waiting);
        assert_eq!(sends.lines_up(&core, Side::Send), Lined::Ready);
    }
    send(&core, 0).unwrap();
    let heard = |outcome| {
        let all = receivers.iter().chain(&senders);
        all.filter(|one| one.hears() == Some(outcome)).count()
    };
    assert_eq!(heard(Outcome::Delivered(7)), SERVED_BY_ONE);
    assert_eq!(heard(Outcome::Hint(7)), 1);
    for (side, line) in [(Side::Recv, &receivers), (Side::Send, &senders)] {
        for one in line {
            one.gives_up_on(&core, side);
        }
    }
}

#[test]
fn the_next_in_line_has_what_the_first_leaves() {
    for core in buffered() {
        let both: [One; 2] = receivers();
        fall_asleep(&both, &core);
        let [first, next] = &both;
        send(&core, 1).unwrap();
        assert_eq!((first.hears(), next.hears()), (Some(Outcome::Hint(7)), None));
        // It goes without the value.
        core.settle(Side::Recv, first.who());
        assert_eq!(next.hears(), Some(Outcome::Hint(7)));
        assert_eq!(received(&core, next.who(), Look::Hasty), Ok(1));
        core.settle(Side::Recv, next.who());
        assert_eq!(send(&core, 2), Ok(()));
        assert_eq!(recv(&core), Ok(2));
    }
}

#[test]
fn nobody_is_told_where_the_first_leaves_nothing() {
    for core in buffered() {
        let both: [One; 2] = receivers();
        fall_asleep(&both, &core);
        let [first, next] = &both;
        send(&core, 1).unwrap();
        assert_eq!(received(&core, first.who(), Look::Hasty), Ok(1));
        core.settle(Side::Recv, first.who());
        assert_eq!(next.hears(), None);
        next.gives_up_on(&core, Side::Recv);
    }
}

#[test]
fn nobody_is_given_a_value_that_is_not_there() {
    for core in [Core::bounded(0), Core::bounded(1), Core::unbounded()] {
        let one = receiver();
        assert_eq!(one.lines_up(&core, Side::Recv), Lined::Waiting);
        let sent = core.try_send(&mut None, Who::NEW, Look::Exact);
        assert_eq!((sent, one.hears()), (Err(TrySendError::Full(())), None));
        one.gives_up_on(&core, Side::Recv);
    }
}

/// A sender is told, and the others may overtake it so many times.
#[test]
fn room_is_kept_for_a_sender_that_was_told_until_the_close() {
    let core = Core::bounded(1);
    send(&core, 0).unwrap();
    let sleeps = sender(1);
    sleeps.lines_up(&core, Side::Send);
    sleeps.falls_asleep();
    assert_eq!(recv(&core), Ok(0));
    assert_eq!(sleeps.hears(), Some(Outcome::Hint(7)));
    exhaust(|| send(&core, 2).and_then(|()| recv(&core).map_err(|_| unreachable!())).ok());
    assert!(matches!(send(&core, 3), Err(TrySendError::Full(()))));
    assert!(!core.looks_ready(Side::Send, Who::NEW) && core.looks_ready(Side::Send, sleeps.who()));
    // In line it would be hinted again; another one may not be told that there is room.
    let other = sender(4);
    assert_eq!(other.lines_up(&core, Side::Send), Lined::Waiting);
    assert_eq!(sleeps.comes_back_to(&core, Side::Send), Lined::Ready);
    assert!(matches!(send(&core, 3), Err(TrySendError::Full(()))));
    core.close();
    assert!(matches!(send(&core, 3), Err(TrySendError::Closed(()))));
    core.settle(Side::Send, sleeps.who());
    assert_eq!((sleeps.hears(), other.hears()), (Some(Outcome::Hint(7)), Some(Outcome::Hint(7))));
}

#[test]
fn a_value_is_kept_for_a_receiver_that_was_told_until_the_close() {
    for core in buffered() {
        let sleeps = receiver();
        sleeps.lines_up(&core, Side::Recv);
        sleeps.falls_asleep();
        send(&core, 1).unwrap();
        assert_eq!(sleeps.hears(), Some(Outcome::Hint(7)));
        exhaust(|| {
            recv(&core).and_then(|value| send(&core, value).map_err(|_| unreachable!())).ok()
        });
        for look in [Look::Hasty, Look::Exact] {
            assert_eq!(received(&core, Who::NEW, look), Err(TryRecvError::Empty));
        }
        assert!(!core.looks_ready(Side::Recv, Who::NEW));
        let other = receiver();
        assert_eq!(other.lines_up(&core, Side::Recv), Lined::Waiting);
        assert!(core.looks_ready(Side::Recv, sleeps.who()));
        core.close();
        assert!(core.looks_ready(Side::Recv, Who::NEW));
        assert_eq!(recv(&core), Ok(1));
        assert_eq!(recv(&core), Err(TryRecvError::Closed));
        assert_eq!(other.hears(), Some(Outcome::Hint(7)));
    }
}

#[test]
fn a_close_is_passed_on_by_those_who_leave() {
    for core in buffered() {
        let all: [One; 9] = receivers();
        fall_asleep(&all, &core);
        core.close();
        let told = |all: &[One]| all.iter().filter(|one| one.hears().is_some()).count();
        let first = told(&all);
        assert!((1..9).contains(&first));
        for one in &all {
            assert!(one.hears().is_some());
            core.settle(Side::Recv, one.who());
        }
    }
}

#[test]
fn who_comes_back_to_a_timer_goes_to_the_end() {
    let core = Core::timer(Schedule::at(Instant::now()), |slot, _| *slot = Some(5));
    let [one, two] = receivers();
    for one in [&one, &two] {
        assert_eq!(one.lines_up(&core, Side::Recv), Lined::Ready);
    }
    core.settle(Side::Recv, Who::NEW);
    assert_eq!(one.comes_back_to(&core, Side::Recv), Lined::Ready);
    core.settle(Side::Recv, Who::NEW);
    assert_eq!((one.hears(), two.hears()), (None, Some(Outcome::Hint(7))));
    assert_eq!(core.blocked(Side::Recv).len(), 1);
    one.gives_up_on(&core, Side::Recv);
    assert!(core.looks_ready(Side::Recv, Who::NEW) && !core.looks_ready(Side::Send, Who::NEW));
    // What is not due wakes nobody.
    let timer = core.as_timer().unwrap();
    timer.set(|schedule| *schedule = Schedule::after(Duration::from_secs(3_600)));
    let three = receiver();
    assert_eq!(three.lines_up(&core, Side::Recv), Lined::Waiting);
    core.settle(Side::Recv, Who::NEW);
    assert_eq!(three.hears(), None);
    // What is due earlier does.
    timer.set(|schedule| *schedule = Schedule::after(Duration::from_secs(7_200)));
    assert_eq!(three.hears(), None);
    timer.set(|schedule| *schedule = Schedule::after(Duration::from_secs(60)));
    assert_eq!(three.hears(), Some(Outcome::Hint(7)));
    assert!(core.blocked(Side::Send).is_empty());
}

#[test]
fn who_waits_for_an_end_is_told_and_who_comes_later_does_not_wait() {
    let core: Core<u32> = Core::done(None);
    let [before, after] = receivers();
    assert_eq!(before.lines_up(&core, Side::Recv), Lined::Waiting);
    assert!(core.at_rest(Side::Recv).is_some() && !core.looks_ready(Side::Recv, Who::NEW));
    core.end();
    assert!(core.at_rest(Side::Recv).is_none() && core.looks_ready(Side::Recv, Who::NEW));
    assert_eq!(before.hears(), Some(Outcome::Hint(7)));
    assert_eq!(after.lines_up(&core, Side::Recv), Lined::Ready);
    core.settle(Side::Recv, before.who());
    assert_eq!(after.hears(), Some(Outcome::Hint(7)));
}
