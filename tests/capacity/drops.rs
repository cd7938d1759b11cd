//! Every value is dropped exactly once.

use std::{
    panic::{catch_unwind, AssertUnwindSafe},
    sync::{
        atomic::{AtomicUsize, Ordering::Relaxed},
        Arc, Barrier,
    },
    thread,
    time::Duration,
};

use gochan::{__private::blocked, bounded, make, select, Chan, Receiver, Select, Sender};

use crate::{
    common::{wait_until, watchdog},
    open, CAPACITIES,
};

const BUFFERED: [Option<usize>; 3] = [Some(1), Some(8), None];

/// How often each value was dropped.
#[derive(Clone)]
struct Ledger(Arc<Vec<AtomicUsize>>);

struct Value(Ledger, usize);

impl Drop for Value {
    fn drop(&mut self) {
        self.0 .0[self.1].fetch_add(1, Relaxed);
    }
}

impl Ledger {
    fn new(count: usize) -> Self {
        Self(Arc::new((0..count).map(|_| AtomicUsize::new(0)).collect()))
    }

    fn value(&self, id: usize) -> Value {
        Value(self.clone(), id)
    }

    fn drops(&self) -> Vec<usize> {
        self.0.iter().map(|drops| drops.load(Relaxed)).collect()
    }
}

/// One way for a channel to die with values in it.
type Death = fn(Sender<Value>, Receiver<Value>);

const DEATHS: [(&str, Death); 12] = [
    ("sender first", |tx, rx| {
        drop(tx);
        drop(rx);
    }),
    ("receiver first", |tx, rx| {
        drop(rx);
        drop(tx);
    }),
    ("closed, then sender first", |tx, rx| {
        tx.close();
        drop(tx);
        drop(rx);
    }),
    ("closed, then receiver first", |tx, rx| {
        tx.close();
        drop(rx);
        drop(tx);
    }),
    ("some received", |tx, rx| {
        rx.try_iter().take(3).for_each(drop);
        drop((tx, rx));
    }),
    ("closed and some received", |tx, rx| {
        tx.close();
        rx.iter().take(3).for_each(drop);
        drop((tx, rx));
    }),
    ("closed and drained", |tx, rx| {
        drop(tx);
        rx.into_iter().for_each(drop);
    }),
    ("an owned iterator", |tx, rx| {
        let mut iter = rx.into_iter();
        drop((iter.next(), iter.next()));
        drop(iter);
        drop(tx);
    }),
    ("recv_many of some", |tx, rx| {
        let mut values = Vec::new();
        rx.recv_many(&mut values, 4);
        drop((rx, tx, values));
    }),
    ("an unwinding thread", |tx, rx| {
        let panic = catch_unwind(AssertUnwindSafe(move || {
            let _channel = (tx, rx);
            panic!("unwinds over the channel");
        }));
        assert!(panic.is_err());
    }),
    ("both sides at the same time", |tx, rx| {
        let start = Barrier::new(2);
        thread::scope(|scope| {
            scope.spawn(|| {
                start.wait();
                drop(tx);
            });
            start.wait();
            drop(rx);
        });
    }),
    ("many receivers at the same time", |tx, rx| {
        let start = Barrier::new(3);
        thread::scope(|scope| {
            for rx in [rx.clone(), rx.clone(), rx] {
                let start = &start;
                scope.spawn(move || {
                    start.wait();
                    drop(rx.try_recv());
                    drop(rx);
                });
            }
        });
        drop(tx);
    }),
];

#[test]
fn every_value_is_dropped_once_whichever_way_the_channel_dies() {
    let _dog = watchdog(60);
    for (name, death) in DEATHS {
        for (cap, count) in [(Some(5), 5), (Some(8), 5), (None, 5), (None, 100)] {
            // The values begin anywhere in the buffer, so that some of them lie across its end.
            for offset in [0, 3, 31, 32] {
                let ledger = Ledger::new(offset + count);
                let (tx, rx) = open(cap);
                for id in 0..offset {
                    tx.send(ledger.value(id));
                    drop(rx.recv_ok());
                }
                (offset..offset + count).for_each(|id| tx.send(ledger.value(id)));
                death(tx, rx);
                assert_eq!(ledger.drops(), vec![1; offset + count], "{name}, capacity {cap:?}");
            }
        }
    }
}

#[test]
fn a_chan_that_dies_alone_drops_its_values_once() {
    for cap in [1, 5, 8] {
        let ledger = Ledger::new(cap);
        let chan = make(cap);
        (0..cap).for_each(|id| chan.send(ledger.value(id)));
        assert_eq!(ledger.drops(), vec![0; cap]);
        drop(chan);
        assert_eq!(ledger.drops(), vec![1; cap]);
    }
}

/// A send that fails hands its value back, and nothing else drops it.
#[test]
fn a_refused_value_belongs_to_the_caller() {
    let _dog = watchdog(30);
    let refuse: [fn(&Sender<Value>, Value) -> Value; 6] = [
        |tx, v| tx.try_send(v).unwrap_err().into_inner(),
        |tx, v| tx.send_timeout(v, Duration::from_millis(1)).unwrap_err().into_inner(),
        |tx, v| tx.send_timeout(v, Duration::ZERO).unwrap_err().into_inner(),
        |tx, v| {
            let mut slot = Some(v);
            select! {
                send_from(tx, &mut slot) => unreachable!(),
                default => (),
            }
            slot.unwrap()
        },
        |tx, v| {
            let mut slot = Some(v);
            let mut select = Select::new();
            select.send_from(tx, &mut slot, || unreachable!());
            assert!(select.wait_timeout(Duration::from_millis(1)).is_err());
            slot.unwrap()
        },
        |tx, v| {
            tx.close();
            tx.send_ok(v).unwrap_err().into_inner()
        },
    ];
    for refuse in refuse {
        for cap in [0, 1, 8] {
            let ledger = Ledger::new(cap + 1);
            let (tx, rx) = bounded(cap);
            (0..cap).for_each(|id| tx.send(ledger.value(id)));
            let value = refuse(&tx, ledger.value(cap));
            assert_eq!((value.1, ledger.drops()), (cap, vec![0; cap + 1]));
            drop((value, tx, rx));
            assert_eq!(ledger.drops(), vec![1; cap + 1]);
        }
    }
}

/// Closes the channel: by a call, before the receiver goes, or by the drop of the receiver.
type Close = fn(&Sender<Value>, Receiver<Value>);

/// `send_ok` moves the value back out of a select or a sleep that the close ends.
#[test]
fn the_values_of_blocked_senders_are_dropped_once() {
    let _dog = watchdog(30);
    let close: [Close; 2] = [|tx, _rx| tx.close(), |_tx, rx| drop(rx)];
    for close in close {
        for cap in [0, 1, 8] {
            let ledger = Ledger::new(cap + 3);
            let (tx, rx) = bounded(cap);
            (0..cap).for_each(|id| tx.send(ledger.value(id)));
            thread::scope(|scope| {
                scope.spawn(|| drop(tx.send_ok(ledger.value(cap)).unwrap_err()));
                scope.spawn(|| {
                    let value = ledger.value(cap + 1);
                    catch_unwind(AssertUnwindSafe(|| tx.send(value))).unwrap_err()
                });
                scope.spawn(
                    || select! { send_ok(tx, ledger.value(cap + 2)) -> r => assert!(r.is_err()) },
                );
                wait_until(|| blocked(&tx).senders == 3);
                close(&tx, rx);
            });
            drop(tx);
            assert_eq!(ledger.drops(), vec![1; cap + 3]);
        }
    }
}

#[test]
fn a_value_that_loses_a_select_is_dropped_once_before_the_body_runs() {
    let ledger = Ledger::new(2);
    let (ready, never) = (make(1), Chan::nil());
    select! {
        send(ready, ledger.value(0)) => assert_eq!(ledger.drops(), [0, 1]),
        send(never, ledger.value(1)) => unreachable!(),
    }
    drop(ready);
    assert_eq!(ledger.drops(), [1, 1]);
}

/// Senders send, one of them the very first value, while the last receiver goes.
#[test]
fn a_send_that_meets_the_end_of_the_channel_loses_no_value() {
    const EACH: usize = 40;
    let _dog = watchdog(120);
    for cap in CAPACITIES {
        for round in 0..100 {
            let ledger = Ledger::new(2 * EACH);
            let (tx, rx) = open(cap);
            let start = Barrier::new(3);
            thread::scope(|scope| {
                for id in 0..2 {
                    let (ledger, start, tx) = (&ledger, &start, tx.clone());
                    scope.spawn(move || {
                        start.wait();
                        for value in id * EACH..(id + 1) * EACH {
                            drop(tx.send_ok(ledger.value(value)));
                        }
                    });
                }
                start.wait();
                rx.iter().take(round % 5).for_each(drop);
                drop(rx);
            });
            assert_eq!(tx.len(), 0);
            assert_eq!(ledger.drops(), vec![1; 2 * EACH], "capacity {cap:?}");
        }
    }
}

#[test]
fn an_empty_channel_of_any_kind_dies_quietly() {
    for cap in BUFFERED {
        drop(open::<Box<u8>>(cap));
        let (tx, rx) = open::<Box<u8>>(cap);
        tx.close();
        assert!(rx.recv_ok().is_none());
    }
    drop(make::<Box<u8>>(0));
    drop(Chan::<Box<u8>>::nil());
}
