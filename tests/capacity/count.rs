//! How many values fit, and capacities that no memory can hold.

use std::{
    collections::VecDeque,
    panic::catch_unwind,
    sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed},
    thread,
};

use gochan::{__private::blocked, bounded, make, unbounded, TryRecvError, TrySendError};

use crate::{
    common::{wait_until, watchdog},
    open,
};

/// Fills and drains a channel twice, looking at its state at every step.
fn check_exact(cap: usize) {
    let (tx, rx) = bounded(cap);
    for lap in 0..2 {
        for len in 0..cap {
            assert_eq!((tx.len(), tx.is_full()), (len, false), "lap {lap}, capacity {cap}");
            assert_eq!(tx.try_send(len), Ok(()), "lap {lap}, capacity {cap}");
        }
        assert_eq!((tx.len(), tx.cap(), tx.is_full()), (cap, Some(cap), true));
        assert_eq!(tx.try_send(cap), Err(TrySendError::Full(cap)));
        for value in 0..cap {
            assert_eq!(rx.try_recv(), Ok(value), "lap {lap}, capacity {cap}");
            assert_eq!((rx.len(), rx.is_full()), (cap - value - 1, false));
        }
        assert_eq!((rx.try_recv(), rx.is_empty()), (Err(TryRecvError::Empty), true));
    }
}

#[test]
fn exactly_as_many_values_fit_as_the_capacity_says() {
    (0..=100).for_each(check_exact);
}

#[test]
fn capacities_around_powers_of_two_are_not_rounded() {
    for power in 7..=14 {
        let cap = 1 << power;
        [cap - 1, cap, cap + 1].into_iter().for_each(check_exact);
    }
}

#[test]
fn exactly_as_many_blocking_sends_complete_as_the_capacity_says() {
    let _dog = watchdog(30);
    for cap in [0, 1, 2, 3, 7, 8, 9, 31, 33] {
        let (tx, rx) = bounded(cap);
        let done = AtomicUsize::new(0);
        thread::scope(|scope| {
            scope.spawn(|| {
                while tx.send_ok(()).is_ok() {
                    done.fetch_add(1, Relaxed);
                }
            });
            for taken in 0..3 {
                wait_until(|| blocked(&tx).senders == 1 && done.load(Relaxed) == cap + taken);
                assert_eq!(rx.len(), cap);
                assert_eq!(rx.recv_ok(), Some(()));
            }
            tx.close();
        });
    }
}

#[test]
fn many_laps_around_the_buffer_keep_order_and_count() {
    for cap in [1, 2, 3, 5, 7, 8, 16, 33] {
        let (tx, rx) = bounded(cap);
        let mut model = VecDeque::new();
        for step in 0..5000 {
            // Bursts of changing length let the buffer be empty, full and in between at every
            // index.
            for value in 0..(step * 7) % (cap + 2) {
                match tx.try_send((step, value)) {
                    Ok(()) => model.push_back((step, value)),
                    Err(error) => assert!(error.is_full() && model.len() == cap),
                }
            }
            assert_eq!(rx.len(), model.len());
            for _ in 0..(step * 5) % (cap + 2) {
                assert_eq!(rx.try_recv().ok(), model.pop_front());
            }
        }
        assert!(rx.try_iter().eq(model));
    }
}

#[test]
fn an_unbounded_channel_takes_many_values_and_keeps_their_order() {
    let (tx, rx) = unbounded();
    for round in 0..3 {
        (0..20_000).for_each(|v| tx.send(v));
        assert_eq!((tx.len(), tx.cap(), tx.is_full()), (20_000, None, false), "round {round}");
        assert!(rx.try_iter().eq(0..20_000));
    }
}

#[test]
fn len_never_exceeds_the_capacity_while_threads_are_at_it() {
    let _dog = watchdog(60);
    for cap in [0, 1, 3, 8] {
        let (tx, rx) = bounded(cap);
        let done = AtomicBool::new(false);
        thread::scope(|scope| {
            let senders: Vec<_> =
                (0..2).map(|_| scope.spawn(|| (0..2000).for_each(|_| tx.send(())))).collect();
            scope.spawn(|| assert_eq!(rx.iter().count(), 4000));
            scope.spawn(|| {
                while !done.load(Relaxed) {
                    assert!(rx.len() <= cap && tx.len() <= cap);
                    thread::yield_now();
                }
            });
            senders.into_iter().for_each(|sender| sender.join().unwrap());
            tx.close();
            done.store(true, Relaxed);
        });
    }
}

fn overflows<T>(cap: usize) -> bool {
    let panic = catch_unwind(|| drop(make::<T>(cap))).expect_err("there is no such memory");
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref().cloned()).unwrap().contains("capacity overflow")
}

/// An attempt to allocate would abort the process, or end it for want of memory.
#[test]
fn a_capacity_beyond_the_address_space_panics_before_any_allocation() {
    let bytes = isize::MAX as usize;
    assert!(overflows::<u8>(usize::MAX) && overflows::<u8>(bytes + 1));
    assert!(overflows::<u64>(usize::MAX) && overflows::<u64>(bytes / 8 + 1));
    // The product wraps around to a small number.
    assert!(overflows::<u64>(usize::MAX / 8 + 2) && overflows::<[u8; 256]>(usize::MAX / 256 + 2));
    assert!(overflows::<[u64; 1 << 20]>(bytes / (8 << 20) + 1));
}

/// Values without a size need no memory, so there is room for as many as can be counted.
#[test]
fn any_capacity_will_do_for_values_without_a_size() {
    for cap in [1, 3, 1 << 20, isize::MAX as usize, usize::MAX] {
        let chan = make::<()>(cap);
        let count = cap.min(1000);
        (0..count).for_each(|_| chan.send(()));
        assert_eq!((chan.len(), chan.cap(), chan.is_full()), (count, Some(cap), count == cap));
        assert_eq!(chan.try_send(()).is_err(), count == cap);
        chan.close();
        assert_eq!(chan.into_iter().count(), count + usize::from(count < cap));
    }
}

#[test]
fn zero_sized_values_are_counted_and_dropped() {
    static DROPS: AtomicUsize = AtomicUsize::new(0);
    struct Empty;
    impl Drop for Empty {
        fn drop(&mut self) {
            DROPS.fetch_add(1, Relaxed);
        }
    }
    for cap in [Some(1000), None] {
        let (tx, rx) = open(cap);
        (0..1000).for_each(|_| tx.send(Empty));
        assert_eq!((tx.len(), DROPS.swap(0, Relaxed)), (1000, 0));
        rx.try_iter().take(300).for_each(drop);
        assert_eq!((rx.len(), DROPS.load(Relaxed)), (700, 300));
        drop((tx, rx));
        assert_eq!(DROPS.swap(0, Relaxed), 1000);
    }
}

#[test]
fn a_capacity_that_no_memory_can_hold_panics() {
    // Eight petabytes, or the largest object there can be.
    let bytes = if cfg!(target_pointer_width = "64") { 1 << 53 } else { isize::MAX as usize };
    let made = std::panic::catch_unwind(|| drop(gochan::make::<u64>(bytes / 8)));
    let message = *made.expect_err("no such memory").downcast::<String>().expect("a message");
    assert!(message.contains("capacity overflow"), "{message}");
}
