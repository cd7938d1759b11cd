//! Waiters on a channel, next to operations that do not wait.

use std::time::{Duration, Instant};

use crate::{
    core::{tests::received, Amount, Core, Effort, Schedule, Side},
    error::{TryRecvError, TrySendError},
    wait::{
        tests::{receiver, receivers, sender, One},
        Enqueued, Outcome,
    },
};

impl One {
    fn joins(&self, core: &Core<u32>, side: Side) -> Enqueued {
        self.stand(false, |entry, permit| core.channel().enqueue(side, entry, permit))
    }

    fn comes_back_to(&self, core: &Core<u32>, side: Side) -> Enqueued {
        self.was_hinted();
        self.stand(true, |entry, permit| core.channel().enqueue(side, entry, permit))
    }

    fn gives_up_on(&self, core: &Core<u32>, side: Side) {
        self.gives_up(|entry| core.channel().dequeue(side, entry));
    }
}

fn send(core: &Core<u32>, value: u32) -> Result<(), TrySendError<()>> {
    core.try_send(&mut Some(value), Effort::Weak)
}

fn recv(core: &Core<u32>) -> Result<u32, TryRecvError> {
    received(core.channel(), Effort::Weak)
}

fn buffered() -> [Core<u32>; 3] {
    [Core::bounded(1), Core::bounded(2), Core::unbounded()]
}

/// Makes all of them join the queue to receive, and sleep.
fn fall_asleep(all: &[One], core: &Core<u32>) {
    for one in all {
        one.joins(core, Side::Recv);
        one.falls_asleep();
    }
}

#[test]
fn a_waiter_that_joins_a_ready_side_is_told_to_retry() {
    for core in buffered() {
        let one = receiver();
        assert_eq!(one.joins(&core, Side::Recv), Enqueued::Waiting);
        one.gives_up_on(&core, Side::Recv);
        send(&core, 1).unwrap();
        let two = receiver();
        assert_eq!(two.joins(&core, Side::Recv), Enqueued::Retry);
        two.gives_up_on(&core, Side::Recv);
        recv(&core).unwrap();
        core.channel().close();
        let three = receiver();
        assert_eq!(three.joins(&core, Side::Recv), Enqueued::Retry);
        three.gives_up_on(&core, Side::Recv);
        assert!(core.channel().blocked(Side::Recv).is_empty());
    }
    let core = Core::bounded(1);
    let early = sender(1);
    assert_eq!(early.joins(&core, Side::Send), Enqueued::Retry);
    early.gives_up_on(&core, Side::Send);
    send(&core, 2).unwrap();
    let late = sender(3);
    assert_eq!(late.joins(&core, Side::Send), Enqueued::Waiting);
    assert_eq!(core.channel().blocked(Side::Send).len(), 1);
    late.gives_up_on(&core, Side::Send);
}

#[test]
fn no_sender_waits_without_a_bound() {
    let (core, one) = (Core::unbounded(), sender(1));
    assert_eq!(one.joins(&core, Side::Send), Enqueued::Retry);
    assert!(core.channel().blocked(Side::Send).is_empty());
    one.gives_up_on(&core, Side::Send);
    send(&core, 1).unwrap();
    assert!(
        core.channel().looks_ready(Side::Send, Amount::One)
            && core.channel().at_rest(Side::Send).is_none()
    );
}

#[test]
fn a_receiver_that_polls_has_the_value_as_soon_as_it_is_sent() {
    for core in buffered() {
        let [one, two] = receivers();
        one.joins(&core, Side::Recv);
        two.joins(&core, Side::Recv);
        assert_eq!(core.channel().blocked(Side::Recv).len(), 2);
        for (one, value) in [(&one, 1), (&two, 2)] {
            send(&core, value).unwrap();
            assert_eq!(one.hears(), Some(Outcome::Delivered(7)));
            assert_eq!((one.value(), core.channel().len()), (Some(value), 0));
        }
    }
}

#[test]
fn a_sender_that_polls_has_its_value_in_as_soon_as_there_is_room() {
    let core = Core::bounded(1);
    send(&core, 1).unwrap();
    let (one, two) = (sender(2), sender(3));
    one.joins(&core, Side::Send);
    two.joins(&core, Side::Send);
    for (waits, value) in [(Some(&one), 1), (Some(&two), 2), (None, 3)] {
        assert_eq!(recv(&core), Ok(value));
        if let Some(one) = waits {
            assert_eq!(one.hears(), Some(Outcome::Delivered(7)));
            assert_eq!((one.value(), core.channel().len()), (None, 1));
        }
    }
    assert_eq!(core.channel().len(), 0);
}

/// One operation lets a waiter of the other side proceed, and that lets one of its own side
/// proceed.
#[test]
fn one_operation_serves_both_queues() {
    let core = Core::bounded(1);
    send(&core, 1).unwrap();
    let (sends, receives) = (sender(2), receiver());
    assert_eq!(sends.joins(&core, Side::Send), Enqueued::Waiting);
    assert_eq!(receives.joins(&core, Side::Recv), Enqueued::Retry);
    sends.falls_asleep();
    receives.falls_asleep();
    // The receiver in the queue goes first, then the sender in the queue.
    assert_eq!(recv(&core), Ok(2));
    assert_eq!((receives.hears(), receives.value()), (Some(Outcome::Delivered(7)), Some(1)));
    assert_eq!((sends.hears(), core.channel().len()), (Some(Outcome::Delivered(7)), 0));
}

/// Both queues have waiters, so each service makes the next one possible.
#[test]
fn one_operation_serves_as_long_as_there_is_something_to_do() {
    let core = Core::bounded(1);
    let (receivers, senders): ([One; 12], _) = (receivers(), [0; 12].map(sender));
    for (receives, sends) in receivers.iter().zip(&senders) {
        assert_eq!(receives.joins(&core, Side::Recv), Enqueued::Waiting);
        assert_eq!(sends.joins(&core, Side::Send), Enqueued::Retry);
    }
    assert_eq!(send(&core, 0), Ok(()));
    let all = receivers.iter().chain(&senders);
    assert!(all.into_iter().all(|one| one.hears() == Some(Outcome::Delivered(7))));
    assert_eq!(core.channel().len(), 1);
}

#[test]
fn each_sleeper_gets_one_value_and_the_rest_stay_in_the_buffer() {
    for core in [Core::bounded(100), Core::unbounded()] {
        let both: [One; 2] = receivers();
        fall_asleep(&both, &core);
        (0..100).for_each(|i| send(&core, i).unwrap());
        for (one, value) in both.iter().zip(0..) {
            assert_eq!((one.hears(), one.value()), (Some(Outcome::Delivered(7)), Some(value)));
        }
        assert_eq!(core.channel().len(), 98);
        assert!(core.channel().at_rest(Side::Recv).is_none());
        (2..100).for_each(|i| assert_eq!(recv(&core), Ok(i)));
        assert_eq!(recv(&core), Err(TryRecvError::Empty));
    }
}

#[test]
fn a_sleeping_sender_takes_one_slot_and_the_rest_stay_free() {
    let core = Core::bounded(100);
    (0..100).for_each(|i| send(&core, i).unwrap());
    let sleeps = sender(100);
    assert_eq!(sleeps.joins(&core, Side::Send), Enqueued::Waiting);
    sleeps.falls_asleep();
    (0..100).for_each(|i| assert_eq!(recv(&core), Ok(i)));
    assert_eq!((sleeps.hears(), core.channel().len()), (Some(Outcome::Delivered(7)), 1));
    (101..200).for_each(|i| send(&core, i).unwrap());
    assert_eq!(send(&core, 0), Err(TrySendError::Full(())));
    (100..200).for_each(|i| assert_eq!(recv(&core), Ok(i)));
}

#[test]
fn a_send_without_a_value_serves_no_receiver() {
    for core in [Core::bounded(0), Core::bounded(1), Core::unbounded()] {
        let one = receiver();
        assert_eq!(one.joins(&core, Side::Recv), Enqueued::Waiting);
        let sent = core.try_send(&mut None, Effort::Strong);
        assert_eq!((sent, one.hears()), (Err(TrySendError::Full(())), None));
        one.gives_up_on(&core, Side::Recv);
    }
}

#[test]
fn a_close_hints_every_waiter() {
    for core in buffered() {
        let all: [One; 9] = receivers();
        fall_asleep(&all, &core);
        core.channel().close();
        assert!(all.iter().all(|one| one.hears() == Some(Outcome::Hint(7))));
    }
    let core = Core::bounded(1);
    send(&core, 0).unwrap();
    let all = [0; 9].map(sender);
    for one in &all {
        assert_eq!(one.joins(&core, Side::Send), Enqueued::Waiting);
        one.falls_asleep();
    }
    core.channel().close();
    assert!(all.iter().all(|one| one.hears() == Some(Outcome::Hint(7))));
    assert!(all.iter().all(|one| one.value().is_some()));
}

#[test]
fn a_waiter_that_returns_to_a_timer_goes_to_the_end() {
    let core = Core::timer(Schedule::at(Instant::now()), |slot, _| *slot = Some(5));
    let [one, two] = receivers();
    for one in [&one, &two] {
        assert_eq!(one.joins(&core, Side::Recv), Enqueued::Retry);
    }
    core.channel().serve_on(Side::Recv, Outcome::Hint(0));
    assert_eq!(one.comes_back_to(&core, Side::Recv), Enqueued::Retry);
    core.channel().serve_on(Side::Recv, Outcome::Hint(0));
    assert_eq!((one.hears(), two.hears()), (None, Some(Outcome::Hint(7))));
    assert_eq!(core.channel().blocked(Side::Recv).len(), 1);
    one.gives_up_on(&core, Side::Recv);
    assert!(
        core.channel().looks_ready(Side::Recv, Amount::One)
            && !core.channel().looks_ready(Side::Send, Amount::One)
    );
    // A timer that is not due hints no waiter.
    let timer = core.as_timer().unwrap();
    timer.set(|schedule| *schedule = Schedule::after(Duration::from_secs(3_600)));
    let three = receiver();
    assert_eq!(three.joins(&core, Side::Recv), Enqueued::Waiting);
    core.channel().serve_on(Side::Recv, Outcome::Hint(0));
    assert_eq!(three.hears(), None);
    // An earlier instant hints the waiter.
    timer.set(|schedule| *schedule = Schedule::after(Duration::from_secs(7_200)));
    assert_eq!(three.hears(), None);
    timer.set(|schedule| *schedule = Schedule::after(Duration::from_secs(60)));
    assert_eq!(three.hears(), Some(Outcome::Hint(7)));
    assert!(core.channel().blocked(Side::Send).is_empty());
}

#[test]
fn an_end_hints_its_waiters_and_later_ones_do_not_wait() {
    let core: Core<u32> = Core::done(None);
    let [before, after] = receivers();
    assert_eq!(before.joins(&core, Side::Recv), Enqueued::Waiting);
    assert!(
        core.channel().at_rest(Side::Recv).is_some()
            && !core.channel().looks_ready(Side::Recv, Amount::One)
    );
    core.end();
    assert!(
        core.channel().at_rest(Side::Recv).is_none()
            && core.channel().looks_ready(Side::Recv, Amount::One)
    );
    assert_eq!(before.hears(), Some(Outcome::Hint(7)));
    assert_eq!(after.joins(&core, Side::Recv), Enqueued::Retry);
    after.gives_up_on(&core, Side::Recv);
}
