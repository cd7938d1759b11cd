//! The programs of Go's src/runtime/race/testdata/chan_test.go in which nothing races: what the
//! memory model orders, each thread sees.
//!
//! The shared memory is a number that is read and written without any order of its own; an addition
//! is a load and a store, so one that is not ordered with another is lost. `tests/tsan.rs` runs the
//! same on memory in which ThreadSanitizer looks for races, without a harness and with explicit
//! joins, which are an order that it sees. The loom models named in docs/go-tests.md do it in every
//! interleaving.

use std::{array, sync::Barrier, thread};

use gochan::{__private::blocked, make, select, Chan, Receiver};

use crate::{
    common::{wait_until, watchdog},
    support::{rounds, Plain},
};

/// Adds one. Now and then other threads run between the load and the store.
fn add_one(number: &Plain) {
    let before = number.get();
    if before % 16 == 0 {
        thread::yield_now();
    }
    number.set(before + 1);
}

const ROUNDS: usize = 10_000;

/// Runs `first` and `second` at once, many times, each time on a fresh channel and fresh memory.
/// `first` writes 1. Then it lets `second` go on, by the channel, and `second` sees the 1.
fn ordered<T: Send + Sync>(
    fresh: impl Fn() -> T,
    first: impl Fn(&T, &Plain) + Sync,
    second: impl Fn(&T, &Plain) + Sync,
) {
    let _dog = watchdog(120);
    let games: Vec<_> = (0..rounds(ROUNDS)).map(|_| (fresh(), Plain::default())).collect();
    let meet = Barrier::new(2);
    thread::scope(|s| {
        let firsts = s.spawn(|| {
            for (channel, v) in &games {
                meet.wait();
                first(channel, v);
            }
        });
        for (channel, v) in &games {
            meet.wait();
            second(channel, v);
            assert_eq!(v.get(), 1, "what came before is seen");
            v.set(2);
        }
        firsts.join().unwrap();
    });
}

/// What is written before a send is seen after its receive, unbuffered (NoRaceChanSync).
#[cfg_attr(not(gochan_tsan), test)]
pub(crate) fn a_send_comes_before_its_receive() {
    ordered(|| make(0), |c, v| (v.set(1), c.send(0)).1, |c, _| assert_eq!(c.recv(), 0));
}

/// What is written before a receive is seen after its send, unbuffered (NoRaceChanSyncRev).
#[cfg_attr(not(gochan_tsan), test)]
pub(crate) fn an_unbuffered_receive_comes_before_the_end_of_its_send() {
    ordered(|| make(0), |c, v| (v.set(1), assert_eq!(c.recv(), 0)).1, |c, _| c.send(0));
}

/// What is written before a send is seen after its receive, buffered (NoRaceChanAsync).
#[cfg_attr(not(gochan_tsan), test)]
pub(crate) fn a_buffered_send_comes_before_its_receive() {
    ordered(|| make(10), |c, v| (v.set(1), c.send(0)).1, |c, _| assert_eq!(c.recv(), 0));
}

/// A close comes before each receive that reports it: a plain one, one that tells, a loop;
/// unbuffered and buffered (NoRaceChanSyncCloseRecv, ...Recv2, ...Recv3, NoRaceChanAsyncCloseRecv,
/// ...Recv2, ...Recv3).
#[cfg_attr(not(gochan_tsan), test)]
pub(crate) fn a_close_comes_before_what_reports_it() {
    let reports: [fn(&Chan<u8>); 4] = [
        |c| assert_eq!(c.recv(), 0),
        |c| assert_eq!(c.recv_ok(), None),
        |c| assert_eq!(c.iter().next(), None),
        |c| select! { recv_ok(c) -> v => assert_eq!(v, None) },
    ];
    for cap in [0, 10] {
        for report in reports {
            ordered(|| make(cap), |c, v| (v.set(1), c.close()).1, |c, _| report(c));
        }
    }
}

/// The receiver owns what was sent and may change it (NoRaceChanPtr).
#[cfg_attr(not(gochan_tsan), test)]
pub(crate) fn a_received_box_belongs_to_the_receiver() {
    ordered(
        || make::<Box<u32>>(0),
        |c, v| {
            v.set(1);
            c.send(Box::new(1));
        },
        |c, _| {
            let mut message = c.recv_ok().expect("open");
            *message += 1;
            assert_eq!(*message, 2);
        },
    );
}

/// One thread reads a number to send it. The other writes the number after the receive: the send of
/// a select comes before the receive of another (NoRaceSelectReadWriteAsync,
/// NoRaceChanReadWriteAsync).
#[cfg_attr(not(gochan_tsan), test)]
pub(crate) fn reading_to_send_comes_before_writing_what_was_received() {
    let _dog = watchdog(120);
    let meet = Barrier::new(2);
    let games: Vec<_> =
        (0..rounds(ROUNDS)).map(|i| (i % 2 == 0, make(10), make(10), Plain::default())).collect();
    thread::scope(|s| {
        let sender = s.spawn(|| {
            for (selects, c1, c2, x) in &games {
                meet.wait();
                match selects {
                    true => select! { send(c1, x.get() + 1) => {}, send(c2, x.get() + 1) => {} },
                    false => c1.send(x.get() + 1),
                }
            }
        });
        for (selects, c1, c2, x) in &games {
            meet.wait();
            let value = match selects {
                true => select! { recv(c1) -> v => v, recv(c2) -> v => v },
                false => c1.recv(),
            };
            assert_eq!((value, x.get()), (1, 0), "the sender read before this thread wrote");
            x.set(value);
        }
        sender.join().unwrap();
    });
}

/// Work sent to another thread is done, and seen, when its reply comes
/// (NoRaceProducerConsumerUnbuffered).
#[cfg_attr(not(gochan_tsan), test)]
pub(crate) fn work_is_seen_with_its_reply() {
    type Task<'a> = (Box<dyn FnOnce() + Send + 'a>, Chan<bool>);
    let _dog = watchdog(120);
    let cells: Vec<_> = (0..rounds(ROUNDS)).map(|_| Plain::default()).collect();
    let queue = make::<Task<'_>>(0);
    thread::scope(|s| {
        let worker = s.spawn(|| {
            for (task, done) in &queue {
                task();
                done.send(true);
            }
        });
        for x in &cells {
            let done = make(1);
            queue.send((Box::new(|| x.set(1)), done.clone()));
            assert!(done.recv());
            assert_eq!(x.get(), 1);
        }
        queue.close();
        worker.join().unwrap();
    });
}

/// Threads that add to one number between `lock` and `unlock` lose no addition.
fn excludes(lock: impl Fn() + Sync, unlock: impl Fn() + Sync) {
    let _dog = watchdog(120);
    let (data, threads) = (Plain::default(), 4);
    let each = rounds(ROUNDS);
    let work = || {
        for _ in 0..each {
            lock();
            add_one(&data);
            unlock();
        }
    };
    thread::scope(|s| {
        let threads: Vec<_> = (0..threads).map(|_| s.spawn(work)).collect();
        threads.into_iter().for_each(|thread| thread.join().unwrap());
    });
    assert_eq!(data.get(), threads * each);
}

/// A channel of capacity one is a mutex: send to lock, receive to unlock (NoRaceChanMutex).
#[cfg_attr(not(gochan_tsan), test)]
pub(crate) fn a_channel_of_one_is_a_mutex() {
    let mutex = make(1);
    excludes(|| mutex.send(()), || mutex.recv());
}

/// A channel of capacity one is also a mutex for selects that have another case
/// (NoRaceSelectMutex).
#[cfg_attr(not(gochan_tsan), test)]
pub(crate) fn a_channel_of_one_is_a_mutex_in_selects() {
    let (mutex, other) = (make(1), make::<bool>(0));
    excludes(
        || select! { send(mutex, ()) => {}, recv(other) => panic!() },
        || select! { recv(mutex) => {}, recv(other) => panic!() },
    );
}

/// Workers hold a place in a buffer while they work; a thread that fills the buffer has waited for
/// them all (NoRaceChanWaitGroup).
#[cfg_attr(not(gochan_tsan), test)]
pub(crate) fn a_full_buffer_of_places_waits_for_all_workers() {
    const WORKERS: usize = 10;
    let _dog = watchdog(120);
    for _ in 0..rounds(1000) {
        let places = make(WORKERS / 2);
        let data: [Plain; WORKERS] = array::from_fn(|_| Plain::default());
        thread::scope(|s| {
            let place = &places;
            let workers = data.each_ref().map(|cell| {
                place.send(());
                s.spawn(move || {
                    cell.set(42);
                    place.recv();
                })
            });
            (0..WORKERS / 2).for_each(|_| places.send(()));
            assert!(data.iter().all(|cell| cell.get() == 42), "every worker is done");
            workers.into_iter().for_each(|worker| worker.join().unwrap());
        });
    }
}

/// A send that had to wait for room comes before its receive, however that is written
/// (NoRaceBlockedSendSync, NoRaceBlockedSelectSendSync).
#[cfg_attr(not(gochan_tsan), test)]
pub(crate) fn a_blocked_send_comes_before_its_receive() {
    let _dog = watchdog(120);
    let receives: [fn(&Receiver<u32>) -> u32; 2] =
        [|c| c.recv(), |c| select! { recv(c) -> v => v, recv(make::<u8>(0)) => panic!() }];
    for receive in receives {
        for _ in 0..rounds(1000) {
            let (c, v) = (make(1), Plain::default());
            c.send(1);
            thread::scope(|s| {
                let sender = s.spawn(|| {
                    v.set(42);
                    c.send(2);
                });
                wait_until(|| blocked(&c).senders == 1);
                let rx = c.receiver();
                assert_eq!(rx.recv(), 1);
                assert_eq!((receive(&rx), v.get()), (2, 42));
                sender.join().unwrap();
            });
        }
    }
}
