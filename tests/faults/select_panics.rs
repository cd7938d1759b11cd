//! A panic in any part of a select leaves its channels usable.

use std::{sync::Arc, thread};

use gochan::{__private::blocked, bounded, select, Receiver, Select};

use crate::{
    assert_works, boom,
    common::{wait_until, watchdog},
    open, unwinds, Producer, User, CAPACITIES, LONG, SHORT,
};

#[test]
fn a_panic_in_a_select_leaves_its_channels_usable() {
    let _dog = watchdog(20);
    let panicking: [(&str, User); 12] = [
        ("handle, first", |tx, _| {
            select! { recv(boom::<&Receiver<u32>>()) -> _v => {}, send(tx, 1) => {} }
        }),
        ("handle, last", |tx, rx| {
            select! { send(tx, 1) => {}, recv(rx) => {}, recv(boom::<&Receiver<u32>>()) => {} }
        }),
        ("value, first", |tx, rx| select! { send(tx, boom()) => {}, recv(rx) => {} }),
        (
            "value, last",
            |tx, rx| select! { recv(rx) => {}, send(tx, 1) => {}, send(tx, boom()) => {} },
        ),
        ("slot", |tx, rx| select! { recv(rx) => {}, send_from(tx, boom::<&mut _>()) => {} }),
        ("condition, first", |tx, rx| {
            select! { recv(rx) -> _v, if boom() => {}, send(tx, 1) => {} }
        }),
        ("condition, last", |tx, rx| {
            select! { send(tx, 1) => {}, recv(rx) -> _v, if boom() => {} }
        }),
        ("timeout", |_, rx| select! { recv(rx) => {}, default(boom()) => {} }),
        ("body of default", |_, rx| select! { recv(rx) => {}, default => boom() }),
        ("body of the timeout", |_, rx| select! { recv(rx) => {}, default(SHORT) => boom() }),
        ("while the cases are listed", |tx, rx| {
            let mut cases = Select::new();
            cases.recv(rx, |_| ()).send(tx, boom(), || ());
            cases.wait();
        }),
        ("after an unsuccessful wait", |_, rx| {
            let mut cases = Select::new();
            cases.recv(rx, |_| ());
            let _cases = cases.wait_timeout(SHORT);
            boom()
        }),
    ];
    for capacity in CAPACITIES {
        for (place, f) in panicking {
            let (tx, rx) = open(capacity);
            assert!(unwinds(|| f(&tx, &rx)), "{place}");
            assert!(rx.is_empty(), "{place}: a case took place");
            assert_works(&tx, &rx);
        }
    }
}

#[test]
fn a_panic_in_the_body_of_a_case_comes_after_the_case() {
    let _dog = watchdog(20);
    let panicking: [(&str, Producer); 2] = [
        ("select", |tx, v| select! { send(tx, v) => boom(), default(LONG) => {} }),
        ("Select", |tx, v| {
            let mut cases = Select::new();
            cases.send(tx, v, boom);
            cases.wait()
        }),
    ];
    for capacity in CAPACITIES {
        for (sending, send) in panicking {
            let (tx, rx) = open(capacity);
            thread::scope(|s| {
                let receiver = s.spawn(|| unwinds(|| select! { recv_ok(rx) -> _v => boom() }));
                wait_until(|| blocked(&rx).receivers == 1);
                assert!(unwinds(|| send(&tx, 7)), "{sending}");
                assert!(receiver.join().unwrap(), "{sending}: no value came");
            });
            assert_works(&tx, &rx);
        }
    }
}

#[test]
fn a_panic_in_a_select_drops_the_values_of_its_other_cases_once() {
    let (tx, _rx) = bounded(1);
    let value = Arc::new(());
    assert!(unwinds(|| select! {
        send(tx, value.clone()) => {},
        send(tx, boom()) => {},
        send(tx, value.clone()) => {},
    }));
    assert_eq!((Arc::strong_count(&value), tx.len()), (1, 0));
}
