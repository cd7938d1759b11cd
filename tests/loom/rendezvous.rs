//! The unbuffered channel.

use std::time::Duration;

use gochan::{make, RecvTimeoutError, SendTimeoutError};
use loom::thread;

use crate::run::{check, Plain, Value};

/// One sender, one receiver.
#[test]
fn rendezvous_one_to_one() {
    check("rendezvous_one_to_one", || {
        let c = make::<Value>(0);
        let tx = c.sender();
        let sender = thread::spawn(move || tx.send(Value::new(7)));
        assert_eq!(c.recv_ok().unwrap().get(), 7);
        sender.join().unwrap();
    });
}

/// Once a waiter is claimed nobody touches what stands on its stack.
#[test]
fn claim_is_the_last_touch() {
    check("claim_is_the_last_touch", || {
        let c = make::<Value>(0);
        let rx = c.receiver();
        let receiver = thread::spawn(move || rx.recv_ok().unwrap().get());
        c.send(Value::new(7));
        assert_eq!(receiver.join().unwrap(), 7);
    });
}

/// Close wakes both of two blocked receivers.
#[test]
fn rendezvous_close_wakes_all() {
    check("rendezvous_close_wakes_all", || {
        let c = make::<Value>(0);
        let receivers = [(); 2].map(|()| {
            let rx = c.receiver();
            thread::spawn(move || assert!(rx.recv_ok().is_none()))
        });
        c.close();
        receivers.into_iter().for_each(|receiver| receiver.join().unwrap());
    });
}

/// Two senders meet one receiver, one after the other.
#[test]
fn rendezvous_two_senders() {
    check("rendezvous_two_senders", || {
        let c = make::<Value>(0);
        let senders = [1, 2].map(|n| {
            let tx = c.sender();
            thread::spawn(move || tx.send(Value::new(n)))
        });
        let sum: u32 = (0..2).map(|_| c.recv_ok().unwrap().get()).sum();
        assert_eq!(sum, 3);
        senders.into_iter().for_each(|sender| sender.join().unwrap());
    });
}

/// A blocked send and a close: the sender never stays blocked, and has its value back.
#[test]
fn close_claims_sender() {
    check("close_claims_sender", || {
        let c = make::<Value>(0);
        let tx = c.sender();
        let sender = thread::spawn(move || match tx.send_ok(Value::new(7)) {
            Ok(()) => panic!("nobody received"),
            Err(error) => assert_eq!(error.into_inner().get(), 7),
        });
        c.close();
        sender.join().unwrap();
    });
}

/// A close and a delivery race for the receiver.
#[test]
fn close_or_delivery() {
    check("close_or_delivery", || {
        let c = make::<Value>(0);
        let (tx, closer) = (c.sender(), c.sender());
        let sender = thread::spawn(move || tx.send_ok(Value::new(7)).is_ok());
        let closer = thread::spawn(move || closer.close());
        let received = c.recv_ok().is_some();
        assert_eq!(sender.join().unwrap(), received);
        closer.join().unwrap();
    });
}

/// A timeout and a delivery race for the receiver: the value arrives or is refused.
#[test]
fn timeout_or_delivery() {
    check("timeout_or_delivery", || {
        let c = make::<Value>(0);
        let (tx, wait) = (c.sender(), Duration::from_secs(1));
        let sender = thread::spawn(move || tx.send_ok(Value::new(7)).is_ok());
        let received = match c.recv_timeout(wait) {
            Ok(value) => value.get() == 7,
            Err(error) => {
                assert_eq!(error, RecvTimeoutError::Timeout);
                c.close();
                false
            }
        };
        assert_eq!(sender.join().unwrap(), received);
    });
}

/// A timeout and a receive race for the sender: after a timeout the value is the sender's again.
#[test]
fn timeout_or_take() {
    check("timeout_or_take", || {
        let c = make::<Value>(0);
        let (rx, wait) = (c.receiver(), Duration::from_secs(1));
        let receiver = thread::spawn(move || rx.recv_ok().map(|v| v.get()));
        let sent = match c.send_timeout(Value::new(7), wait) {
            Ok(()) => true,
            Err(SendTimeoutError::Timeout(value)) => {
                assert_eq!(value.get(), 7);
                c.close();
                false
            }
            Err(SendTimeoutError::Closed(_)) => panic!("closed by nobody"),
        };
        assert_eq!(receiver.join().unwrap().is_some(), sent);
    });
}

/// After a timeout the next receive gets the value.
#[test]
fn receive_after_timeout() {
    check("receive_after_timeout", || {
        let c = make::<Value>(0);
        let (tx, wait) = (c.sender(), Duration::from_secs(1));
        let sender = thread::spawn(move || tx.send(Value::new(7)));
        let value = c.recv_timeout(wait).ok().or_else(|| c.recv_ok());
        assert_eq!(value.unwrap().get(), 7);
        sender.join().unwrap();
    });
}

/// On an unbuffered channel the receive comes before the send completes.
#[test]
fn receive_before_send_completes() {
    check("receive_before_send_completes", || {
        let (c, memory) = (make(0), Plain::new());
        let receiver = thread::spawn({
            let (rx, memory) = (c.receiver(), memory.clone());
            move || {
                memory.set(7);
                rx.recv();
            }
        });
        c.send(());
        assert_eq!(memory.get(), 7);
        receiver.join().unwrap();
    });
}
