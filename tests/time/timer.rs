//! `Timer`: stop, reset, and the receivers that wait for it.

use std::{
    sync::{
        atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
        Barrier,
    },
    thread,
    time::{Duration, Instant},
};

use gochan::{__private::blocked, make, select, RecvTimeoutError, Timer, TryRecvError};

use crate::{
    common::{wait_until, watchdog},
    sleep_past, HOUR, MS, TICK,
};

#[test]
fn stop_tells_whether_it_prevented_the_receive() {
    let pending = Timer::new(HOUR);
    assert!(pending.stop());
    assert!(!pending.stop(), "stopped already");

    let received = Timer::new(Duration::ZERO);
    received.c().try_recv().expect("due");
    assert!(!received.stop(), "its value was received");

    let due = Timer::new(Duration::ZERO);
    assert!(due.stop(), "due, but not received");
    assert_eq!(due.c().recv_timeout(MS), Err(RecvTimeoutError::Timeout), "no stale value");
    assert!(!due.stop());
}

#[test]
fn reset_tells_whether_the_timer_was_pending() {
    let timer = Timer::new(HOUR);
    assert!(timer.reset(HOUR), "pending");
    assert!(timer.stop());
    assert!(!timer.reset(HOUR), "stopped");
    assert!(timer.reset(Duration::ZERO), "pending again");
    assert!(timer.reset(Duration::ZERO), "due, but not received");
    timer.c().try_recv().expect("due");
    assert_eq!(timer.c().try_recv(), Err(TryRecvError::Empty), "once for all the resets");
    assert!(!timer.reset(HOUR), "its value was received");
    assert!(timer.stop());
}

#[test]
fn no_stale_value_after_reset() {
    let _dog = watchdog(60);
    let timer = Timer::new(Duration::ZERO);
    sleep_past(Instant::now());
    timer.reset(HOUR);
    assert_eq!(timer.c().recv_timeout(MS), Err(RecvTimeoutError::Timeout));
    let before = Instant::now();
    timer.reset(TICK);
    let fired = timer.c().recv_ok().expect("open");
    assert!(fired >= before + TICK && Instant::now() >= fired, "the instant of the last reset");
}

#[test]
fn a_timer_can_be_used_again_and_again() {
    let timer = Timer::new(Duration::ZERO);
    for _ in 0..1000 {
        timer.c().try_recv().expect("due");
        assert!(!timer.reset(Duration::ZERO));
    }
    assert!(timer.stop());
    for _ in 0..1000 {
        assert!(!timer.reset(HOUR));
        assert!(timer.stop());
    }
}

#[test]
fn reset_to_an_earlier_time_wakes_a_blocked_receiver() {
    let _dog = watchdog(60);
    for soon in [Duration::ZERO, TICK] {
        for in_select in [false, true] {
            let (timer, other) = (Timer::new(HOUR), make::<u8>(0));
            thread::scope(|s| {
                let receiver = s.spawn(|| {
                    if in_select {
                        select! { recv_ok(timer) -> t => t, recv(other) => None }
                    } else {
                        timer.c().recv_ok()
                    }
                });
                wait_until(|| blocked(timer.c()).receivers == 1);
                let before = Instant::now();
                assert!(timer.reset(soon));
                let fired = receiver.join().unwrap().expect("the timer fires");
                assert!(fired >= before + soon && Instant::now() >= fired);
            });
            assert_eq!(blocked(timer.c()).receivers, 0);
        }
    }
}

#[test]
fn reset_wakes_a_receiver_that_waits_with_a_timeout() {
    let _dog = watchdog(60);
    let timer = Timer::new(HOUR);
    thread::scope(|s| {
        let receiver = s.spawn(|| timer.c().recv_timeout(2 * HOUR));
        wait_until(|| blocked(timer.c()).receivers == 1);
        timer.reset(MS);
        assert!(receiver.join().unwrap().is_ok());
    });
}

#[test]
fn reset_to_a_later_time_delays_a_blocked_receiver() {
    let _dog = watchdog(60);
    let timer = Timer::new(5 * TICK);
    thread::scope(|s| {
        let receiver = s.spawn(|| timer.c().recv_ok().expect("open"));
        let before = Instant::now();
        // A false result means that this thread came too late and the value is gone.
        if timer.reset(8 * TICK) {
            let fired = receiver.join().unwrap();
            assert!(fired >= before + 8 * TICK && Instant::now() >= fired);
        }
    });
}

#[test]
fn stop_while_a_receiver_is_blocked_leaves_it_blocked() {
    let _dog = watchdog(60);
    let timer = Timer::new(2 * TICK);
    thread::scope(|s| {
        let receiver = s.spawn(|| timer.c().recv_ok().expect("open"));
        if timer.stop() {
            thread::sleep(4 * TICK);
            assert!(!receiver.is_finished(), "a stopped timer does not fire");
            wait_until(|| blocked(timer.c()).receivers == 1);
            let before = Instant::now();
            assert!(!timer.reset(MS));
            assert!(receiver.join().unwrap() >= before + MS);
        }
    });
    assert!(!timer.stop());
}

#[test]
fn several_receivers_share_a_timer() {
    let _dog = watchdog(60);
    let (timer, got) = (Timer::new(HOUR), AtomicUsize::new(0));
    thread::scope(|s| {
        for _ in 0..3 {
            s.spawn(|| {
                timer.c().recv_ok().expect("open");
                got.fetch_add(1, SeqCst);
            });
        }
        wait_until(|| blocked(timer.c()).receivers == 3);
        for fired in 1..=3 {
            timer.reset(MS);
            wait_until(|| got.load(SeqCst) == fired);
            wait_until(|| blocked(timer.c()).receivers == 3 - fired);
        }
    });
}

/// A timer is about to fire. The receiver gets its value, or `prevent` says that it has prevented
/// that: exactly one of the two.
fn races_with_receive(prevent: impl Fn(&Timer) -> bool) {
    let _dog = watchdog(120);
    let rounds = if cfg!(debug_assertions) { 2000 } else { 20_000 };
    let timer = Timer::new(HOUR);
    let (start, end) = (Barrier::new(2), Barrier::new(2));
    let (over, received) = (AtomicBool::new(false), AtomicUsize::new(0));
    thread::scope(|s| {
        s.spawn(|| {
            for _ in 0..rounds {
                start.wait();
                loop {
                    let last = over.load(SeqCst);
                    received.fetch_add(usize::from(timer.c().try_recv().is_ok()), SeqCst);
                    if last {
                        break;
                    }
                }
                end.wait();
            }
        });
        for i in 0..rounds {
            over.store(false, SeqCst);
            received.store(0, SeqCst);
            timer.stop();
            assert!(!timer.reset(Duration::from_nanos(i % 3000)));
            start.wait();
            (0..i % 200).for_each(|_| std::hint::spin_loop());
            let prevented = prevent(&timer);
            over.store(true, SeqCst);
            end.wait();
            assert_eq!(received.load(SeqCst), usize::from(!prevented));
        }
    });
}

#[test]
fn either_stop_or_the_receiver_wins() {
    races_with_receive(Timer::stop);
}

#[test]
fn either_reset_or_the_receiver_wins() {
    races_with_receive(|timer| timer.reset(HOUR));
}
