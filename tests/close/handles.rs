//! The handles that can close a channel, and the last handle of a side, whose drop closes it.

use std::{
    mem,
    sync::atomic::{AtomicUsize, Ordering::Relaxed},
    thread,
};

use gochan::{bounded, make, Chan, Receiver, SendError, Sender, TrySendError};

use crate::{common::watchdog, open, panic_of, panic_text, BOUNDED, BUFFERED, CAPACITIES, SEND};

#[test]
fn every_sending_handle_closes_for_all() {
    let close: [fn(&Chan<u32>); 4] = [
        Chan::close,
        |c| c.clone().close(),
        |c| c.sender().close(),
        |c| assert!(c.sender().clone().close_ok()),
    ];
    for cap in BOUNDED {
        for close in close {
            let chan = make(cap);
            let (tx, rx, other) = (chan.sender(), chan.receiver(), chan.clone());
            close(&chan);
            assert!(chan.is_closed() && other.is_closed() && tx.is_closed() && rx.is_closed());
            assert_eq!((rx.recv_ok(), chan.recv_ok()), (None, None));
            assert_eq!(tx.send_ok(1), Err(SendError(1)));
            assert_eq!(other.try_send(2), Err(TrySendError::Closed(2)));
        }
    }
}

#[test]
fn a_second_close_panics_and_close_ok_says_no() {
    for cap in CAPACITIES {
        let (tx, rx) = open::<u32>(cap);
        tx.close();
        assert_eq!(panic_text(|| tx.close()), "close of closed channel");
        assert!(!tx.clone().close_ok());
        assert_eq!(rx.recv_ok(), None);
    }
}

#[test]
fn close_after_the_last_receiver_is_gone_is_a_second_close() {
    for cap in CAPACITIES {
        let (tx, rx) = open::<u32>(cap);
        drop(rx);
        assert!(!tx.close_ok());
        assert_eq!(panic_text(|| tx.close()), "close of closed channel");
    }
}

/// Holds `count` threads back until the last of them has come. They spin, to go on together.
fn meet(arrived: &AtomicUsize, count: usize) {
    arrived.fetch_add(1, Relaxed);
    for turn in 0.. {
        if arrived.load(Relaxed) >= count {
            return;
        }
        if turn % 100 == 0 {
            thread::yield_now();
        }
    }
}

#[test]
fn close_ok_from_many_threads_is_true_for_exactly_one() {
    let _dog = watchdog(60);
    for cap in CAPACITIES {
        for _ in 0..500 {
            let (tx, _rx) = open::<u32>(cap);
            let (arrived, winners) = (AtomicUsize::new(0), AtomicUsize::new(0));
            thread::scope(|scope| {
                for _ in 0..4 {
                    scope.spawn(|| {
                        meet(&arrived, 4);
                        winners.fetch_add(usize::from(tx.close_ok()), Relaxed);
                    });
                }
            });
            assert_eq!(winners.into_inner(), 1);
        }
    }
}

#[test]
fn the_last_sending_handle_closes_and_the_values_stay() {
    for cap in BUFFERED {
        let (tx, rx) = open(cap);
        let other = tx.clone();
        other.send(1);
        drop(tx);
        assert!(!rx.is_closed());
        drop(other);
        assert!(rx.is_closed());
        assert_eq!((rx.recv_ok(), rx.recv_ok()), (Some(1), None));
    }
}

#[test]
fn the_last_receiving_handle_closes() {
    for cap in CAPACITIES {
        let (tx, rx) = open(cap);
        let other = rx.clone();
        drop(rx);
        assert!(!tx.is_closed());
        drop(other);
        assert!(tx.is_closed());
        assert_eq!(tx.send_ok(1), Err(SendError(1)));
        assert_eq!(panic_text(|| tx.send(1)), SEND);
    }
}

/// Handles that are overwritten, taken or unwound over are dropped like any other.
#[test]
fn a_handle_taken_out_of_its_place_closes_when_it_goes() {
    let (mut tx, mut rx) = bounded::<u32>(1);
    drop(mem::take(&mut tx));
    assert!(rx.is_closed() && tx.is_nil());
    let (tx, new) = bounded::<u32>(1);
    rx = new;
    panic_of(move || {
        let _rx = rx;
        panic!("unwinds over the receiver");
    });
    assert!(tx.is_closed());
}

#[test]
fn a_chan_counts_as_a_sending_handle() {
    for cap in BOUNDED {
        let chan = make::<u32>(cap);
        let rx = chan.receiver();
        drop(chan.sender());
        assert!(!rx.is_closed(), "the Chan can still send");
        let tx = chan.sender();
        drop(chan);
        assert!(!rx.is_closed(), "the Sender can still send");
        drop(tx);
        assert!(rx.is_closed());
    }
}

#[test]
fn a_chan_counts_as_a_receiving_handle() {
    for cap in BOUNDED {
        let chan = make::<u32>(cap);
        let tx = chan.sender();
        drop(chan.receiver());
        assert!(!tx.is_closed(), "the Chan can still receive");
        let rx = chan.receiver();
        drop(chan);
        assert!(!tx.is_closed(), "the Receiver can still receive");
        drop(rx);
        assert!(tx.is_closed());
    }
}

#[test]
fn a_clone_of_a_chan_keeps_both_sides_open() {
    for cap in BOUNDED {
        let chan = make::<u32>(cap);
        let (tx, rx) = chan.clone().split();
        let clone = chan.clone();
        drop(chan);
        drop(tx);
        assert!(!rx.is_closed());
        drop(rx);
        assert!(!clone.is_closed());
    }
}

#[test]
fn splitting_a_chan_or_making_a_handle_from_it_leaves_the_channel_open() {
    for cap in BOUNDED {
        let (tx, rx) = make::<u32>(cap).split();
        assert!(!tx.is_closed());
        drop(tx);
        assert!(rx.is_closed());

        let chan = make::<u32>(cap);
        let rx = Receiver::from(&chan);
        let tx = Sender::from(chan);
        assert!(!rx.is_closed());
        drop(rx);
        assert!(tx.is_closed());
    }
}
