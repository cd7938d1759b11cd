//! Many threads, every operation at random: nothing is lost or doubled, order is kept, nobody
//! starves.
//!
//! `GOCHAN_SEED=n cargo test --test stress` repeats the random choices of a run that printed that
//! seed.
#![cfg(not(any(loom, shuttle)))]

mod common;

use std::{
    array,
    collections::HashMap,
    panic::{catch_unwind, AssertUnwindSafe},
    sync::{
        atomic::{AtomicU8, AtomicUsize, Ordering::SeqCst},
        mpsc, Arc, Barrier,
    },
    thread,
    time::{Duration, Instant},
};

use common::{
    random::{begin, Rng},
    wait_until, watchdog,
};
use gochan::{
    __private::blocked, bounded, select, unbounded, Receiver, RecvTimeoutError, Select, SendError,
    SendTimeoutError, Sender, TryRecvError, TrySendError,
};

const LONG: Duration = Duration::from_secs(3600);
const CAPACITIES: [Option<usize>; 6] = [Some(0), Some(1), Some(2), Some(7), Some(128), None];

fn open<T>(capacity: Option<usize>) -> (Sender<T>, Receiver<T>) {
    capacity.map_or_else(unbounded, bounded)
}

// ---- conservation

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

// ---- a wake that its receiver cannot use

/// Lets some time pass, most of all times that are about as long as a wake takes.
fn spin_for(time: Duration) {
    let start = Instant::now();
    while start.elapsed() < time {
        std::hint::spin_loop();
    }
}

#[test]
fn a_receiver_that_gives_up_leaves_the_value_to_the_next() {
    let (mut rng, _dog) = begin(60);
    for capacity in [Some(0), Some(1), Some(7), None] {
        for _ in 0..400 {
            let (tx, rx) = open(capacity);
            let (timeout, pause) = (rng.micros(300), rng.micros(300));
            thread::scope(|s| {
                let hasty = s.spawn(|| rx.recv_timeout(timeout).is_ok());
                wait_until(|| blocked(&rx).receivers == 1 || hasty.is_finished());
                let patient = s.spawn(|| rx.recv());
                spin_for(pause);
                tx.send(1);
                if hasty.join().unwrap() {
                    tx.send(1);
                }
                assert_eq!(patient.join().unwrap(), 1);
            });
        }
    }
}

#[test]
fn a_sender_that_gives_up_leaves_the_room_to_the_next() {
    let (mut rng, _dog) = begin(60);
    for capacity in [0, 1, 7] {
        for _ in 0..400 {
            let (tx, rx) = bounded(capacity);
            (0..capacity).for_each(|_| tx.send(0));
            let (timeout, pause) = (rng.micros(300), rng.micros(300));
            thread::scope(|s| {
                let hasty = s.spawn(|| tx.send_timeout(1, timeout).is_ok());
                wait_until(|| blocked(&rx).senders == 1 || hasty.is_finished());
                let patient = s.spawn(|| tx.send(2));
                spin_for(pause);
                let mut received = vec![rx.recv()];
                received.extend(hasty.join().unwrap().then(|| rx.recv()));
                patient.join().unwrap();
                received.extend(rx.try_iter());
                assert_eq!(received.iter().filter(|&&value| value == 2).count(), 1);
            });
        }
    }
}

#[test]
fn a_select_that_takes_another_case_leaves_the_value_to_the_next() {
    let (mut rng, _dog) = begin(60);
    for capacity in [Some(0), Some(1), Some(7), None] {
        for _ in 0..200 {
            let ((to_a, a), (to_b, b)) = (open(capacity), open(capacity));
            let (pause_a, pause_b) = (rng.micros(50), rng.micros(50));
            thread::scope(|s| {
                let either = s.spawn(|| select! { recv(a) -> v => v, recv(b) -> v => v });
                wait_until(|| blocked(&b).receivers == 1);
                let [only_a, only_b] = [&a, &b].map(|rx| s.spawn(|| rx.recv()));
                s.spawn(|| {
                    spin_for(pause_b);
                    to_b.send('b');
                });
                spin_for(pause_a);
                to_a.send('a');
                // Two values for three receivers, any two of them.
                let waiting = || [&either, &only_a, &only_b].map(|t| !t.is_finished());
                wait_until(|| waiting().iter().filter(|&&waits| waits).count() == 1);
                match waiting() {
                    [_, _, true] => to_b.send('b'),
                    _ => to_a.send('a'),
                }
                assert!(matches!(either.join().unwrap(), 'a' | 'b'));
                assert_eq!((only_a.join().unwrap(), only_b.join().unwrap()), ('a', 'b'));
            });
        }
    }
}

/// A large value takes a while to write, so that the close often comes in the middle.
#[test]
fn a_close_is_not_reported_before_a_value_that_is_being_sent() {
    let (mut rng, _dog) = begin(60);
    for capacity in [Some(0), Some(1), Some(7), None] {
        for _ in 0..200 {
            let (tx, rx) = open::<[u64; 1024]>(capacity);
            let close_after = rng.below(4) as u64;
            thread::scope(|s| {
                let sender =
                    s.spawn(|| (1..).take_while(|&i| tx.send_ok([i; 1024]).is_ok()).count());
                let (mut received, mut polls) = (0, rng.below(20));
                loop {
                    match rx.try_recv() {
                        Ok(value) => {
                            received += 1;
                            assert!(value.iter().all(|&v| v == received), "half a value");
                        }
                        Err(TryRecvError::Empty) => {}
                        Err(TryRecvError::Closed) => break,
                    }
                    polls = polls.saturating_sub(1);
                    // Closed by the thread that receives: it looks while the sender still writes.
                    if received >= close_after && polls == 0 {
                        tx.close_ok();
                    }
                }
                assert_eq!(sender.join().unwrap() as u64, received, "capacity {capacity:?}");
            });
        }
    }
}

// ---- order among the waiting

#[test]
fn parked_receivers_are_served_in_order_of_arrival() {
    let _dog = watchdog(30);
    let receiving: [fn(&Receiver<usize>) -> usize; 4] = [
        |rx| rx.recv(),
        |rx| rx.recv_timeout(LONG).unwrap(),
        |rx| select! { recv(rx) -> v => v, default(LONG) => unreachable!() },
        |rx| {
            let mut cases = Select::new();
            cases.recv(rx, |v| v);
            cases.wait()
        },
    ];
    for capacity in CAPACITIES {
        let (tx, rx) = open(capacity);
        let (log, served) = mpsc::channel();
        let receivers: [_; 16] = array::from_fn(|i| {
            let (rx, log) = (rx.clone(), log.clone());
            let receiver = thread::spawn(move || {
                let value = receiving[i % 4](&rx);
                log.send((i, value)).unwrap();
            });
            wait_until(|| blocked(&tx).receivers == i + 1);
            receiver
        });
        for value in 0..16 {
            // One at a time: two that are woken together may overtake one another on their way.
            tx.send(value);
            assert_eq!(served.recv().unwrap(), (value, value), "capacity {capacity:?}");
        }
        receivers.into_iter().for_each(|receiver| receiver.join().unwrap());
    }
}

#[test]
fn parked_senders_are_served_in_order_of_arrival() {
    let _dog = watchdog(30);
    let sending: [fn(&Sender<usize>, usize); 4] = [
        |tx, v| tx.send(v),
        |tx, v| tx.send_timeout(v, LONG).unwrap(),
        |tx, v| select! { send(tx, v) => {}, default(LONG) => unreachable!() },
        |tx, v| {
            let mut cases = Select::new();
            cases.send(tx, v, || ());
            cases.wait();
        },
    ];
    for capacity in [0, 1, 2, 7] {
        let (tx, rx) = bounded(capacity);
        (0..capacity).for_each(|value| tx.send(value));
        let senders: [_; 16] = array::from_fn(|i| {
            let tx = tx.clone();
            let sender = thread::spawn(move || sending[i % 4](&tx, capacity + i));
            wait_until(|| blocked(&rx).senders == i + 1);
            sender
        });
        for value in 0..capacity + 16 {
            assert_eq!(rx.recv(), value, "capacity {capacity}");
            // The sender for whom there is room now has put its value in before the next gets its
            // turn.
            wait_until(|| rx.len() + blocked(&rx).senders == capacity + 15 - value);
            wait_until(|| rx.len() == capacity.min(capacity + 15 - value));
        }
        senders.into_iter().for_each(|sender| sender.join().unwrap());
    }
}

// ---- starvation

/// How often a thread that does not wait may push in before one that is parked.
const OVERTAKES: usize = 10_000;

#[test]
fn a_parked_sender_is_overtaken_a_bounded_number_of_times() {
    let _dog = watchdog(60);
    for capacity in [1, 7, 128] {
        for _ in 0..100 {
            let (tx, rx) = bounded(capacity);
            (0..capacity).for_each(|_| tx.send(0));
            thread::scope(|s| {
                s.spawn(|| tx.send(1));
                wait_until(|| blocked(&tx).senders == 1);
                let mut overtakes = 0;
                while rx.try_recv() != Ok(1) {
                    overtakes += usize::from(tx.try_send(0).is_ok());
                }
                assert!(overtakes <= OVERTAKES, "{overtakes} overtakes, capacity {capacity}");
            });
        }
    }
}

#[test]
fn a_parked_receiver_is_overtaken_a_bounded_number_of_times() {
    let _dog = watchdog(60);
    for capacity in [Some(1), Some(7), Some(128), None] {
        for _ in 0..100 {
            let (tx, rx) = open(capacity);
            thread::scope(|s| {
                let parked = s.spawn(|| rx.recv());
                wait_until(|| blocked(&rx).receivers == 1);
                let mut overtakes = 0;
                loop {
                    tx.send(7);
                    // What this thread does not get is for the one that is parked.
                    if rx.try_recv().is_err() {
                        break;
                    }
                    overtakes += 1;
                }
                assert_eq!(parked.join().unwrap(), 7);
                assert!(overtakes <= OVERTAKES, "{overtakes} overtakes, capacity {capacity:?}");
            });
        }
    }
}

/// What each of four that compete has to get in the end. How soon is the scheduler's business;
/// without end is what the watchdog would see.
const SHARE: usize = 100;

#[test]
fn no_producer_starves() {
    let _dog = watchdog(60);
    for capacity in [0, 1, 7, 128] {
        let (tx, rx) = bounded(capacity);
        thread::scope(|s| {
            for p in 0..4 {
                let tx = tx.clone();
                s.spawn(move || while tx.send_ok(p).is_ok() {});
            }
            let mut shares = [0; 4];
            while shares.iter().any(|&share| share < SHARE) {
                let p: usize = rx.recv();
                shares[p] += 1;
            }
            drop(rx);
        });
    }
}

#[test]
fn no_consumer_starves() {
    let _dog = watchdog(60);
    for capacity in [0, 1, 7, 128] {
        let (tx, rx) = bounded(capacity);
        let shares: [_; 4] = array::from_fn(|_| AtomicUsize::new(0));
        thread::scope(|s| {
            for share in &shares {
                let rx = rx.clone();
                s.spawn(move || {
                    rx.iter().for_each(|()| {
                        share.fetch_add(1, SeqCst);
                    })
                });
            }
            while shares.iter().any(|share| share.load(SeqCst) < SHARE) {
                tx.send(());
            }
            drop(tx);
        });
    }
}

// ---- close

#[test]
fn a_close_wakes_a_thousand_receivers() {
    let _dog = watchdog(60);
    let receiving: [fn(&Receiver<u32>); 4] = [
        |rx| assert_eq!(rx.recv(), 0),
        |rx| assert_eq!(rx.recv_ok(), None),
        |rx| assert_eq!(rx.recv_timeout(LONG), Err(RecvTimeoutError::Closed)),
        |rx| select! { recv_ok(rx) -> v => assert_eq!(v, None), default(LONG) => unreachable!() },
    ];
    for capacity in [Some(0), Some(7), None] {
        let (tx, rx) = open(capacity);
        let receivers: Vec<_> = (0..1000)
            .map(|i| {
                let rx = rx.clone();
                let small = thread::Builder::new().stack_size(128 << 10);
                small.spawn(move || receiving[i % 4](&rx)).unwrap()
            })
            .collect();
        wait_until(|| blocked(&rx).receivers == 1000);
        tx.close();
        receivers.into_iter().for_each(|receiver| receiver.join().unwrap());
        assert_eq!(blocked(&rx).receivers, 0);
    }
}

/// Short runs, in which a woken thread often comes when most is over: each receiver gets its share,
/// and each value arrives once.
#[test]
fn every_receiver_gets_its_share_of_a_short_run() {
    let _dog = watchdog(120);
    for cap in [None, Some(1), Some(2), Some(128)] {
        let rounds = match (cfg!(gochan_chaos), cfg!(debug_assertions)) {
            (true, _) => 30,
            (_, true) => 300,
            _ => 2000,
        };
        for _ in 0..rounds {
            let (tx, rx) = cap.map_or_else(gochan::unbounded::<u32>, gochan::bounded);
            let start = Barrier::new(8);
            let mut received: Vec<u32> = thread::scope(|scope| {
                for sender in 0..4 {
                    let (tx, start) = (&tx, &start);
                    scope.spawn(move || {
                        start.wait();
                        (0..256).for_each(|n| tx.send(sender * 256 + n));
                    });
                }
                let receiver = || {
                    start.wait();
                    (0..256).map(|_| rx.recv()).collect::<Vec<_>>()
                };
                let receivers: Vec<_> = (0..4).map(|_| scope.spawn(receiver)).collect();
                receivers.into_iter().flat_map(|receiver| receiver.join().unwrap()).collect()
            });
            received.sort_unstable();
            assert!(received.into_iter().eq(0..1024));
        }
    }
}
