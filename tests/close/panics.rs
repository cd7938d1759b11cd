//! A channel works on after a panic that was caught.

use std::thread;

use gochan::{__private::blocked, select, Receiver, Select, SendError, Sender};

use crate::{common::watchdog, open, panic_of, panic_text, BUFFERED, CAPACITIES, SEND};

#[test]
fn the_values_are_there_after_a_caught_panic_of_send_or_close() {
    for cap in BUFFERED {
        let (tx, rx) = open(cap);
        tx.send(1);
        tx.close();
        assert_eq!(panic_text(|| tx.send(2)), SEND);
        assert_eq!(panic_text(|| tx.close()), "close of closed channel");
        assert_eq!(rx.iter().collect::<Vec<_>>(), [1]);
    }
}

#[derive(Debug, PartialEq)]
struct NoDefault;

impl Default for NoDefault {
    fn default() -> Self {
        panic!("no default")
    }
}

#[test]
fn a_zero_value_that_panics_leaves_the_channel_usable() {
    let _dog = watchdog(30);
    for cap in CAPACITIES {
        let (tx, rx) = open::<NoDefault>(cap);
        tx.close();
        assert_eq!(panic_text(|| rx.recv()), "no default");
        assert_eq!(panic_text(|| select! { recv(rx) -> v => v }), "no default");
        assert_eq!(rx.recv_ok(), None);
        assert_eq!(tx.send_ok(NoDefault), Err(SendError(NoDefault)));
    }
}

/// A meeting of two threads on a channel that was just unwound over.
fn still_works(tx: &Sender<u32>, rx: &Receiver<u32>) {
    assert_eq!((blocked(tx).senders, blocked(rx).receivers), (0, 0));
    thread::scope(|scope| {
        scope.spawn(|| tx.send(7));
        assert_eq!(rx.recv_ok(), Some(7));
    });
}

#[test]
fn a_panic_in_the_body_of_a_loop_or_a_select_leaves_the_channel_usable() {
    let _dog = watchdog(30);
    for cap in CAPACITIES {
        let (tx, rx) = open(cap);
        thread::scope(|scope| {
            scope.spawn(|| (0..3).for_each(|_| tx.send(1)));
            panic_of(|| {
                for v in &rx {
                    assert_ne!(v, 1, "in the loop");
                }
            });
            panic_of(|| select! { recv(rx) -> v => panic!("in the select, with {v}") });
            panic_of(|| {
                let mut select = Select::new();
                select.recv(&rx, |v| panic!("in the handler, with {v}"));
                select.wait()
            });
        });
        still_works(&tx, &rx);
    }
}
