//! Plain memory that nothing but channel operations orders, for ThreadSanitizer: `./check tsan`.
//!
//! Go's memory model promises four orders, and each scenario relies on one of them:
//!
//! - a send comes before the receive of its value completes;
//! - a close comes before a receive that reports it;
//! - without a buffer, a receive comes before its send completes;
//! - with a buffer for C values, the k-th receive comes before the (k+C)-th send completes.
//!
//! Under the sanitizer the programs of Go's race detector in which nothing races run too,
//! `golang/race.rs`. `cargo test` runs the rest in small. No test harness: std's own is not
//! compiled for the sanitizer, and would be reported.
// The memory has to be plain, and shared: what is to be shown is that this is sound.
#![allow(unsafe_code)]

#[cfg(any(loom, shuttle))]
fn main() {}

#[cfg(not(any(loom, shuttle)))]
fn main() {
    real::main();
}

#[cfg(gochan_tsan)]
#[path = "golang/race.rs"]
#[deny(dead_code)]
mod race;

/// The part of `common` that `race` needs, without std's channels and a harness: the sanitizer does
/// not see how these order memory.
#[cfg(gochan_tsan)]
mod common {
    pub(crate) struct Watchdog;

    /// The whole program has one watchdog.
    pub(crate) fn watchdog(_: u64) -> Watchdog {
        Watchdog
    }

    pub(crate) fn wait_until(condition: impl Fn() -> bool) {
        while !condition() {
            std::thread::yield_now();
        }
    }
}

#[cfg(gochan_tsan)]
mod support {
    pub(crate) use crate::real::Plain;

    pub(crate) fn rounds(of_a_test: usize) -> usize {
        of_a_test / 5
    }
}

#[cfg(not(any(loom, shuttle)))]
mod real {
    use std::{
        cell::UnsafeCell,
        sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed},
        thread,
        time::Duration,
    };

    use gochan::{
        bounded, select, unbounded, Receiver, RecvTimeoutError, Select, SendTimeoutError, Sender,
        Timer, TryRecvError, TrySendError,
    };

    const LONG: Duration = Duration::from_secs(3600);
    const SHORT: Duration = Duration::from_micros(50);
    const CAPACITIES: [Option<usize>; 4] = [Some(0), Some(1), Some(3), None];
    /// How often each scenario runs in each of its forms.
    const ROUNDS: usize = if cfg!(gochan_tsan) { 2000 } else { 40 };
    /// The whole program takes a tenth of this time, unless it hangs.
    const PATIENCE: Duration = Duration::from_secs(300);

    const SCENARIOS: [(&str, fn()); 9] = [
        ("a send comes before its receive", send_before_receive),
        ("a close comes before a receive that reports it", close_before_receive),
        ("without a buffer a receive comes before its send completes", receive_before_send),
        ("a receive comes before the send that uses its room", receive_before_later_send),
        ("a buffer of one is a lock", lock),
        ("boxed values change hands", boxed_values),
        ("boxed values change hands between selects", boxed_values_between_selects),
        ("the last handles go", last_handles),
        ("a timer is set before it is received from", timers),
    ];

    /// Go's programs and their names.
    #[cfg(gochan_tsan)]
    macro_rules! go {
        ($($case:ident),* $(,)?) => { &[$((stringify!($case), crate::race::$case)),*] };
    }
    #[cfg(gochan_tsan)]
    const GO: &[(&str, fn())] = go![
        a_send_comes_before_its_receive,
        an_unbuffered_receive_comes_before_the_end_of_its_send,
        a_buffered_send_comes_before_its_receive,
        a_close_comes_before_what_reports_it,
        a_received_box_belongs_to_the_receiver,
        reading_to_send_comes_before_writing_what_was_received,
        work_is_seen_with_its_reply,
        a_channel_of_one_is_a_mutex,
        a_channel_of_one_is_a_mutex_in_selects,
        a_full_buffer_of_places_waits_for_all_workers,
        a_blocked_send_comes_before_its_receive,
    ];
    #[cfg(not(gochan_tsan))]
    const GO: &[(&str, fn())] = &[];

    pub(super) fn main() {
        // What std keeps in a `OnceLock` is published where the sanitizer does not look, so it is
        // set up here, before the threads start. The time is long enough that polling begins before
        // it is over.
        let (_tx, rx) = bounded::<()>(0);
        let warmed = rx.recv_timeout(Duration::from_millis(100));
        assert_eq!(warmed, Err(RecvTimeoutError::Timeout));
        match std::env::var("GOCHAN_MUTANT").as_deref() {
            Ok("race") => return mutant_race(),
            Ok("wrong_order") => return mutant_wrong_order(),
            Ok("no_lock") => return mutant_no_lock(),
            // Others are the library's.
            _ => {}
        }
        thread::spawn(|| {
            thread::sleep(PATIENCE);
            eprintln!("tsan: hangs");
            std::process::abort();
        });
        for (name, scenario) in SCENARIOS.iter().chain(GO) {
            eprintln!("tsan: {name}");
            scenario();
        }
    }

    /// Memory without an order of its own.
    #[derive(Default)]
    pub(crate) struct Plain(UnsafeCell<usize>);

    // SAFETY: the scenarios order the accesses by channel operations, and the seeded mistakes are
    // there for the sanitizer to report.
    unsafe impl Sync for Plain {}

    impl Plain {
        fn many(count: usize) -> Vec<Self> {
            (0..count).map(|_| Self::default()).collect()
        }

        pub(crate) fn set(&self, value: usize) {
            // SAFETY: the channel operations of the scenarios order all accesses.
            unsafe { self.0.get().write(value) }
        }

        pub(crate) fn get(&self) -> usize {
            // SAFETY: the channel operations of the scenarios order all accesses.
            unsafe { self.0.get().read() }
        }
    }

    fn open<T>(capacity: Option<usize>) -> (Sender<T>, Receiver<T>) {
        capacity.map_or_else(unbounded, bounded)
    }

    /// Runs both in threads of their own, and joins them explicitly: the end of a scope by itself
    /// is an order that the sanitizer does not see.
    fn both(a: impl FnOnce() + Send, b: impl FnOnce() + Send) {
        thread::scope(|s| {
            let threads = [s.spawn(a), s.spawn(b)];
            threads.into_iter().for_each(|thread| thread.join().unwrap());
        });
    }

    type Put<T> = fn(&Sender<T>, T);
    type Get<T> = fn(&Receiver<T>) -> Option<T>;

    /// Every kind of send, each until the value is sent.
    fn puts<T>() -> [Put<T>; 6] {
        [
            |tx, value| tx.send(value),
            |tx, mut value| loop {
                match tx.try_send(value) {
                    Ok(()) => return,
                    // A send and a receive that only try never meet.
                    Err(TrySendError::Full(back)) if tx.cap() == Some(0) => return tx.send(back),
                    Err(TrySendError::Full(back)) => value = back,
                    Err(TrySendError::Closed(_)) => panic!("closed"),
                }
                thread::yield_now();
            },
            |tx, mut value| loop {
                match tx.send_timeout(value, SHORT) {
                    Ok(()) => return,
                    Err(SendTimeoutError::Timeout(back)) => value = back,
                    Err(SendTimeoutError::Closed(_)) => panic!("closed"),
                }
            },
            |tx, value| {
                let (_quiet_tx, quiet) = bounded::<()>(1);
                select! { send(tx, value) => {}, recv_ok(quiet) -> _ => unreachable!() }
            },
            |tx, value| {
                let mut slot = Some(value);
                while slot.is_some() {
                    select! { send_from(tx, &mut slot) => {}, default(SHORT) => {} }
                }
            },
            |tx, value| {
                let mut cases = Select::new();
                cases.send(tx, value, || ());
                cases.wait();
            },
        ]
    }

    /// Every kind of receive, each until there is a value or the channel is closed.
    fn gets<T>() -> [Get<T>; 6] {
        [
            |rx| rx.recv_ok(),
            |rx| loop {
                match rx.try_recv() {
                    Ok(value) => return Some(value),
                    Err(TryRecvError::Closed) => return None,
                    Err(TryRecvError::Empty) => thread::yield_now(),
                }
            },
            |rx| loop {
                match rx.recv_timeout(SHORT) {
                    Ok(value) => return Some(value),
                    Err(RecvTimeoutError::Closed) => return None,
                    Err(RecvTimeoutError::Timeout) => {}
                }
            },
            |rx| {
                let (_quiet_tx, quiet) = bounded::<()>(1);
                select! { recv_ok(rx) -> value => value, recv_ok(quiet) -> _ => unreachable!() }
            },
            |rx| {
                let mut cases = Select::new();
                cases.recv_ok(rx, |value| value);
                cases.wait()
            },
            |rx| {
                let mut values = Vec::new();
                rx.recv_many(&mut values, 1);
                values.pop()
            },
        ]
    }

    /// Runs a scenario with every kind of send against every kind of receive.
    fn each_pair<T>(scenario: impl Fn(Put<T>, Get<T>)) {
        for put in puts() {
            gets().into_iter().for_each(|get| scenario(put, get));
        }
    }

    fn send_before_receive() {
        for capacity in CAPACITIES {
            each_pair(|put, get| {
                let (cells, (tx, rx)) = (Plain::many(ROUNDS), open(capacity));
                let (cells, tx, rx) = (&cells, &tx, &rx);
                both(
                    move || {
                        for (n, cell) in cells.iter().enumerate() {
                            cell.set(n + 1);
                            put(tx, n);
                        }
                    },
                    move || {
                        for (n, cell) in cells.iter().enumerate() {
                            assert_eq!(get(rx), Some(n));
                            assert_eq!(cell.get(), n + 1);
                        }
                    },
                );
            });
        }
    }

    fn close_before_receive() {
        let closing: [fn(Sender<usize>); 2] = [|tx| tx.close(), drop];
        for capacity in CAPACITIES {
            for (close, get) in closing.into_iter().flat_map(|c| gets().map(|get| (c, get))) {
                for _ in 0..ROUNDS / 8 {
                    let (cell, (tx, rx)) = (Plain::default(), open(capacity));
                    let (cell, rx) = (&cell, &rx);
                    both(
                        move || {
                            cell.set(1);
                            close(tx);
                        },
                        move || {
                            assert_eq!(get(rx), None);
                            assert_eq!(cell.get(), 1);
                        },
                    );
                }
            }
        }
    }

    fn receive_before_send() {
        each_pair(|put, get| {
            let (cells, (tx, rx)) = (Plain::many(ROUNDS), bounded(0));
            let (cells, tx, rx) = (&cells, &tx, &rx);
            both(
                move || {
                    for (n, cell) in cells.iter().enumerate() {
                        put(tx, n);
                        assert_eq!(cell.get(), n + 1);
                    }
                },
                move || {
                    for (n, cell) in cells.iter().enumerate() {
                        cell.set(n + 1);
                        assert_eq!(get(rx), Some(n));
                    }
                },
            );
        });
    }

    fn receive_before_later_send() {
        for capacity in [1, 3] {
            each_pair(|put, get| {
                let (cells, (tx, rx)) = (Plain::many(ROUNDS), bounded(capacity));
                let (cells, tx, rx) = (&cells, &tx, &rx);
                both(
                    move || {
                        for n in 0..ROUNDS {
                            put(tx, n);
                            if let Some(freed) = n.checked_sub(capacity) {
                                assert_eq!(cells[freed].get(), freed + 1);
                            }
                        }
                    },
                    move || {
                        for (n, cell) in cells.iter().enumerate() {
                            cell.set(n + 1);
                            assert_eq!(get(rx), Some(n));
                        }
                    },
                );
            });
        }
    }

    fn lock() {
        each_pair(|put, get| {
            let (count, (tx, rx)) = (Plain::default(), bounded(1));
            let (count, tx, rx) = (&count, &tx, &rx);
            let work = move || {
                for _ in 0..ROUNDS / 4 {
                    put(tx, ());
                    count.set(count.get() + 1);
                    assert_eq!(get(rx), Some(()));
                }
            };
            both(move || both(work, work), move || both(work, work));
            assert_eq!(count.get(), ROUNDS / 4 * 4);
        });
    }

    /// A value on the heap, which its owner alone reads and writes.
    type Value = Box<[usize; 2]>;

    /// Takes note of a value, and writes over it where it lies.
    #[allow(clippy::boxed_local)]
    fn use_up(mut value: Value, seen: &[Plain]) {
        assert_eq!(value[0], !value[1], "the value is not what it was");
        seen[value[0]].set(seen[value[0]].get() + 1);
        *value = [usize::MAX; 2];
    }

    /// Two threads send and two receive, by every kind of operation in turn.
    fn boxed_values() {
        for capacity in CAPACITIES {
            let count = 8 * ROUNDS;
            let (seen, (tx, rx)) = (Plain::many(2 * count), open(capacity));
            let (seen, rx) = (&seen, &rx);
            let send = |first: usize, tx: Sender<Value>| {
                move || {
                    for n in first..first + count {
                        puts()[n % 6](&tx, Box::new([n, !n]));
                    }
                }
            };
            let receive = |first: usize| {
                move || {
                    for kind in first.. {
                        let Some(value) = gets()[kind % 6](rx) else { return };
                        use_up(value, seen);
                    }
                }
            };
            let senders = (send(0, tx.clone()), send(count, tx));
            both(move || both(senders.0, senders.1), move || both(receive(0), receive(3)));
            assert!(seen.iter().all(|times| times.get() == 1), "capacity {capacity:?}");
        }
    }

    /// Each thread sends on one channel while it receives from the other, by one select.
    fn boxed_values_between_selects() {
        for capacity in CAPACITIES {
            let count = 8 * ROUNDS;
            let (a, b) = (open::<Value>(capacity), open::<Value>(capacity));
            let seen = [Plain::many(count), Plain::many(count)];
            let exchange = |tx: &Sender<Value>, rx: &Receiver<Value>, seen: &[Plain]| {
                let (mut sent, mut received, mut slot) = (0, 0, None);
                while received < count || sent < count {
                    if slot.is_none() && sent < count {
                        slot = Some(Box::new([sent, !sent]));
                    }
                    select! {
                        send_from(tx, &mut slot), if sent < count => sent += 1,
                        recv_ok(rx) -> value, if received < count => {
                            use_up(value.expect("nobody closes"), seen);
                            received += 1;
                        },
                    }
                }
            };
            let exchange = &exchange;
            both(|| exchange(&a.0, &b.1, &seen[0]), || exchange(&b.0, &a.1, &seen[1]));
            assert!(seen.iter().flatten().all(|times| times.get() == 1), "capacity {capacity:?}");
        }
    }

    /// Values are left when the receiver goes: the last handle drops them, and the channel.
    fn last_handles() {
        for capacity in CAPACITIES {
            for round in 0..ROUNDS {
                let (tx, rx) = open::<Value>(capacity);
                both(
                    move || {
                        for n in 0..40 {
                            let _ = tx.send_ok(Box::new([n, !n]));
                        }
                    },
                    move || {
                        for value in rx.iter().take(round % 40) {
                            assert_eq!(value[0], !value[1]);
                        }
                    },
                );
            }
        }
    }

    /// Not Go's promise: what was written before a timer was set is there when it fires.
    fn timers() {
        for _ in 0..ROUNDS {
            let (cell, timer) = (Plain::default(), Timer::new(LONG));
            let (cell, timer) = (&cell, &timer);
            both(
                move || {
                    cell.set(1);
                    timer.reset(SHORT);
                },
                move || {
                    select! { recv_ok(timer) -> fired => assert!(fired.is_some()) }
                    assert_eq!(cell.get(), 1);
                },
            );
        }
    }

    /// Two threads write, and nothing orders them.
    fn mutant_race() {
        let cell = &Plain::default();
        both(|| set_often(cell), || set_often(cell));
    }

    /// ThreadSanitizer may miss two accesses at the very same time.
    fn set_often(cell: &Plain) {
        (0..1_000).for_each(|i| cell.set(std::hint::black_box(i)));
    }

    /// A sender into a buffer with room reads what the receiver writes: the order is the other way
    /// round, as in Go's RaceChanAsyncRev. A relaxed flag keeps the two apart in time, and orders
    /// nothing.
    fn mutant_wrong_order() {
        let (cell, has_read, (tx, rx)) = (&Plain::default(), &AtomicBool::new(false), bounded(1));
        both(
            move || {
                tx.send(());
                std::hint::black_box(cell.get());
                has_read.store(true, Relaxed);
            },
            move || {
                while !has_read.load(Relaxed) {
                    thread::yield_now();
                }
                cell.set(1);
                rx.recv();
            },
        );
    }

    /// Go's RaceChanSem: with room for two a channel is no lock. Both hold a place at the same
    /// time.
    fn mutant_no_lock() {
        let (cell, holders, (tx, rx)) = (&Plain::default(), &AtomicUsize::new(0), bounded(2));
        let (tx, rx) = (&tx, &rx);
        let work = move || {
            tx.send(());
            holders.fetch_add(1, Relaxed);
            while holders.load(Relaxed) < 2 {
                thread::yield_now();
            }
            set_often(cell);
            rx.recv();
        };
        both(work, work);
    }
}
