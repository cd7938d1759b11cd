//! Receiving many values: Go's `range` in its Rust forms, and `recv_many`.
#![cfg(not(any(loom, shuttle)))]

mod common;

use std::{iter::FusedIterator, marker::PhantomData, sync::Arc, thread};

use common::{wait_until, watchdog};
use gochan::{
    __private::blocked, bounded, make, unbounded, IntoIter, Iter, Receiver, Sender, TryIter,
};

const CAPACITIES: [Option<usize>; 4] = [Some(0), Some(1), Some(8), None];
const BUFFERED: [Option<usize>; 3] = [Some(1), Some(8), None];

fn open<T>(cap: Option<usize>) -> (Sender<T>, Receiver<T>) {
    cap.map_or_else(unbounded, bounded)
}

/// Values 0..20 come from another thread, which then closes; `collect` has to see them all.
fn check_range(collect: fn(Receiver<u32>) -> Vec<u32>) {
    let _dog = watchdog(30);
    for cap in CAPACITIES {
        let (tx, rx) = open(cap);
        let sender = thread::spawn(move || (0..20).for_each(|v| tx.send(v)));
        assert_eq!(collect(rx), Vec::from_iter(0..20), "capacity {cap:?}");
        sender.join().unwrap();
    }
}

#[test]
fn for_in_a_borrowed_receiver_ends_at_close_and_drain() {
    check_range(|rx| {
        let mut values = Vec::new();
        for v in &rx {
            values.push(v);
        }
        assert_eq!(rx.recv_ok(), None);
        values
    });
}

#[test]
fn for_in_an_owned_receiver_ends_at_close_and_drain() {
    check_range(|rx| {
        let mut values = Vec::new();
        for v in rx {
            values.push(v);
        }
        values
    });
}

#[test]
fn iter_ends_at_close_and_drain_and_stays_ended() {
    check_range(|rx| {
        let mut iter = rx.iter();
        let values = iter.by_ref().collect();
        assert_eq!((iter.next(), iter.next()), (None, None));
        values
    });
}

#[test]
fn into_iter_ends_at_close_and_drain_and_stays_ended() {
    check_range(|rx| {
        let mut iter = rx.into_iter();
        let values = iter.by_ref().collect();
        assert_eq!((iter.next(), iter.next()), (None, None));
        values
    });
}

#[test]
fn for_in_a_chan_borrowed_or_owned_ends_at_close_and_drain() {
    let _dog = watchdog(30);
    for cap in [0, 1, 8] {
        let chan = make(cap);
        let sender = thread::spawn({
            let tx = chan.sender();
            move || {
                (0..20).for_each(|v| tx.send(v));
                tx.close();
            }
        });
        let mut values = Vec::new();
        for v in &chan {
            values.push(v);
            if v == 9 {
                break;
            }
        }
        values.extend(chan);
        assert_eq!(values, Vec::from_iter(0..20), "capacity {cap}");
        sender.join().unwrap();
    }
}

#[test]
fn chan_has_the_same_iterators_as_receiver() {
    let chan = make(3);
    (0..3).for_each(|v| chan.send(v));
    assert_eq!(chan.iter().next(), Some(0));
    assert_eq!(chan.try_iter().collect::<Vec<_>>(), [1, 2]);
    chan.send(3);
    let mut values = Vec::new();
    assert_eq!((chan.recv_many(&mut values, 5), values), (1, vec![3]));
}

#[test]
fn breaking_out_of_a_loop_leaves_the_rest() {
    for cap in [Some(4), None] {
        let (tx, rx) = open(cap);
        (0..4).for_each(|v| tx.send(v));
        for v in &rx {
            if v == 1 {
                break;
            }
        }
        assert_eq!(rx.try_iter().collect::<Vec<_>>(), [2, 3]);
    }
}

/// An iterator that owns its channel is a receiving handle.
#[test]
fn dropping_an_owned_iterator_closes_and_drops_the_rest() {
    for cap in [Some(3), None] {
        let (tx, rx) = open(cap);
        let value = Arc::new(());
        (0..3).for_each(|_| tx.send(Arc::clone(&value)));
        let mut iter = rx.into_iter();
        assert!(iter.next().is_some());
        assert!(!tx.is_closed());
        drop(iter);
        assert!(tx.is_closed());
        assert_eq!(Arc::strong_count(&value), 1);
    }
}

/// Turning a `Chan` into an iterator gives up its right to send, so the loop can come to an end.
#[test]
fn an_owned_iterator_of_the_last_chan_ends_by_itself() {
    let _dog = watchdog(30);
    let chan = make(3);
    (0..3).for_each(|v| chan.send(v));
    assert_eq!(chan.into_iter().collect::<Vec<_>>(), [0, 1, 2]);
}

#[test]
fn two_iterators_share_the_values() {
    for cap in [Some(4), None] {
        let (tx, rx) = open(cap);
        (0..4).for_each(|v| tx.send(v));
        let (mut one, mut two) = (rx.iter(), rx.iter());
        assert_eq!([one.next(), two.next(), two.next(), one.next()], [0, 1, 2, 3].map(Some));
    }
}

// try_iter

#[test]
fn try_iter_takes_what_is_there_and_does_not_wait() {
    for cap in BUFFERED {
        let (tx, rx) = open(cap);
        assert_eq!(rx.try_iter().next(), None);
        let count = cap.unwrap_or(100);
        (0..count).for_each(|v| tx.send(v));
        assert_eq!(rx.try_iter().collect::<Vec<_>>(), Vec::from_iter(0..count));
        assert!(rx.is_empty() && !rx.is_closed());
    }
}

#[test]
fn try_iter_goes_on_when_a_value_has_come() {
    for cap in BUFFERED {
        let (tx, rx) = open(cap);
        let mut iter = rx.try_iter();
        assert_eq!(iter.next(), None);
        tx.send(1);
        assert_eq!((iter.next(), iter.next()), (Some(1), None));
    }
}

#[test]
fn try_iter_takes_what_is_left_of_a_closed_channel() {
    for cap in BUFFERED {
        let (tx, rx) = open(cap);
        tx.send(1);
        drop(tx);
        assert_eq!(rx.try_iter().collect::<Vec<_>>(), [1]);
        assert_eq!(rx.try_iter().next(), None);
    }
}

#[test]
fn try_iter_on_an_unbuffered_channel_takes_from_waiting_senders() {
    let _dog = watchdog(30);
    let (tx, rx) = bounded(0);
    assert_eq!(rx.try_iter().next(), None);
    thread::scope(|scope| {
        scope.spawn(|| tx.send(1));
        wait_until(|| blocked(&rx).senders == 1);
        assert_eq!(rx.try_iter().next(), Some(1));
    });
}

#[test]
fn iterators_of_a_nil_channel_have_nothing_now() {
    assert_eq!(Receiver::<u8>::nil().try_iter().next(), None);
}

// recv_many

/// What `recv_many` takes, and the number it returns.
fn take<T>(rx: &Receiver<T>, limit: usize) -> Vec<T> {
    let mut values = Vec::new();
    assert_eq!(rx.recv_many(&mut values, limit), values.len());
    values
}

#[test]
fn recv_many_waits_for_the_first_value() {
    let _dog = watchdog(30);
    for cap in CAPACITIES {
        let (tx, rx) = open(cap);
        thread::scope(|scope| {
            let receiver = scope.spawn(|| take(&rx, 5));
            wait_until(|| blocked(&rx).receivers == 1);
            assert!(!receiver.is_finished());
            tx.send(1);
            assert_eq!(receiver.join().unwrap(), [1]);
        });
    }
}

#[test]
fn recv_many_takes_what_is_there_in_order_and_does_not_wait_for_more() {
    let _dog = watchdog(30);
    for cap in [Some(8), None] {
        let (tx, rx) = open(cap);
        (0..5).for_each(|v| tx.send(v));
        assert_eq!(take(&rx, 8), [0, 1, 2, 3, 4]);
        assert!(rx.is_empty());
    }
}

#[test]
fn recv_many_takes_no_more_than_the_limit() {
    for cap in [Some(8), None] {
        let (tx, rx) = open(cap);
        (0..8).for_each(|v| tx.send(v));
        assert_eq!(take(&rx, 1), [0]);
        assert_eq!(take(&rx, 3), [1, 2, 3]);
        assert_eq!((rx.len(), take(&rx, 4)), (4, vec![4, 5, 6, 7]));
    }
}

#[test]
fn recv_many_appends_to_what_the_vector_holds() {
    for cap in [Some(2), None] {
        let (tx, rx) = open(cap);
        tx.send(3);
        tx.send(4);
        let mut values = vec![1, 2];
        assert_eq!(rx.recv_many(&mut values, 10), 2);
        assert_eq!(values, [1, 2, 3, 4]);
    }
}

/// The limit says how much may be taken, not how much room to make.
#[test]
fn recv_many_with_a_huge_limit_needs_no_huge_vector() {
    for cap in BUFFERED {
        let (tx, rx) = open(cap);
        tx.send([1u64; 16]);
        let mut values = Vec::new();
        assert_eq!(rx.recv_many(&mut values, usize::MAX), 1);
        assert!(values.capacity() < 1000);
    }
}

#[test]
fn recv_many_with_limit_zero_returns_at_once_in_every_state() {
    let _dog = watchdog(30);
    assert!(take(&Receiver::<u8>::nil(), 0).is_empty());
    for cap in CAPACITIES {
        let (tx, rx) = open(cap);
        assert!(take(&rx, 0).is_empty());
        if tx.try_send(1).is_ok() {
            assert!(take(&rx, 0).is_empty());
            assert_eq!(rx.len(), 1);
        }
        tx.close();
        assert!(take(&rx, 0).is_empty());
    }
}

#[test]
fn recv_many_takes_what_is_left_of_a_closed_channel_and_then_nothing() {
    let _dog = watchdog(30);
    for cap in CAPACITIES {
        let (tx, rx) = open(cap);
        let count = cap.unwrap_or(3);
        (0..count).for_each(|v| tx.send(v));
        tx.close();
        assert_eq!(take(&rx, 100), Vec::from_iter(0..count));
        assert!(take(&rx, 100).is_empty());
    }
}

#[test]
fn recv_many_returns_nothing_when_the_channel_closes_while_it_waits() {
    let _dog = watchdog(30);
    for cap in CAPACITIES {
        let (tx, rx) = open::<u8>(cap);
        thread::scope(|scope| {
            let receiver = scope.spawn(|| take(&rx, 5));
            wait_until(|| blocked(&rx).receivers == 1);
            tx.close();
            assert!(receiver.join().unwrap().is_empty());
        });
    }
}

/// Every place that `recv_many` frees lets one of the waiting senders go on.
#[test]
fn recv_many_releases_blocked_senders() {
    let _dog = watchdog(30);
    for cap in [1, 4] {
        let (tx, rx) = bounded(cap);
        (0..cap).for_each(|v| tx.send(v));
        thread::scope(|scope| {
            (0..cap).for_each(|i| {
                drop(scope.spawn({
                    let tx = &tx;
                    move || tx.send(cap + i)
                }))
            });
            wait_until(|| blocked(&tx).senders == cap);
            let mut values = take(&rx, cap);
            assert_eq!(values, Vec::from_iter(0..cap));
            // The senders end although nobody receives any more: there is room for all of them.
            wait_until(|| rx.len() == cap && blocked(&tx).senders == 0);
            values.append(&mut take(&rx, cap));
            values.sort_unstable();
            assert_eq!(values, Vec::from_iter(0..2 * cap));
        });
    }
}

#[test]
fn recv_many_on_an_unbuffered_channel_takes_from_waiting_senders() {
    let _dog = watchdog(30);
    let (tx, rx) = bounded(0);
    thread::scope(|scope| {
        (0..3).for_each(|v| {
            drop(scope.spawn({
                let tx = &tx;
                move || tx.send(v)
            }))
        });
        wait_until(|| blocked(&rx).senders == 3);
        let mut values = take(&rx, 2);
        assert_eq!(values.len(), 2);
        values.append(&mut take(&rx, 2));
        values.sort_unstable();
        assert_eq!(values, [0, 1, 2]);
    });
}

#[test]
fn recv_many_from_a_stream_of_values_loses_none_and_keeps_their_order() {
    let _dog = watchdog(60);
    for cap in CAPACITIES {
        let (tx, rx) = open(cap);
        let sender = thread::spawn(move || (0..2000).for_each(|v| tx.send(v)));
        let mut values = Vec::new();
        while rx.recv_many(&mut values, 7) > 0 {}
        assert_eq!(values, Vec::from_iter(0..2000), "capacity {cap:?}");
        sender.join().unwrap();
    }
}

/// Tells whether a type is fused: its own constant comes before that of the trait.
struct Probe<I>(PhantomData<I>);

trait Unknown {
    const FUSED: bool = false;
}

impl<I> Unknown for Probe<I> {}

impl<I: FusedIterator> Probe<I> {
    const FUSED: bool = true;
}

/// An iterator that ends with the channel is fused. One that ends with the values that are there is
/// not.
#[test]
fn iterators_that_end_with_the_channel_are_fused() {
    assert_eq!([Probe::<Iter<'_, u8>>::FUSED, Probe::<IntoIter<u8>>::FUSED], [true; 2]);
    assert_eq!([Probe::<TryIter<'_, u8>>::FUSED], [false]);
    let (tx, rx) = bounded(1);
    tx.send(1);
    drop(tx);
    let mut iter = rx.iter();
    assert_eq!([iter.next(), iter.next(), iter.next()], [Some(1), None, None]);
}
