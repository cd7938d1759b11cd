//! Sending, receiving, blocking, selecting and timing out do not allocate.
#![cfg(not(any(loom, shuttle)))]
// A global allocator can only be written with `unsafe`.
#![allow(unsafe_code)]

mod common;

use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
    thread,
    time::{Duration, Instant},
};

use common::watchdog;
use gochan::{
    after, bounded, select, unbounded, RecvTimeoutError, SendTimeoutError, Ticker, Timer,
};

const LONG: Duration = Duration::from_secs(3600);
const PAIRS: u64 = 1_000_000;
const ROUNDS: u64 = 100_000;

/// Counts for each thread by itself, so that neither the test harness nor another test can disturb.
struct Counting;

thread_local! {
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
    static FREES: Cell<u64> = const { Cell::new(0) };
}

// SAFETY: `System` does it all; a thread-local `Cell` without a destructor neither allocates nor
// fails.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        FREES.set(FREES.get() + 1);
        // SAFETY: the caller keeps the contract of `realloc`, and the block came from `System`.
        unsafe { System.realloc(block, layout, size) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        FREES.set(FREES.get() + 1);
        // SAFETY: the caller keeps the contract of `dealloc`, and the block came from `System`.
        unsafe { System.dealloc(block, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

/// How often this thread allocates and frees within `f`.
fn count(f: impl FnOnce()) -> (u64, u64) {
    let before = (ALLOCATIONS.get(), FREES.get());
    f();
    (ALLOCATIONS.get() - before.0, FREES.get() - before.1)
}

#[test]
fn the_counter_counts() {
    assert_eq!(count(|| drop(std::hint::black_box(Box::new(1)))), (1, 1));
}

#[test]
fn operations_that_do_not_block_do_not_allocate() {
    let _dog = watchdog(60);
    for capacity in [1, 128] {
        let (tx, rx) = bounded(capacity);
        let counted = count(|| {
            for i in 0..PAIRS / 2 {
                tx.send(i);
                assert_eq!(rx.recv(), i);
                assert!(tx.try_send(i).is_ok());
                assert_eq!(rx.try_recv(), Ok(i));
            }
        });
        assert_eq!(counted, (0, 0), "capacity {capacity}");
    }
}

/// Makes this thread sleep once: the first sleep of a thread sets up, and allocates, what it needs
/// for that. On a busy machine only a longer wait gets beyond the yields that come before a sleep.
fn warm_up() {
    thread_local!(static SLEPT: Cell<bool> = const { Cell::new(false) });
    let (tx, rx) = bounded::<u64>(0);
    let mut pause = Duration::from_millis(10);
    while !SLEPT.get() {
        let wait = || assert_eq!(rx.recv_timeout(pause), Err(RecvTimeoutError::Timeout));
        SLEPT.set(count(wait).0 > 0);
        pause *= 2;
    }
    select! { recv(rx) => panic!(), send(tx, 1) => panic!(), default(pause) => {} }
}

/// Counts what each of two threads does by itself.
fn count_both(sender: impl FnOnce() + Send, receiver: impl FnOnce()) -> [(u64, u64); 2] {
    thread::scope(|s| {
        let sends = s.spawn(move || {
            warm_up();
            count(sender)
        });
        warm_up();
        let recvs = count(receiver);
        [sends.join().unwrap(), recvs]
    })
}

#[test]
fn operations_that_block_do_not_allocate() {
    let _dog = watchdog(120);
    for capacity in [0, 1, 128] {
        let (tx, rx) = bounded(capacity);
        let counted = count_both(
            || (0..PAIRS).for_each(|i| tx.send(i)),
            || (0..PAIRS).for_each(|i| assert_eq!(rx.recv(), i)),
        );
        assert_eq!(counted, [(0, 0); 2], "capacity {capacity}");
    }
}

#[test]
fn receiving_many_allocates_only_room_for_them() {
    let _dog = watchdog(60);
    let (tx, rx) = bounded(0);
    thread::scope(|s| {
        (0..4).for_each(|i| {
            drop(s.spawn({
                let tx = &tx;
                move || tx.send(i)
            }))
        });
        common::wait_until(|| gochan::__private::blocked(&rx).senders == 4);
        warm_up();
        let mut values = Vec::with_capacity(4);
        assert_eq!(count(|| assert_eq!(rx.recv_many(&mut values, 4), 4)).0, 0);
    });
}

#[test]
fn select_does_not_allocate() {
    let _dog = watchdog(60);
    for capacity in [0, 1, 128] {
        let ((to_a, from_a), (to_b, from_b)) = (bounded(capacity), bounded(capacity));
        let counted = count_both(
            || {
                for i in 0..ROUNDS {
                    select! { send(to_a, i) => {}, send(to_b, i) => {} }
                }
            },
            || {
                for _ in 0..ROUNDS {
                    select! { recv(from_a) => {}, recv(from_b) => {} }
                }
            },
        );
        assert_eq!(counted, [(0, 0); 2], "capacity {capacity}");
        let nothing_ready = count(|| {
            for _ in 0..ROUNDS {
                select! { recv(from_a) => {}, recv(from_b) => {}, default => {} }
            }
        });
        assert_eq!(nothing_ready, (0, 0), "default, capacity {capacity}");
    }
}

#[test]
fn timeouts_that_lose_do_not_allocate() {
    let _dog = watchdog(60);
    let (tx, rx) = bounded(0);
    let timer = Timer::new(LONG);
    let counted = count_both(
        || {
            for i in 0..ROUNDS {
                assert_eq!(tx.send_timeout(i, LONG), Ok(()));
            }
        },
        || {
            for i in 0..ROUNDS {
                match i % 3 {
                    0 => assert_eq!(rx.recv_timeout(LONG), Ok(i)),
                    1 => select! { recv(rx) -> v => assert_eq!(v, i), default(LONG) => panic!() },
                    _ => {
                        assert!(timer.reset(LONG));
                        select! { recv(rx) -> v => assert_eq!(v, i), recv(timer) => panic!() }
                    }
                }
            }
        },
    );
    assert_eq!(counted, [(0, 0); 2]);
}

#[test]
fn timeouts_that_win_do_not_allocate() {
    let _dog = watchdog(60);
    let (tx, rx) = bounded::<u64>(0);
    let expire = |timeout| {
        assert_eq!(rx.recv_timeout(timeout), Err(RecvTimeoutError::Timeout));
        assert_eq!(tx.send_timeout(1, timeout), Err(SendTimeoutError::Timeout(1)));
        select! { recv(rx) => panic!(), send(tx, 1) => panic!(), default(timeout) => {} }
    };
    warm_up();
    let counted = count(|| {
        (0..ROUNDS / 3).for_each(|_| expire(Duration::from_nanos(1)));
        // These operations park, and take some hundred microseconds a round.
        (0..1000).for_each(|_| expire(Duration::from_micros(20)));
    });
    assert_eq!(counted, (0, 0));
}

#[test]
fn ticks_do_not_allocate() {
    let _dog = watchdog(60);
    let ticker = Ticker::new(Duration::from_micros(10));
    warm_up();
    let mut last: Option<Instant> = ticker.c().recv_ok();
    let counted = count(|| {
        for _ in 0..1000 {
            let tick = ticker.c().recv_ok();
            assert!(tick > last);
            last = tick;
        }
    });
    assert_eq!(counted, (0, 0));
}

#[test]
fn the_memory_of_a_lost_case_is_freed() {
    let (tx, rx) = unbounded();
    tx.send(0);
    assert_eq!(rx.recv(), 0);
    let (allocations, frees) = count(|| {
        for i in 0..ROUNDS {
            tx.send(i);
            select! { biased; recv(rx) -> v => assert_eq!(v, i), recv(after(LONG)) => panic!() }
        }
    });
    // A few blocks of the unbounded channel may be kept for later.
    assert!(allocations.abs_diff(frees) < 10, "{allocations} allocations, {frees} frees");
}
