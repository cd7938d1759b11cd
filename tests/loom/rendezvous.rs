//! The unbuffered channel.

use std::time::Duration;

use gochan::{__private::advance_clock, make, RecvTimeoutError, SendTimeoutError};
use loom::thread;

use crate::model::{check, Plain, Value};

/// One sender, one receiver.
#[test]
fn rendezvous_one_to_one() {
    check("rendezvous_one_to_one", Some(3), || {
        let c = make::<Value>(0);
        let tx = c.sender();
        let sender = thread::spawn(move || tx.send(Value::new(7)));
        assert_eq!(c.recv_ok().unwrap().get(), 7);
        sender.join().unwrap();
    });
}

/// L08: two senders meet one receiver, one after the other.
#[test]
fn l08_two_senders() {
    check("l08_two_senders", Some(1), || {
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

/// L04: a blocked send and a close: the sender never stays blocked, and has its value back.
#[test]
fn l04_close_claims_sender() {
    check("l04_close_claims_sender", Some(3), || {
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

/// Close and a delivery race for the receiver.
#[test]
fn close_or_delivery() {
    check("close_or_delivery", Some(2), || {
        let c = make::<Value>(0);
        let (tx, closer) = (c.sender(), c.sender());
        let sender = thread::spawn(move || tx.send_ok(Value::new(7)).is_ok());
        let closer = thread::spawn(move || closer.close());
        let received = c.recv_ok().is_some();
        assert_eq!(sender.join().unwrap(), received);
        closer.join().unwrap();
    });
}

/// L15: a timeout and a delivery race for the receiver: the value arrives or is refused.
#[test]
fn l15_timeout_or_delivery() {
    check("l15_timeout_or_delivery", Some(2), || {
        let c = make::<Value>(0);
        let (tx, wait) = (c.sender(), Duration::from_secs(1));
        let sender = thread::spawn(move || tx.send_ok(Value::new(7)).is_ok());
        let clock = thread::spawn(move || advance_clock(wait));
        let received = match c.recv_timeout(wait) {
            Ok(value) => value.get() == 7,
            Err(error) => {
                assert_eq!(error, RecvTimeoutError::Timeout);
                c.close();
                false
            }
        };
        assert_eq!(sender.join().unwrap(), received);
        clock.join().unwrap();
    });
}

/// L15, the sender's side: after a timeout the value is the sender's again.
#[test]
fn l15_timeout_or_take() {
    check("l15_timeout_or_take", Some(2), || {
        let c = make::<Value>(0);
        let (rx, wait) = (c.receiver(), Duration::from_secs(1));
        let receiver = thread::spawn(move || rx.recv_ok().map(|v| v.get()));
        let clock = thread::spawn(move || advance_clock(wait));
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
        clock.join().unwrap();
    });
}

/// L16: after a timeout the next receive gets the value.
#[test]
fn l16_receive_after_timeout() {
    check("l16_receive_after_timeout", Some(2), || {
        let c = make::<Value>(0);
        let (tx, wait) = (c.sender(), Duration::from_secs(1));
        let sender = thread::spawn(move || tx.send(Value::new(7)));
        let clock = thread::spawn(move || advance_clock(wait));
        let value = c.recv_timeout(wait).ok().or_else(|| c.recv_ok());
        assert_eq!(value.unwrap().get(), 7);
        sender.join().unwrap();
        clock.join().unwrap();
    });
}

/// L23: on an unbuffered channel the receive comes before the send completes.
#[test]
fn l23_receive_before_send_completes() {
    check("l23_receive_before_send_completes", Some(3), || {
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
