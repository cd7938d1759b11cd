//! Timeouts and deadlines of send, receive and select.

use std::{
    thread,
    time::{Duration, Instant},
};

use gochan::{
    __private::blocked, bounded, make, select, unbounded, Chan, Receiver, RecvTimeoutError,
    SendTimeoutError, Sender,
};

use crate::{
    common::{wait_until, watchdog},
    HOUR, HUGE, MS, TICK,
};

const KINDS: [Option<usize>; 4] = [Some(0), Some(1), Some(8), None];

fn pair<T>(cap: Option<usize>) -> (Sender<T>, Receiver<T>) {
    cap.map_or_else(unbounded, bounded)
}

/// A bounded channel without room.
fn full(cap: usize) -> Chan<usize> {
    let c = make(cap);
    (0..cap).for_each(|i| c.send(i));
    c
}

#[test]
fn a_receive_times_out_but_not_early() {
    for cap in KINDS {
        let (_tx, rx) = pair::<u8>(cap);
        for _ in 0..20 {
            let start = Instant::now();
            assert_eq!(rx.recv_timeout(MS), Err(RecvTimeoutError::Timeout));
            assert!(start.elapsed() >= MS);
        }
        let deadline = Instant::now() + TICK;
        assert_eq!(rx.recv_deadline(deadline), Err(RecvTimeoutError::Timeout));
        assert!(Instant::now() >= deadline);
        assert_eq!(blocked(&rx).receivers, 0);
    }
}

#[test]
fn a_send_times_out_but_not_early_and_gives_the_value_back() {
    for cap in [0, 1, 8] {
        let c = make(cap);
        (0..cap).for_each(|_| c.send(Box::new(0)));
        let mut value = Box::new(7);
        let address: *const i32 = &*value;
        for _ in 0..20 {
            let start = Instant::now();
            let error = c.send_timeout(value, MS).expect_err("no receiver");
            assert!(error.is_timeout() && start.elapsed() >= MS);
            value = error.into_inner();
        }
        let deadline = Instant::now() + TICK;
        match c.send_deadline(value, deadline) {
            Err(SendTimeoutError::Timeout(value)) => assert_eq!(&*value as *const i32, address),
            _ => panic!("no receiver"),
        }
        assert!(Instant::now() >= deadline);
        assert_eq!((c.len(), blocked(&c).senders), (cap, 0));
    }
}

#[test]
fn nil_channels_time_out() {
    let c = Chan::<u8>::nil();
    let start = Instant::now();
    assert_eq!(c.recv_timeout(TICK), Err(RecvTimeoutError::Timeout));
    assert_eq!(c.send_timeout(7, TICK), Err(SendTimeoutError::Timeout(7)));
    assert!(start.elapsed() >= 2 * TICK);
}

#[test]
fn a_zero_timeout_and_a_past_deadline_try_first() {
    let past = Instant::now();
    for cap in [Some(1), Some(8), None] {
        let (tx, rx) = pair::<u8>(cap);
        assert_eq!(rx.recv_timeout(Duration::ZERO), Err(RecvTimeoutError::Timeout));
        assert_eq!(rx.recv_deadline(past), Err(RecvTimeoutError::Timeout));
        assert_eq!(tx.send_timeout(1, Duration::ZERO), Ok(()));
        assert_eq!(rx.recv_timeout(Duration::ZERO), Ok(1));
        assert_eq!(tx.send_deadline(2, past), Ok(()));
        assert_eq!(rx.recv_deadline(past), Ok(2));
        tx.send(3);
        select! { recv(rx) -> v => assert_eq!(v, 3), default(Duration::ZERO) => panic!("ready") }
        tx.close();
        assert_eq!(rx.recv_timeout(Duration::ZERO), Err(RecvTimeoutError::Closed));
        assert_eq!(rx.recv_deadline(past), Err(RecvTimeoutError::Closed));
        assert_eq!(tx.send_timeout(4, Duration::ZERO), Err(SendTimeoutError::Closed(4)));
        assert_eq!(tx.send_deadline(5, past), Err(SendTimeoutError::Closed(5)));
    }
    for cap in [0, 1, 8] {
        let c = full(cap);
        assert_eq!(c.send_timeout(7, Duration::ZERO), Err(SendTimeoutError::Timeout(7)));
        assert_eq!(c.send_deadline(8, past), Err(SendTimeoutError::Timeout(8)));
    }
}

#[test]
fn a_waiting_peer_beats_a_zero_timeout() {
    let _dog = watchdog(60);
    let (c, past) = (make::<u8>(0), Instant::now());
    thread::scope(|s| {
        let receiver = s.spawn(|| (c.recv(), c.recv()));
        wait_until(|| blocked(&c).receivers == 1);
        assert_eq!(c.send_timeout(1, Duration::ZERO), Ok(()));
        wait_until(|| blocked(&c).receivers == 1);
        assert_eq!(c.send_deadline(2, past), Ok(()));
        assert_eq!(receiver.join().unwrap(), (1, 2));
        s.spawn(|| (3..5).for_each(|v| c.send(v)));
        wait_until(|| blocked(&c).senders == 1);
        assert_eq!(c.recv_timeout(Duration::ZERO), Ok(3));
        wait_until(|| blocked(&c).senders == 1);
        assert_eq!(c.recv_deadline(past), Ok(4));
    });
}

#[test]
fn huge_timeouts_of_channel_operations_never_end() {
    let _dog = watchdog(60);
    for huge in HUGE {
        let c = make::<u8>(0);
        thread::scope(|s| {
            let receiver = s.spawn(|| c.recv_timeout(huge));
            wait_until(|| blocked(&c).receivers == 1);
            assert_eq!(c.send_timeout(1, huge), Ok(()));
            assert_eq!(receiver.join().unwrap(), Ok(1));
            let sender = s.spawn(|| c.send_timeout(2, huge));
            wait_until(|| blocked(&c).senders == 1);
            assert_eq!(c.recv_timeout(huge), Ok(2));
            assert_eq!(sender.join().unwrap(), Ok(()));
            let select = s.spawn(|| select! { recv(c) -> v => v, default(huge) => 0 });
            wait_until(|| blocked(&c).receivers == 1);
            c.send(3);
            assert_eq!(select.join().unwrap(), 3);
            let closed = s.spawn(|| c.recv_timeout(huge));
            wait_until(|| blocked(&c).receivers == 1);
            c.close();
            assert_eq!(closed.join().unwrap(), Err(RecvTimeoutError::Closed));
        });
    }
}

#[test]
fn a_close_wakes_timed_operations() {
    let _dog = watchdog(60);
    for cap in [0, 1, 8] {
        let (empty, full) = (make::<usize>(cap), full(cap));
        thread::scope(|s| {
            let receiver = s.spawn(|| empty.recv_timeout(HOUR));
            let sender = s.spawn(|| full.send_timeout(99, HOUR));
            wait_until(|| blocked(&empty).receivers == 1 && blocked(&full).senders == 1);
            empty.close();
            full.close();
            assert_eq!(receiver.join().unwrap(), Err(RecvTimeoutError::Closed));
            assert_eq!(sender.join().unwrap(), Err(SendTimeoutError::Closed(99)));
        });
    }
}
