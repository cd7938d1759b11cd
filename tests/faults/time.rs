//! Durations and instants at the ends of their ranges, and what an operation that timed out leaves.

use std::{
    thread,
    time::{Duration, Instant},
};

use gochan::{
    __private::blocked, after, at, bounded, select, tick, Receiver, RecvTimeoutError, Select,
    SendTimeoutError, Sender, Ticker, Timer, TryRecvError, TrySendError,
};

use crate::{
    assert_works,
    common::{wait_until, watchdog},
    full, open, CAPACITIES, LIMITED, LONG, SHORT,
};

type TimedSend<'a> = &'a dyn Fn(&Sender<u32>) -> Result<(), SendTimeoutError<u32>>;
type TimedRecv<'a> = &'a dyn Fn(&Receiver<u32>) -> Result<u32, RecvTimeoutError>;

/// Durations that are too long for an `Instant`, or nearly so.
fn for_ever() -> impl Iterator<Item = Duration> {
    [1 << 61, 1 << 62, 1 << 63, u64::MAX]
        .map(Duration::from_secs)
        .into_iter()
        .chain([Duration::MAX])
}

#[test]
fn a_huge_timeout_means_never() {
    let _dog = watchdog(20);
    let receiving: [fn(&Receiver<u32>, Duration) -> u32; 3] = [
        |rx, d| rx.recv_timeout(d).unwrap(),
        |rx, d| select! { recv(rx) -> v => v, default(d) => unreachable!() },
        |rx, d| {
            let mut cases = Select::new();
            cases.recv(rx, |v| v);
            cases.wait_timeout(d).ok().unwrap()
        },
    ];
    let sending: [fn(&Sender<u32>, Duration); 3] = [
        |tx, d| tx.send_timeout(7, d).unwrap(),
        |tx, d| select! { send(tx, 7) => {}, default(d) => unreachable!() },
        |tx, d| {
            let mut cases = Select::new();
            cases.send(tx, 7, || ());
            assert!(cases.wait_timeout(d).is_ok());
        },
    ];
    for d in for_ever() {
        for capacity in LIMITED {
            for recv in receiving {
                let (tx, rx) = bounded(capacity);
                let receiver = thread::spawn(move || recv(&rx, d));
                wait_until(|| blocked(&tx).receivers == 1);
                tx.send(7);
                assert_eq!(receiver.join().unwrap(), 7);
            }
            for send in sending {
                let (tx, rx) = full(capacity);
                let sender = thread::spawn(move || send(&tx, d));
                wait_until(|| blocked(&rx).senders == 1);
                assert_eq!(rx.iter().last(), Some(7));
                sender.join().unwrap();
            }
        }
    }
}

#[test]
fn a_huge_timer_never_fires() {
    let _dog = watchdog(20);
    for d in for_ever() {
        let (timer, ticker) = (Timer::new(d), Ticker::new(d));
        let (short_timer, short_ticker) = (Timer::new(LONG), Ticker::new(LONG));
        assert!(short_timer.reset(d));
        short_ticker.reset(d);
        let channels = [after(d), tick(d), timer.c().clone(), ticker.c().clone()];
        for c in channels.iter().chain([short_timer.c(), short_ticker.c()]) {
            assert_eq!(c.try_recv(), Err(TryRecvError::Empty));
            assert_eq!(c.recv_timeout(SHORT), Err(RecvTimeoutError::Timeout));
            select! { recv_ok(c) -> _t => panic!("fired"), default(SHORT) => {} }
        }
        assert!(timer.stop());
    }
}

#[test]
fn no_time_at_all_is_enough_for_what_can_proceed() {
    let past = Instant::now();
    let earlier = past.checked_sub(Duration::from_secs(1)).unwrap_or(past);
    let receiving: [TimedRecv; 5] = [
        &|rx| rx.recv_timeout(Duration::ZERO),
        &|rx| rx.recv_deadline(past),
        &|rx| rx.recv_deadline(earlier),
        &|rx| {
            select! {
                recv_ok(rx) -> v => v.ok_or(RecvTimeoutError::Closed),
                default(Duration::ZERO) => Err(RecvTimeoutError::Timeout),
            }
        },
        &|rx| {
            let mut cases = Select::new();
            cases.recv_ok(rx, |v| v.ok_or(RecvTimeoutError::Closed));
            cases.wait_deadline(earlier).unwrap_or(Err(RecvTimeoutError::Timeout))
        },
    ];
    for recv in receiving {
        for capacity in [Some(1), Some(7), None] {
            let (tx, rx) = open(capacity);
            assert_eq!(recv(&rx), Err(RecvTimeoutError::Timeout));
            tx.send(7);
            assert_eq!(recv(&rx), Ok(7));
            tx.send(8);
            tx.close();
            assert_eq!(recv(&rx), Ok(8));
            assert_eq!(recv(&rx), Err(RecvTimeoutError::Closed));
        }
    }
    let sending: [TimedSend; 3] =
        [&|tx| tx.send_timeout(7, Duration::ZERO), &|tx| tx.send_deadline(7, past), &|tx| {
            tx.send_deadline(7, earlier)
        }];
    for send in sending {
        for capacity in LIMITED {
            let (tx, rx) = full(capacity);
            assert_eq!(send(&tx), Err(SendTimeoutError::Timeout(7)));
            if rx.try_recv().is_ok() {
                assert_eq!(send(&tx), Ok(()));
            }
            tx.close();
            assert_eq!(send(&tx), Err(SendTimeoutError::Closed(7)));
        }
    }
    for expired in
        [after(Duration::ZERO), at(past), at(earlier), Timer::new(Duration::ZERO).c().clone()]
    {
        assert!(expired.try_recv().is_ok());
    }
}

#[test]
fn a_waiting_peer_is_met_without_waiting() {
    let _dog = watchdog(20);
    let (tx, rx) = bounded(0);
    thread::scope(|s| {
        let receiver = s.spawn(|| rx.recv());
        wait_until(|| blocked(&rx).receivers == 1);
        assert_eq!(tx.send_timeout(7, Duration::ZERO), Ok(()));
        assert_eq!(receiver.join().unwrap(), 7);
        s.spawn(|| tx.send(8));
        wait_until(|| blocked(&rx).senders == 1);
        assert_eq!(rx.recv_deadline(Instant::now()), Ok(8));
    });
}

#[test]
fn nothing_times_out_early() {
    let (tx, rx) = bounded::<u32>(0);
    let waits: [&dyn Fn(); 6] = [
        &|| assert_eq!(rx.recv_timeout(SHORT), Err(RecvTimeoutError::Timeout)),
        &|| assert_eq!(tx.send_timeout(1, SHORT), Err(SendTimeoutError::Timeout(1))),
        &|| select! { recv(rx) => {}, default(SHORT) => {} },
        &|| assert!(Select::<()>::new().wait_timeout(SHORT).is_err()),
        &|| _ = after(SHORT).recv_ok(),
        &|| _ = tick(SHORT).recv_ok(),
    ];
    for wait in waits {
        for _ in 0..50 {
            let start = Instant::now();
            wait();
            assert!(start.elapsed() >= SHORT);
        }
    }
}

#[test]
fn after_a_timed_out_receive_the_channel_works_on() {
    let _dog = watchdog(10);
    for capacity in CAPACITIES {
        let (tx, rx) = open(capacity);
        for _ in 0..3 {
            assert_eq!(rx.recv_timeout(SHORT), Err(RecvTimeoutError::Timeout));
            // A handle more between two timeouts must not inherit anything of the first.
            let (tx, rx) = (tx.clone(), rx.clone());
            assert_eq!(rx.recv_timeout(SHORT), Err(RecvTimeoutError::Timeout));
            select! { recv(rx) => unreachable!(), default(SHORT) => {} }
            // The receive that gave up does not take this one.
            match tx.try_send(7) {
                Ok(()) => assert_eq!(rx.recv_timeout(LONG), Ok(7)),
                refused => {
                    assert_eq!((refused, capacity), (Err(TrySendError::Full(7)), Some(0)));
                }
            }
            assert_works(&tx, &rx);
        }
    }
}

#[test]
fn after_a_timed_out_send_the_channel_works_on() {
    let _dog = watchdog(10);
    for capacity in LIMITED {
        let (tx, rx) = full(capacity);
        for _ in 0..3 {
            assert_eq!(tx.send_timeout(7, SHORT), Err(SendTimeoutError::Timeout(7)));
            let tx = tx.clone();
            assert_eq!(tx.send_timeout(7, SHORT), Err(SendTimeoutError::Timeout(7)));
            select! { send(tx, 7) => unreachable!(), default(SHORT) => {} }
        }
        // None of the sends that gave up gives its value after all.
        assert!(rx.try_iter().eq(vec![0; capacity]), "capacity {capacity}");
        assert_works(&tx, &rx);
    }
}

#[test]
fn a_timer_that_is_moved_away_leaves_a_select_in_its_other_lines() {
    let timer = Timer::new(LONG);
    let (tx, rx) = bounded(0);
    thread::scope(|s| {
        s.spawn(|| {
            select! {
                recv(timer) => unreachable!(),
                recv(rx) -> v => assert_eq!(v, 7),
            }
        });
        wait_until(|| blocked(&tx).receivers == 1);
        assert!(timer.reset(2 * LONG));
        assert_eq!(tx.try_send(7), Ok(()));
    });
}
