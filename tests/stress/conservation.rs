//! Each value is received once, or handed back or dropped once by the call that failed.

use std::{
    collections::HashMap,
    panic::{catch_unwind, AssertUnwindSafe},
    sync::{
        atomic::{AtomicU8, AtomicUsize, Ordering::SeqCst},
        Arc,
    },
    thread,
    time::Instant,
};

use gochan::{
    bounded, select, Receiver, RecvTimeoutError, Select, SendError, SendTimeoutError, Sender,
    TryRecvError, TrySendError,
};

use crate::{
    common::{
        random::{begin, Rng},
        wait_until,
    },
    open, CAPACITIES,
};

/// A value with an identity, which notes its own drop.
struct Item {
    id: usize,
    check: Box<usize>,
    drops: Arc<Vec<AtomicU8>>,
}

impl Drop for Item {
    fn drop(&mut self) {
        assert_eq!(*self.check, self.id, "the value is not what it was");
        self.drops[self.id].fetch_add(1, SeqCst);
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Fate {
    /// The send succeeded.
    Sent,
    /// The channel was closed and gave the value back.
    Returned,
    /// Another case of the select won, and the value was dropped.
    Lost,
}

/// Sends in a way picked at random, again while there is no room or no time.
fn send_somehow(rng: &mut Rng, tx: &Sender<Item>, noise: &Receiver<()>, mut item: Item) -> Fate {
    let of = |sent: Result<(), SendError<Item>>| match sent {
        Ok(()) => Fate::Sent,
        Err(_) => Fate::Returned,
    };
    loop {
        let time = rng.micros(100);
        match rng.below(9) {
            0 => return of(tx.send_ok(item)),
            1 => match tx.try_send(item) {
                Ok(()) => return Fate::Sent,
                Err(TrySendError::Closed(_)) => return Fate::Returned,
                Err(TrySendError::Full(back)) => item = back,
            },
            2 | 3 => {
                let sent = match rng.below(2) {
                    0 => tx.send_timeout(item, time),
                    _ => tx.send_deadline(item, Instant::now() + time),
                };
                match sent {
                    Ok(()) => return Fate::Sent,
                    Err(SendTimeoutError::Closed(_)) => return Fate::Returned,
                    Err(SendTimeoutError::Timeout(back)) => item = back,
                }
            }
            4 => select! {
                send_ok(tx, item) -> sent => return of(sent),
                recv(noise) => return Fate::Lost,
            },
            5 => select! {
                send_ok(tx, item) -> sent => return of(sent),
                recv(noise) => return Fate::Lost,
                default(time) => return Fate::Lost,
            },
            6 => {
                let mut slot = Some(item);
                let closed = catch_unwind(AssertUnwindSafe(|| {
                    select! {
                        send_from(tx, &mut slot) => {},
                        recv(noise) => {},
                        default(time) => {},
                    }
                }));
                match (slot, closed) {
                    (None, Ok(())) => return Fate::Sent,
                    (Some(_), Err(_)) => return Fate::Returned,
                    (Some(back), Ok(())) => item = back,
                    (None, Err(_)) => panic!("both sent and refused"),
                }
            }
            7 => {
                let mut cases = Select::new();
                cases.send_ok(tx, item, of).recv_ok(noise, |_| Fate::Lost);
                return cases.wait();
            }
            _ => {
                let mut cases = Select::new();
                cases.send_ok(tx, item, of).recv_ok(noise, |_| Fate::Lost);
                loop {
                    match cases.wait_timeout(time) {
                        Ok(fate) => return fate,
                        Err(again) => cases = again,
                    }
                }
            }
        }
        thread::yield_now();
    }
}

/// Receives in a way picked at random; false if that way found the channel closed and drained.
fn receive_somehow(
    rng: &mut Rng,
    rx: &Receiver<Item>,
    noise: &Receiver<()>,
    received: &mut Vec<Item>,
) -> bool {
    let time = rng.micros(100);
    let before = received.len();
    let mut take = |value: Option<Item>| {
        let any = value.is_some();
        received.extend(value);
        any
    };
    match rng.below(11) {
        0 => take(rx.recv_ok()),
        1 => match rx.try_recv() {
            Ok(value) => take(Some(value)),
            Err(error) => error == TryRecvError::Empty,
        },
        2 => match rx.recv_timeout(time) {
            Ok(value) => take(Some(value)),
            Err(error) => error == RecvTimeoutError::Timeout,
        },
        3 => match rx.recv_deadline(Instant::now() + time) {
            Ok(value) => take(Some(value)),
            Err(error) => error == RecvTimeoutError::Timeout,
        },
        4 => select! {
            recv_ok(rx) -> value => take(value),
            recv(noise) => true,
        },
        5 => select! {
            recv_ok(rx) -> value => take(value),
            recv_ok(rx) -> value => take(value),
            recv(noise) => true,
            default(time) => true,
        },
        6 => select! {
            recv_ok(rx) -> value => take(value),
            default => true,
        },
        7 => {
            let mut cases = Select::new();
            cases.recv_ok(rx, &mut take);
            cases.wait()
        }
        8 => {
            let mut cases = Select::new();
            cases.recv_ok(rx, take).recv_ok(noise, |_| true);
            match rng.below(2) {
                0 => cases.try_wait().unwrap_or(true),
                _ => cases.wait_timeout(time).unwrap_or(true),
            }
        }
        9 => {
            let limit = 1 + rng.below(4);
            let taken = rx.recv_many(received, limit);
            assert!(taken <= limit && received.len() == before + taken);
            taken > 0
        }
        _ => {
            received.extend(rx.try_iter().take(3));
            true
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum End {
    /// The last sender goes; the receivers drain.
    SendersGo,
    /// Somebody closes while senders still send; the receivers drain.
    Close,
    /// The receivers go one after the other while senders still send.
    ReceiversGo,
}

/// Runs producers against consumers and checks where each value ended. Returns, for each consumer,
/// the ids that it received, in order. Ids of one producer ascend.
fn run(
    rng: &mut Rng,
    capacity: Option<usize>,
    (producers, consumers, each): (usize, usize, usize),
    end: End,
) -> Vec<Vec<usize>> {
    let total = producers * each;
    let drops = Arc::new((0..total).map(|_| AtomicU8::new(0)).collect::<Vec<_>>());
    let (tx, rx) = open(capacity);
    let (noise_tx, noise) = bounded(1);
    let attempts = AtomicUsize::new(0);
    let finished = AtomicUsize::new(0);
    let until = if end == End::SendersGo { usize::MAX } else { rng.below(total) };

    let (fates, received) = thread::scope(|s| {
        let sending: Vec<_> = (0..producers)
            .map(|p| {
                let (tx, noise, drops) = (tx.clone(), noise.clone(), drops.clone());
                let (mut rng, noise_tx) = (rng.fork(), noise_tx.clone());
                let (attempts, finished) = (&attempts, &finished);
                s.spawn(move || {
                    let mut fates = Vec::new();
                    while fates.len() < each && fates.last() != Some(&Fate::Returned) {
                        attempts.fetch_add(1, SeqCst);
                        if rng.below(8) == 0 {
                            // Something else for the selects to choose.
                            let _ = noise_tx.try_send(());
                        }
                        let id = p * each + fates.len();
                        let item = Item { id, check: Box::new(id), drops: drops.clone() };
                        fates.push(send_somehow(&mut rng, &tx, &noise, item));
                    }
                    finished.fetch_add(1, SeqCst);
                    fates
                })
            })
            .collect();
        let receiving: Vec<_> = (0..consumers)
            .map(|_| {
                let (rx, noise, mut rng) = (rx.clone(), noise.clone(), rng.fork());
                let (attempts, finished) = (&attempts, &finished);
                s.spawn(move || {
                    let mut received = Vec::new();
                    while receive_somehow(&mut rng, &rx, &noise, &mut received) {
                        let enough = attempts.load(SeqCst) >= until;
                        if end == End::ReceiversGo && enough && rng.below(8) == 0 {
                            return received;
                        }
                    }
                    // Closed and drained is for good.
                    assert_eq!(rx.try_recv().err(), Some(TryRecvError::Closed));
                    assert!(finished.load(SeqCst) == producers || end != End::SendersGo);
                    received
                })
            })
            .collect();
        drop(rx);
        if end == End::Close {
            wait_until(|| attempts.load(SeqCst) >= until || finished.load(SeqCst) == producers);
            tx.close();
        }
        drop(tx);
        let fates: Vec<_> = sending.into_iter().map(|t| t.join().unwrap()).collect();
        let received: Vec<_> = receiving.into_iter().map(|t| t.join().unwrap()).collect();
        (fates, received)
    });

    let ids = |items: Vec<Item>| items.iter().map(|item| item.id).collect();
    let received: Vec<Vec<usize>> = received.into_iter().map(ids).collect();
    let mut times = vec![0; total];
    received.iter().flatten().for_each(|&id| times[id] += 1);
    for (p, fates) in fates.iter().enumerate() {
        for seq in 0..each {
            let id = p * each + seq;
            let (times, drops) = (times[id], drops[id].load(SeqCst));
            let context = format!("value {id}, capacity {capacity:?}, {end:?}");
            match fates.get(seq) {
                None => assert_eq!((times, drops), (0, 0), "made up: {context}"),
                Some(Fate::Sent) => {
                    assert_eq!(drops, 1, "dropped: {context}");
                    assert!(times == 1 || times == 0 && end == End::ReceiversGo, "lost: {context}");
                }
                Some(Fate::Returned | Fate::Lost) => {
                    assert_eq!((times, drops), (0, 1), "refused: {context}")
                }
            }
        }
    }
    received
}

#[test]
fn each_value_sent_before_the_last_sender_goes_is_received_once() {
    let (mut rng, _dog) = begin(60);
    for capacity in CAPACITIES {
        for shape in [(1, 1, 300), (3, 1, 150), (1, 3, 300), (3, 3, 150)] {
            run(&mut rng, capacity, shape, End::SendersGo);
        }
    }
}

#[test]
fn each_value_sent_before_a_close_is_received_once() {
    let (mut rng, _dog) = begin(60);
    for capacity in CAPACITIES {
        for _ in 0..15 {
            let shape = (1 + rng.below(4), 1 + rng.below(4), 60);
            run(&mut rng, capacity, shape, End::Close);
        }
    }
}

#[test]
fn each_value_is_received_or_dropped_once_when_the_receivers_go() {
    let (mut rng, _dog) = begin(60);
    for capacity in CAPACITIES {
        for _ in 0..15 {
            let shape = (1 + rng.below(4), 1 + rng.below(4), 60);
            run(&mut rng, capacity, shape, End::ReceiversGo);
        }
    }
}

#[test]
fn each_receiver_sees_the_values_of_each_sender_in_order() {
    let (mut rng, _dog) = begin(60);
    for capacity in CAPACITIES {
        let each = 250;
        for (consumer, ids) in
            run(&mut rng, capacity, (4, 2, each), End::SendersGo).iter().enumerate()
        {
            let mut last = HashMap::new();
            for id in ids {
                let before = last.insert(id / each, id);
                assert!(before < Some(id), "{before:?} then {id} at {consumer}, {capacity:?}");
            }
        }
    }
}

/// Values that several threads move by selects alone, each over several channels, in both
/// directions.
#[test]
fn selects_over_several_channels_lose_nothing() {
    let (mut rng, _dog) = begin(60);
    for capacity in CAPACITIES {
        let (count, threads) = (400, 2);
        let (a, b, done) = (open::<usize>(capacity), open::<usize>(capacity), AtomicUsize::new(0));
        let logs: Vec<Vec<usize>> = thread::scope(|s| {
            for t in 0..threads {
                let ((a, _), (b, _), done) = (&a, &b, &done);
                s.spawn(move || {
                    for id in (t * count)..(t + 1) * count {
                        select! { send(a, id) => {}, send(b, id) => {} }
                    }
                    if done.fetch_add(1, SeqCst) + 1 == threads {
                        a.close();
                        b.close();
                    }
                });
            }
            let receiving: Vec<_> = (0..threads)
                .map(|_| {
                    let ((_, a), (_, b), mut rng) = (&a, &b, rng.fork());
                    s.spawn(move || {
                        let (mut log, nil) = (Vec::new(), Receiver::nil());
                        let (mut a, mut b) = (a, b);
                        while !(a.is_nil() && b.is_nil()) {
                            let twice = rng.below(4) == 0;
                            let received = select! {
                                recv_ok(b) -> v, if twice => v.ok_or(&mut b),
                                recv_ok(a) -> v => v.ok_or(&mut a),
                                recv_ok(b) -> v => v.ok_or(&mut b),
                            };
                            match received {
                                Ok(id) => log.push(id),
                                Err(drained) => *drained = &nil,
                            }
                        }
                        log
                    })
                })
                .collect();
            receiving.into_iter().map(|t| t.join().unwrap()).collect()
        });
        let mut ids: Vec<usize> = logs.into_iter().flatten().collect();
        ids.sort_unstable();
        assert!(ids.into_iter().eq(0..count * threads), "capacity {capacity:?}");
    }
}
