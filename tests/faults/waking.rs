//! Every way to send meets every way to receive; a send that fails gives its value back.

use std::{
    sync::atomic::{AtomicBool, Ordering::SeqCst},
    thread,
    time::Instant,
};

use gochan::{
    __private::blocked, bounded, select, Select, SendError, SendTimeoutError, TrySendError,
};

use crate::{
    common::{wait_until, watchdog},
    full, open, BLOCKING_RECVS, BLOCKING_SENDS, CAPACITIES, LIMITED, SHORT, TRYING_RECVS,
    TRYING_SENDS,
};

#[test]
fn every_way_to_send_wakes_every_parked_receiver() {
    let _dog = watchdog(60);
    for capacity in CAPACITIES {
        for (sending, send) in BLOCKING_SENDS.into_iter().chain(TRYING_SENDS) {
            for (receiving, recv) in BLOCKING_RECVS {
                let (tx, rx) = open(capacity);
                let receiver = thread::spawn(move || recv(&rx));
                wait_until(|| blocked(&tx).receivers == 1);
                send(&tx, 7);
                let value = receiver.join().unwrap();
                assert_eq!(value, 7, "{sending} to {receiving}, capacity {capacity:?}");
                assert_eq!(blocked(&tx).receivers, 0, "{receiving} stays in line");
            }
        }
    }
}

#[test]
fn every_way_to_receive_wakes_every_parked_sender() {
    let _dog = watchdog(60);
    for capacity in LIMITED {
        for (receiving, recv) in BLOCKING_RECVS.into_iter().chain(TRYING_RECVS) {
            for (sending, send) in BLOCKING_SENDS {
                let (tx, rx) = full(capacity);
                let sender = thread::spawn(move || send(&tx, 7));
                wait_until(|| blocked(&rx).senders == 1);
                let mut values = vec![recv(&rx)];
                sender.join().unwrap();
                values.extend(&rx);
                assert_eq!(values.len(), capacity + 1, "{sending} to {receiving}");
                assert_eq!(values.pop(), Some(7), "{sending} to {receiving}, capacity {capacity}");
                assert_eq!(blocked(&rx).senders, 0, "{sending} stays in line");
            }
        }
    }
}

#[test]
fn an_unbuffered_send_returns_only_after_its_receive_began() {
    let _dog = watchdog(60);
    for (sending, send) in BLOCKING_SENDS {
        for (receiving, recv) in BLOCKING_RECVS.into_iter().chain(TRYING_RECVS) {
            let (tx, rx) = bounded(0);
            let receives = AtomicBool::new(false);
            thread::scope(|s| {
                s.spawn(|| {
                    send(&tx, 7);
                    assert!(receives.load(SeqCst), "{sending} to {receiving} returned too early");
                });
                wait_until(|| blocked(&rx).senders == 1);
                receives.store(true, SeqCst);
                assert_eq!(recv(&rx), 7);
            });
        }
    }
}

#[test]
fn a_send_that_fails_gives_the_very_same_value_back() {
    for capacity in LIMITED {
        let (tx, rx) = bounded(capacity);
        (0..capacity).for_each(|_| tx.send(Box::new(0)));
        let value = Box::new(7);
        let address: *const i32 = &*value;
        let past = Instant::now();

        let Err(TrySendError::Full(value)) = tx.try_send(value) else { panic!("not full") };
        let Err(SendTimeoutError::Timeout(value)) = tx.send_timeout(value, SHORT) else {
            panic!("not timed out")
        };
        let Err(SendTimeoutError::Timeout(value)) = tx.send_deadline(value, past) else {
            panic!("not timed out")
        };
        let mut slot = Some(value);
        select! { send_from(tx, &mut slot) => unreachable!(), default(SHORT) => {} }
        let mut cases = Select::new();
        cases.send_from(&tx, &mut slot, || ());
        assert!(cases.wait_timeout(SHORT).is_err());
        let value = slot.unwrap();

        drop(rx);
        let Err(SendError(value)) = tx.send_ok(value) else { panic!("not closed") };
        let Err(TrySendError::Closed(value)) = tx.try_send(value) else { panic!("not closed") };
        let Err(SendTimeoutError::Closed(value)) = tx.send_timeout(value, SHORT) else {
            panic!("not closed")
        };
        let sent = select! { send_ok(tx, value) -> sent => sent };
        let Err(SendError(value)) = sent else { panic!("not closed") };
        assert!(std::ptr::eq(&*value, address), "another value, capacity {capacity}");
    }
}

#[test]
fn a_blocked_sender_gets_its_value_back_when_the_receiver_goes() {
    let _dog = watchdog(10);
    for capacity in LIMITED {
        let (tx, rx) = full(capacity);
        let sender = thread::spawn(move || tx.send_ok(7));
        wait_until(|| blocked(&rx).senders == 1);
        drop(rx);
        assert_eq!(sender.join().unwrap(), Err(SendError(7)));
    }
}
