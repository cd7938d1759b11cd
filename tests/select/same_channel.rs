//! One channel in several cases of a select.

use std::thread;

use gochan::{__private::blocked, make, select, Chan};

use crate::{
    assert_nobody_waits,
    common::{wait_until, watchdog},
    pair, KINDS, TICK,
};

#[test]
fn a_channel_may_stand_in_both_directions() {
    let c = make(1);
    for i in 0..100_u8 {
        let sent = select! { recv(c) -> v => { assert_eq!(v, i - 1); false } send(c, i) => true };
        assert_eq!(sent, i % 2 == 0);
    }
}

#[test]
fn a_select_never_meets_itself() {
    let _dog = watchdog(60);
    let c = make::<u8>(0);
    for _ in 0..1000 {
        select! { recv(c) => panic!(), send(c, 1) => panic!(), default => {} }
    }
    select! { send(c, 1) => panic!(), recv(c) => panic!(), recv(c) => panic!(), default(TICK) => {} }
    assert_nobody_waits(&c);
    thread::scope(|s| {
        let select =
            || select! { send(c, 1) => "sent", recv(c) -> v => { assert_eq!(v, 2); "received" } };
        let first = s.spawn(select);
        wait_until(|| blocked(&c).senders == 1 && blocked(&c).receivers == 1);
        assert_eq!(c.recv(), 1);
        assert_eq!(first.join().unwrap(), "sent");
        let second = s.spawn(select);
        wait_until(|| blocked(&c).senders == 1 && blocked(&c).receivers == 1);
        c.send(2);
        assert_eq!(second.join().unwrap(), "received");
    });
    assert_nobody_waits(&c);
}

#[test]
fn one_value_wakes_one_of_several_equal_cases() {
    let _dog = watchdog(60);
    for cap in KINDS {
        let (tx, rx) = pair::<u8>(cap);
        thread::scope(|s| {
            let select =
                s.spawn(|| select! { recv(rx) -> v => v, recv(rx) -> v => v, recv(&rx) -> v => v });
            wait_until(|| blocked(&rx).receivers > 0);
            tx.send(4);
            assert_eq!(select.join().unwrap(), 4);
        });
        assert_eq!(blocked(&rx).receivers, 0);
        assert!(rx.is_empty());
    }
}

#[test]
fn a_select_leaves_a_channel_that_it_waited_on_twice_in_order() {
    let _dog = watchdog(60);
    for cap in [0, 1] {
        let (twice, once) = (make::<u8>(cap), make::<u8>(cap));
        thread::scope(|s| {
            let select =
                s.spawn(|| select! { recv(twice) => 1, recv(twice) => 2, recv(once) => 3 });
            wait_until(|| blocked(&once).receivers == 1 && blocked(&twice).receivers == 2);
            let plain = s.spawn(|| twice.recv());
            wait_until(|| blocked(&twice).receivers == 3);
            once.send(7);
            assert_eq!(select.join().unwrap(), 3);
            wait_until(|| blocked(&twice).receivers == 1);
            twice.send(8);
            assert_eq!(plain.join().unwrap(), 8);
        });
        assert_nobody_waits(&twice);
    }
}

#[test]
fn a_losing_case_at_the_end_of_a_queue_does_not_break_the_queue() {
    let _dog = watchdog(60);
    // Waiters stand on `shared` before and after a select that loses there.
    let around = |park: &(dyn Fn() + Sync),
                  lose: &(dyn Fn() + Sync),
                  win: &dyn Fn(),
                  serve: &dyn Fn(),
                  shared: &Chan<u8>| {
        let waiting = || blocked(shared).senders + blocked(shared).receivers;
        thread::scope(|s| {
            let first = s.spawn(park);
            wait_until(|| waiting() == 1);
            let select = s.spawn(lose);
            wait_until(|| waiting() == 2);
            win();
            select.join().unwrap();
            assert_eq!(waiting(), 1);
            let second = s.spawn(park);
            wait_until(|| waiting() == 2);
            serve();
            serve();
            first.join().unwrap();
            second.join().unwrap();
        });
        assert_nobody_waits(shared);
    };
    for cap in [0, 1, 8] {
        let (shared, other) = (make::<u8>(cap), make::<u8>(cap));
        around(
            &|| assert_eq!(shared.recv(), 1),
            &|| select! { recv(shared) => panic!(), recv(other) => {} },
            &|| other.send(1),
            &|| shared.send(1),
            &shared,
        );
        (0..cap).for_each(|_| shared.send(1));
        around(
            &|| shared.send(1),
            &|| select! { send(shared, 1) => panic!(), recv(other) => {} },
            &|| other.send(1),
            &|| assert_eq!(shared.recv(), 1),
            &shared,
        );
    }
}
