//! The order among those that wait, and that nobody starves.

use std::{
    array,
    sync::{
        atomic::{AtomicUsize, Ordering::SeqCst},
        mpsc, Barrier,
    },
    thread,
};

use gochan::{__private::blocked, bounded, select, Receiver, Select, Sender};

use crate::{
    common::{wait_until, watchdog},
    open, CAPACITIES, LONG,
};

#[test]
fn parked_receivers_are_served_in_order_of_arrival() {
    let _dog = watchdog(30);
    let receiving: [fn(&Receiver<usize>) -> usize; 4] = [
        |rx| rx.recv(),
        |rx| rx.recv_timeout(LONG).unwrap(),
        |rx| select! { recv(rx) -> v => v, default(LONG) => unreachable!() },
        |rx| {
            let mut cases = Select::new();
            cases.recv(rx, |v| v);
            cases.wait()
        },
    ];
    for capacity in CAPACITIES {
        let (tx, rx) = open(capacity);
        let (log, served) = mpsc::channel();
        let receivers: [_; 16] = array::from_fn(|i| {
            let (rx, log) = (rx.clone(), log.clone());
            let receiver = thread::spawn(move || {
                let value = receiving[i % 4](&rx);
                log.send((i, value)).unwrap();
            });
            wait_until(|| blocked(&tx).receivers == i + 1);
            receiver
        });
        for value in 0..16 {
            // One value at a time: two threads that are woken together may overtake one another on
            // their way.
            tx.send(value);
            assert_eq!(served.recv().unwrap(), (value, value), "capacity {capacity:?}");
        }
        receivers.into_iter().for_each(|receiver| receiver.join().unwrap());
    }
}

#[test]
fn parked_senders_are_served_in_order_of_arrival() {
    let _dog = watchdog(30);
    let sending: [fn(&Sender<usize>, usize); 4] = [
        |tx, v| tx.send(v),
        |tx, v| tx.send_timeout(v, LONG).unwrap(),
        |tx, v| select! { send(tx, v) => {}, default(LONG) => unreachable!() },
        |tx, v| {
            let mut cases = Select::new();
            cases.send(tx, v, || ());
            cases.wait();
        },
    ];
    for capacity in [0, 1, 2, 7] {
        let (tx, rx) = bounded(capacity);
        (0..capacity).for_each(|value| tx.send(value));
        let senders: [_; 16] = array::from_fn(|i| {
            let tx = tx.clone();
            let sender = thread::spawn(move || sending[i % 4](&tx, capacity + i));
            wait_until(|| blocked(&rx).senders == i + 1);
            sender
        });
        for value in 0..capacity + 16 {
            assert_eq!(rx.recv(), value, "capacity {capacity}");
            // The sender for which there is room now has put its value in before the next gets its
            // turn.
            wait_until(|| rx.len() + blocked(&rx).senders == capacity + 15 - value);
            wait_until(|| rx.len() == capacity.min(capacity + 15 - value));
        }
        senders.into_iter().for_each(|sender| sender.join().unwrap());
    }
}

/// How often a thread that does not wait may push in before one that is parked.
const OVERTAKES: usize = 10_000;

#[test]
fn a_parked_sender_is_overtaken_a_bounded_number_of_times() {
    let _dog = watchdog(60);
    for capacity in [1, 7, 128] {
        for _ in 0..100 {
            let (tx, rx) = bounded(capacity);
            (0..capacity).for_each(|_| tx.send(0));
            thread::scope(|s| {
                s.spawn(|| tx.send(1));
                wait_until(|| blocked(&tx).senders == 1);
                let mut overtakes = 0;
                while rx.try_recv() != Ok(1) {
                    overtakes += usize::from(tx.try_send(0).is_ok());
                }
                assert!(overtakes <= OVERTAKES, "{overtakes} overtakes, capacity {capacity}");
            });
        }
    }
}

#[test]
fn a_parked_receiver_is_overtaken_a_bounded_number_of_times() {
    let _dog = watchdog(60);
    for capacity in [Some(1), Some(7), Some(128), None] {
        for _ in 0..100 {
            let (tx, rx) = open(capacity);
            thread::scope(|s| {
                let parked = s.spawn(|| rx.recv());
                wait_until(|| blocked(&rx).receivers == 1);
                let mut overtakes = 0;
                loop {
                    tx.send(7);
                    // A value that this thread does not get is for the parked receiver.
                    if rx.try_recv().is_err() {
                        break;
                    }
                    overtakes += 1;
                }
                assert_eq!(parked.join().unwrap(), 7);
                assert!(overtakes <= OVERTAKES, "{overtakes} overtakes, capacity {capacity:?}");
            });
        }
    }
}

/// How many values each of four competing threads has to get. How soon it gets them depends on the
/// scheduler. If it never does, the watchdog ends the test.
const SHARE: usize = 100;

#[test]
fn no_producer_starves() {
    let _dog = watchdog(60);
    for capacity in [0, 1, 7, 128] {
        let (tx, rx) = bounded(capacity);
        thread::scope(|s| {
            for p in 0..4 {
                let tx = tx.clone();
                s.spawn(move || while tx.send_ok(p).is_ok() {});
            }
            let mut shares = [0; 4];
            while shares.iter().any(|&share| share < SHARE) {
                let p: usize = rx.recv();
                shares[p] += 1;
            }
            drop(rx);
        });
    }
}

#[test]
fn no_consumer_starves() {
    let _dog = watchdog(60);
    for capacity in [0, 1, 7, 128] {
        let (tx, rx) = bounded(capacity);
        let shares: [_; 4] = array::from_fn(|_| AtomicUsize::new(0));
        thread::scope(|s| {
            for share in &shares {
                let rx = rx.clone();
                s.spawn(move || {
                    rx.iter().for_each(|()| {
                        share.fetch_add(1, SeqCst);
                    })
                });
            }
            while shares.iter().any(|share| share.load(SeqCst) < SHARE) {
                tx.send(());
            }
            drop(tx);
        });
    }
}

/// Short runs, in which a woken thread often comes when most is over: each receiver gets its share,
/// and each value arrives once.
#[test]
fn every_receiver_gets_its_share_of_a_short_run() {
    let _dog = watchdog(120);
    for cap in [None, Some(1), Some(2), Some(128)] {
        let rounds = match (cfg!(gochan_chaos), cfg!(debug_assertions)) {
            (true, _) => 30,
            (_, true) => 300,
            _ => 2000,
        };
        for _ in 0..rounds {
            let (tx, rx) = cap.map_or_else(gochan::unbounded::<u32>, gochan::bounded);
            let start = Barrier::new(8);
            let mut received: Vec<u32> = thread::scope(|scope| {
                for sender in 0..4 {
                    let (tx, start) = (&tx, &start);
                    scope.spawn(move || {
                        start.wait();
                        (0..256).for_each(|n| tx.send(sender * 256 + n));
                    });
                }
                let receiver = || {
                    start.wait();
                    (0..256).map(|_| rx.recv()).collect::<Vec<_>>()
                };
                let receivers: Vec<_> = (0..4).map(|_| scope.spawn(receiver)).collect();
                receivers.into_iter().flat_map(|receiver| receiver.join().unwrap()).collect()
            });
            received.sort_unstable();
            assert!(received.into_iter().eq(0..1024));
        }
    }
}
