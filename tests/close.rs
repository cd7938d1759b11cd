//! Closing: who can close a channel, whom that wakes, and what becomes of the values in it.
#![cfg(not(any(loom, shuttle)))]

mod common;

use std::{
    any::Any,
    iter, mem,
    panic::{catch_unwind, AssertUnwindSafe},
    sync::{
        atomic::{AtomicUsize, Ordering::Relaxed},
        mpsc, Arc, Mutex,
    },
    thread::{self, ThreadId},
    time::{Duration, Instant},
};

use common::{wait_until, watchdog};
use gochan::{
    __private::blocked, bounded, make, select, unbounded, Chan, Receiver, RecvTimeoutError, Select,
    SendError, SendTimeoutError, Sender, TryRecvError, TrySendError,
};

const CAPACITIES: [Option<usize>; 4] = [Some(0), Some(1), Some(8), None];
const BOUNDED: [usize; 3] = [0, 1, 8];
const BUFFERED: [Option<usize>; 3] = [Some(1), Some(8), None];
const LONG: Duration = Duration::from_secs(1000);

fn open<T>(cap: Option<usize>) -> (Sender<T>, Receiver<T>) {
    cap.map_or_else(unbounded, bounded)
}

/// A channel without a free place.
fn full(cap: usize) -> (Sender<u32>, Receiver<u32>) {
    let (tx, rx) = bounded(cap);
    (0..cap).for_each(|_| tx.send(0));
    (tx, rx)
}

fn panic_of<R>(code: impl FnOnce() -> R) -> Box<dyn Any + Send> {
    catch_unwind(AssertUnwindSafe(code)).err().expect("a panic")
}

fn panic_text<R>(code: impl FnOnce() -> R) -> &'static str {
    panic_of(code).downcast_ref::<&'static str>().expect("a literal text")
}

/// One way to receive: the next value, or `None` once the channel is closed and drained.
type Receive = fn(&Receiver<u32>) -> Option<u32>;

/// Every way to wait for a value. The values in these tests are never 0, so `recv` can tell too.
const BLOCKING: [(&str, Receive); 10] = [
    ("recv", |rx| Some(rx.recv()).filter(|&v| v != 0)),
    ("recv_ok", Receiver::recv_ok),
    ("recv_timeout", |rx| rx.recv_timeout(LONG).ok()),
    ("recv_deadline", |rx| rx.recv_deadline(Instant::now() + LONG).ok()),
    ("recv_many", |rx| {
        let mut values = Vec::new();
        rx.recv_many(&mut values, 1);
        values.pop()
    }),
    ("iter", |rx| rx.iter().next()),
    ("into_iter", |rx| rx.clone().into_iter().next()),
    ("select", |rx| {
        let never = Chan::<u32>::nil();
        select! {
            recv_ok(rx) -> v => v,
            recv_ok(never) -> v => v,
        }
    }),
    ("select with a timeout", |rx| {
        select! {
            recv(rx) -> v => Some(v).filter(|&v| v != 0),
            default(LONG) => unreachable!(),
        }
    }),
    ("Select", |rx| {
        let mut select = Select::new();
        select.recv_ok(rx, |v| v);
        select.wait()
    }),
];

/// Every way to ask for a value again and again.
const POLLING: [(&str, Receive); 5] = [
    ("try_recv", |rx| loop {
        match rx.try_recv() {
            Ok(v) => return Some(v),
            Err(TryRecvError::Closed) => return None,
            Err(TryRecvError::Empty) => thread::yield_now(),
        }
    }),
    ("recv_timeout of zero", |rx| loop {
        match rx.recv_timeout(Duration::ZERO) {
            Ok(v) => return Some(v),
            Err(RecvTimeoutError::Closed) => return None,
            Err(RecvTimeoutError::Timeout) => thread::yield_now(),
        }
    }),
    // Whatever was sent before the close is there for whoever has seen the close.
    ("is_closed, then try_iter", |rx| loop {
        let closed = rx.is_closed();
        let next = rx.try_iter().next();
        if closed || next.is_some() {
            return next;
        }
        thread::yield_now();
    }),
    ("select with default", |rx| loop {
        select! {
            recv_ok(rx) -> v => return v,
            default => thread::yield_now(),
        }
    }),
    ("Select::try_wait", |rx| loop {
        let mut select = Select::new();
        select.recv_ok(rx, |v| v);
        if let Ok(v) = select.try_wait() {
            return v;
        }
        thread::yield_now();
    }),
];

/// One way to send: the value comes back if the channel closes.
type SendOk = fn(&Sender<u32>, u32) -> Result<(), u32>;

/// Every way to wait for a free place that gives the value back when the channel closes.
const SENDING: [(&str, SendOk); 6] = [
    ("send_ok", |tx, v| tx.send_ok(v).map_err(SendError::into_inner)),
    ("send_timeout", |tx, v| match tx.send_timeout(v, LONG) {
        Err(SendTimeoutError::Closed(v)) => Err(v),
        other => panic!("{other:?}"),
    }),
    ("send_deadline", |tx, v| match tx.send_deadline(v, Instant::now() + LONG) {
        Err(SendTimeoutError::Closed(v)) => Err(v),
        other => panic!("{other:?}"),
    }),
    ("select", |tx, v| {
        let never = Chan::<u32>::nil();
        select! {
            send_ok(tx, v) -> result => result.map_err(SendError::into_inner),
            recv_ok(never) -> _ => unreachable!(),
        }
    }),
    ("Select", |tx, v| {
        let mut select = Select::new();
        select.send_ok(tx, v, |result| result.map_err(SendError::into_inner));
        select.wait()
    }),
    ("select over a slot", |tx, v| {
        let mut slot = Some(v);
        assert_eq!(panic_text(|| select! { send_from(tx, &mut slot) => () }), SEND);
        Err(slot.expect("the value stays in the slot"))
    }),
];

const SEND: &str = "send on closed channel";

// Who closes.

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

// Whom a close wakes.

/// The two ways to close with receivers waiting.
const CLOSES: [fn(Sender<u32>); 2] = [|tx| tx.close(), drop];

#[test]
fn close_wakes_every_blocked_receiver() {
    let _dog = watchdog(60);
    for cap in CAPACITIES {
        for close in CLOSES {
            let (tx, rx) = open(cap);
            thread::scope(|scope| {
                let rx = &rx;
                for (name, receive) in BLOCKING.iter().chain(&BLOCKING) {
                    scope.spawn(move || assert_eq!(receive(rx), None, "{name}"));
                }
                wait_until(|| blocked(rx).receivers == 2 * BLOCKING.len());
                close(tx);
            });
            assert_eq!(blocked(&rx).receivers, 0);
        }
    }
}

/// The closer wakes a few of those in line; the others are still there, and are met no more.
#[test]
fn no_try_meets_who_is_still_in_line_after_the_close() {
    let _dog = watchdog(60);
    for _ in 0..10 {
        let chan = make::<u32>(0);
        thread::scope(|scope| {
            (0..20).for_each(|_| drop(scope.spawn(|| assert_eq!(chan.recv_ok(), None))));
            wait_until(|| blocked(&chan).receivers == 20);
            chan.close();
            assert_eq!(chan.try_send(1), Err(TrySendError::Closed(1)));
        });
        let chan = make::<u32>(0);
        thread::scope(|scope| {
            (0..20).for_each(|_| drop(scope.spawn(|| assert!(chan.send_ok(1).is_err()))));
            wait_until(|| blocked(&chan).senders == 20);
            chan.close();
            assert_eq!(chan.try_recv(), Err(TryRecvError::Closed));
        });
    }
}

#[test]
fn close_wakes_every_blocked_sender_and_gives_the_values_back() {
    let _dog = watchdog(60);
    for cap in BOUNDED {
        let (tx, rx) = full(cap);
        thread::scope(|scope| {
            for (i, (name, send)) in (1..).zip(SENDING.iter().chain(&SENDING)) {
                let tx = tx.clone();
                scope.spawn(move || assert_eq!(send(&tx, i), Err(i), "{name}"));
            }
            wait_until(|| blocked(&tx).senders == 2 * SENDING.len());
            tx.close();
        });
        assert_eq!(blocked(&tx).senders, 0);
        assert_eq!(rx.iter().collect::<Vec<_>>(), vec![0; cap]);
    }
}

#[test]
fn dropping_the_last_receiver_wakes_every_blocked_sender() {
    let _dog = watchdog(60);
    for cap in BOUNDED {
        let (tx, rx) = full(cap);
        thread::scope(|scope| {
            for (i, (name, send)) in (1..).zip(&SENDING) {
                let tx = tx.clone();
                scope.spawn(move || assert_eq!(send(&tx, i), Err(i), "{name}"));
            }
            wait_until(|| blocked(&tx).senders == SENDING.len());
            drop(rx);
        });
        assert_eq!((blocked(&tx).senders, tx.len()), (0, 0));
    }
}

#[test]
fn close_makes_every_blocked_send_panic_and_drop_its_value_once() {
    let _dog = watchdog(60);
    for cap in BOUNDED {
        let (tx, rx) = bounded(cap);
        let value = Arc::new(());
        (0..cap).for_each(|_| tx.send(Arc::clone(&value)));
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| assert_eq!(panic_text(|| tx.send(Arc::clone(&value))), SEND));
            }
            wait_until(|| blocked(&tx).senders == 4);
            tx.close();
        });
        assert_eq!(Arc::strong_count(&value), cap + 1);
        assert_eq!(rx.iter().count(), cap);
        assert_eq!(Arc::strong_count(&value), 1);
    }
}

// The last handle of a side.

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

// Values in a channel that nobody can receive from any more.

/// Notes which thread drops it.
struct Noted(Arc<Mutex<Vec<ThreadId>>>);

impl Drop for Noted {
    fn drop(&mut self) {
        self.0.lock().unwrap().push(thread::current().id());
    }
}

#[test]
fn the_last_receiver_drops_the_values_at_once_in_its_own_thread() {
    for cap in BUFFERED {
        let count = cap.unwrap_or(100);
        let notes = Arc::default();
        let (tx, rx) = open(cap);
        (0..count).for_each(|_| tx.send(Noted(Arc::clone(&notes))));
        let dropper = thread::spawn(move || {
            drop(rx);
            thread::current().id()
        });
        let dropper = dropper.join().unwrap();
        assert_eq!(*notes.lock().unwrap(), vec![dropper; count]);
        assert_eq!(tx.len(), 0);
    }
}

#[test]
fn a_chan_as_the_last_receiving_handle_drops_the_values_at_once() {
    let notes = Arc::default();
    let chan = make(3);
    let tx = chan.sender();
    (0..3).for_each(|_| tx.send(Noted(Arc::clone(&notes))));
    drop(chan);
    assert_eq!(notes.lock().unwrap().len(), 3);
}

#[test]
fn an_explicit_close_drops_nothing() {
    for cap in BUFFERED {
        let notes = Arc::default();
        let (tx, rx) = open(cap);
        tx.send(Noted(Arc::clone(&notes)));
        tx.close();
        drop(tx);
        assert!(notes.lock().unwrap().is_empty());
        drop(rx);
        assert_eq!(notes.lock().unwrap().len(), 1);
    }
}

/// A request that dies in the buffer takes its reply channel with it.
#[test]
fn whoever_waits_for_a_reply_to_a_request_in_a_dead_buffer_is_released() {
    let _dog = watchdog(30);
    for cap in BUFFERED {
        for reply_cap in CAPACITIES {
            let (requests, server) = open::<Sender<u32>>(cap);
            let caller = {
                let requests = requests.clone();
                thread::spawn(move || {
                    let (reply, answer) = open(reply_cap);
                    requests.send(reply);
                    answer.recv_ok()
                })
            };
            wait_until(|| requests.len() == 1);
            drop(server);
            assert_eq!(caller.join().unwrap(), None);
        }
    }
}

/// Uses, while it is dropped, the channel that it lies in.
struct Meddler(Sender<Option<Meddler>>);

impl Drop for Meddler {
    fn drop(&mut self) {
        assert!(matches!(self.0.try_send(None), Err(TrySendError::Closed(None))));
        assert!(!self.0.close_ok());
        assert!(self.0.is_closed());
        drop(self.0.clone());
    }
}

#[test]
fn a_value_may_use_its_channel_while_the_last_receiver_drops_it() {
    let _dog = watchdog(30);
    for cap in BUFFERED {
        let (tx, rx) = open(cap);
        tx.send(Some(Meddler(tx.clone())));
        drop(rx);
        assert!(matches!(tx.send_ok(None), Err(SendError(None))));
    }
}

/// Counts drops, and panics in the one that is told to.
struct Bomb<'a>(&'a AtomicUsize, bool);

impl Drop for Bomb<'_> {
    fn drop(&mut self) {
        self.0.fetch_add(1, Relaxed);
        assert!(!self.1, "a drop panics");
    }
}

#[test]
fn a_value_that_panics_when_dropped_does_not_keep_the_others_alive() {
    let _dog = watchdog(30);
    for cap in [Some(5), None] {
        for bad in 0..5 {
            let drops = AtomicUsize::new(0);
            let (tx, rx) = open(cap);
            (0..5).for_each(|i| tx.send(Bomb(&drops, i == bad)));
            panic_of(|| drop(rx));
            assert_eq!(drops.load(Relaxed), 5, "value {bad} of a channel of capacity {cap:?}");
            assert_eq!(tx.send_ok(Bomb(&drops, false)).map_err(|e| e.into_inner().1), Err(false));
            drop(tx);
            assert_eq!(drops.into_inner(), 6);
        }
    }
}

// What was sent before the close.

/// Receives everything while another thread sends a few values and closes at once, many times.
fn race_with_close(forms: &[(&str, Receive)]) {
    const ROUNDS: u32 = 200;
    let _dog = watchdog(120);
    let (jobs, todo) = mpsc::channel::<(Sender<u32>, u32)>();
    let sender = thread::spawn(move || {
        for (tx, round) in todo {
            (1..=round % 4).for_each(|v| tx.send(v));
            CLOSES[(round / 4 % 2) as usize](tx);
        }
    });
    for (name, receive) in forms {
        for cap in CAPACITIES {
            for round in 0..ROUNDS {
                let (tx, rx) = open(cap);
                jobs.send((tx, round)).unwrap();
                for expected in 1..=round % 4 {
                    assert_eq!(receive(&rx), Some(expected), "{name}, capacity {cap:?}");
                }
                assert_eq!(receive(&rx), None, "{name}, capacity {cap:?}");
                assert_eq!(rx.try_recv(), Err(TryRecvError::Closed));
            }
        }
    }
    drop(jobs);
    sender.join().unwrap();
}

#[test]
fn closed_is_never_reported_to_a_waiting_receive_while_a_value_is_left() {
    race_with_close(&BLOCKING);
}

#[test]
fn closed_is_never_reported_to_a_polling_receive_while_a_value_is_left() {
    race_with_close(&POLLING);
}

/// Each value whose send was accepted arrives at exactly one of the receivers, and no other does.
#[test]
fn what_was_sent_before_the_close_is_received_exactly_once() {
    let _dog = watchdog(120);
    for cap in CAPACITIES {
        for round in 0..20 {
            let (tx, rx) = open(cap);
            let ids = AtomicUsize::new(0);
            let sending = || {
                let values = iter::repeat_with(|| ids.fetch_add(1, Relaxed));
                values.take_while(|&id| tx.send_ok(id).is_ok()).collect::<Vec<_>>()
            };
            let (mut sent, mut received) = (Vec::new(), Vec::new());
            thread::scope(|scope| {
                let senders = [(); 3].map(|()| scope.spawn(sending));
                let receivers = [(); 2].map(|()| scope.spawn(|| rx.iter().collect::<Vec<_>>()));
                // The close comes before the first send, among the first, or when all are at it.
                wait_until(|| ids.load(Relaxed) >= 20 * round);
                tx.close();
                senders.into_iter().for_each(|thread| sent.extend(thread.join().unwrap()));
                receivers.into_iter().for_each(|thread| received.extend(thread.join().unwrap()));
            });
            sent.sort_unstable();
            received.sort_unstable();
            assert_eq!(sent, received, "capacity {cap:?}");
        }
    }
}

/// A receiver closes in the middle of the sends and drains at once. Whatever a sender was told to
/// be sent is there, also where the close came between the two halves of a send.
#[test]
fn a_receiver_that_closes_finds_every_value_that_was_accepted() {
    let _dog = watchdog(60);
    let (jobs, todo) = mpsc::sync_channel::<(Sender<usize>, Arc<AtomicUsize>)>(8);
    let (counts, accepted) = mpsc::channel();
    let sender = thread::spawn(move || {
        for (tx, started) in todo {
            started.store(1, Relaxed);
            let count = (0..5000).take_while(|&v| tx.send_ok(v).is_ok()).count();
            counts.send(count).unwrap();
        }
    });
    for cap in CAPACITIES.into_iter().chain([Some(1000)]) {
        for round in 0..1000 {
            let (tx, rx) = open(cap);
            let started = Arc::new(AtomicUsize::new(0));
            jobs.send((tx.clone(), Arc::clone(&started))).unwrap();
            wait_until(|| started.load(Relaxed) == 1);
            let early = rx.try_iter().take(round % 64).count();
            tx.close();
            let late = rx.iter().count();
            assert_eq!(rx.try_recv(), Err(TryRecvError::Closed));
            assert_eq!(early + late, accepted.recv().unwrap(), "capacity {cap:?}");
        }
    }
    drop(jobs);
    sender.join().unwrap();
}

// After a panic that was caught.

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
