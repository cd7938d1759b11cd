//! A version moves whenever its side may have become ready. That makes a `default` exact. Only a
//! few instructions lie between two reads of a version, so no program on real threads reliably
//! shows that one does not move.

use std::{
    thread,
    time::{Duration, Instant},
};

use crate::{
    core::{tests::received, Core, Effort, MissedTickBehavior, Schedule, Side},
    select::{self, Limit},
};

/// Fails if `step`, done several times, leaves the version of `side` as it was, or decreases it.
fn moves<T>(core: &Core<T>, side: Side, mut step: impl FnMut(usize)) {
    let mut seen = core.channel().version(side);
    for i in 0..8 {
        step(i);
        let version = core.channel().version(side);
        assert!(version > seen, "{side:?}, step {i}: {version} after {seen}");
        seen = version;
    }
}

/// Sends in even steps, receives in odd ones.
fn send_or_receive(core: &Core<usize>, i: usize) {
    match i % 2 {
        0 => core.try_send(&mut Some(i), Effort::Strong).unwrap(),
        _ => assert_eq!(received(core.channel(), Effort::Strong), Ok(i - 1)),
    }
}

#[test]
fn each_send_and_receive_moves_the_version_of_a_buffered_channel() {
    for cap in [1, 2, 3] {
        for side in [Side::Send, Side::Recv] {
            let core = Core::bounded(cap);
            moves(&core, side, |i| send_or_receive(&core, i));
        }
    }
}

#[test]
fn each_send_and_receive_moves_the_version_of_an_unbounded_channel() {
    let core = Core::unbounded();
    moves(&core, Side::Recv, |i| send_or_receive(&core, i));
}

/// A waiter that has joined the queue and left it again was ready to be met in between.
#[test]
fn each_arrival_moves_the_version_of_an_unbuffered_channel() {
    let handle = Some(Core::bounded(0));
    let core = handle.as_ref().unwrap();
    let deadline = Instant::now() + Duration::from_secs(60);
    moves(core, Side::Send, |i| {
        thread::scope(|scope| {
            let receiver = scope.spawn(|| select::recv_until(&handle, Limit::At(deadline)));
            while core.try_send(&mut Some(i), Effort::Strong).is_err() && !receiver.is_finished() {
                thread::yield_now();
            }
            assert_eq!(receiver.join().unwrap(), Ok(i));
        });
    });
}

#[test]
fn a_close_moves_the_version() {
    for core in [Core::<()>::bounded(0), Core::bounded(1), Core::unbounded()] {
        let before = core.channel().version(Side::Recv);
        assert!(core.channel().close());
        assert_ne!(core.channel().version(Side::Recv), before);
    }
}

#[test]
fn each_set_moves_the_version_of_a_timer() {
    let core = Core::timer(Schedule::at(Instant::now()), |slot, due| *slot = Some(due));
    let timer = core.as_timer().unwrap();
    moves(&core, Side::Recv, |i| {
        timer.set(|schedule| schedule.pending = i % 2 == 1);
    });
}

#[test]
fn each_tick_received_moves_the_version_of_a_ticker() {
    let tick = Duration::from_nanos(1);
    let core = Core::timer(Schedule::every(tick, MissedTickBehavior::Burst), |slot, due| {
        *slot = Some(due)
    });
    // One tick for each of the steps.
    let start = Instant::now();
    while start.elapsed() < 8 * tick {}
    moves(&core, Side::Recv, |_| assert!(received(core.channel(), Effort::Strong).is_ok()));
}

#[test]
fn a_side_is_at_rest_while_it_has_nothing_to_do() {
    let rests = |core: &Core<usize>| {
        [Side::Send, Side::Recv].map(|side| core.channel().at_rest(side).is_some())
    };
    for (core, full) in [(Core::bounded(1), true), (Core::unbounded(), false)] {
        assert_eq!(rests(&core), [false, true]);
        core.try_send(&mut Some(1), Effort::Strong).unwrap();
        assert_eq!(rests(&core), [full, false]);
        received(core.channel(), Effort::Strong).unwrap();
        assert_eq!(rests(&core), [false, true]);
        core.channel().close();
        assert_eq!(rests(&core), [false, false]);
    }
    let unbuffered = Core::bounded(0);
    assert_eq!(rests(&unbuffered), [true, true]);
    unbuffered.channel().close();
    assert_eq!(rests(&unbuffered), [false, false]);
}

/// The number shows that a side was ready in between and is no longer.
#[test]
fn a_side_that_was_ready_in_between_rests_with_another_number() {
    for core in [Core::bounded(1), Core::unbounded()] {
        let before = core.channel().at_rest(Side::Recv);
        send_or_receive(&core, 0);
        send_or_receive(&core, 1);
        assert!(before.is_some() && core.channel().at_rest(Side::Recv) != before);
    }
    let full = Core::bounded(1);
    send_or_receive(&full, 0);
    let before = full.channel().at_rest(Side::Send);
    send_or_receive(&full, 1);
    send_or_receive(&full, 2);
    assert!(before.is_some() && full.channel().at_rest(Side::Send) != before);
}
