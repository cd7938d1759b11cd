//! Selects: one winner, nothing left behind, every wake used or passed on.

use std::time::Duration;

use gochan::{__private::blocked, make, model, select, Chan};
use loom::thread;

use crate::run::{check, Value};

fn nobody_is_left<T>(chans: &[&Chan<T>]) {
    for c in chans {
        let blocked = blocked(*c);
        assert_eq!((blocked.senders, blocked.receivers), (0, 0));
    }
}

/// Two cases, two senders. One value is taken; the other stays with its sender.
#[test]
fn two_cases_two_senders() {
    check("two_cases_two_senders", || {
        let (a, b) = (make::<Value>(0), make::<Value>(0));
        let senders = [&a, &b].map(|c| {
            let tx = c.sender();
            thread::spawn(move || tx.send(Value::new(1)))
        });
        let first = select! {
            recv_ok(a) -> v => (v.unwrap().get(), true),
            recv_ok(b) -> v => (v.unwrap().get(), false),
        };
        let second = if first.1 { b.recv_ok() } else { a.recv_ok() };
        assert_eq!(first.0 + second.unwrap().get(), 2);
        senders.into_iter().for_each(|sender| sender.join().unwrap());
        nobody_is_left(&[&a, &b]);
    });
}

/// Two cases on buffered channels, and two senders: a hint wakes the select.
#[test]
fn two_cases_buffered() {
    check("two_cases_buffered", || {
        let (a, b) = (make::<Value>(1), make::<Value>(1));
        let senders = [&a, &b].map(|c| {
            let tx = c.sender();
            thread::spawn(move || tx.send(Value::new(1)))
        });
        let mut sum = 0;
        while sum < 2 {
            select! {
                recv_ok(a) -> v => sum += v.unwrap().get(),
                recv_ok(b) -> v => sum += v.unwrap().get(),
            }
        }
        senders.into_iter().for_each(|sender| sender.join().unwrap());
        nobody_is_left(&[&a, &b]);
    });
}

/// The wake of a channel must not be lost on a select that another channel has already won.
#[test]
fn wake_theft() {
    check("wake_theft", || {
        let (a, b) = (make::<Value>(1), make::<Value>(1));
        let selecting = thread::spawn({
            let (a, b) = (a.receiver(), b.receiver());
            move || {
                select! {
                    recv(a) => 'a',
                    recv(b) => 'b',
                }
            }
        });
        let receiving = thread::spawn({
            let b = b.receiver();
            move || b.recv_ok().is_some()
        });
        a.send(Value::new(1));
        b.send(Value::new(2));
        // The receiver needs another value only if the select took the first one.
        if selecting.join().unwrap() == 'b' {
            b.send(Value::new(3));
        }
        assert!(receiving.join().unwrap());
        nobody_is_left(&[&a, &b]);
    });
}

/// Two selects in opposite directions: exactly one rendezvous, and both return.
#[test]
fn opposite_selects() {
    check("opposite_selects", || {
        let (a, b) = (make::<Value>(0), make::<Value>(0));
        let other = thread::spawn({
            let (a, b) = (a.clone(), b.clone());
            move || {
                select! {
                    send(b, Value::new(2)) => None,
                    recv_ok(a) -> v => v.map(|v| v.get()),
                }
            }
        });
        let here = select! {
            send(a, Value::new(1)) => None,
            recv_ok(b) -> v => v.map(|v| v.get()),
        };
        match (here, other.join().unwrap()) {
            (None, Some(1)) | (Some(2), None) => {}
            met => panic!("not one rendezvous: {met:?}"),
        }
        nobody_is_left(&[&a, &b]);
    });
}

/// Two selects that send and receive on one channel. Neither meets itself.
#[test]
fn both_directions() {
    check("both_directions", || {
        let c = make::<Value>(0);
        let run = |c: &Chan<Value>, n| {
            select! {
                send(c, Value::new(n)) => 0,
                recv_ok(c) -> v => v.unwrap().get(),
            }
        };
        let other = thread::spawn({
            let c = c.clone();
            move || run(&c, 2)
        });
        let met = (run(&c, 1), other.join().unwrap());
        assert!(met == (0, 1) || met == (2, 0), "not one rendezvous: {met:?}");
        nobody_is_left(&[&c]);
    });
}

/// A channel that stands twice in a select, next to another receiver on it.
#[test]
fn channel_twice() {
    check("channel_twice", || {
        let (c, d) = (make::<Value>(0), make::<Value>(0));
        let selecting = thread::spawn({
            let (c, d) = (c.receiver(), d.receiver());
            move || {
                select! {
                    recv(c) => panic!("nothing is sent on c yet"),
                    recv(c) => panic!("nothing is sent on c yet"),
                    recv_ok(d) -> v => v.unwrap().get(),
                }
            }
        });
        let receiving = thread::spawn({
            let c = c.receiver();
            move || c.recv_ok().unwrap().get()
        });
        d.send(Value::new(3));
        assert_eq!(selecting.join().unwrap(), 3);
        c.send(Value::new(4));
        assert_eq!(receiving.join().unwrap(), 4);
        nobody_is_left(&[&c, &d]);
    });
}

/// A select that leaves the queue of a losing case keeps that queue in order.
#[test]
fn losing_line() {
    check("losing_line", || {
        let (a, b) = (make::<Value>(0), make::<Value>(0));
        let receiving = thread::spawn({
            let a = a.receiver();
            move || a.recv_ok().unwrap().get()
        });
        let selecting = thread::spawn({
            let (a, b) = (a.receiver(), b.receiver());
            move || {
                select! {
                    recv_ok(a) -> v => v.unwrap().get(),
                    recv_ok(b) -> v => v.unwrap().get() + a.recv_ok().unwrap().get(),
                }
            }
        });
        let to_b = select! {
            send(b, Value::new(10)) => true,
            default => false,
        };
        a.send(Value::new(1));
        a.send(Value::new(1));
        let sum = receiving.join().unwrap() + selecting.join().unwrap();
        assert_eq!(sum, if to_b { 12 } else { 2 });
        nobody_is_left(&[&a, &b]);
    });
}

/// The close of one channel and a send on another race for the select.
#[test]
fn select_close() {
    check("select_close", || {
        let (a, b) = (make::<Value>(0), make::<Value>(0));
        let sender = thread::spawn({
            let a = a.sender();
            move || a.send_ok(Value::new(1)).is_ok()
        });
        let closer = thread::spawn({
            let b = b.sender();
            move || b.close()
        });
        let received = select! {
            recv_ok(a) -> v => v.is_some(),
            recv_ok(b) -> v => { assert!(v.is_none()); false },
        };
        a.close();
        assert_eq!(sender.join().unwrap(), received);
        closer.join().unwrap();
        nobody_is_left(&[&a, &b]);
    });
}

/// One of two channels is ready at every instant, so `default` is never chosen.
#[test]
fn default_at_one_instant() {
    check("default_at_one_instant", || {
        let (a, b) = (make(1), make(1));
        b.send(());
        let other = thread::spawn({
            let (a, b) = (a.clone(), b.clone());
            move || {
                a.send(());
                let _ = b.try_recv();
            }
        });
        select! {
            recv(a) => {}
            recv(b) => {}
            default => panic!("one of the two was ready at every instant"),
        }
        other.join().unwrap();
    });
}

/// From the end of the time limit on one of two channels is ready at every instant: the limit is
/// never what the select reports.
#[test]
fn limit_at_one_instant() {
    const LIMIT: Duration = Duration::from_secs(1);
    check("limit_at_one_instant", || {
        model::hold_clock();
        let (a, b) = (make(1), make(1));
        let other = thread::spawn({
            let (a, b) = (a.clone(), b.clone());
            move || {
                b.send(());
                model::advance(LIMIT);
                a.send(());
                let _ = b.try_recv();
            }
        });
        select! {
            recv(a) => {}
            recv(b) => {}
            default(LIMIT) => panic!("one of the two was ready at every instant since the limit"),
        }
        other.join().unwrap();
    });
}
