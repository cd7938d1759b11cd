//! Sends that race with a close: what was sent before it is received, and nothing else.

use std::{
    iter,
    sync::{
        atomic::{AtomicUsize, Ordering::Relaxed},
        mpsc, Arc,
    },
    thread,
};

use gochan::{Sender, TryRecvError};

use crate::{
    common::{wait_until, watchdog},
    open, Receive, BLOCKING, CAPACITIES, CLOSES, POLLING,
};

/// Receives everything while another thread sends a few values and closes at once, many times.
fn race_with_close(forms: &[(&str, Receive)]) {
    const ROUNDS: u32 = 200;
    let _dog = watchdog(120);
    let (jobs, todo) = mpsc::channel::<(Sender<u32>, u32)>();
    let sender = thread::spawn(move || {
        for (tx, round) in todo {
            (1..=round % 4).for_each(|v| tx.send(v));
            CLOSES[(round / 4 % 2) as usize](tx);
        }
    });
    for (name, receive) in forms {
        for cap in CAPACITIES {
            for round in 0..ROUNDS {
                let (tx, rx) = open(cap);
                jobs.send((tx, round)).unwrap();
                for expected in 1..=round % 4 {
                    assert_eq!(receive(&rx), Some(expected), "{name}, capacity {cap:?}");
                }
                assert_eq!(receive(&rx), None, "{name}, capacity {cap:?}");
                assert_eq!(rx.try_recv(), Err(TryRecvError::Closed));
            }
        }
    }
    drop(jobs);
    sender.join().unwrap();
}

#[test]
fn closed_is_never_reported_to_a_waiting_receive_while_a_value_is_left() {
    race_with_close(&BLOCKING);
}

#[test]
fn closed_is_never_reported_to_a_polling_receive_while_a_value_is_left() {
    race_with_close(&POLLING);
}

/// Each value whose send was accepted arrives at exactly one of the receivers. No other value
/// arrives.
#[test]
fn each_value_sent_before_the_close_is_received_once() {
    let _dog = watchdog(120);
    for cap in CAPACITIES {
        for round in 0..20 {
            let (tx, rx) = open(cap);
            let ids = AtomicUsize::new(0);
            let sending = || {
                let values = iter::repeat_with(|| ids.fetch_add(1, Relaxed));
                values.take_while(|&id| tx.send_ok(id).is_ok()).collect::<Vec<_>>()
            };
            let (mut sent, mut received) = (Vec::new(), Vec::new());
            thread::scope(|scope| {
                let senders = [(); 3].map(|()| scope.spawn(sending));
                let receivers = [(); 2].map(|()| scope.spawn(|| rx.iter().collect::<Vec<_>>()));
                // The close comes before the first send, among the first, or when all are at it.
                wait_until(|| ids.load(Relaxed) >= 20 * round);
                tx.close();
                senders.into_iter().for_each(|thread| sent.extend(thread.join().unwrap()));
                receivers.into_iter().for_each(|thread| received.extend(thread.join().unwrap()));
            });
            sent.sort_unstable();
            received.sort_unstable();
            assert_eq!(sent, received, "capacity {cap:?}");
        }
    }
}

/// A receiver closes in the middle of the sends and drains at once. Each value that a sender was
/// told to be sent is there, also where the close comes between the two halves of a send.
#[test]
fn a_receiver_that_closes_finds_every_value_that_was_accepted() {
    let _dog = watchdog(60);
    let (jobs, todo) = mpsc::sync_channel::<(Sender<usize>, Arc<AtomicUsize>)>(8);
    let (counts, accepted) = mpsc::channel();
    let sender = thread::spawn(move || {
        for (tx, started) in todo {
            started.store(1, Relaxed);
            let count = (0..5000).take_while(|&v| tx.send_ok(v).is_ok()).count();
            counts.send(count).unwrap();
        }
    });
    for cap in CAPACITIES.into_iter().chain([Some(1000)]) {
        for round in 0..1000 {
            let (tx, rx) = open(cap);
            let started = Arc::new(AtomicUsize::new(0));
            jobs.send((tx.clone(), Arc::clone(&started))).unwrap();
            wait_until(|| started.load(Relaxed) == 1);
            let early = rx.try_iter().take(round % 64).count();
            tx.close();
            let late = rx.iter().count();
            assert_eq!(rx.try_recv(), Err(TryRecvError::Closed));
            assert_eq!(early + late, accepted.recv().unwrap(), "capacity {cap:?}");
        }
    }
    drop(jobs);
    sender.join().unwrap();
}
