//! The buffered channel, and with it the handshake of a waiter and a publisher.

use std::time::Duration;

use gochan::{__private::advance_clock, make, TryRecvError};
use loom::thread;

use crate::model::{check, Plain, Value};

/// L27: a receiver goes to sleep while the sender publishes.
#[test]
fn l27_park_handshake() {
    check("l27_park_handshake", Some(3), || {
        let c = make::<Value>(1);
        let tx = c.sender();
        let sender = thread::spawn(move || tx.send(Value::new(7)));
        assert_eq!(c.recv_ok().map(|v| v.get()), Some(7));
        sender.join().unwrap();
    });
}

/// L22: three laps of a ring of one; the sender sleeps when it is full.
#[test]
fn l22_ring_full() {
    check("l22_ring_full", Some(2), || {
        let c = make::<Value>(1);
        let tx = c.sender();
        let sender = thread::spawn(move || (1..=3).for_each(|n| tx.send(Value::new(n))));
        for n in 1..=3 {
            assert_eq!(c.recv_ok().map(|v| v.get()), Some(n));
        }
        sender.join().unwrap();
    });
}

/// L22: two senders on a ring of one.
#[test]
fn l22_ring_two_senders() {
    check("l22_ring_two_senders", Some(1), || {
        let c = make::<Value>(1);
        let senders = [1, 2].map(|n| {
            let tx = c.sender();
            thread::spawn(move || tx.send(Value::new(n)))
        });
        let sum: u32 = (0..2).map(|_| c.recv_ok().unwrap().get()).sum();
        assert_eq!(sum, 3);
        senders.into_iter().for_each(|sender| sender.join().unwrap());
    });
}

/// Two receivers on a ring of one: each value is received once.
#[test]
fn ring_two_receivers() {
    check("ring_two_receivers", Some(1), || {
        let c = make::<Value>(1);
        let receivers = [(); 2].map(|()| {
            let rx = c.receiver();
            thread::spawn(move || rx.recv_ok().unwrap().get())
        });
        c.send(Value::new(1));
        c.send(Value::new(2));
        let sum: u32 = receivers.into_iter().map(|receiver| receiver.join().unwrap()).sum();
        assert_eq!(sum, 3);
    });
}

/// L03: a send and a close. What was sent is received once, what was refused comes back.
#[test]
fn l03_send_close() {
    check("l03_send_close", Some(3), || {
        let c = make::<Value>(1);
        let tx = c.sender();
        let sender = thread::spawn(move || tx.send_ok(Value::new(7)).is_ok());
        c.close();
        let received = c.recv_ok().map(|v| v.get());
        assert_eq!(sender.join().unwrap(), received == Some(7));
        assert!(c.recv_ok().is_none());
    });
}

/// L05: a sender blocked on a full ring, a receive and a close.
#[test]
fn l05_blocked_sender_close() {
    check("l05_blocked_sender_close", Some(2), || {
        let c = make::<Value>(1);
        c.send(Value::new(1));
        let (tx, closer) = (c.sender(), c.sender());
        let sender = thread::spawn(move || tx.send_ok(Value::new(2)).is_ok());
        let closer = thread::spawn(move || closer.close());
        assert_eq!(c.recv_ok().map(|v| v.get()), Some(1));
        closer.join().unwrap();
        let sent = sender.join().unwrap();
        assert_eq!(c.recv_ok().is_some(), sent);
    });
}

/// L06: close wakes both of two blocked receivers.
#[test]
fn l06_close_wakes_all() {
    check("l06_close_wakes_all", Some(2), || {
        let c = make::<Value>(1);
        let receivers = [(); 2].map(|()| {
            let rx = c.receiver();
            thread::spawn(move || assert!(rx.recv_ok().is_none()))
        });
        c.close();
        receivers.into_iter().for_each(|receiver| receiver.join().unwrap());
    });
}

/// L07, L26: "closed" is never reported while a value is left.
#[test]
fn l07_closed_after_values() {
    check("l07_closed_after_values", None, || {
        let c = make::<Value>(1);
        let tx = c.sender();
        let sender = thread::spawn(move || {
            tx.send(Value::new(7));
            tx.close();
        });
        let first = c.try_recv();
        sender.join().unwrap();
        match first {
            Ok(value) => assert_eq!(value.get(), 7),
            Err(TryRecvError::Closed) => panic!("closed while a value was left"),
            Err(TryRecvError::Empty) => assert_eq!(c.recv_ok().unwrap().get(), 7),
        }
        assert!(c.recv_ok().is_none());
    });
}

/// L15 on a buffer: a timeout and a service race for a receiver: the value arrives or stays.
#[test]
fn l15_timeout_or_service() {
    check("l15_timeout_or_service", Some(2), || {
        let c = make::<Value>(1);
        let (tx, wait) = (c.sender(), Duration::from_secs(1));
        let sender = thread::spawn(move || tx.send(Value::new(7)));
        let clock = thread::spawn(move || advance_clock(wait));
        let received = c.recv_timeout(wait).map(|v| v.get());
        sender.join().unwrap();
        let left = c.try_recv().map(|v| v.get());
        assert!((received, left) == (Ok(7), Err(TryRecvError::Empty)) || left == Ok(7));
        clock.join().unwrap();
    });
}

/// L15 on a buffer, the sender's side: after a timeout the value is the sender's again.
#[test]
fn l15_timeout_or_room() {
    check("l15_timeout_or_room", Some(2), || {
        let c = make::<Value>(1);
        c.send(Value::new(1));
        let (rx, wait) = (c.receiver(), Duration::from_secs(1));
        let receiver = thread::spawn(move || assert_eq!(rx.recv_ok().unwrap().get(), 1));
        let clock = thread::spawn(move || advance_clock(wait));
        let sent = c.send_timeout(Value::new(2), wait);
        receiver.join().unwrap();
        let left = c.try_recv().map(|v| v.get());
        assert_eq!(left, if sent.is_ok() { Ok(2) } else { Err(TryRecvError::Empty) });
        clock.join().unwrap();
    });
}

/// L20, B04: the last receiver goes during a send: the value is dropped once, here or there.
#[test]
fn l20_last_receiver_drop() {
    check("l20_last_receiver_drop", Some(3), || {
        let (tx, rx) = gochan::bounded(1);
        let sender = thread::spawn(move || {
            let _ = tx.send_ok(Value::new(7));
        });
        drop(rx);
        sender.join().unwrap();
    });
}

/// L23: the k-th receive comes before the (k + capacity)-th send completes: a lock by a channel.
#[test]
fn l23_capacity_orders() {
    check("l23_capacity_orders", Some(3), || {
        let (c, memory) = (make(1), Plain::new());
        let other = thread::spawn({
            let (c, memory) = (c.clone(), memory.clone());
            move || {
                c.send(());
                memory.set(1);
                c.recv();
            }
        });
        c.send(());
        memory.set(2);
        c.recv();
        other.join().unwrap();
        assert!(memory.get() > 0);
    });
}

/// L23: what the closer did comes before a receive that reports the close.
#[test]
fn l23_close_orders() {
    check("l23_close_orders", Some(3), || {
        let (c, memory) = (make::<()>(1), Plain::new());
        let closer = thread::spawn({
            let (c, memory) = (c.clone(), memory.clone());
            move || {
                memory.set(7);
                c.close();
            }
        });
        assert_eq!(c.recv_ok(), None);
        assert_eq!(memory.get(), 7);
        closer.join().unwrap();
    });
}

/// L25: of two closes exactly one succeeds.
#[test]
fn l25_close_close() {
    check("l25_close_close", None, || {
        let c = make::<()>(1);
        let tx = c.sender();
        let other = thread::spawn(move || tx.close_ok());
        let here = c.close_ok();
        assert!(here != other.join().unwrap());
    });
}

/// Who serves a blocked sender has a receiver look that lined up meanwhile.
#[test]
fn ring_service_chain() {
    check("ring_service_chain", Some(2), || {
        let c = make::<Value>(1);
        c.send(Value::new(1));
        let tx = c.sender();
        let sender = thread::spawn(move || tx.send(Value::new(2)));
        let rx = c.receiver();
        let receiver = thread::spawn(move || rx.recv_ok().unwrap().get());
        let here = c.recv_ok().unwrap().get();
        assert_eq!(here + receiver.join().unwrap(), 3);
        sender.join().unwrap();
    });
}

/// A receiver that came too late reserves; the one turned away meanwhile is not forgotten.
#[test]
fn ring_reservation() {
    check("ring_reservation", Some(1), || {
        let c = make::<Value>(1);
        let tx = c.sender();
        let sender = thread::spawn(move || (1..=3).for_each(|n| tx.send(Value::new(n))));
        let receiver = thread::spawn({
            let rx = c.receiver();
            move || rx.recv_ok().unwrap().get()
        });
        let here: u32 = (0..2).map(|_| c.recv_ok().unwrap().get()).sum();
        assert_eq!(here + receiver.join().unwrap(), 6);
        sender.join().unwrap();
    });
}
