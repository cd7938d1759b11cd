//! std's park token belongs to the program: an operation that blocks neither heeds nor uses it.

use std::{
    sync::atomic::{AtomicBool, Ordering::SeqCst},
    thread,
    time::{Duration, Instant},
};

use gochan::{__private::blocked, after, bounded, select};

use crate::{
    common::{wait_until, watchdog},
    full, open, BLOCKING_RECVS, BLOCKING_SENDS, CAPACITIES, LIMITED, SHORT,
};

/// Runs `op`, which blocks, with and without a park token. The token neither ends it nor is used up
/// by it, and it leaves none of its own.
#[track_caller]
fn leaves_the_token_alone(
    op: impl Fn() + Sync,
    is_parked: impl Fn() -> bool,
    release: impl Fn(),
    name: &str,
) {
    for (before, amid) in [(true, false), (false, true), (false, false)] {
        let returned = AtomicBool::new(false);
        thread::scope(|s| {
            let blocked = s.spawn(|| {
                if before {
                    thread::current().unpark();
                }
                op();
                returned.store(true, SeqCst);
                if before || amid {
                    // With the token gone this would wait for ever.
                    thread::park();
                } else {
                    let (start, pause) = (Instant::now(), Duration::from_millis(2));
                    thread::park_timeout(pause);
                    assert!(start.elapsed() >= pause, "{name} leaves a park token behind");
                }
            });
            wait_until(&is_parked);
            if amid {
                blocked.thread().unpark();
            }
            // Long enough for a thread to run that the token has woken.
            (0..50).for_each(|_| thread::yield_now());
            assert!(!returned.load(SeqCst) && is_parked(), "{name}: a park token ends it");
            release();
        });
    }
}

#[test]
fn blocking_operations_leave_the_users_park_token_alone() {
    let _dog = watchdog(60);
    for (name, recv) in BLOCKING_RECVS {
        for capacity in CAPACITIES {
            let (tx, rx) = open(capacity);
            let op = || assert_eq!(recv(&rx), 7);
            leaves_the_token_alone(op, || blocked(&tx).receivers == 1, || tx.send(7), name);
        }
    }
    for (name, send) in BLOCKING_SENDS {
        for capacity in LIMITED {
            let (tx, rx) = full(capacity);
            let release = || assert!(rx.recv_ok().is_some());
            leaves_the_token_alone(|| send(&tx, 7), || blocked(&rx).senders == 1, release, name);
        }
    }
}

#[test]
fn timed_operations_are_not_cut_short_by_a_park_token_and_keep_it() {
    let _dog = watchdog(20);
    let (tx, rx) = bounded::<u32>(0);
    let timed: [&dyn Fn(); 5] = [
        &|| assert!(rx.recv_timeout(SHORT).is_err()),
        &|| assert!(tx.send_timeout(1, SHORT).is_err()),
        &|| select! { recv(rx) => {}, send(tx, 1) => {}, default(SHORT) => {} },
        &|| _ = after(SHORT).recv_ok(),
        &|| select! { recv(rx) => {}, recv(after(SHORT)) => {} },
    ];
    for wait in timed {
        thread::current().unpark();
        let start = Instant::now();
        wait();
        assert!(start.elapsed() >= SHORT);
        thread::park();
    }
}
