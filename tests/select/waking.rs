//! What wakes a select that waits, and what its losing cases leave behind.

use std::{
    sync::{
        atomic::{AtomicUsize, Ordering::SeqCst},
        Arc,
    },
    thread,
    time::{Duration, Instant},
};

use gochan::{__private::blocked, after, bounded, make, select, unbounded, SendError, Sender};

use crate::{
    assert_nobody_waits,
    common::{wait_until, watchdog},
    pair, panic_of, rounds, Counted, HOUR, KINDS, TICK,
};

#[test]
fn a_blocked_select_wakes_for_a_send() {
    let _dog = watchdog(60);
    for cap in KINDS {
        let ((tx, rx), other) = (pair::<u8>(cap), make::<u8>(0));
        thread::scope(|s| {
            let select = s.spawn(|| select! { recv(other) -> v => v, recv(rx) -> v => v });
            wait_until(|| blocked(&rx).receivers == 1);
            tx.send(7);
            assert_eq!(select.join().unwrap(), 7);
        });
        assert_eq!(blocked(&rx).receivers, 0);
        assert_nobody_waits(&other);
    }
}

#[test]
fn a_blocked_select_wakes_for_a_receive() {
    let _dog = watchdog(60);
    for cap in [0, 1, 8] {
        let (c, other) = (make::<usize>(cap), make::<usize>(0));
        (0..cap).for_each(|i| c.send(i));
        thread::scope(|s| {
            let select = s.spawn(|| select! { send(other, 99) => panic!(), send(c, cap) => {} });
            wait_until(|| blocked(&c).senders == 1);
            (0..=cap).for_each(|i| assert_eq!(c.recv(), i));
            select.join().unwrap();
        });
        assert_nobody_waits(&c);
        assert_nobody_waits(&other);
    }
}

#[test]
fn a_blocked_receive_case_wakes_for_the_close() {
    let _dog = watchdog(60);
    let closers: [fn(Sender<u8>); 2] = [|tx| tx.close(), drop];
    for close in closers {
        for cap in KINDS {
            let ((tx, rx), other) = (pair::<u8>(cap), make::<u8>(0));
            thread::scope(|s| {
                let select =
                    s.spawn(|| select! { send(other, 1) => Some(1), recv_ok(rx) -> v => v });
                wait_until(|| blocked(&rx).receivers == 1);
                close(tx);
                assert_eq!(select.join().unwrap(), None);
            });
            assert_nobody_waits(&other);
        }
    }
}

#[test]
fn a_blocked_send_case_panics_at_the_close_and_send_ok_gets_its_value_back() {
    let _dog = watchdog(60);
    for cap in [0, 1, 8] {
        let (tx, rx) = bounded::<usize>(cap);
        let other = make::<u8>(0);
        (0..cap).for_each(|i| tx.send(i));
        let mut slot = Some(50);
        thread::scope(|s| {
            let panics = s.spawn(|| panic_of(|| select! { send(tx, 48) => {}, recv(other) => {} }));
            let reports = s.spawn(|| select! { send_ok(tx, 49) -> r => r, recv(other) => Ok(()) });
            let keeps = s.spawn(|| panic_of(|| select! { send_from(tx, &mut slot) => {} }));
            wait_until(|| blocked(&tx).senders == 3);
            tx.close();
            let (message, file, _) = panics.join().unwrap();
            assert_eq!((message.as_str(), file.as_str()), ("send on closed channel", file!()));
            assert_eq!(reports.join().unwrap(), Err(SendError(49)));
            assert_eq!(keeps.join().unwrap().0, "send on closed channel");
        });
        assert_eq!(slot, Some(50));
        assert_nobody_waits(&other);
        assert_eq!(rx.iter().collect::<Vec<_>>(), (0..cap).collect::<Vec<_>>());
    }
}

#[test]
fn a_blocked_select_wakes_for_a_timer() {
    let _dog = watchdog(60);
    let (c, start) = (make::<u8>(0), Instant::now());
    select! { recv(c) => panic!(), send(c, 1) => panic!(), recv(after(HOUR)) => panic!(), recv(after(TICK)) => {} }
    assert!(start.elapsed() >= TICK);
    assert_nobody_waits(&c);
}

#[test]
fn losing_cases_leave_nothing_behind() {
    let _dog = watchdog(60);
    let (empty, full, rendezvous) = (make::<u8>(2), make::<u8>(1), make::<u8>(0));
    let ((unbounded_tx, unbounded), stop) = (unbounded::<u8>(), make::<u8>(1));
    full.send(1);
    let mut slot = Some(2);
    let mut run = |timeout| {
        select! {
            recv(empty) => panic!(),
            recv_ok(empty) -> _ => panic!(),
            send(full, 1) => panic!(),
            send_from(full, &mut slot) => panic!(),
            recv(rendezvous) => panic!(),
            send_ok(rendezvous, 1) -> _ => panic!(),
            recv(unbounded) => panic!(),
            recv(stop) => {}
            default(timeout) => {}
        }
    };
    let check = || {
        [&empty, &full, &rendezvous, &stop].into_iter().for_each(assert_nobody_waits);
        assert_eq!(blocked(&unbounded).receivers, 0);
        assert_eq!((empty.len(), full.len(), unbounded.len()), (0, 1, 0));
    };
    run(Duration::from_millis(1));
    check();
    stop.send(1);
    run(HOUR);
    check();
    thread::scope(|s| {
        let select = s.spawn(|| run(HOUR));
        wait_until(|| blocked(&stop).receivers == 1);
        stop.send(1);
        select.join().unwrap();
    });
    check();
    drop(unbounded_tx);
}

#[test]
fn a_losing_value_is_dropped_once_before_the_body() {
    let drops = Arc::<AtomicUsize>::default();
    let value = || Counted(Arc::clone(&drops));
    let (full, ready) = (make(0), make::<u8>(1));
    let mut slot = Some(value());
    ready.send(1);
    select! {
        send(full, value()) => panic!(),
        send_ok(full, value()) -> _ => panic!(),
        send_from(full, &mut slot) => panic!(),
        send(Sender::nil(), value()) => panic!(),
        send(full, value()), if false => panic!(),
        recv(ready) => assert_eq!(drops.swap(0, SeqCst), 4),
    }
    select! { send(full, value()) => panic!(), default => assert_eq!(drops.swap(0, SeqCst), 1) }
    select! { send(full, value()) => panic!(), default(TICK) => assert_eq!(drops.swap(0, SeqCst), 1) }
    let many = make(1);
    select! { send(many, value()) => assert_eq!((drops.load(SeqCst), many.len()), (0, 1)) }
    drop((slot, many));
    assert_eq!(drops.load(SeqCst), 2);
}

#[test]
fn a_value_that_loses_after_a_wait_is_dropped_once_before_the_body() {
    let _dog = watchdog(60);
    for cap in KINDS {
        let drops = Arc::<AtomicUsize>::default();
        let (never, (tx, rx)) = (make(0), pair::<u8>(cap));
        thread::scope(|s| {
            let select = s.spawn(|| {
                select! {
                    send(never, Counted(Arc::clone(&drops))) => panic!(),
                    recv(rx) => drops.load(SeqCst),
                }
            });
            wait_until(|| blocked(&rx).receivers == 1);
            assert_eq!(drops.load(SeqCst), 0);
            tx.send(1);
            assert_eq!(select.join().unwrap(), 1);
        });
        assert_eq!(drops.load(SeqCst), 1);
    }
}

#[test]
fn a_select_served_by_one_channel_does_not_keep_the_wake_of_another() {
    let _dog = watchdog(120);
    for cap in KINDS {
        for select_first in [true, false] {
            for _ in 0..rounds(1000) {
                let ((tx_a, a), (tx_b, b)) = (pair::<u8>(cap), pair::<u8>(cap));
                thread::scope(|s| {
                    let select = || s.spawn(|| select! { recv(a) => 'a', recv(b) => 'b' });
                    let plain = || s.spawn(|| b.recv());
                    let (select, plain) = if select_first {
                        let select = select();
                        wait_until(|| blocked(&b).receivers == 1);
                        (select, plain())
                    } else {
                        let plain = plain();
                        wait_until(|| blocked(&b).receivers == 1);
                        (select(), plain)
                    };
                    wait_until(|| blocked(&a).receivers == 1 && blocked(&b).receivers == 2);
                    tx_a.send(1);
                    tx_b.send(2);
                    // A select that has joined the queues looks again. It may find both channels
                    // ready and take from `b`: then the plain receiver is owed the next value.
                    if select.join().unwrap() == 'b' {
                        tx_b.send(2);
                    }
                    assert_eq!(plain.join().unwrap(), 2);
                });
            }
        }
    }
}

#[test]
fn a_select_served_by_one_channel_does_not_keep_the_room_of_another() {
    let _dog = watchdog(120);
    for cap in [0, 1, 8] {
        for _ in 0..rounds(1000) {
            let (a, b) = (make::<usize>(cap), make::<usize>(cap));
            (0..cap).for_each(|i| [&a, &b].iter().for_each(|c| c.send(i)));
            thread::scope(|s| {
                let select = s.spawn(|| select! { send(a, 9) => 'a', send(b, 9) => 'b' });
                wait_until(|| blocked(&b).senders == 1);
                let plain = s.spawn(|| b.send(8));
                wait_until(|| blocked(&b).senders == 2);
                a.recv();
                b.recv();
                if select.join().unwrap() == 'b' {
                    b.recv();
                }
                plain.join().unwrap();
            });
        }
    }
}
