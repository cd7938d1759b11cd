//! Selects that meet selects: on unbuffered channels, in circles, and in large numbers.

use std::{
    mem,
    sync::atomic::{AtomicUsize, Ordering::SeqCst},
    thread,
    time::Duration,
};

use gochan::{make, select, Chan, Sender};

use crate::{assert_nobody_waits, common::watchdog, rounds};

#[test]
fn opposite_selects_meet_on_unbuffered_channels() {
    let _dog = watchdog(120);
    let (a, b) = (make::<usize>(0), make::<usize>(0));
    let n = rounds(50_000);
    let (here, there) = thread::scope(|s| {
        let there = s.spawn(|| {
            let mut log = Vec::new();
            for i in 0..n {
                select! { recv(a) -> v => log.push(('a', v)), send(b, i) => log.push(('b', i)) }
            }
            log
        });
        let mut log = Vec::new();
        for i in 0..n {
            select! { send(a, i) => log.push(('a', i)), recv(b) -> v => log.push(('b', v)) }
        }
        (log, there.join().unwrap())
    });
    assert!(here == there, "both sides saw the same meetings in the same order");
    assert_nobody_waits(&a);
    assert_nobody_waits(&b);
}

#[test]
fn selects_in_a_circle_make_progress_and_conserve_values() {
    let _dog = watchdog(120);
    let ring: [Chan<usize>; 3] = [make(0), make(0), make(0)];
    let (stop, met) = (make::<u8>(0), AtomicUsize::new(0));
    let goal = rounds(50_000);
    let totals: Vec<(usize, usize)> = thread::scope(|s| {
        let threads: Vec<_> = (0..3)
            .map(|k| {
                let (ring, stop, met) = (&ring, &stop, &met);
                s.spawn(move || {
                    let (mut sent, mut received, mut next) = (0, 0, 0);
                    loop {
                        select! {
                            send(ring[k], next) => { sent += next; next += 1; }
                            recv(ring[(k + 1) % 3]) -> v => received += v,
                            recv(stop) => return (sent, received),
                        }
                        if met.fetch_add(1, SeqCst) == goal {
                            stop.close();
                        }
                    }
                })
            })
            .collect();
        threads.into_iter().map(|t| t.join().unwrap()).collect()
    });
    let sent: usize = totals.iter().map(|t| t.0).sum();
    let received: usize = totals.iter().map(|t| t.1).sum();
    assert_eq!(sent, received);
    ring.iter().for_each(assert_nobody_waits);
}

#[test]
fn a_meeting_and_a_timeout_never_both_happen() {
    let _dog = watchdog(120);
    let c = make::<usize>(0);
    let n = rounds(20_000);
    let brief = Duration::from_micros(20);
    thread::scope(|s| {
        s.spawn(|| {
            for i in 0..n {
                let mut slot = Some(i);
                while slot.is_some() {
                    select! {
                        send_from(c, &mut slot) => assert!(slot.is_none()),
                        default(brief) => assert_eq!(slot, Some(i)),
                    }
                }
            }
        });
        let mut expected = 0;
        while expected < n {
            select! {
                recv(c) -> v => { assert_eq!(v, expected); expected += 1; }
                default(brief) => {}
            }
        }
    });
    assert_nobody_waits(&c);
}

#[test]
fn no_value_goes_through_two_cases() {
    let _dog = watchdog(120);
    let n = rounds(100_000);
    let c: [Chan<usize>; 4] = [make(0), make(0), make(0), make(0)];
    let mut seen = vec![false; n];
    thread::scope(|s| {
        s.spawn(|| {
            for i in 0..n {
                select! { send(c[0], i) => {}, send(c[1], i) => {}, send(c[2], i) => {}, send(c[3], i) => {} }
            }
            c.iter().for_each(Chan::close);
        });
        let threads = c.each_ref().map(|c| s.spawn(move || c.iter().collect::<Vec<_>>()));
        for thread in threads {
            for i in thread.join().unwrap() {
                assert!(!mem::replace(&mut seen[i], true), "{i} twice");
            }
        }
    });
    assert!(seen.iter().all(|&s| s), "every value arrives");
}

#[test]
fn selects_in_both_directions_on_one_channel() {
    let _dog = watchdog(120);
    for cap in [0, 10] {
        let c = make::<usize>(cap);
        thread::scope(|s| {
            for me in 1..=2 {
                let c = &c;
                s.spawn(move || {
                    for i in 0..rounds(20_000) {
                        let check = |v| assert!(cap > 0 || v != me, "received what it sent itself");
                        if i % 2 == 0 {
                            select! { send(c, me) => {}, recv(c) -> v => check(v) }
                        } else {
                            select! { recv(c) -> v => check(v), send(c, me) => {} }
                        }
                    }
                });
            }
        });
        assert_nobody_waits(&c);
    }
}

/// Each source counts upwards on each channel: what one receiver gets of it must rise.
#[track_caller]
fn assert_rising_per_source(got: &[(usize, usize)]) {
    let mut next = [0; 8];
    for &(source, i) in got {
        assert!(i >= next[source], "source {source}: {i} after {}", next[source]);
        next[source] = i + 1;
    }
}

#[test]
fn stress_over_mixed_capacities_conserves_every_value_in_order() {
    let _dog = watchdog(240);
    let n = rounds(20_000);
    let c: [Chan<(usize, usize)>; 4] = [make(0), make(0), make(2), make(3)];
    let mut all: Vec<(usize, usize)> = thread::scope(|s| {
        for (k, c) in c.iter().enumerate() {
            s.spawn(move || (0..n).for_each(|i| c.send((k, i))));
        }
        // This sender switches a channel off by nil, the receiver below by a condition.
        s.spawn(|| {
            let mut tx = c.each_ref().map(Chan::sender);
            let mut sent = [0; 4];
            while sent.iter().any(|&i| i < n) {
                let k = select! {
                    send(tx[0], (4, sent[0])) => 0,
                    send(tx[1], (5, sent[1])) => 1,
                    send_ok(tx[2], (6, sent[2])) -> r => { r.expect("open"); 2 }
                    send(tx[3], (7, sent[3])) => 3,
                };
                sent[k] += 1;
                if sent[k] == n {
                    tx[k] = Sender::nil();
                }
            }
        });
        let mut threads: Vec<_> = c
            .iter()
            .map(|c| s.spawn(move || (0..n).map(|_| c.recv()).collect::<Vec<_>>()))
            .collect();
        threads.push(s.spawn(|| {
            let mut left = [n; 4];
            let mut got = Vec::new();
            while left != [0; 4] {
                let (k, v) = select! {
                    recv(c[0]) -> v, if left[0] > 0 => (0, v),
                    recv(c[1]) -> v, if left[1] > 0 => (1, v),
                    recv(c[2]) -> v, if left[2] > 0 => (2, v),
                    recv_ok(c[3]) -> v, if left[3] > 0 => (3, v.expect("open")),
                };
                left[k] -= 1;
                got.push(v);
            }
            got
        }));
        threads
            .into_iter()
            .flat_map(|t| {
                let got = t.join().unwrap();
                assert_rising_per_source(&got);
                got
            })
            .collect()
    });
    all.sort_unstable();
    assert!(all.into_iter().eq((0..8).flat_map(|k| (0..n).map(move |i| (k, i)))));
    c.iter().for_each(assert_nobody_waits);
}
