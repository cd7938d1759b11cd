//! Panics, re-entrant destructors, forgotten handles, odd durations: what user code does to a
//! channel must not hurt the other users of that channel.
#![cfg(not(any(loom, shuttle)))]

mod common;

use std::{
    cell::RefCell,
    mem,
    panic::{catch_unwind, resume_unwind, AssertUnwindSafe},
    sync::{
        atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
        Arc,
    },
    thread,
    time::{Duration, Instant},
};

use common::{wait_until, watchdog};
use gochan::{
    __private::blocked, after, at, bounded, make, select, tick, unbounded, Receiver,
    RecvTimeoutError, Select, SendError, SendTimeoutError, Sender, Ticker, Timer, TryRecvError,
    TrySendError,
};

const LONG: Duration = Duration::from_secs(3600);
const SHORT: Duration = Duration::from_millis(1);

/// Unbuffered, the smallest buffer, a larger one, unbounded.
const CAPACITIES: [Option<usize>; 4] = [Some(0), Some(1), Some(7), None];
/// Those on which a send can block.
const LIMITED: [usize; 3] = [0, 1, 7];

fn open<T>(capacity: Option<usize>) -> (Sender<T>, Receiver<T>) {
    capacity.map_or_else(unbounded, bounded)
}

/// A channel on which the next send blocks.
fn full(capacity: usize) -> (Sender<u32>, Receiver<u32>) {
    let (tx, rx) = bounded(capacity);
    (0..capacity).for_each(|_| tx.send(0));
    (tx, rx)
}

/// Unwinds without a word on stderr.
fn boom<T>() -> T {
    resume_unwind(Box::new("boom"))
}

fn unwinds<R>(f: impl FnOnce() -> R) -> bool {
    catch_unwind(AssertUnwindSafe(f)).is_err()
}

/// Nobody is left in line on the empty channel, and a value passes from one thread to another.
#[track_caller]
fn assert_works(tx: &Sender<u32>, rx: &Receiver<u32>) {
    assert_eq!((blocked(tx).senders, blocked(tx).receivers), (0, 0), "something is left in line");
    thread::scope(|s| {
        s.spawn(|| tx.send(9));
        assert_eq!(rx.recv_timeout(LONG), Ok(9));
    });
}

type Producer = fn(&Sender<u32>, u32);
type Consumer = fn(&Receiver<u32>) -> u32;
type User = fn(&Sender<u32>, &Receiver<u32>);
type TimedSend<'a> = &'a dyn Fn(&Sender<u32>) -> Result<(), SendTimeoutError<u32>>;
type TimedRecv<'a> = &'a dyn Fn(&Receiver<u32>) -> Result<u32, RecvTimeoutError>;

/// Every way to send that waits.
const BLOCKING_SENDS: [(&str, Producer); 9] = [
    ("send", |tx, v| tx.send(v)),
    ("send_ok", |tx, v| tx.send_ok(v).unwrap()),
    ("send_timeout", |tx, v| tx.send_timeout(v, LONG).unwrap()),
    ("send_deadline", |tx, v| tx.send_deadline(v, Instant::now() + LONG).unwrap()),
    ("select send", |tx, v| {
        let (_idle, quiet) = bounded::<u32>(0);
        select! { send(tx, v) => {}, recv(quiet) => unreachable!() }
    }),
    ("select send_ok", |tx, v| {
        select! { send_ok(tx, v) -> sent => sent.unwrap(), default(LONG) => unreachable!() }
    }),
    ("select send_from", |tx, v| {
        let mut slot = Some(v);
        select! { send_from(tx, &mut slot) => {} }
        assert_eq!(slot, None);
    }),
    ("Select::send", |tx, v| {
        let (_idle, quiet) = bounded::<u32>(0);
        let mut cases = Select::new();
        cases.send(tx, v, || ()).recv(&quiet, |_| unreachable!());
        cases.wait();
    }),
    ("Select::send_from", |tx, v| {
        let mut slot = Some(v);
        let mut cases = Select::new();
        cases.send_from(tx, &mut slot, || ());
        assert!(cases.wait_timeout(LONG).is_ok());
    }),
];

/// Every way to send that does not wait, used where it can proceed.
const TRYING_SENDS: [(&str, Producer); 3] = [
    ("try_send", |tx, v| tx.try_send(v).unwrap()),
    ("select send, default", |tx, v| select! { send(tx, v) => {}, default => panic!("not ready") }),
    ("Select::try_wait", |tx, v| {
        let mut cases = Select::new();
        cases.send_ok(tx, v, |sent| sent.unwrap());
        assert!(cases.try_wait().is_ok());
    }),
];

/// Every way to receive that waits.
const BLOCKING_RECVS: [(&str, Consumer); 11] = [
    ("recv", |rx| rx.recv()),
    ("recv_ok", |rx| rx.recv_ok().unwrap()),
    ("recv_timeout", |rx| rx.recv_timeout(LONG).unwrap()),
    ("recv_deadline", |rx| rx.recv_deadline(Instant::now() + LONG).unwrap()),
    ("iter", |rx| rx.iter().next().unwrap()),
    ("into_iter", |rx| rx.clone().into_iter().next().unwrap()),
    ("recv_many", |rx| {
        let mut values = Vec::new();
        assert_eq!(rx.recv_many(&mut values, 1), 1);
        values[0]
    }),
    ("select recv", |rx| {
        let (_idle, quiet) = bounded::<u32>(0);
        select! { recv(rx) -> v => v, recv(quiet) => unreachable!() }
    }),
    ("select recv_ok", |rx| {
        select! { recv_ok(rx) -> v => v.unwrap(), default(LONG) => unreachable!() }
    }),
    ("Select::recv", |rx| {
        let (_idle, quiet) = bounded::<u32>(0);
        let mut cases = Select::new();
        cases.recv(rx, |v| v).recv(&quiet, |_| unreachable!());
        cases.wait()
    }),
    ("Select::recv_ok", |rx| {
        let mut cases = Select::new();
        cases.recv_ok(rx, |v| v.unwrap());
        cases.wait_timeout(LONG).ok().unwrap()
    }),
];

/// Every way to receive that does not wait, used where it can proceed.
const TRYING_RECVS: [(&str, Consumer); 4] = [
    ("try_recv", |rx| rx.try_recv().unwrap()),
    ("try_iter", |rx| rx.try_iter().next().unwrap()),
    ("select recv, default", |rx| select! { recv(rx) -> v => v, default => panic!("not ready") }),
    ("Select::try_wait", |rx| {
        let mut cases = Select::new();
        cases.recv(rx, |v| v);
        cases.try_wait().ok().unwrap()
    }),
];

// ---- waking

#[test]
fn every_way_to_send_wakes_every_parked_receiver() {
    let _dog = watchdog(60);
    for capacity in CAPACITIES {
        for (sending, send) in BLOCKING_SENDS.into_iter().chain(TRYING_SENDS) {
            for (receiving, recv) in BLOCKING_RECVS {
                let (tx, rx) = open(capacity);
                let receiver = thread::spawn(move || recv(&rx));
                wait_until(|| blocked(&tx).receivers == 1);
                send(&tx, 7);
                let value = receiver.join().unwrap();
                assert_eq!(value, 7, "{sending} to {receiving}, capacity {capacity:?}");
                assert_eq!(blocked(&tx).receivers, 0, "{receiving} stays in line");
            }
        }
    }
}

#[test]
fn every_way_to_receive_wakes_every_parked_sender() {
    let _dog = watchdog(60);
    for capacity in LIMITED {
        for (receiving, recv) in BLOCKING_RECVS.into_iter().chain(TRYING_RECVS) {
            for (sending, send) in BLOCKING_SENDS {
                let (tx, rx) = full(capacity);
                let sender = thread::spawn(move || send(&tx, 7));
                wait_until(|| blocked(&rx).senders == 1);
                let mut values = vec![recv(&rx)];
                sender.join().unwrap();
                values.extend(&rx);
                assert_eq!(values.len(), capacity + 1, "{sending} to {receiving}");
                assert_eq!(values.pop(), Some(7), "{sending} to {receiving}, capacity {capacity}");
                assert_eq!(blocked(&rx).senders, 0, "{sending} stays in line");
            }
        }
    }
}

// ---- the unbuffered channel

#[test]
fn an_unbuffered_send_returns_only_after_its_receive_began() {
    let _dog = watchdog(60);
    for (sending, send) in BLOCKING_SENDS {
        for (receiving, recv) in BLOCKING_RECVS.into_iter().chain(TRYING_RECVS) {
            let (tx, rx) = bounded(0);
            let receives = AtomicBool::new(false);
            thread::scope(|s| {
                s.spawn(|| {
                    send(&tx, 7);
                    assert!(receives.load(SeqCst), "{sending} to {receiving} returned too early");
                });
                wait_until(|| blocked(&rx).senders == 1);
                receives.store(true, SeqCst);
                assert_eq!(recv(&rx), 7);
            });
        }
    }
}

#[test]
fn a_send_that_fails_gives_the_very_same_value_back() {
    for capacity in LIMITED {
        let (tx, rx) = bounded(capacity);
        (0..capacity).for_each(|_| tx.send(Box::new(0)));
        let value = Box::new(7);
        let address: *const i32 = &*value;
        let past = Instant::now();

        let Err(TrySendError::Full(value)) = tx.try_send(value) else { panic!("not full") };
        let Err(SendTimeoutError::Timeout(value)) = tx.send_timeout(value, SHORT) else {
            panic!("not timed out")
        };
        let Err(SendTimeoutError::Timeout(value)) = tx.send_deadline(value, past) else {
            panic!("not timed out")
        };
        let mut slot = Some(value);
        select! { send_from(tx, &mut slot) => unreachable!(), default(SHORT) => {} }
        let mut cases = Select::new();
        cases.send_from(&tx, &mut slot, || ());
        assert!(cases.wait_timeout(SHORT).is_err());
        let value = slot.unwrap();

        drop(rx);
        let Err(SendError(value)) = tx.send_ok(value) else { panic!("not closed") };
        let Err(TrySendError::Closed(value)) = tx.try_send(value) else { panic!("not closed") };
        let Err(SendTimeoutError::Closed(value)) = tx.send_timeout(value, SHORT) else {
            panic!("not closed")
        };
        let sent = select! { send_ok(tx, value) -> sent => sent };
        let Err(SendError(value)) = sent else { panic!("not closed") };
        assert!(std::ptr::eq(&*value, address), "another value, capacity {capacity}");
    }
}

#[test]
fn a_blocked_sender_gets_its_value_back_when_the_receiver_goes() {
    let _dog = watchdog(10);
    for capacity in LIMITED {
        let (tx, rx) = full(capacity);
        let sender = thread::spawn(move || tx.send_ok(7));
        wait_until(|| blocked(&rx).senders == 1);
        drop(rx);
        assert_eq!(sender.join().unwrap(), Err(SendError(7)));
    }
}

// ---- panicking destructors of values

type Drops = Arc<[AtomicUsize; 5]>;

/// Counts its drops under its number. The one whose number is the fuse panics in its destructor.
struct Bomb {
    id: usize,
    fuse: Option<usize>,
    drops: Drops,
}

impl Drop for Bomb {
    fn drop(&mut self) {
        self.drops[self.id].fetch_add(1, SeqCst);
        if self.fuse == Some(self.id) {
            boom()
        }
    }
}

/// Five bombs that count their drops in `drops`.
fn bombs(fuse: Option<usize>, drops: &Drops) -> impl Iterator<Item = Bomb> + '_ {
    (0..5).map(move |id| Bomb { id, fuse, drops: drops.clone() })
}

fn counts(drops: &Drops) -> Vec<usize> {
    drops.iter().map(|n| n.load(SeqCst)).collect()
}

/// Puts five values, of which each in its turn panics when dropped, into channels of each kind,
/// lets `end` finish the channel and checks that each value is dropped once.
#[track_caller]
fn each_value_is_dropped_once(end: impl Fn(Sender<Bomb>, Receiver<Bomb>)) {
    let _dog = watchdog(30);
    for capacity in [Some(5), Some(8), None] {
        for fuse in 0..5 {
            let drops = Drops::default();
            let (tx, rx) = open(capacity);
            bombs(Some(fuse), &drops).for_each(|bomb| tx.send(bomb));
            end(tx, rx);
            assert_eq!(counts(&drops), [1; 5], "capacity {capacity:?}, value {fuse} panics");
        }
    }
}

#[test]
fn a_panicking_drop_does_not_stop_a_drain() {
    each_value_is_dropped_once(|tx, rx| {
        tx.close();
        assert!(unwinds(|| rx.iter().for_each(drop)));
        rx.iter().for_each(drop);
        assert_eq!(rx.try_recv().err(), Some(TryRecvError::Closed));
    });
}

#[test]
fn a_panicking_drop_does_not_stop_a_select_that_throws_values_away() {
    each_value_is_dropped_once(|tx, rx| {
        let panics = (0..5).filter(|_| unwinds(|| select! { recv(rx) => {} })).count();
        assert_eq!((panics, rx.len(), blocked(&tx).receivers), (1, 0, 0));
    });
}

#[test]
fn a_panicking_drop_does_not_spare_the_rest_when_the_last_receiver_goes() {
    each_value_is_dropped_once(|tx, rx| {
        unwinds(|| drop(rx));
        assert!(tx.is_closed() && tx.is_empty());
        assert!(!tx.close_ok());
    });
}

#[test]
fn a_panicking_drop_does_not_spare_the_rest_when_the_last_handle_goes() {
    each_value_is_dropped_once(|tx, rx| {
        drop(tx);
        unwinds(|| drop(rx));
    });
    each_value_is_dropped_once(|tx, rx| {
        let both = make(5);
        rx.try_iter().for_each(|bomb| both.send(bomb));
        drop(tx);
        unwinds(|| drop(both));
    });
}

#[test]
fn a_panicking_drop_does_not_spare_the_rest_when_an_owned_iterator_goes() {
    each_value_is_dropped_once(|tx, rx| {
        let mut values = rx.into_iter();
        unwinds(|| drop(values.next()));
        unwinds(|| drop(values));
        assert!(tx.is_closed());
    });
}

#[test]
fn a_panicking_drop_of_a_refused_value_leaves_the_channel_as_it_is() {
    for fuse in 0..5 {
        let [inside, outside] = [Drops::default(), Drops::default()];
        let (tx, rx) = bounded(5);
        bombs(None, &inside).for_each(|bomb| tx.send(bomb));

        let refused = bombs(Some(fuse), &outside).map(|bomb| tx.send_timeout(bomb, SHORT));
        assert_eq!(refused.filter_map(|sent| unwinds(|| drop(sent)).then_some(())).count(), 1);
        assert_eq!((tx.len(), blocked(&tx).senders), (5, 0));

        tx.close();
        assert_eq!(rx.iter().map(|bomb| bomb.id).collect::<Vec<_>>(), [0, 1, 2, 3, 4]);
        assert_eq!((counts(&inside), counts(&outside)), (vec![1; 5], vec![1; 5]));
    }
}

#[test]
fn a_panicking_drop_of_a_losing_select_value_leaves_both_channels_usable() {
    let _dog = watchdog(10);
    for capacity in [0, 1, 4] {
        let drops = Drops::default();
        let (tx, rx) = bounded(capacity);
        bombs(None, &drops).take(capacity).for_each(|bomb| tx.send(bomb));
        let (other, ready) = bounded(1);
        other.send(1);
        let loser = Bomb { id: 4, fuse: Some(4), drops: drops.clone() };
        assert!(unwinds(|| select! { send(tx, loser) => {}, recv(ready) => {} }));
        assert_eq!(drops[4].load(SeqCst), 1);
        assert_eq!((rx.len(), blocked(&tx).senders), (capacity, 0));
        assert_works(&other, &ready);
    }
}

#[test]
fn a_panicking_drop_of_a_losing_select_value_does_not_spare_the_received_one() {
    let _dog = watchdog(10);
    let drops = Drops::default();
    let bomb = |id, fuse| Bomb { id, fuse, drops: drops.clone() };
    let (full, _rx) = bounded(0);
    let (tx, ready) = bounded(1);
    tx.send(bomb(0, None));
    assert!(unwinds(|| select! {
        recv_ok(ready) -> _value => unreachable!("the loser panics first"),
        send_ok(full, bomb(1, Some(1))) -> _sent => {},
    }));
    tx.send(bomb(2, None));
    assert!(unwinds(|| select! {
        send(full, bomb(3, Some(3))) => {},
        recv_ok(ready) -> _value => {},
        default(Duration::from_secs(1)) => {},
    }));
    assert_eq!([0, 1, 2, 3].map(|id: usize| drops[id].load(SeqCst)), [1; 4]);
}

// ---- destructors of values that use the channel

/// Runs its closure when dropped.
struct OnDrop(Option<Box<dyn FnOnce() + Send>>);

impl Drop for OnDrop {
    fn drop(&mut self) {
        if let Some(f) = self.0.take() {
            f()
        }
    }
}

/// A value whose destructor does all that can be done without waiting to a channel, then drops its
/// handles.
fn meddler(tx: &Sender<OnDrop>, rx: Option<&Receiver<OnDrop>>, runs: &Arc<AtomicUsize>) -> OnDrop {
    let (tx, rx, runs) = (tx.clone(), rx.cloned(), runs.clone());
    OnDrop(Some(Box::new(move || {
        runs.fetch_add(1, SeqCst);
        drop(tx.try_send(OnDrop(None)));
        drop(tx.send_timeout(OnDrop(None), Duration::ZERO));
        select! { send_ok(tx, OnDrop(None)) -> sent => drop(sent), default => {} }
        if let Some(rx) = rx {
            drop(rx.try_recv());
            drop(rx.recv_timeout(Duration::ZERO));
            select! { recv_ok(rx) -> received => drop(received), default => {} }
            rx.try_iter().take(2).for_each(drop);
        }
        tx.close_ok();
        drop(tx.send_ok(OnDrop(None)));
        assert!(tx.is_closed());
    })))
}

#[test]
fn values_may_use_their_channel_while_the_last_receiver_drops_them() {
    let _dog = watchdog(10);
    for capacity in [Some(5), Some(8), None] {
        let runs = Arc::default();
        let (tx, rx) = open(capacity);
        (0..5).for_each(|_| tx.send(meddler(&tx, None, &runs)));
        // The values hold the only senders: the channel itself goes while they are dropped.
        drop(tx);
        drop(rx);
        assert_eq!(runs.load(SeqCst), 5, "capacity {capacity:?}");
    }
}

#[test]
fn values_may_use_their_channel_while_an_owned_iterator_drops_them() {
    let _dog = watchdog(10);
    let runs = Arc::default();
    let (tx, rx) = unbounded();
    (0..5).for_each(|_| tx.send(meddler(&tx, None, &runs)));
    let mut values = rx.into_iter();
    drop(values.next());
    drop(values);
    assert_eq!(runs.load(SeqCst), 5);
}

#[test]
fn a_received_value_may_use_its_channel_in_its_destructor() {
    let _dog = watchdog(10);
    for capacity in [Some(1), Some(5), None] {
        let runs = Arc::default();
        let (tx, rx) = open(capacity);
        while tx.len() < 5 && !tx.is_full() {
            tx.send(meddler(&tx, Some(&rx), &runs));
        }
        let sent = tx.len();
        // Dropping the first receives the others: a destructor within a destructor within a
        // destructor.
        select! { recv(rx) => {} }
        assert!(rx.is_closed());
        rx.iter().for_each(drop);
        assert_eq!(runs.load(SeqCst), sent, "capacity {capacity:?}");
    }
}

#[test]
fn a_value_handed_over_may_use_its_channel_in_its_destructor() {
    let _dog = watchdog(10);
    let runs = Arc::default();
    let (tx, rx) = bounded(0);
    let value = meddler(&tx, Some(&rx), &runs);
    thread::scope(|s| {
        s.spawn(|| select! { recv(rx) => {} });
        wait_until(|| blocked(&rx).receivers == 1);
        tx.send(value);
    });
    assert_eq!((runs.load(SeqCst), rx.is_closed()), (1, true));
}

#[test]
fn an_unsent_value_may_use_its_channel_in_its_destructor() {
    let _dog = watchdog(10);
    for capacity in [0, 1] {
        let runs = Arc::default();
        let (tx, rx) = bounded(capacity);
        let value = || meddler(&tx, Some(&rx), &runs);
        let fill = || drop(tx.try_send(OnDrop(None)));

        fill();
        drop(tx.send_timeout(value(), SHORT));
        assert!(tx.is_closed());
        assert!(unwinds(|| tx.send(value())));
        assert!(unwinds(|| select! { send(tx, value()) => {} }));
        drop(tx.send_ok(value()));
        assert_eq!(runs.load(SeqCst), 4, "capacity {capacity}");
    }
}

#[test]
fn a_losing_select_value_may_use_its_channel_in_its_destructor() {
    let _dog = watchdog(10);
    for capacity in [0, 1] {
        let runs = Arc::default();
        let (tx, rx) = bounded(capacity);
        drop(tx.try_send(OnDrop(None)));
        select! { send(tx, meddler(&tx, Some(&rx), &runs)) => {}, default(SHORT) => {} }
        let mut cases = Select::new();
        cases.send(&tx, meddler(&tx, Some(&rx), &runs), || ());
        drop(cases);
        assert_eq!(runs.load(SeqCst), 2, "capacity {capacity}");
        assert_eq!((blocked(&tx).senders, blocked(&rx).receivers), (0, 0));
    }
}

#[test]
fn a_value_that_owns_the_last_handles_may_be_refused() {
    let _dog = watchdog(10);
    let (tx, rx) = bounded(0);
    let owner = OnDrop(Some(Box::new({
        let tx = tx.clone();
        move || drop((tx, rx))
    })));
    drop(tx.send_timeout(owner, SHORT));
    assert!(tx.is_closed());
}

#[test]
fn a_channel_in_a_channel_in_a_channel_goes_with_the_outermost() {
    let runs = Arc::new(AtomicUsize::new(0));
    let mut value = OnDrop(None);
    for _ in 0..100 {
        let (tx, rx) = unbounded();
        tx.send(value);
        let runs = runs.clone();
        value = OnDrop(Some(Box::new(move || {
            runs.fetch_add(1, SeqCst);
            drop((rx, tx));
        })));
    }
    drop(value);
    assert_eq!(runs.load(SeqCst), 100);
}

// ---- Default

thread_local! {
    static HOOK: RefCell<Option<Box<dyn FnOnce()>>> = const { RefCell::new(None) };
}

/// A value whose `Default` runs the thread's hook, once.
#[derive(Debug, PartialEq)]
struct Hooked;

impl Default for Hooked {
    fn default() -> Self {
        if let Some(hook) = HOOK.take() {
            hook()
        }
        Hooked
    }
}

type HookedRecv = fn(&Receiver<Hooked>) -> Hooked;

/// Every way to receive that makes a zero value.
const ZERO_RECVS: [(&str, HookedRecv); 3] = [
    ("recv", |rx| rx.recv()),
    ("select", |rx| select! { recv(rx) -> v => v }),
    ("Select", |rx| {
        let mut cases = Select::new();
        cases.recv(rx, |v| v);
        cases.wait()
    }),
];

#[test]
fn default_may_use_the_channel_for_which_it_makes_a_zero() {
    let _dog = watchdog(10);
    for capacity in CAPACITIES {
        for (receiving, recv) in ZERO_RECVS {
            let (tx, rx) = open(capacity);
            tx.close();
            let handles = (tx.clone(), rx.clone());
            HOOK.set(Some(Box::new(move || {
                let (tx, rx) = handles;
                assert_eq!(rx.try_recv(), Err(TryRecvError::Closed));
                assert_eq!(rx.recv(), Hooked);
                assert_eq!(tx.try_send(Hooked), Err(TrySendError::Closed(Hooked)));
                assert_eq!(tx.send_ok(Hooked), Err(SendError(Hooked)));
                assert!(!tx.close_ok() && rx.is_empty());
                select! { recv_ok(rx) -> v => assert_eq!(v, None) }
            })));
            recv(&rx);
            assert!(HOOK.take().is_none(), "{receiving} made no zero value");
        }
    }
}

#[test]
fn a_panicking_default_leaves_the_channel_closed_and_usable() {
    let _dog = watchdog(10);
    for capacity in CAPACITIES {
        for (receiving, recv) in ZERO_RECVS {
            let (tx, rx) = open(capacity);
            let panicking = || {
                HOOK.set(Some(Box::new(boom)));
                unwinds(|| recv(&rx))
            };
            thread::scope(|s| {
                let parked = s.spawn(panicking);
                wait_until(|| blocked(&rx).receivers == 1);
                tx.close();
                assert!(parked.join().unwrap(), "{receiving}, closed while parked");
            });
            assert!(panicking(), "{receiving}, closed before");
            assert_eq!(recv(&rx), Hooked);
            assert_eq!(rx.recv_ok(), None);
            assert_eq!(blocked(&rx).receivers, 0);
        }
    }
}

// ---- panics within a select

#[test]
fn a_panic_in_a_select_leaves_its_channels_usable() {
    let _dog = watchdog(20);
    let panicking: [(&str, User); 12] = [
        ("handle, first", |tx, _| {
            select! { recv(boom::<&Receiver<u32>>()) -> _v => {}, send(tx, 1) => {} }
        }),
        ("handle, last", |tx, rx| {
            select! { send(tx, 1) => {}, recv(rx) => {}, recv(boom::<&Receiver<u32>>()) => {} }
        }),
        ("value, first", |tx, rx| select! { send(tx, boom()) => {}, recv(rx) => {} }),
        (
            "value, last",
            |tx, rx| select! { recv(rx) => {}, send(tx, 1) => {}, send(tx, boom()) => {} },
        ),
        ("slot", |tx, rx| select! { recv(rx) => {}, send_from(tx, boom::<&mut _>()) => {} }),
        ("condition, first", |tx, rx| {
            select! { recv(rx) -> _v, if boom() => {}, send(tx, 1) => {} }
        }),
        ("condition, last", |tx, rx| {
            select! { send(tx, 1) => {}, recv(rx) -> _v, if boom() => {} }
        }),
        ("timeout", |_, rx| select! { recv(rx) => {}, default(boom()) => {} }),
        ("body of default", |_, rx| select! { recv(rx) => {}, default => boom() }),
        ("body of the timeout", |_, rx| select! { recv(rx) => {}, default(SHORT) => boom() }),
        ("while the cases are listed", |tx, rx| {
            let mut cases = Select::new();
            cases.recv(rx, |_| ()).send(tx, boom(), || ());
            cases.wait();
        }),
        ("after an unsuccessful wait", |_, rx| {
            let mut cases = Select::new();
            cases.recv(rx, |_| ());
            let _cases = cases.wait_timeout(SHORT);
            boom()
        }),
    ];
    for capacity in CAPACITIES {
        for (place, f) in panicking {
            let (tx, rx) = open(capacity);
            assert!(unwinds(|| f(&tx, &rx)), "{place}");
            assert!(rx.is_empty(), "{place}: a case took place");
            assert_works(&tx, &rx);
        }
    }
}

#[test]
fn a_panic_in_the_body_of_a_case_comes_after_the_case() {
    let _dog = watchdog(20);
    let panicking: [(&str, Producer); 2] = [
        ("select", |tx, v| select! { send(tx, v) => boom(), default(LONG) => {} }),
        ("Select", |tx, v| {
            let mut cases = Select::new();
            cases.send(tx, v, boom);
            cases.wait()
        }),
    ];
    for capacity in CAPACITIES {
        for (sending, send) in panicking {
            let (tx, rx) = open(capacity);
            thread::scope(|s| {
                let receiver = s.spawn(|| unwinds(|| select! { recv_ok(rx) -> _v => boom() }));
                wait_until(|| blocked(&rx).receivers == 1);
                assert!(unwinds(|| send(&tx, 7)), "{sending}");
                assert!(receiver.join().unwrap(), "{sending}: no value came");
            });
            assert_works(&tx, &rx);
        }
    }
}

#[test]
fn a_panic_in_a_select_drops_the_values_of_its_other_cases_once() {
    let (tx, _rx) = bounded(1);
    let value = Arc::new(());
    assert!(unwinds(|| select! {
        send(tx, value.clone()) => {},
        send(tx, boom()) => {},
        send(tx, value.clone()) => {},
    }));
    assert_eq!((Arc::strong_count(&value), tx.len()), (1, 0));
}

// ---- forgotten things

/// `mem::forget`, without a lint on types that have no destructor.
fn forget<T>(value: T) {
    mem::forget(value)
}

#[test]
fn forgotten_things_do_not_hold_up_the_others() {
    let _dog = watchdog(20);
    let forgetting: [(&str, User); 13] = [
        ("Sender", |tx, _| forget(tx.clone())),
        ("Receiver", |_, rx| forget(rx.clone())),
        ("Iter", |_, rx| forget(rx.iter())),
        ("TryIter", |_, rx| forget(rx.try_iter())),
        ("IntoIter", |_, rx| forget(rx.clone().into_iter())),
        ("unused Select", |tx, rx| {
            let mut cases = Select::new();
            cases.recv(rx, |_| ()).send(tx, 1, || ()).send_ok(tx, 1, |_| ()).recv_ok(rx, |_| ());
            forget(cases);
        }),
        ("Select that found nothing ready", |_, rx| {
            let mut cases = Select::new();
            cases.recv(rx, |_| ());
            forget(cases.try_wait());
        }),
        ("Select whose time ran out", |_, rx| {
            let mut cases = Select::new();
            cases.recv(rx, |_| ());
            forget(cases.wait_timeout(SHORT));
        }),
        ("Select with a Timer", |_, rx| {
            let timer = Timer::new(SHORT);
            let mut cases = Select::new();
            cases.recv(rx, |_| ()).recv_ok(timer.c(), |_| ());
            forget(cases);
            forget(timer);
        }),
        ("Timer", |_, _| forget(Timer::new(LONG))),
        ("Ticker", |_, _| forget(Ticker::new(LONG))),
        ("after", |_, _| forget((after(SHORT), at(Instant::now()), tick(SHORT)))),
        ("refused send", |tx, _| {
            tx.clone().send_timeout(1, Duration::ZERO).map_or_else(forget, |()| {})
        }),
    ];
    for capacity in CAPACITIES {
        for (thing, f) in forgetting {
            let (tx, rx) = open(capacity);
            f(&tx, &rx);
            rx.try_iter().for_each(drop);
            assert_works(&tx, &rx);
            tx.close();
            assert_eq!(rx.recv_ok(), None, "{thing}");
        }
    }
}

#[test]
fn a_forgotten_timer_still_fires_for_other_holders_of_its_channel() {
    let _dog = watchdog(10);
    let (timer, ticker) = (Timer::new(SHORT), Ticker::new(SHORT));
    let channels = [timer.c().clone(), ticker.c().clone()];
    forget((timer, ticker));
    channels.iter().for_each(|c| assert!(c.recv_ok().is_some()));
}

#[test]
fn forgotten_values_are_not_dropped_by_the_channel() {
    let value = Arc::new(());
    let (tx, rx) = bounded(2);
    tx.send(value.clone());
    tx.send(value.clone());
    forget(rx.recv_ok());
    drop((tx, rx));
    assert_eq!(Arc::strong_count(&value), 2);
}

// ---- destructors of thread-local variables

/// Runs its closure when its thread ends.
struct AtExit(RefCell<Option<Box<dyn FnOnce()>>>);

impl Drop for AtExit {
    fn drop(&mut self) {
        if let Some(f) = self.0.take() {
            f()
        }
    }
}

thread_local! {
    static AT_EXIT: AtExit = const { AtExit(RefCell::new(None)) };
}

/// When the thread first uses a channel, as seen from the first use of the variable with the
/// destructor. What was initialised later is destroyed earlier on most systems.
#[derive(Clone, Copy, Debug)]
enum FirstUse {
    Before,
    Amid,
    After,
    Never,
}

/// Blocks, times out, and chooses at random.
fn use_channels(operand: impl FnOnce()) {
    let (_tx, rx) = bounded::<u32>(0);
    let operand = || {
        operand();
        &rx
    };
    select! { recv(&rx) => {}, recv(operand()) => {}, default(SHORT) => {} }
    assert_eq!(rx.recv_timeout(SHORT), Err(RecvTimeoutError::Timeout));
    select! { recv(after(Duration::ZERO)) => {}, recv(at(Instant::now())) => {} }
}

/// Runs `op` in a thread-local destructor of a new thread, and `partner` here meanwhile.
fn in_destructor(first: FirstUse, op: impl FnOnce() + Send + 'static, partner: impl FnOnce()) {
    let done = Arc::new(AtomicBool::new(false));
    let finish = done.clone();
    let dying = thread::spawn(move || {
        let arm = || {
            AT_EXIT.with(|at_exit| {
                at_exit.0.replace(Some(Box::new(move || {
                    op();
                    finish.store(true, SeqCst);
                })))
            });
        };
        match first {
            FirstUse::Before => {
                use_channels(|| ());
                arm();
            }
            FirstUse::Amid => use_channels(arm),
            FirstUse::After => {
                arm();
                use_channels(|| ());
            }
            FirstUse::Never => arm(),
        }
    });
    partner();
    dying.join().unwrap();
    assert!(done.load(SeqCst), "the destructor did not run to its end");
}

const FIRST_USES: [FirstUse; 4] =
    [FirstUse::Before, FirstUse::Amid, FirstUse::After, FirstUse::Never];

#[test]
fn every_receive_works_in_a_thread_local_destructor() {
    let _dog = watchdog(60);
    for first in FIRST_USES {
        for capacity in CAPACITIES {
            for (_, recv) in BLOCKING_RECVS {
                let (tx, rx) = open(capacity);
                let op = move || assert_eq!(recv(&rx), 7);
                in_destructor(first, op, || {
                    wait_until(|| blocked(&tx).receivers == 1);
                    tx.send(7);
                });
            }
        }
    }
}

#[test]
fn every_send_works_in_a_thread_local_destructor() {
    let _dog = watchdog(60);
    for first in FIRST_USES {
        for capacity in LIMITED {
            for (_, send) in BLOCKING_SENDS {
                let (tx, rx) = full(capacity);
                let op = move || send(&tx, 7);
                in_destructor(first, op, || {
                    wait_until(|| blocked(&rx).senders == 1);
                    assert_eq!(rx.iter().last(), Some(7));
                });
            }
        }
    }
}

#[test]
fn what_does_not_wait_for_ever_works_in_a_thread_local_destructor() {
    let _dog = watchdog(60);
    for first in FIRST_USES {
        for capacity in LIMITED {
            let op = move || {
                let (tx, rx) = full(capacity);
                assert_eq!(tx.try_send(1), Err(TrySendError::Full(1)));
                assert_eq!(tx.send_timeout(1, SHORT), Err(SendTimeoutError::Timeout(1)));
                select! { send(tx, 1) => unreachable!(), default(SHORT) => {} }
                assert_eq!(rx.try_iter().count(), capacity);
                assert_eq!(rx.try_recv(), Err(TryRecvError::Empty));
                assert_eq!(rx.recv_timeout(SHORT), Err(RecvTimeoutError::Timeout));
                select! { recv(rx) => unreachable!(), default => {} }
                select! { recv(rx) => unreachable!(), recv(after(SHORT)) => {} }
                assert!(Timer::new(SHORT).c().recv_ok().is_some());
                tx.close();
                select! { recv_ok(rx) -> v => assert_eq!(v, None), recv(rx) -> v => assert_eq!(v, 0) }
            };
            in_destructor(first, op, || ());
        }
    }
}

#[test]
fn handles_dropped_in_a_thread_local_destructor_close_the_channel() {
    let _dog = watchdog(10);
    for first in FIRST_USES {
        for capacity in CAPACITIES {
            let (tx, rx) = open::<u32>(capacity);
            in_destructor(first, move || drop(tx), || assert_eq!(rx.recv_ok(), None));
        }
    }
}

// ---- unwinding threads

fn die_with<T: Send>(handle: T) {
    thread::scope(|s| {
        let dying = s.spawn(move || {
            let _handle = handle;
            boom::<()>()
        });
        assert!(dying.join().is_err());
    });
}

#[test]
fn blocked_receivers_see_the_close_when_the_sending_thread_panics() {
    let _dog = watchdog(20);
    let receiving: [fn(Receiver<u32>); 8] = [
        |rx| assert_eq!(rx.recv(), 0),
        |rx| assert_eq!(rx.recv_ok(), None),
        |rx| assert_eq!(rx.recv_timeout(LONG), Err(RecvTimeoutError::Closed)),
        |rx| assert_eq!(rx.iter().count(), 0),
        |rx| assert_eq!(rx.recv_many(&mut Vec::new(), 3), 0),
        |rx| select! { recv(rx) -> v => assert_eq!(v, 0), default(LONG) => unreachable!() },
        |rx| select! { recv_ok(rx) -> v => assert_eq!(v, None) },
        |rx| {
            let mut cases = Select::new();
            cases.recv_ok(&rx, |v| assert_eq!(v, None));
            cases.wait();
        },
    ];
    for capacity in CAPACITIES {
        let (tx, rx) = open(capacity);
        let receivers = receiving.map(|recv| {
            let rx = rx.clone();
            thread::spawn(move || recv(rx))
        });
        wait_until(|| blocked(&rx).receivers == receiving.len());
        die_with(tx);
        receivers.into_iter().for_each(|receiver| receiver.join().unwrap());
    }
}

#[test]
fn blocked_senders_get_their_values_back_when_the_receiving_thread_panics() {
    let _dog = watchdog(20);
    type Value = Arc<()>;
    let sending: [fn(Sender<Value>, Value); 8] = [
        |tx, v| assert!(unwinds(|| tx.send(v))),
        |tx, v| assert_eq!(tx.send_ok(v.clone()), Err(SendError(v))),
        |tx, v| assert!(tx.send_timeout(v, LONG).unwrap_err().is_closed()),
        |tx, v| assert!(unwinds(|| select! { send(tx, v) => {}, default(LONG) => {} })),
        |tx, v| select! { send_ok(tx, v) -> sent => assert!(sent.is_err()) },
        |tx, v| {
            let mut slot = Some(v);
            assert!(unwinds(|| select! { send_from(tx, &mut slot) => {} }));
            assert!(slot.is_some(), "the value left its slot");
        },
        |tx, v| {
            let mut cases = Select::new();
            cases.send_ok(&tx, v, |sent| assert!(sent.is_err()));
            cases.wait();
        },
        |tx, v| {
            let mut cases = Select::new();
            cases.send(&tx, v, || ());
            assert!(unwinds(|| cases.wait()));
        },
    ];
    for capacity in LIMITED {
        let value = Value::default();
        let (tx, rx) = bounded(capacity);
        (0..capacity).for_each(|_| tx.send(value.clone()));
        let senders = sending.map(|send| {
            let (tx, value) = (tx.clone(), value.clone());
            thread::spawn(move || send(tx, value))
        });
        wait_until(|| blocked(&tx).senders == sending.len());
        die_with(rx);
        assert!(tx.is_empty(), "the buffered values are still there");
        senders.into_iter().for_each(|sender| sender.join().unwrap());
        assert_eq!(Arc::strong_count(&value), 1, "capacity {capacity}: a value is lost");
    }
}

// ---- the park token of std

/// Runs `op`, which blocks, with and without a park token, checks that the token neither ends it
/// nor is used up by it, and that it leaves none of its own.
#[track_caller]
fn leaves_the_token_alone(
    op: impl Fn() + Sync,
    is_parked: impl Fn() -> bool,
    release: impl Fn(),
    name: &str,
) {
    for (before, amid) in [(true, false), (false, true), (false, false)] {
        let returned = AtomicBool::new(false);
        thread::scope(|s| {
            let blocked = s.spawn(|| {
                if before {
                    thread::current().unpark();
                }
                op();
                returned.store(true, SeqCst);
                if before || amid {
                    // With the token gone this would wait for ever.
                    thread::park();
                } else {
                    let (start, pause) = (Instant::now(), Duration::from_millis(2));
                    thread::park_timeout(pause);
                    assert!(start.elapsed() >= pause, "{name} leaves a park token behind");
                }
            });
            wait_until(&is_parked);
            if amid {
                blocked.thread().unpark();
            }
            // Time enough for a thread woken by the token to run; one that is not takes no notice.
            (0..50).for_each(|_| thread::yield_now());
            assert!(!returned.load(SeqCst) && is_parked(), "{name}: a park token ends it");
            release();
        });
    }
}

#[test]
fn blocking_operations_leave_the_users_park_token_alone() {
    let _dog = watchdog(60);
    for (name, recv) in BLOCKING_RECVS {
        for capacity in CAPACITIES {
            let (tx, rx) = open(capacity);
            let op = || assert_eq!(recv(&rx), 7);
            leaves_the_token_alone(op, || blocked(&tx).receivers == 1, || tx.send(7), name);
        }
    }
    for (name, send) in BLOCKING_SENDS {
        for capacity in LIMITED {
            let (tx, rx) = full(capacity);
            let release = || assert!(rx.recv_ok().is_some());
            leaves_the_token_alone(|| send(&tx, 7), || blocked(&rx).senders == 1, release, name);
        }
    }
}

#[test]
fn timed_operations_are_not_cut_short_by_a_park_token_and_keep_it() {
    let _dog = watchdog(20);
    let (tx, rx) = bounded::<u32>(0);
    let timed: [&dyn Fn(); 5] = [
        &|| assert!(rx.recv_timeout(SHORT).is_err()),
        &|| assert!(tx.send_timeout(1, SHORT).is_err()),
        &|| select! { recv(rx) => {}, send(tx, 1) => {}, default(SHORT) => {} },
        &|| _ = after(SHORT).recv_ok(),
        &|| select! { recv(rx) => {}, recv(after(SHORT)) => {} },
    ];
    for wait in timed {
        thread::current().unpark();
        let start = Instant::now();
        wait();
        assert!(start.elapsed() >= SHORT);
        thread::park();
    }
}

// ---- durations and instants

/// Durations that are too long for an `Instant`, or nearly so.
fn for_ever() -> impl Iterator<Item = Duration> {
    [1 << 61, 1 << 62, 1 << 63, u64::MAX]
        .map(Duration::from_secs)
        .into_iter()
        .chain([Duration::MAX])
}

#[test]
fn a_huge_timeout_means_never() {
    let _dog = watchdog(20);
    let receiving: [fn(&Receiver<u32>, Duration) -> u32; 3] = [
        |rx, d| rx.recv_timeout(d).unwrap(),
        |rx, d| select! { recv(rx) -> v => v, default(d) => unreachable!() },
        |rx, d| {
            let mut cases = Select::new();
            cases.recv(rx, |v| v);
            cases.wait_timeout(d).ok().unwrap()
        },
    ];
    let sending: [fn(&Sender<u32>, Duration); 3] = [
        |tx, d| tx.send_timeout(7, d).unwrap(),
        |tx, d| select! { send(tx, 7) => {}, default(d) => unreachable!() },
        |tx, d| {
            let mut cases = Select::new();
            cases.send(tx, 7, || ());
            assert!(cases.wait_timeout(d).is_ok());
        },
    ];
    for d in for_ever() {
        for capacity in LIMITED {
            for recv in receiving {
                let (tx, rx) = bounded(capacity);
                let receiver = thread::spawn(move || recv(&rx, d));
                wait_until(|| blocked(&tx).receivers == 1);
                tx.send(7);
                assert_eq!(receiver.join().unwrap(), 7);
            }
            for send in sending {
                let (tx, rx) = full(capacity);
                let sender = thread::spawn(move || send(&tx, d));
                wait_until(|| blocked(&rx).senders == 1);
                assert_eq!(rx.iter().last(), Some(7));
                sender.join().unwrap();
            }
        }
    }
}

#[test]
fn a_huge_timer_never_fires() {
    let _dog = watchdog(20);
    for d in for_ever() {
        let (timer, ticker) = (Timer::new(d), Ticker::new(d));
        let (short_timer, short_ticker) = (Timer::new(LONG), Ticker::new(LONG));
        assert!(short_timer.reset(d));
        short_ticker.reset(d);
        let channels = [after(d), tick(d), timer.c().clone(), ticker.c().clone()];
        for c in channels.iter().chain([short_timer.c(), short_ticker.c()]) {
            assert_eq!(c.try_recv(), Err(TryRecvError::Empty));
            assert_eq!(c.recv_timeout(SHORT), Err(RecvTimeoutError::Timeout));
            select! { recv_ok(c) -> _t => panic!("fired"), default(SHORT) => {} }
        }
        assert!(timer.stop());
    }
}

#[test]
fn no_time_at_all_is_enough_for_what_can_proceed() {
    let past = Instant::now();
    let earlier = past.checked_sub(Duration::from_secs(1)).unwrap_or(past);
    let receiving: [TimedRecv; 5] = [
        &|rx| rx.recv_timeout(Duration::ZERO),
        &|rx| rx.recv_deadline(past),
        &|rx| rx.recv_deadline(earlier),
        &|rx| {
            select! {
                recv_ok(rx) -> v => v.ok_or(RecvTimeoutError::Closed),
                default(Duration::ZERO) => Err(RecvTimeoutError::Timeout),
            }
        },
        &|rx| {
            let mut cases = Select::new();
            cases.recv_ok(rx, |v| v.ok_or(RecvTimeoutError::Closed));
            cases.wait_deadline(earlier).unwrap_or(Err(RecvTimeoutError::Timeout))
        },
    ];
    for recv in receiving {
        for capacity in [Some(1), Some(7), None] {
            let (tx, rx) = open(capacity);
            assert_eq!(recv(&rx), Err(RecvTimeoutError::Timeout));
            tx.send(7);
            assert_eq!(recv(&rx), Ok(7));
            tx.send(8);
            tx.close();
            assert_eq!(recv(&rx), Ok(8));
            assert_eq!(recv(&rx), Err(RecvTimeoutError::Closed));
        }
    }
    let sending: [TimedSend; 3] =
        [&|tx| tx.send_timeout(7, Duration::ZERO), &|tx| tx.send_deadline(7, past), &|tx| {
            tx.send_deadline(7, earlier)
        }];
    for send in sending {
        for capacity in LIMITED {
            let (tx, rx) = full(capacity);
            assert_eq!(send(&tx), Err(SendTimeoutError::Timeout(7)));
            if rx.try_recv().is_ok() {
                assert_eq!(send(&tx), Ok(()));
            }
            tx.close();
            assert_eq!(send(&tx), Err(SendTimeoutError::Closed(7)));
        }
    }
    for expired in
        [after(Duration::ZERO), at(past), at(earlier), Timer::new(Duration::ZERO).c().clone()]
    {
        assert!(expired.try_recv().is_ok());
    }
}

#[test]
fn a_waiting_peer_is_met_without_waiting() {
    let _dog = watchdog(20);
    let (tx, rx) = bounded(0);
    thread::scope(|s| {
        let receiver = s.spawn(|| rx.recv());
        wait_until(|| blocked(&rx).receivers == 1);
        assert_eq!(tx.send_timeout(7, Duration::ZERO), Ok(()));
        assert_eq!(receiver.join().unwrap(), 7);
        s.spawn(|| tx.send(8));
        wait_until(|| blocked(&rx).senders == 1);
        assert_eq!(rx.recv_deadline(Instant::now()), Ok(8));
    });
}

#[test]
fn nothing_times_out_early() {
    let (tx, rx) = bounded::<u32>(0);
    let waits: [&dyn Fn(); 6] = [
        &|| assert_eq!(rx.recv_timeout(SHORT), Err(RecvTimeoutError::Timeout)),
        &|| assert_eq!(tx.send_timeout(1, SHORT), Err(SendTimeoutError::Timeout(1))),
        &|| select! { recv(rx) => {}, default(SHORT) => {} },
        &|| assert!(Select::<()>::new().wait_timeout(SHORT).is_err()),
        &|| _ = after(SHORT).recv_ok(),
        &|| _ = tick(SHORT).recv_ok(),
    ];
    for wait in waits {
        for _ in 0..50 {
            let start = Instant::now();
            wait();
            assert!(start.elapsed() >= SHORT);
        }
    }
}

#[test]
fn after_a_timed_out_receive_the_channel_works_on() {
    let _dog = watchdog(10);
    for capacity in CAPACITIES {
        let (tx, rx) = open(capacity);
        for _ in 0..3 {
            assert_eq!(rx.recv_timeout(SHORT), Err(RecvTimeoutError::Timeout));
            // A handle more between two timeouts must not inherit anything of the first.
            let (tx, rx) = (tx.clone(), rx.clone());
            assert_eq!(rx.recv_timeout(SHORT), Err(RecvTimeoutError::Timeout));
            select! { recv(rx) => unreachable!(), default(SHORT) => {} }
            // The receive that gave up does not take this one.
            match tx.try_send(7) {
                Ok(()) => assert_eq!(rx.recv_timeout(LONG), Ok(7)),
                refused => {
                    assert_eq!((refused, capacity), (Err(TrySendError::Full(7)), Some(0)));
                }
            }
            assert_works(&tx, &rx);
        }
    }
}

#[test]
fn after_a_timed_out_send_the_channel_works_on() {
    let _dog = watchdog(10);
    for capacity in LIMITED {
        let (tx, rx) = full(capacity);
        for _ in 0..3 {
            assert_eq!(tx.send_timeout(7, SHORT), Err(SendTimeoutError::Timeout(7)));
            let tx = tx.clone();
            assert_eq!(tx.send_timeout(7, SHORT), Err(SendTimeoutError::Timeout(7)));
            select! { send(tx, 7) => unreachable!(), default(SHORT) => {} }
        }
        // None of the sends that gave up gives its value after all.
        assert!(rx.try_iter().eq(vec![0; capacity]), "capacity {capacity}");
        assert_works(&tx, &rx);
    }
}

// ---- hints

#[test]
fn a_select_that_is_kept_after_its_time_reserves_nothing() {
    let _dog = watchdog(30);
    for capacity in [Some(1), Some(7), None] {
        let (tx, rx) = open(capacity);
        let (_quiet_tx, quiet) = bounded(0);
        let done = AtomicBool::new(false);
        thread::scope(|s| {
            s.spawn(|| {
                while !done.load(SeqCst) {
                    if tx.try_send(1).is_ok() {
                        let _ = rx.try_recv();
                    }
                }
            });
            // Now and then the select is faster; then there is nothing to keep.
            for _ in 0..5 {
                let mut select = Select::new();
                select.recv(&rx, |v| v).recv(&quiet, |v| v);
                if let Err(kept) = select.wait_timeout(Duration::from_millis(20)) {
                    mem::forget(kept);
                }
            }
            done.store(true, SeqCst);
        });
        rx.try_iter().for_each(drop);
        for i in 0..1000 {
            tx.send(i);
            assert_eq!(rx.try_recv(), Ok(i), "capacity {capacity:?}");
        }
    }
}

#[test]
fn a_timer_that_is_moved_away_leaves_a_select_in_its_other_lines() {
    let timer = Timer::new(LONG);
    let (tx, rx) = bounded(0);
    thread::scope(|s| {
        s.spawn(|| {
            select! {
                recv(timer) => unreachable!(),
                recv(rx) -> v => assert_eq!(v, 7),
            }
        });
        wait_until(|| blocked(&tx).receivers == 1);
        assert!(timer.reset(2 * LONG));
        assert_eq!(tx.try_send(7), Ok(()));
    });
}
