//! Handles, timers, values and selects that are given to `mem::forget`.

use std::{
    mem,
    sync::{
        atomic::{AtomicBool, Ordering::SeqCst},
        Arc,
    },
    thread,
    time::{Duration, Instant},
};

use gochan::{after, at, bounded, tick, Select, Ticker, Timer};

use crate::{assert_works, common::watchdog, open, User, CAPACITIES, LONG, SHORT};

/// `mem::forget`, without a lint on types that have no destructor.
fn forget<T>(value: T) {
    mem::forget(value)
}

#[test]
fn forgotten_things_do_not_hold_up_the_others() {
    let _dog = watchdog(20);
    let forgetting: [(&str, User); 13] = [
        ("Sender", |tx, _| forget(tx.clone())),
        ("Receiver", |_, rx| forget(rx.clone())),
        ("Iter", |_, rx| forget(rx.iter())),
        ("TryIter", |_, rx| forget(rx.try_iter())),
        ("IntoIter", |_, rx| forget(rx.clone().into_iter())),
        ("unused Select", |tx, rx| {
            let mut cases = Select::new();
            cases.recv(rx, |_| ()).send(tx, 1, || ()).send_ok(tx, 1, |_| ()).recv_ok(rx, |_| ());
            forget(cases);
        }),
        ("Select that found nothing ready", |_, rx| {
            let mut cases = Select::new();
            cases.recv(rx, |_| ());
            forget(cases.try_wait());
        }),
        ("Select whose time ran out", |_, rx| {
            let mut cases = Select::new();
            cases.recv(rx, |_| ());
            forget(cases.wait_timeout(SHORT));
        }),
        ("Select with a Timer", |_, rx| {
            let timer = Timer::new(SHORT);
            let mut cases = Select::new();
            cases.recv(rx, |_| ()).recv_ok(timer.c(), |_| ());
            forget(cases);
            forget(timer);
        }),
        ("Timer", |_, _| forget(Timer::new(LONG))),
        ("Ticker", |_, _| forget(Ticker::new(LONG))),
        ("after", |_, _| forget((after(SHORT), at(Instant::now()), tick(SHORT)))),
        ("refused send", |tx, _| {
            tx.clone().send_timeout(1, Duration::ZERO).map_or_else(forget, |()| {})
        }),
    ];
    for capacity in CAPACITIES {
        for (thing, f) in forgetting {
            let (tx, rx) = open(capacity);
            f(&tx, &rx);
            rx.try_iter().for_each(drop);
            assert_works(&tx, &rx);
            tx.close();
            assert_eq!(rx.recv_ok(), None, "{thing}");
        }
    }
}

#[test]
fn a_forgotten_timer_still_fires_for_other_holders_of_its_channel() {
    let _dog = watchdog(10);
    let (timer, ticker) = (Timer::new(SHORT), Ticker::new(SHORT));
    let channels = [timer.c().clone(), ticker.c().clone()];
    forget((timer, ticker));
    channels.iter().for_each(|c| assert!(c.recv_ok().is_some()));
}

#[test]
fn forgotten_values_are_not_dropped_by_the_channel() {
    let value = Arc::new(());
    let (tx, rx) = bounded(2);
    tx.send(value.clone());
    tx.send(value.clone());
    forget(rx.recv_ok());
    drop((tx, rx));
    assert_eq!(Arc::strong_count(&value), 2);
}

#[test]
fn a_select_that_is_kept_after_its_time_reserves_nothing() {
    let _dog = watchdog(30);
    for capacity in [Some(1), Some(7), None] {
        let (tx, rx) = open(capacity);
        let (_quiet_tx, quiet) = bounded(0);
        let done = AtomicBool::new(false);
        thread::scope(|s| {
            s.spawn(|| {
                while !done.load(SeqCst) {
                    if tx.try_send(1).is_ok() {
                        let _ = rx.try_recv();
                    }
                }
            });
            // Now and then the select receives before its time is over. Then there is nothing to
            // forget.
            for _ in 0..5 {
                let mut select = Select::new();
                select.recv(&rx, |v| v).recv(&quiet, |v| v);
                if let Err(kept) = select.wait_timeout(Duration::from_millis(20)) {
                    mem::forget(kept);
                }
            }
            done.store(true, SeqCst);
        });
        rx.try_iter().for_each(drop);
        for i in 0..1000 {
            tx.send(i);
            assert_eq!(rx.try_recv(), Ok(i), "capacity {capacity:?}");
        }
    }
}
