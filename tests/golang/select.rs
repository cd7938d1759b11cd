//! Go's test/chan/select.go, select4.go, select7.go and select8.go.

use std::{cell::Cell, thread};

use gochan::{__private::blocked, make, select, Chan};

use crate::common::{wait_until, watchdog};

/// Sends on `a` and on `b`, each once unless it is nil, and counts the values that were made for
/// it.
fn send_to_both(a: &Chan<u32>, b: &Chan<u32>, made: &Cell<u32>) -> u32 {
    let (mut a, mut b) = (a.clone(), b.clone());
    let mut sent = 0;
    let make_value = |n: u32| {
        made.set(made.get() + 1);
        1 << n
    };
    loop {
        select! {
            send(a, make_value(sent)) => a = Chan::nil(),
            send(b, make_value(sent)) => b = Chan::nil(),
            default => return sent,
        }
        sent += 1;
    }
}

/// A case is switched off by making its channel nil; its value is evaluated all the same, also in
/// the round in which only `default` is left (select.go).
#[test]
fn values_of_nil_cases_are_evaluated_too() {
    let (a, b, made) = (make(1), make(1), Cell::new(0));
    assert_eq!(send_to_both(&a, &b, &made), 2);
    let mut got = [a.recv(), b.recv()];
    got.sort_unstable();
    assert_eq!((got, made.get()), ([1, 2], 6), "two values in each of three rounds");

    assert_eq!(send_to_both(&a, &Chan::nil(), &made), 1);
    assert_eq!((a.recv(), made.get()), (1, 10), "two values in each of two more rounds");
    assert_eq!(send_to_both(&Chan::nil(), &Chan::nil(), &made), 0);
    assert_eq!(made.get(), 12);
}

/// Where a received value goes is found out only if its case is chosen (select4.go).
#[test]
fn the_place_for_a_value_is_evaluated_only_if_its_case_wins() {
    let (c, never) = (make(1), make::<u32>(0));
    c.send(42);
    let looked_up = Cell::new(0);
    let place = |i: usize| {
        looked_up.set(looked_up.get() + 1);
        i
    };
    let mut slots = [0; 3];
    select! {
        recv(never) -> v => slots[place(1000)] = v,
        recv(c) -> v => slots[place(1)] = v,
        recv(Chan::nil()) -> v => slots[place(2000)] = v,
    }
    assert_eq!((slots, looked_up.get()), ([0, 42, 0], 1));
    select! {
        recv(never) -> v => slots[place(1000)] = v,
        recv(c) -> v => slots[place(2000)] = v,
        default => {}
    }
    assert_eq!((slots, looked_up.get()), ([0, 42, 0], 1));
}

/// A plain operation, a select with one case and one with two meet each other, whichever comes
/// first. It does not matter that the value is thrown away (select7.go).
#[test]
fn every_form_of_a_send_meets_every_form_of_a_receive() {
    type Op = fn(&Chan<u32>);
    let receives: [Op; 6] = [
        |c| _ = c.recv_ok(),
        |c| assert_eq!(c.recv(), 1),
        |c| select! { recv(c) => {} },
        |c| select! { recv(c) -> v => assert_eq!(v, 1) },
        |c| select! { recv(c) => {}, recv(make::<u32>(0)) => panic!() },
        |c| select! { recv(make::<u32>(0)) => panic!(), recv_ok(c) -> v => assert_eq!(v, Some(1)) },
    ];
    let sends: [Op; 4] = [
        |c| c.send(1),
        |c| select! { send(c, 1) => {} },
        |c| select! { send(c, 1) => {}, recv(make::<u32>(0)) => panic!() },
        |c| select! { send(make::<u32>(0), 2) => panic!(), send_ok(c, 1) -> r => r.expect("open") },
    ];
    let _dog = watchdog(60);
    for receive in receives {
        for send in sends {
            let c = make(0);
            thread::scope(|s| {
                s.spawn(|| receive(&c));
                wait_until(|| blocked(&c).receivers == 1);
                send(&c);
            });
            thread::scope(|s| {
                s.spawn(|| send(&c));
                wait_until(|| blocked(&c).senders == 1);
                receive(&c);
            });
            let left = blocked(&c);
            assert_eq!((left.senders, left.receivers), (0, 0));
        }
    }
}

/// Go's `break` leaves a select; here that is a block with a label around it, whatever the number
/// of cases (select8.go).
#[test]
fn a_labelled_break_leaves_a_select() {
    let (c, never) = (make(1), make::<u32>(0));
    let mut went_on = Vec::new();
    for (cases, leave) in [1, 2, 3].into_iter().flat_map(|cases| [(cases, true), (cases, false)]) {
        c.send(leave);
        'select: {
            match cases {
                1 => select! { recv(c) -> leave => if leave { break 'select } },
                2 => {
                    select! { recv(never) => panic!(), recv(c) -> leave => if leave { break 'select } }
                }
                _ => select! {
                    recv(c) -> leave => if leave { break 'select },
                    recv(never) => panic!(),
                    default => panic!(),
                },
            }
            went_on.push((cases, leave));
        }
    }
    assert_eq!(went_on, [(1, false), (2, false), (3, false)]);
}
