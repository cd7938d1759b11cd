//! A close wakes every blocked receiver and sender.

use std::{sync::Arc, thread};

use gochan::{__private::blocked, bounded, make, Receiver, Sender, TryRecvError, TrySendError};

use crate::{
    common::{wait_until, watchdog},
    open, panic_text, BLOCKING, BOUNDED, CAPACITIES, CLOSES, SEND, SENDING,
};

/// A channel without a free place.
fn full(cap: usize) -> (Sender<u32>, Receiver<u32>) {
    let (tx, rx) = bounded(cap);
    (0..cap).for_each(|_| tx.send(0));
    (tx, rx)
}

#[test]
fn close_wakes_every_blocked_receiver() {
    let _dog = watchdog(60);
    for cap in CAPACITIES {
        for close in CLOSES {
            let (tx, rx) = open(cap);
            thread::scope(|scope| {
                let rx = &rx;
                for (name, receive) in BLOCKING.iter().chain(&BLOCKING) {
                    scope.spawn(move || assert_eq!(receive(rx), None, "{name}"));
                }
                wait_until(|| blocked(rx).receivers == 2 * BLOCKING.len());
                close(tx);
            });
            assert_eq!(blocked(&rx).receivers, 0);
        }
    }
}

/// The closer wakes a few of the waiting threads. The others are still in the queue, and no try
/// meets them.
#[test]
fn no_try_meets_a_waiter_that_a_close_has_not_woken_yet() {
    let _dog = watchdog(60);
    for _ in 0..10 {
        let chan = make::<u32>(0);
        thread::scope(|scope| {
            (0..20).for_each(|_| drop(scope.spawn(|| assert_eq!(chan.recv_ok(), None))));
            wait_until(|| blocked(&chan).receivers == 20);
            chan.close();
            assert_eq!(chan.try_send(1), Err(TrySendError::Closed(1)));
        });
        let chan = make::<u32>(0);
        thread::scope(|scope| {
            (0..20).for_each(|_| drop(scope.spawn(|| assert!(chan.send_ok(1).is_err()))));
            wait_until(|| blocked(&chan).senders == 20);
            chan.close();
            assert_eq!(chan.try_recv(), Err(TryRecvError::Closed));
        });
    }
}

#[test]
fn close_wakes_every_blocked_sender_and_gives_the_values_back() {
    let _dog = watchdog(60);
    for cap in BOUNDED {
        let (tx, rx) = full(cap);
        thread::scope(|scope| {
            for (i, (name, send)) in (1..).zip(SENDING.iter().chain(&SENDING)) {
                let tx = tx.clone();
                scope.spawn(move || assert_eq!(send(&tx, i), Err(i), "{name}"));
            }
            wait_until(|| blocked(&tx).senders == 2 * SENDING.len());
            tx.close();
        });
        assert_eq!(blocked(&tx).senders, 0);
        assert_eq!(rx.iter().collect::<Vec<_>>(), vec![0; cap]);
    }
}

#[test]
fn dropping_the_last_receiver_wakes_every_blocked_sender() {
    let _dog = watchdog(60);
    for cap in BOUNDED {
        let (tx, rx) = full(cap);
        thread::scope(|scope| {
            for (i, (name, send)) in (1..).zip(&SENDING) {
                let tx = tx.clone();
                scope.spawn(move || assert_eq!(send(&tx, i), Err(i), "{name}"));
            }
            wait_until(|| blocked(&tx).senders == SENDING.len());
            drop(rx);
        });
        assert_eq!((blocked(&tx).senders, tx.len()), (0, 0));
    }
}

#[test]
fn close_makes_every_blocked_send_panic_and_drop_its_value_once() {
    let _dog = watchdog(60);
    for cap in BOUNDED {
        let (tx, rx) = bounded(cap);
        let value = Arc::new(());
        (0..cap).for_each(|_| tx.send(Arc::clone(&value)));
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| assert_eq!(panic_text(|| tx.send(Arc::clone(&value))), SEND));
            }
            wait_until(|| blocked(&tx).senders == 4);
            tx.close();
        });
        assert_eq!(Arc::strong_count(&value), cap + 1);
        assert_eq!(rx.iter().count(), cap);
        assert_eq!(Arc::strong_count(&value), 1);
    }
}
