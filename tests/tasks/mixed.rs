//! Threads and tasks on one channel, while futures are dropped at random.

use std::{
    future::Future,
    pin::pin,
    task::{Context, Poll, Waker},
    thread,
};

use gochan::{bounded, select_async, unbounded, Receiver, Sender};

use crate::{
    block_on,
    common::random::{begin, Rng},
    Count,
};

fn kinds() -> [(Sender<u64>, Receiver<u64>); 4] {
    [bounded(0), bounded(1), bounded(3), unbounded()]
}

/// Polls a future once and drops it.
fn poll_once<F: Future>(future: F) -> Option<F::Output> {
    let waker = Waker::from(std::sync::Arc::<Count>::default());
    match pin!(future).poll(&mut Context::from_waker(&waker)) {
        Poll::Ready(output) => Some(output),
        Poll::Pending => None,
    }
}

fn send_all(tx: &Sender<u64>, count: u64, is_task: bool, random: &mut Rng) {
    for i in 0..count {
        let mut slot = Some(i);
        while is_task && slot.is_some() && random.below(3) > 0 {
            let sent = poll_once(tx.send_from_async(&mut slot));
            assert!(sent != Some(Err(gochan::SendError(()))), "closed");
            thread::yield_now();
        }
        match is_task {
            true => block_on(tx.send_from_async(&mut slot)).unwrap(),
            false => tx.send_from(&mut slot).unwrap(),
        }
    }
}

fn receive_all(rx: &Receiver<u64>, is_task: bool, random: &mut Rng) -> Vec<u64> {
    let mut values = vec![];
    loop {
        let next = match is_task {
            true if random.below(2) == 0 => match poll_once(rx.recv_ok_async()) {
                Some(next) => next,
                None => continue,
            },
            true if random.below(2) == 0 => block_on(async {
                select_async! { recv_ok(rx) -> next => next }
            }),
            true => block_on(rx.recv_ok_async()),
            false => rx.recv_ok(),
        };
        match next {
            Some(value) => values.push(value),
            None => return values,
        }
    }
}

#[test]
fn values_come_in_order_whatever_is_dropped() {
    let (mut random, _dog) = begin(120);
    for [sends, receives] in [[true, true], [true, false], [false, true]] {
        for (tx, rx) in kinds() {
            let (mut one, mut two) = (random.fork(), random.fork());
            thread::scope(|scope| {
                scope.spawn(move || send_all(&tx, 1000, sends, &mut one));
                assert!(receive_all(&rx, receives, &mut two).into_iter().eq(0..1000));
            });
        }
    }
}

#[test]
fn two_receivers_share_the_values_of_two_senders() {
    let (mut random, _dog) = begin(120);
    for (tx, rx) in kinds() {
        let received = thread::scope(|scope| {
            for is_task in [true, false] {
                let (tx, mut random) = (tx.clone(), random.fork());
                scope.spawn(move || send_all(&tx, 1000, is_task, &mut random));
            }
            drop(tx);
            let others = [true, true, false].map(|is_task| {
                let (rx, mut random) = (rx.clone(), random.fork());
                scope.spawn(move || receive_all(&rx, is_task, &mut random))
            });
            others.map(|other| other.join().unwrap())
        });
        // Each value comes twice: once from each sender.
        let mut all = received.concat();
        all.sort_unstable();
        assert!(all.chunks(2).enumerate().all(|(i, pair)| pair == [i as u64; 2]));
    }
}

#[test]
fn the_values_come_before_the_close() {
    for (tx, rx) in kinds().into_iter().skip(1) {
        let mut values = vec![];
        tx.send(1);
        drop(tx);
        assert_eq!(block_on(rx.recv_many_async(&mut values, 5)), 1);
        assert_eq!(block_on(rx.recv_many_async(&mut values, 5)), 0);
    }
    for (tx, rx) in kinds().into_iter().skip(1) {
        tx.send(1);
        drop(tx);
        assert_eq!(block_on(rx.recv_ok_async()), Some(1));
        assert_eq!(
            block_on(async {
                select_async! { recv_ok(rx) -> next => next }
            }),
            None
        );
    }
}
