//! The buffered channel, and with it the handshake of a waiter and a publisher.

use std::time::Duration;

use gochan::{make, model, select, Chan, Receiver, RecvTimeoutError, TryRecvError};
use loom::thread;

use crate::run::{check, Plain, Value};

/// A receiver goes to sleep while the sender publishes.
#[test]
fn park_handshake() {
    check("park_handshake", || {
        let c = make::<Value>(1);
        let tx = c.sender();
        let sender = thread::spawn(move || tx.send(Value::new(7)));
        assert_eq!(c.recv_ok().map(|v| v.get()), Some(7));
        sender.join().unwrap();
    });
}

/// Three laps of a ring of one; the sender sleeps when it is full.
#[test]
fn ring_full() {
    check("ring_full", || {
        let c = make::<Value>(1);
        let tx = c.sender();
        let sender = thread::spawn(move || (1..=3).for_each(|n| tx.send(Value::new(n))));
        for n in 1..=3 {
            assert_eq!(c.recv_ok().map(|v| v.get()), Some(n));
        }
        sender.join().unwrap();
    });
}

/// Two senders on a ring of one.
#[test]
fn ring_two_senders() {
    check("ring_two_senders", || {
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

/// Two senders, one with two values, and a receiver: each sender's values arrive in order.
#[test]
fn ring_laps() {
    check("ring_laps", || {
        let c = make::<Value>(1);
        let senders = [(10, 2), (20, 1)].map(|(first, count)| {
            let tx = c.sender();
            thread::spawn(move || (1..=count).for_each(|n| tx.send(Value::new(first + n))))
        });
        let received: Vec<u32> = (0..3).map(|_| c.recv_ok().unwrap().get()).collect();
        let of_one = received.iter().filter(|&&n| n < 20);
        assert!(of_one.copied().eq([11, 12]), "{received:?}");
        senders.into_iter().for_each(|sender| sender.join().unwrap());
    });
}

/// Two receivers on a ring of one: each value is received once.
#[test]
fn ring_two_receivers() {
    check("ring_two_receivers", || {
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

/// A send, a close and a receiver. What was sent is received once, what was refused comes
/// back.
#[test]
fn send_close() {
    check("send_close", || {
        let c = make::<Value>(1);
        let (tx, rx) = (c.sender(), c.receiver());
        let sender = thread::spawn(move || tx.send_ok(Value::new(7)).is_ok());
        let receiver = thread::spawn(move || rx.iter().map(|v| v.get()).collect::<Vec<_>>());
        c.close();
        let sent = sender.join().unwrap();
        assert_eq!(receiver.join().unwrap(), if sent { vec![7] } else { vec![] });
        assert_eq!(c.len(), 0);
    });
}

/// A sender blocked on a full ring, a receive and a close.
#[test]
fn blocked_sender_close() {
    check("blocked_sender_close", || {
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

/// A sender that goes to sleep while the channel is closed, and nobody receives.
#[test]
fn sender_or_close() {
    check("sender_or_close", || {
        let c = make::<Value>(1);
        c.send(Value::new(1));
        let tx = c.sender();
        let sender = thread::spawn(move || tx.send_ok(Value::new(2)).is_ok());
        c.close();
        assert!(!sender.join().unwrap());
        assert_eq!(c.len(), 1);
    });
}

/// Close wakes both of two blocked receivers.
#[test]
fn close_wakes_all() {
    check("close_wakes_all", || {
        let c = make::<Value>(1);
        let receivers = [(); 2].map(|()| {
            let rx = c.receiver();
            thread::spawn(move || assert!(rx.recv_ok().is_none()))
        });
        c.close();
        receivers.into_iter().for_each(|receiver| receiver.join().unwrap());
    });
}

/// "closed" is never reported while a value is left.
#[test]
fn closed_after_values() {
    check("closed_after_values", || {
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

/// What a receive form reports: the number of a value, `None` for closed.
type Form = fn(&Receiver<Value>) -> Option<u32>;

/// The value that was sent before the close, then "closed", by a form that blocks.
fn closed_after_value(name: &str, form: Form) {
    check(name, move || {
        let (tx, rx) = gochan::bounded::<Value>(1);
        let sender = thread::spawn(move || {
            tx.send(Value::new(7));
            tx.close();
        });
        assert_eq!(form(&rx), Some(7));
        assert_eq!(form(&rx), None);
        sender.join().unwrap();
    });
}

#[test]
fn closed_after_value_recv_ok() {
    closed_after_value("closed_after_value_recv_ok", |rx| rx.recv_ok().map(|v| v.get()));
}

#[test]
fn closed_after_value_iter() {
    closed_after_value("closed_after_value_iter", |rx| rx.iter().next().map(|v| v.get()));
}

#[test]
fn closed_after_value_recv_many() {
    closed_after_value("closed_after_value_recv_many", |rx| {
        let mut values = Vec::new();
        (rx.recv_many(&mut values, 2) > 0).then(|| values[0].get())
    });
}

#[test]
fn closed_after_value_select() {
    closed_after_value("closed_after_value_select", |rx| {
        select! { recv_ok(rx) -> v => v.map(|v| v.get()) }
    });
}

#[test]
fn closed_after_value_recv_timeout() {
    closed_after_value("closed_after_value_recv_timeout", |rx| loop {
        match rx.recv_timeout(Duration::MAX) {
            Ok(value) => return Some(value.get()),
            Err(RecvTimeoutError::Closed) => return None,
            Err(RecvTimeoutError::Timeout) => unreachable!("longer than time itself"),
        }
    });
}

/// A timeout and a service race for a receiver: the value arrives or stays in the buffer.
#[test]
fn timeout_or_service() {
    check("timeout_or_service", || {
        let c = make::<Value>(1);
        let (tx, wait) = (c.sender(), Duration::from_secs(1));
        let sender = thread::spawn(move || tx.send(Value::new(7)));
        let received = c.recv_timeout(wait).map(|v| v.get());
        sender.join().unwrap();
        let left = c.try_recv().map(|v| v.get());
        assert!((received, left) == (Ok(7), Err(TryRecvError::Empty)) || left == Ok(7));
    });
}

/// A timeout and room race for a sender: the value is in the buffer or the sender's again.
#[test]
fn timeout_or_room() {
    check("timeout_or_room", || {
        let c = make::<Value>(1);
        c.send(Value::new(1));
        let (rx, wait) = (c.receiver(), Duration::from_secs(1));
        let receiver = thread::spawn(move || assert_eq!(rx.recv_ok().unwrap().get(), 1));
        let sent = c.send_timeout(Value::new(2), wait);
        receiver.join().unwrap();
        let left = c.try_recv().map(|v| v.get());
        assert_eq!(left, if sent.is_ok() { Ok(2) } else { Err(TryRecvError::Empty) });
    });
}

/// The last receiver goes during a send: the value is dropped once, here or there.
#[test]
fn last_receiver_drop() {
    check("last_receiver_drop", || {
        let (tx, rx) = gochan::bounded(1);
        let sender = thread::spawn(move || {
            let _ = tx.send_ok(Value::new(7));
        });
        drop(rx);
        sender.join().unwrap();
    });
}

/// The last sender, the last receiver and a clone of each go at once, with a value on its way.
#[test]
fn last_drops_and_clone() {
    check("last_drops_and_clone", || {
        let (tx, rx) = gochan::bounded(1);
        tx.send(Value::new(7));
        let (other_tx, other_rx) = (tx.clone(), rx.clone());
        let sender = thread::spawn(move || drop(tx));
        let receiver = thread::spawn(move || drop(rx));
        drop((other_tx.clone(), other_rx.clone()));
        drop((other_tx, other_rx));
        sender.join().unwrap();
        receiver.join().unwrap();
    });
}

/// A wake that comes early, since time has passed but not enough, ends no wait.
#[test]
fn early_wake() {
    check("early_wake", || {
        model::hold_clock();
        let c = make::<Value>(1);
        let tx = c.sender();
        let sender = thread::spawn(move || {
            model::advance(Duration::from_secs(1));
            tx.send(Value::new(7));
        });
        assert_eq!(c.recv_timeout(Duration::from_secs(2)).unwrap().get(), 7);
        sender.join().unwrap();
    });
}

/// The k-th receive comes before the (k + capacity)-th send completes, so a channel can be a lock.
#[test]
fn capacity_orders() {
    check("capacity_orders", || {
        let (c, memory) = (make(1), Plain::new());
        let other = thread::spawn({
            let (c, memory) = (c.clone(), memory.clone());
            move || {
                c.send(7u8);
                memory.set(1);
                c.recv();
            }
        });
        c.send(7u8);
        memory.set(2);
        c.recv();
        other.join().unwrap();
        assert!(memory.get() > 0);
    });
}

/// What the closer did comes before a receive that reports the close.
#[test]
fn close_orders() {
    check("close_orders", || {
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

/// Of two closes exactly one succeeds.
#[test]
fn close_close() {
    check("close_close", || {
        let c = make::<()>(1);
        let tx = c.sender();
        let other = thread::spawn(move || tx.close_ok());
        let here = c.close_ok();
        assert!(here != other.join().unwrap());
    });
}

/// A receiver that serves a blocked sender also serves the receiver that joined the queue
/// meanwhile.
#[test]
fn ring_service_chain() {
    check("ring_service_chain", || {
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

/// A receiver waits in the queue. If another one takes its value between the step of the sender and
/// the service, the first one looks again.
#[test]
fn ring_overtaken() {
    check("ring_overtaken", || {
        let c = make::<Value>(1);
        let tx = c.sender();
        let sender = thread::spawn(move || (1..=2).for_each(|n| tx.send(Value::new(n))));
        let receiver = thread::spawn({
            let rx = c.receiver();
            move || rx.recv_ok().unwrap().get()
        });
        let here = c.recv_ok().unwrap().get();
        assert_eq!(here + receiver.join().unwrap(), 3);
        sender.join().unwrap();
    });
}

/// Two threads each receive from one full channel and try to send on the other: one of them has
/// room.
#[test]
fn exact_after_a_receive() {
    check("exact_after_a_receive", || {
        let (a, b) = (full(1), full(2));
        let other = thread::spawn({
            let (a, b) = (a.clone(), b.clone());
            move || {
                assert_eq!(a.recv_ok().unwrap().get(), 1);
                b.try_send(Value::new(3)).is_ok()
            }
        });
        assert_eq!(b.recv_ok().unwrap().get(), 2);
        let sent = a.try_send(Value::new(4)).is_ok();
        assert!(other.join().unwrap() || sent);
    });
}

fn full(n: u32) -> Chan<Value> {
    let c = make(1);
    c.send(Value::new(n));
    c
}

/// Two threads each send on one channel and try to receive from the other: one of them has a value.
#[test]
fn exact_after_a_send() {
    check("exact_after_a_send", || {
        let (a, b) = (make::<Value>(1), make::<Value>(1));
        let other = thread::spawn({
            let (a, b) = (a.clone(), b.clone());
            move || {
                a.send(Value::new(1));
                b.try_recv().is_ok()
            }
        });
        b.send(Value::new(2));
        let received = a.try_recv().is_ok();
        assert!(other.join().unwrap() || received);
    });
}
