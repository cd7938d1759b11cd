//! The unbounded channel; here the first block has one slot, and each of the others three.

use gochan::{unbounded, TryRecvError};
use loom::thread;

use crate::run::{check, Value};

/// A receiver goes to sleep while the sender publishes; no close comes to wake it.
#[test]
fn list_park_handshake() {
    check("list_park_handshake", || {
        let (tx, rx) = unbounded::<Value>();
        let sender = thread::spawn({
            let tx = tx.clone();
            move || tx.send(Value::new(7))
        });
        assert_eq!(rx.recv_ok().map(|v| v.get()), Some(7));
        sender.join().unwrap();
    });
}

/// A send crosses a block's end while another handle closes; the length is right throughout.
#[test]
fn block_end_close() {
    check("block_end_close", || {
        let (tx, rx) = unbounded::<Value>();
        tx.send(Value::new(1));
        let sender = thread::spawn({
            let tx = tx.clone();
            move || [2, 3].map(|n| tx.send_ok(Value::new(n)).is_ok())
        });
        tx.close();
        assert!((1..=3).contains(&rx.len()));
        let sent = 1 + sender.join().unwrap().into_iter().filter(|&sent| sent).count();
        assert_eq!(rx.len(), sent);
        let values: Vec<u32> = rx.iter().map(|v| v.get()).collect();
        assert_eq!(values.len(), sent);
        assert!(values.iter().copied().eq(1..=values.len() as u32));
    });
}

/// A receiver sleeps at a block's end.
#[test]
fn block_end_receive() {
    check("block_end_receive", || {
        let (tx, rx) = unbounded::<Value>();
        let sender = thread::spawn(move || (1..=3).for_each(|n| tx.send(Value::new(n))));
        assert!(rx.iter().map(|v| v.get()).eq(1..=3));
        sender.join().unwrap();
    });
}

/// Two first sends and the drop of the last receiver.
#[test]
fn first_sends_last_drop() {
    check("first_sends_last_drop", || {
        let (tx, rx) = unbounded::<Value>();
        let senders = [1, 2].map(|n| {
            let tx = tx.clone();
            thread::spawn(move || {
                let _ = tx.send_ok(Value::new(n));
            })
        });
        drop(rx);
        senders.into_iter().for_each(|sender| sender.join().unwrap());
    });
}

/// A send and the drop of the last receiver: the value is gone while the sender still lives.
#[test]
fn send_last_drop() {
    check("send_last_drop", || {
        let (tx, rx) = unbounded::<Value>();
        let value = Value::new(7);
        let receiver = thread::spawn(move || drop(rx));
        let _ = tx.send_ok(value);
        receiver.join().unwrap();
        assert_eq!(tx.len(), 0);
    });
}

/// Two receivers at a block's end: each value once, and the block is given up once.
#[test]
fn two_receivers_at_block_end() {
    check("two_receivers_at_block_end", || {
        let (tx, rx) = unbounded::<Value>();
        (1..=3).for_each(|n| tx.send(Value::new(n)));
        let other = thread::spawn({
            let rx = rx.clone();
            move || rx.try_recv().unwrap().get() + rx.try_recv().map_or(0, |v| v.get())
        });
        let here = rx.try_recv().unwrap().get();
        tx.send(Value::new(4));
        let there = other.join().unwrap();
        drop(tx);
        let rest: u32 = rx.iter().map(|v| v.get()).sum();
        assert_eq!(here + there + rest, 10);
    });
}

/// "closed" is never reported while a value is left, nor "empty" after it.
#[test]
fn list_closed_after_values() {
    check("list_closed_after_values", || {
        let (tx, rx) = unbounded::<Value>();
        let sender = thread::spawn(move || {
            tx.send(Value::new(7));
            tx.close();
        });
        let first = rx.try_recv();
        sender.join().unwrap();
        match first {
            Ok(value) => assert_eq!(value.get(), 7),
            Err(TryRecvError::Closed) => panic!("closed while a value was left"),
            Err(TryRecvError::Empty) => assert_eq!(rx.recv_ok().unwrap().get(), 7),
        }
        assert_eq!(rx.try_recv().err(), Some(TryRecvError::Closed));
    });
}

/// Close wakes both of two blocked receivers.
#[test]
fn list_close_wakes_all() {
    check("list_close_wakes_all", || {
        let (tx, rx) = unbounded::<Value>();
        let receivers = [(); 2].map(|()| {
            let rx = rx.clone();
            thread::spawn(move || assert!(rx.recv_ok().is_none()))
        });
        tx.close();
        receivers.into_iter().for_each(|receiver| receiver.join().unwrap());
    });
}

/// Two threads each send on one channel and try to receive from the other: one of them has a value.
#[test]
fn list_exact_after_a_send() {
    check("list_exact_after_a_send", || {
        let ((to_a, a), (to_b, b)) = (unbounded::<Value>(), unbounded());
        let other = thread::spawn(move || {
            to_a.send(Value::new(1));
            (b.try_recv().is_ok(), b)
        });
        to_b.send(Value::new(2));
        let received = a.try_recv().is_ok();
        let (other_received, _b) = other.join().unwrap();
        assert!(other_received || received);
    });
}

/// A value whose sender is late, and the one behind it, beside another receiver: they come in
/// order.
#[test]
fn list_late_order() {
    check("list_late_order", || {
        let (tx, rx) = unbounded::<Value>();
        // The next two values are in a block with room for both.
        tx.send(Value::new(0));
        assert_eq!(rx.try_recv().unwrap().get(), 0);
        let sender = thread::spawn({
            let tx = tx.clone();
            move || [1, 2].into_iter().for_each(|n| tx.send(Value::new(n)))
        });
        let other = thread::spawn({
            let rx = rx.clone();
            move || rx.try_recv().map(|v| v.get()).ok()
        });
        sender.join().unwrap();
        let mut received = vec![];
        received.extend((0..2).filter_map(|_| rx.try_recv().ok()).map(|v| v.get()));
        let other = other.join().unwrap();
        received.extend(rx.try_iter().map(|v| v.get()));
        assert!(received.windows(2).all(|two| two[0] < two[1]), "{received:?}");
        received.extend(other);
        received.sort_unstable();
        assert_eq!(received, [1, 2]);
    });
}

/// A value whose sender is late, and the one behind it: they come in order.
#[test]
fn list_order() {
    check("list_order", || {
        let (tx, rx) = unbounded::<Value>();
        tx.send(Value::new(0));
        assert_eq!(rx.try_recv().unwrap().get(), 0);
        let sender = thread::spawn({
            let tx = tx.clone();
            move || [1, 2].into_iter().for_each(|n| tx.send(Value::new(n)))
        });
        let mut received = vec![];
        received.extend((0..3).filter_map(|_| rx.try_recv().ok()).map(|v| v.get()));
        sender.join().unwrap();
        received.extend(rx.try_iter().map(|v| v.get()));
        assert_eq!(received, [1, 2]);
    });
}

/// A list that is said to be closed and empty stays empty: a receive that has claimed a late value
/// keeps it.
#[test]
fn list_closed_for_good() {
    check("list_closed_for_good", || {
        let (tx, rx) = unbounded::<Value>();
        let sender = thread::spawn({
            let tx = tx.clone();
            move || tx.send_ok(Value::new(0)).is_ok()
        });
        let other = thread::spawn({
            let rx = rx.clone();
            move || rx.try_recv().is_ok()
        });
        tx.close();
        let answer = rx.try_recv().map(|v| v.get());
        let other = other.join().unwrap();
        let sent = sender.join().unwrap();
        let rest = rx.try_recv().map(|v| v.get());
        assert_eq!(
            usize::from(other) + usize::from(answer.is_ok()) + usize::from(rest.is_ok()),
            sent.into()
        );
        assert!(answer != Err(TryRecvError::Closed) || rest.is_err(), "{answer:?}, then {rest:?}");
    });
}
