//! Values whose destructors panic, or use the channel that they are in.

use std::{
    sync::{
        atomic::{AtomicUsize, Ordering::SeqCst},
        Arc,
    },
    thread,
    time::Duration,
};

use gochan::{
    __private::blocked, bounded, make, select, unbounded, Receiver, Select, Sender, TryRecvError,
};

use crate::{
    assert_works, boom,
    common::{wait_until, watchdog},
    open, unwinds, SHORT,
};

type Drops = Arc<[AtomicUsize; 5]>;

/// Counts its drops under its number. Its destructor panics if its number is the fuse.
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

/// Puts five values into channels of each kind, lets `end` finish the channel, and checks that each
/// value is dropped once. In each round another of the five panics when it is dropped.
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
