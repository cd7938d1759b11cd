//! `Select::wait_async`: its cases, its choice, and what is left when it is dropped.

use std::{
    cell::Cell,
    panic::{catch_unwind, AssertUnwindSafe},
    time::Duration,
};

use gochan::{__private::blocked, after, make, Chan, Select, SendError, TryRecvError};

use crate::{block_on, Poller};

/// Sets a flag when it is dropped.
struct Flag<'a>(&'a Cell<bool>);

impl Drop for Flag<'_> {
    fn drop(&mut self) {
        self.0.set(true);
    }
}

#[test]
fn each_kind_of_case_wins() {
    let (c, full) = (make(1), make(1));
    full.send(0);
    let mut slot = Some(2);
    for expected in 0..5 {
        let mut select = Select::new();
        match expected {
            0 => select.send(&c, 1, || 0),
            1 => select.recv(&c, |v| v),
            2 => select.recv_ok(&full, |v: Option<usize>| v.unwrap() + 2),
            3 => select.send_from(&c, &mut slot, || 3),
            _ => select.send_ok(&full, 7, |sent| sent.map_or(0, |()| 4)),
        };
        assert_eq!(block_on(select.wait_async()), expected);
    }
    assert_eq!((slot, c.recv(), full.recv()), (None, 2, 7));
}

#[test]
fn it_waits_in_every_queue_and_leaves_them_all() {
    let chans: Vec<Chan<usize>> = (0..20).map(|i| make(i % 2)).collect();
    for winner in 0..chans.len() {
        let mut select = Select::new();
        for (i, c) in chans.iter().enumerate() {
            select.recv(c, move |v| (i, v));
        }
        let mut select = Poller::new(select.wait_async());
        for _ in 0..3 {
            select.waits();
            assert!(chans.iter().all(|c| blocked(c).receivers == 1));
        }
        let mut send = Poller::new(chans[winner].send_async(winner));
        let _ = send.poll();
        assert_eq!(select.wakes(), 1);
        assert_eq!(select.done(), (winner, winner));
        assert!(chans.iter().all(|c| blocked(c).receivers == 0));
    }
}

#[test]
fn the_losers_are_dropped_before_the_handler_runs() {
    let dropped = Cell::new(false);
    let (won, lost) = (make(0), make(0));
    let mut select = Select::new();
    select.send(&lost, Flag(&dropped), || false).recv(&won, |()| dropped.get());
    let mut select = Poller::new(select.wait_async());
    select.waits();
    assert!(!dropped.get());
    let mut send = Poller::new(won.send_async(()));
    send.waits();
    assert!(select.done(), "the value of the loser was still there");
}

#[test]
fn a_select_that_is_dropped_leaves_its_queues() {
    let (a, b) = (make::<u32>(0), make::<u32>(0));
    let mut slot = Some(1);
    let mut select = Select::new();
    select.recv(&a, |_| ()).send_from(&b, &mut slot, || ());
    let mut select = Poller::new(select.wait_async());
    select.waits();
    assert_eq!((blocked(&a).receivers, blocked(&b).senders), (1, 1));
    drop(select);
    assert_eq!((blocked(&a).receivers, blocked(&b).senders), (0, 0));
    assert_eq!((b.try_recv(), slot), (Err(TryRecvError::Empty), Some(1)));
}

#[test]
fn a_hint_is_passed_on_when_it_is_dropped() {
    let c = make(1);
    let mut select = Select::new();
    select.recv(&c, |v| v);
    let mut select = Poller::new(select.wait_async());
    let mut other = Poller::new(c.recv_async());
    select.waits();
    other.waits();
    c.send(7);
    assert_eq!((select.wakes(), other.wakes()), (1, 0));
    drop(select);
    assert_eq!(other.wakes(), 1);
    assert_eq!(other.done(), 7);
}

#[test]
fn a_select_that_is_forgotten_keeps_nothing_from_others() {
    let c: &Chan<u32> = Box::leak(Box::new(make(1)));
    let mut select = Select::new();
    select.recv(c, |v| v);
    let mut select = Poller::new(select.wait_async());
    select.waits();
    select.forget();
    c.send(7);
    assert_eq!(c.try_recv(), Ok(7));
}

#[test]
fn at_most_one_send_happens() {
    let (a, b) = (make(0), make(0));
    let (mut one, mut two) = (Some(1), Some(2));
    let mut select = Select::new();
    select.send_from(&a, &mut one, || 'a').send_from(&b, &mut two, || 'b');
    let mut select = Poller::new(select.wait_async());
    select.waits();
    assert_eq!(b.recv(), 2);
    assert!(a.try_recv().is_err());
    assert_eq!(select.done(), 'b');
    drop(select);
    assert_eq!((one, two), (Some(1), None));
}

#[test]
fn a_bias_tries_the_cases_in_their_order() {
    let (a, b) = (make(1), make(1));
    for _ in 0..100 {
        let (_, _) = (a.try_send('a'), b.try_send('b'));
        let mut select = Select::new();
        select.biased().recv(&a, |v| v).recv(&b, |v| v);
        assert_eq!(block_on(select.wait_async()), 'a');
    }
}

#[test]
fn timers_wake_it() {
    let (c, timeout) = (make::<u32>(0), after(Duration::from_millis(5)));
    let mut select = Select::new();
    select.recv(&c, |_| false).recv_ok(&timeout, |_| true);
    assert!(block_on(select.wait_async()));
}

#[test]
fn a_refused_send_gives_its_value_back_or_panics() {
    let c = make(1);
    c.close();
    let mut select = Select::new();
    select.send_ok(&c, 7, |sent| sent);
    assert_eq!(block_on(select.wait_async()), Err(SendError(7)));

    let mut slot = Some(7);
    let mut select = Select::new();
    select.send_from(&c, &mut slot, || ());
    let wait = AssertUnwindSafe(|| block_on(select.wait_async()));
    let panic = catch_unwind(wait).unwrap_err();
    assert_eq!(panic.downcast_ref(), Some(&"send on closed channel"));
    assert_eq!(slot, Some(7));
}

#[test]
fn without_cases_it_waits_for_ever() {
    let mut select = Poller::new(Select::<()>::new().wait_async());
    select.waits();
    select.waits();
}
