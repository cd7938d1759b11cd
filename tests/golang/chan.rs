//! Go's src/runtime/chan_test.go and test/chan/nonblock.go, sendstmt.go, zerosize.go: one channel
//! and its operations.

use std::{
    any::Any,
    fmt::Debug,
    sync::{Arc, Barrier},
    thread,
};

use gochan::{__private::blocked, make, select, Chan, TryRecvError, TrySendError};

use crate::{
    common::{wait_until, watchdog},
    support::{assert_each_once, rounds},
};

/// Go walks through the capacities below 200; these are all small ones and some around powers of
/// two.
fn capacities() -> impl Iterator<Item = usize> {
    (0..=20).chain([31, 32, 33, 63, 64, 65, 127, 128, 129, 199])
}

fn filled(cap: usize) -> Chan<usize> {
    let c = make(cap);
    (0..cap).for_each(|i| c.send(i));
    c
}

/// A receive from an empty channel blocks, one that must not block says so (TestChan).
#[test]
fn a_receive_from_an_empty_channel_blocks() {
    let _dog = watchdog(60);
    for cap in capacities() {
        let c = make::<usize>(cap);
        thread::scope(|s| {
            let value = s.spawn(|| c.recv());
            let option = s.spawn(|| c.recv_ok());
            wait_until(|| blocked(&c).receivers == 2);
            let nothing = |chosen: bool| assert!(!chosen, "capacity {cap}: a value from nowhere");
            nothing(select! { recv(c) => true, default => false });
            nothing(select! { recv_ok(c) -> _ => true, default => false });
            assert_eq!(c.try_recv(), Err(TryRecvError::Empty));
            c.send(1);
            c.send(2);
            let mut got = [value.join().unwrap(), option.join().unwrap().expect("open")];
            got.sort_unstable();
            assert_eq!(got, [1, 2], "capacity {cap}");
        });
    }
}

/// A send to a full channel blocks, one that must not block says so (TestChan).
#[test]
fn a_send_to_a_full_channel_blocks() {
    let _dog = watchdog(60);
    for cap in capacities() {
        let c = filled(cap);
        thread::scope(|s| {
            s.spawn(|| c.send(cap));
            wait_until(|| blocked(&c).senders == 1);
            assert!(!select! { send(c, 1000) => true, default => false }, "capacity {cap}");
            assert_eq!(c.try_send(1000), Err(TrySendError::Full(1000)));
            assert_eq!((0..=cap).map(|_| c.recv()).collect::<Vec<_>>(), Vec::from_iter(0..=cap));
        });
        assert!(c.is_empty());
    }
}

/// What is in the buffer comes before the close, and the close comes for ever (TestChan).
#[test]
fn a_closed_channel_gives_its_values_and_then_zero() {
    for cap in capacities() {
        let c = filled(cap);
        c.close();
        (0..cap).for_each(|i| assert_eq!(c.recv(), i, "capacity {cap}"));
        for _ in 0..3 {
            assert_eq!((c.recv(), c.recv_ok()), (0, None), "capacity {cap}");
        }
    }
}

/// A hundred values come whole and in order, by both forms of the receive (TestChan).
#[test]
fn values_come_in_order() {
    let _dog = watchdog(60);
    for cap in capacities() {
        let c = make(cap);
        thread::scope(|s| {
            s.spawn(|| (0..200).for_each(|i| c.send(i)));
            (0..100).for_each(|i| assert_eq!(c.recv(), i, "capacity {cap}"));
            (100..200).for_each(|i| assert_eq!(c.recv_ok(), Some(i), "capacity {cap}"));
        });
    }
}

/// What four threads send, four others receive, each value once (TestChan).
#[test]
fn four_senders_and_four_receivers_lose_nothing() {
    const THREADS: usize = 4;
    let _dog = watchdog(120);
    let each = rounds(1000);
    for cap in capacities() {
        let c = make(cap);
        let got = thread::scope(|s| {
            let c = &c;
            for t in 0..THREADS {
                s.spawn(move || (0..each).for_each(|i| c.send(t * each + i)));
            }
            let threads: Vec<_> = (0..THREADS)
                .map(|_| s.spawn(move || (0..each).map(|_| c.recv()).collect::<Vec<_>>()))
                .collect();
            threads.into_iter().flat_map(|t| t.join().unwrap()).collect::<Vec<_>>()
        });
        assert_each_once(got, THREADS * each);
    }
}

/// While one thread closes a channel that holds a value and receives, another that polls it gets
/// either the value or the close, never nothing (TestNonblockRecvRace).
#[test]
fn a_poll_during_the_close_finds_the_value_or_the_close() {
    let _dog = watchdog(120);
    let channels: Vec<Chan<u8>> = (0..rounds(20_000)).map(|_| filled_with_one()).collect();
    let meet = Barrier::new(2);
    thread::scope(|s| {
        let poller = s.spawn(|| {
            let poll = |c: &Chan<u8>| {
                meet.wait();
                select! { recv_ok(c) -> v => v, default => panic!("neither value nor close") }
            };
            channels.iter().map(poll).collect::<Vec<_>>()
        });
        let mut got = Vec::new();
        for c in &channels {
            meet.wait();
            c.close();
            got.push(c.recv_ok());
        }
        for (mine, polled) in got.into_iter().zip(poller.join().unwrap()) {
            let one = matches!((mine, polled), (Some(1), None) | (None, Some(1)));
            assert!(one, "closer: {mine:?}, poller: {polled:?}");
        }
    });
}

fn filled_with_one() -> Chan<u8> {
    let c = make(1);
    c.send(1);
    c
}

/// Values behind a pointer to a trait go through plain sends and selects (TestChanSendInterface).
#[test]
fn trait_objects_are_values() {
    type Value = Arc<dyn Any + Send + Sync>;
    let c = make::<Value>(1);
    let first: Value = Arc::new(7_u32);
    c.send_ok(first.clone()).expect("open");
    assert!(!select! { send(c, first.clone()) => true, default => false }, "full");
    let sent = select! {
        send(c, first.clone()) => true,
        send(c, Arc::new("text")) => true,
        default => false,
    };
    assert!(!sent, "full");
    let got = c.recv_ok().expect("open");
    assert!(Arc::ptr_eq(&got, &first), "the very same object");
    assert_eq!(Arc::strong_count(&first), 2, "what was not sent is dropped");
    select! { send(c, Arc::new("text")) => {}, send(c, Arc::new("text")) => {} }
    assert_eq!(c.recv_ok().expect("open").downcast_ref(), Some(&"text"));
}

/// Workers that range over one channel and send to another lose nothing and end. The feeder closes
/// the first channel; the thread that has seen the last worker end closes the second
/// (TestMultiConsumer).
#[test]
fn many_workers_pass_on_every_job_once() {
    const WORKERS: usize = 23;
    let _dog = watchdog(120);
    let n = rounds(100_000);
    let (jobs, results) = (make::<usize>(3 * WORKERS), make::<usize>(3 * WORKERS));
    thread::scope(|s| {
        let (jobs, results) = (&jobs, &results);
        let workers: Vec<_> = (0..WORKERS)
            .map(|worker| {
                s.spawn(move || {
                    for job in jobs {
                        if job % 31 == worker {
                            thread::yield_now(); // falls behind now and then
                        }
                        results.send(job);
                    }
                })
            })
            .collect();
        s.spawn(move || {
            (0..n).for_each(|job| jobs.send(job));
            jobs.close();
            workers.into_iter().for_each(|w| w.join().unwrap());
            results.close();
        });
        assert_each_once(results, n);
    });
}

/// An operation that must not block completes exactly when a partner or a place is there.
fn nonblocking<T: Clone + Debug + PartialEq + Send + Sync>(one: T, two: T) {
    for cap in [0, 1] {
        let c = make::<T>(cap);
        assert!(!select! { recv_ok(c) -> _ => true, default => false }, "nothing to receive");
        thread::scope(|s| {
            let receiver = s.spawn(|| c.recv_ok());
            wait_until(|| blocked(&c).receivers == 1);
            assert!(select! { send(c, one.clone()) => true, default => false }, "a receiver waits");
            assert_eq!(receiver.join().unwrap(), Some(one.clone()));

            // A sender that blocks behind a full buffer, or in front of an empty rendezvous.
            (0..cap).for_each(|_| assert_eq!(c.try_send(one.clone()), Ok(())));
            s.spawn(|| c.send(two.clone()));
            wait_until(|| blocked(&c).senders == 1);
            assert_eq!(c.try_send(one.clone()), Err(TrySendError::Full(one.clone())));
            let got = select! { recv_ok(c) -> v => v, default => panic!("a value waits") };
            if cap == 0 {
                assert_eq!(got, Some(two.clone()));
            } else {
                assert_eq!(got, Some(one.clone()));
                // The receive has moved the value of the blocked sender into the buffer, as Go's
                // does.
                assert_eq!(c.recv_ok(), Some(two.clone()));
            }
            assert_eq!(c.try_recv(), Err(TryRecvError::Empty));
        });
    }
}

/// Operations with `default` on values of several types and sizes (nonblock.go).
#[test]
fn operations_with_default_on_several_types() {
    let _dog = watchdog(60);
    nonblocking(123_i32, 234);
    nonblocking(123_456_i64, 234_567);
    nonblocking(true, false);
    nonblocking("hello".to_owned(), "hello again".to_owned());
    nonblocking([1_u64; 40], [2; 40]);
}

/// A send takes any expression, and its channel may come out of a receive; it has no value
/// (sendstmt.go).
#[test]
fn a_send_takes_any_expression() {
    let (channels, c) = (make::<Chan<u8>>(1), make(1));
    channels.send(c.clone());
    select! { send(channels.recv_ok().expect("open"), 2) => {}, default => panic!("room for one") }
    assert_eq!(c.recv(), 2);
    let flags = make(1);
    #[allow(clippy::overly_complex_bool_expr, clippy::nonminimal_bool)]
    let () = flags.send(false || true);
    assert!(flags.recv());
}
