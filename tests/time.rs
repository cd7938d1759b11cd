#![forbid(unsafe_code)]
//! Timeouts and timers: `after`, `at`, `tick`, `Timer`, `Ticker`, by the rules of Go 1.23.
#![cfg(not(any(loom, shuttle)))]

mod common;

use std::{
    panic,
    sync::{
        atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
        Barrier,
    },
    thread,
    time::{Duration, Instant},
};

use common::{wait_until, watchdog};
use gochan::{
    __private::blocked, after, at, bounded, make, select, tick, unbounded, Chan,
    MissedTickBehavior, Receiver, RecvTimeoutError, SendTimeoutError, Sender, Ticker, Timer,
    TryRecvError,
};

const HOUR: Duration = Duration::from_secs(3600);
const TICK: Duration = Duration::from_millis(20);
const MS: Duration = Duration::from_millis(1);

/// Durations whose end no clock can tell, or nearly so.
const HUGE: [Duration; 4] = [
    Duration::MAX,
    Duration::from_secs(u64::MAX),
    Duration::from_secs(i64::MAX as u64),
    Duration::from_secs(1 << 40),
];

const KINDS: [Option<usize>; 4] = [Some(0), Some(1), Some(8), None];

fn pair<T>(cap: Option<usize>) -> (Sender<T>, Receiver<T>) {
    cap.map_or_else(unbounded, bounded)
}

/// Sleeps until `deadline` has passed.
fn sleep_past(deadline: Instant) {
    while let Some(left) = deadline.checked_duration_since(Instant::now()) {
        thread::sleep(left + Duration::from_micros(1));
    }
}

/// A bounded channel without room.
fn full(cap: usize) -> Chan<usize> {
    let c = make(cap);
    (0..cap).for_each(|i| c.send(i));
    c
}

// ---- Timeouts of send, receive and select ----

#[test]
fn a_receive_times_out_but_not_early() {
    for cap in KINDS {
        let (_tx, rx) = pair::<u8>(cap);
        for _ in 0..20 {
            let start = Instant::now();
            assert_eq!(rx.recv_timeout(MS), Err(RecvTimeoutError::Timeout));
            assert!(start.elapsed() >= MS);
        }
        let deadline = Instant::now() + TICK;
        assert_eq!(rx.recv_deadline(deadline), Err(RecvTimeoutError::Timeout));
        assert!(Instant::now() >= deadline);
        assert_eq!(blocked(&rx).receivers, 0);
    }
}

#[test]
fn a_send_times_out_but_not_early_and_gives_the_value_back() {
    for cap in [0, 1, 8] {
        let c = make(cap);
        (0..cap).for_each(|_| c.send(Box::new(0)));
        let mut value = Box::new(7);
        let address: *const i32 = &*value;
        for _ in 0..20 {
            let start = Instant::now();
            let error = c.send_timeout(value, MS).expect_err("no receiver");
            assert!(error.is_timeout() && start.elapsed() >= MS);
            value = error.into_inner();
        }
        let deadline = Instant::now() + TICK;
        match c.send_deadline(value, deadline) {
            Err(SendTimeoutError::Timeout(value)) => assert_eq!(&*value as *const i32, address),
            _ => panic!("no receiver"),
        }
        assert!(Instant::now() >= deadline);
        assert_eq!((c.len(), blocked(&c).senders), (cap, 0));
    }
}

#[test]
fn nil_channels_time_out() {
    let c = Chan::<u8>::nil();
    let start = Instant::now();
    assert_eq!(c.recv_timeout(TICK), Err(RecvTimeoutError::Timeout));
    assert_eq!(c.send_timeout(7, TICK), Err(SendTimeoutError::Timeout(7)));
    assert!(start.elapsed() >= 2 * TICK);
}

#[test]
fn a_zero_timeout_and_a_past_deadline_try_first() {
    let past = Instant::now();
    for cap in [Some(1), Some(8), None] {
        let (tx, rx) = pair::<u8>(cap);
        assert_eq!(rx.recv_timeout(Duration::ZERO), Err(RecvTimeoutError::Timeout));
        assert_eq!(rx.recv_deadline(past), Err(RecvTimeoutError::Timeout));
        assert_eq!(tx.send_timeout(1, Duration::ZERO), Ok(()));
        assert_eq!(rx.recv_timeout(Duration::ZERO), Ok(1));
        assert_eq!(tx.send_deadline(2, past), Ok(()));
        assert_eq!(rx.recv_deadline(past), Ok(2));
        tx.send(3);
        select! { recv(rx) -> v => assert_eq!(v, 3), default(Duration::ZERO) => panic!("ready") }
        tx.close();
        assert_eq!(rx.recv_timeout(Duration::ZERO), Err(RecvTimeoutError::Closed));
        assert_eq!(rx.recv_deadline(past), Err(RecvTimeoutError::Closed));
        assert_eq!(tx.send_timeout(4, Duration::ZERO), Err(SendTimeoutError::Closed(4)));
        assert_eq!(tx.send_deadline(5, past), Err(SendTimeoutError::Closed(5)));
    }
    for cap in [0, 1, 8] {
        let c = full(cap);
        assert_eq!(c.send_timeout(7, Duration::ZERO), Err(SendTimeoutError::Timeout(7)));
        assert_eq!(c.send_deadline(8, past), Err(SendTimeoutError::Timeout(8)));
    }
}

#[test]
fn a_waiting_peer_beats_a_zero_timeout() {
    let _dog = watchdog(60);
    let (c, past) = (make::<u8>(0), Instant::now());
    thread::scope(|s| {
        let receiver = s.spawn(|| (c.recv(), c.recv()));
        wait_until(|| blocked(&c).receivers == 1);
        assert_eq!(c.send_timeout(1, Duration::ZERO), Ok(()));
        wait_until(|| blocked(&c).receivers == 1);
        assert_eq!(c.send_deadline(2, past), Ok(()));
        assert_eq!(receiver.join().unwrap(), (1, 2));
        s.spawn(|| (3..5).for_each(|v| c.send(v)));
        wait_until(|| blocked(&c).senders == 1);
        assert_eq!(c.recv_timeout(Duration::ZERO), Ok(3));
        wait_until(|| blocked(&c).senders == 1);
        assert_eq!(c.recv_deadline(past), Ok(4));
    });
}

#[test]
fn huge_timeouts_of_channel_operations_never_end() {
    let _dog = watchdog(60);
    for huge in HUGE {
        let c = make::<u8>(0);
        thread::scope(|s| {
            let receiver = s.spawn(|| c.recv_timeout(huge));
            wait_until(|| blocked(&c).receivers == 1);
            assert_eq!(c.send_timeout(1, huge), Ok(()));
            assert_eq!(receiver.join().unwrap(), Ok(1));
            let sender = s.spawn(|| c.send_timeout(2, huge));
            wait_until(|| blocked(&c).senders == 1);
            assert_eq!(c.recv_timeout(huge), Ok(2));
            assert_eq!(sender.join().unwrap(), Ok(()));
            let select = s.spawn(|| select! { recv(c) -> v => v, default(huge) => 0 });
            wait_until(|| blocked(&c).receivers == 1);
            c.send(3);
            assert_eq!(select.join().unwrap(), 3);
            let closed = s.spawn(|| c.recv_timeout(huge));
            wait_until(|| blocked(&c).receivers == 1);
            c.close();
            assert_eq!(closed.join().unwrap(), Err(RecvTimeoutError::Closed));
        });
    }
}

#[test]
fn a_close_wakes_timed_operations() {
    let _dog = watchdog(60);
    for cap in [0, 1, 8] {
        let (empty, full) = (make::<usize>(cap), full(cap));
        thread::scope(|s| {
            let receiver = s.spawn(|| empty.recv_timeout(HOUR));
            let sender = s.spawn(|| full.send_timeout(99, HOUR));
            wait_until(|| blocked(&empty).receivers == 1 && blocked(&full).senders == 1);
            empty.close();
            full.close();
            assert_eq!(receiver.join().unwrap(), Err(RecvTimeoutError::Closed));
            assert_eq!(sender.join().unwrap(), Err(SendTimeoutError::Closed(99)));
        });
    }
}

// ---- after, at, tick ----

#[test]
fn after_fires_once_not_early_with_the_scheduled_instant() {
    let _dog = watchdog(60);
    let before = Instant::now();
    let timer = after(TICK);
    let created = Instant::now();
    let fired = timer.recv_ok().expect("a timer channel never closes");
    let now = Instant::now();
    assert!(
        before + TICK <= fired && fired <= created + TICK,
        "the value is the scheduled instant"
    );
    assert!(now >= fired, "not early");
    let deadline = Instant::now() + TICK;
    assert_eq!(timer.recv_deadline(deadline), Err(RecvTimeoutError::Timeout));
    assert!(Instant::now() >= deadline);
    assert_eq!(timer.try_recv(), Err(TryRecvError::Empty));
    assert!(!timer.is_closed());
}

#[test]
fn after_is_not_early_however_often() {
    for _ in 0..200 {
        let start = Instant::now();
        assert!(after(MS).recv_ok().is_some());
        assert!(start.elapsed() >= MS);
    }
}

#[test]
fn after_zero_fires_at_once() {
    for _ in 0..1000 {
        let timer = after(Duration::ZERO);
        assert!(timer.try_recv().is_ok());
        assert_eq!(timer.try_recv(), Err(TryRecvError::Empty));
    }
}

#[test]
fn at_gives_exactly_its_instant_and_is_not_early() {
    let _dog = watchdog(60);
    let instant = Instant::now() + TICK;
    let timer = at(instant);
    assert_eq!(timer.recv_ok(), Some(instant));
    assert!(Instant::now() >= instant);
    assert_eq!(timer.recv_timeout(MS), Err(RecvTimeoutError::Timeout));
}

#[test]
fn at_in_the_past_fires_at_once() {
    let past = Instant::now();
    sleep_past(past);
    for instant in [past, past.checked_sub(MS).unwrap_or(past)] {
        let timer = at(instant);
        assert_eq!(timer.try_recv(), Ok(instant));
        assert_eq!(timer.try_recv(), Err(TryRecvError::Empty));
    }
}

#[test]
fn a_due_timer_beats_a_timeout_and_a_receive_beats_the_clock_only_when_due() {
    assert!(after(Duration::ZERO).recv_timeout(Duration::ZERO).is_ok());
    assert_eq!(after(HOUR).recv_timeout(MS), Err(RecvTimeoutError::Timeout));
    // The timer is due before the timeout of the receive ends.
    let _dog = watchdog(60);
    assert!(after(MS).recv_timeout(HOUR).is_ok());
}

#[test]
fn only_one_of_several_receivers_gets_the_value() {
    let _dog = watchdog(60);
    let (timer, got) = (after(MS), AtomicUsize::new(0));
    thread::scope(|s| {
        for _ in 0..4 {
            s.spawn(|| got.fetch_add(usize::from(timer.recv_timeout(2 * TICK).is_ok()), SeqCst));
        }
    });
    assert_eq!(got.into_inner(), 1);
}

#[test]
fn timers_fire_in_the_order_of_their_instants() {
    let _dog = watchdog(60);
    let start = Instant::now() + 2 * MS;
    let order = [4, 1, 7, 3, 0, 6, 2, 5_u32];
    let timers: Vec<_> = order.iter().map(|&k| at(start + k * MS)).collect();
    let (a, b) = timers.split_at(4);
    let mut fired = Vec::new();
    for _ in order {
        let t = select! {
            recv_ok(a[0]) -> t => t, recv_ok(a[1]) -> t => t, recv_ok(a[2]) -> t => t, recv_ok(a[3]) -> t => t,
            recv_ok(b[0]) -> t => t, recv_ok(b[1]) -> t => t, recv_ok(b[2]) -> t => t, recv_ok(b[3]) -> t => t,
        };
        fired.push((t.expect("open"), Instant::now()));
    }
    let mut instants: Vec<_> = fired.iter().map(|&(t, _)| t).collect();
    // A late thread may find several due and take any of them.
    instants.sort_unstable();
    assert!(instants.into_iter().eq((0..8).map(|k| start + k * MS)));
    assert!(fired.iter().all(|&(t, now)| now >= t));
}

#[test]
fn tick_repeats_and_keeps_its_phase() {
    let _dog = watchdog(60);
    let before = Instant::now();
    let ticks = tick(MS);
    let created = Instant::now();
    let first = ticks.recv_ok().expect("open");
    assert!(before + MS <= first && first <= created + MS);
    let mut last = first;
    for _ in 0..50 {
        let t = ticks.recv_ok().expect("open");
        assert!(t > last && Instant::now() >= t);
        assert_eq!(
            t.duration_since(first).as_nanos() % MS.as_nanos(),
            0,
            "a whole number of periods"
        );
        last = t;
    }
}

#[test]
fn tick_zero_is_nil() {
    let ticks = tick(Duration::ZERO);
    assert!(ticks.is_nil());
    assert_eq!(ticks.try_recv(), Err(TryRecvError::Empty));
    assert_eq!(ticks.recv_timeout(MS), Err(RecvTimeoutError::Timeout));
    assert!(!tick(MS).is_nil() && !after(MS).is_nil());
}

#[test]
fn timer_channels_have_no_length_no_capacity_and_never_close() {
    let (timer, ticker) = (Timer::new(Duration::ZERO), Ticker::new(Duration::from_nanos(1)));
    let due = after(Duration::ZERO);
    for rx in [timer.c(), ticker.c(), &due, &tick(MS), &after(HOUR)] {
        for _ in 0..3 {
            assert_eq!((rx.len(), rx.cap()), (0, Some(0)));
            assert!(rx.is_empty() && rx.is_full() && !rx.is_closed() && !rx.is_nil());
            let _ = rx.try_recv();
        }
    }
    assert!(timer.c().same_channel(timer.c()) && timer.c().same_channel(&timer.c().clone()));
    assert!(!timer.c().same_channel(ticker.c()));
    assert_eq!(timer.c().try_recv(), Err(TryRecvError::Empty), "a clone is the same timer");
}

#[test]
fn huge_timers_never_fire_and_never_panic() {
    for huge in HUGE {
        let timer = Timer::new(huge);
        let ticker = Ticker::new(huge);
        for rx in [timer.c(), ticker.c(), &after(huge), &tick(huge)] {
            assert_eq!(rx.try_recv(), Err(TryRecvError::Empty));
            assert_eq!(rx.recv_timeout(MS), Err(RecvTimeoutError::Timeout));
            assert!(select! { recv(rx) => false, default => true });
        }
        assert!(timer.stop());
        assert!(!timer.reset(huge));
        assert!(timer.reset(huge));
        ticker.reset(huge);
        assert_eq!(timer.c().recv_timeout(MS), Err(RecvTimeoutError::Timeout));
        assert_eq!(ticker.c().recv_timeout(MS), Err(RecvTimeoutError::Timeout));
        // It works on after that.
        assert!(timer.reset(Duration::ZERO));
        assert!(timer.c().try_recv().is_ok());
        ticker.stop();
    }
}

#[test]
fn a_huge_period_after_ticks_never_panics() {
    for behavior in [MissedTickBehavior::Burst, MissedTickBehavior::Delay, MissedTickBehavior::Skip]
    {
        let ticker = Ticker::new(Duration::from_nanos(1));
        ticker.set_missed_tick_behavior(behavior);
        wait_until(|| ticker.c().try_recv().is_ok());
        ticker.reset(Duration::MAX);
        assert_eq!(ticker.c().try_recv(), Err(TryRecvError::Empty), "{behavior:?}");
        ticker.reset(Duration::from_nanos(1));
        wait_until(|| ticker.c().try_recv().is_ok());
    }
}

#[test]
fn a_clone_of_a_timer_channel_outlives_its_timer() {
    let _dog = watchdog(60);
    let (once, many) = (Timer::new(MS), Ticker::new(MS));
    let (once, many) = (once.c().clone(), many.c().clone());
    assert!(once.recv_ok().is_some());
    assert!(many.recv_ok().is_some() && many.recv_ok().is_some());
    assert!(!once.is_closed() && !many.is_closed());
}

#[test]
fn a_due_timer_never_beats_but_never_loses_to_a_ready_channel() {
    let _dog = watchdog(60);
    let ready = make(1);
    ready.send(1_u8);
    select! { recv(after(HOUR)) => panic!("not due"), recv(ready) => {} }
    select! { recv(after(MS)) => {}, recv(ready) => panic!("empty") }
    let ready = make::<u8>(0);
    ready.close();
    let mut hits = [0; 2];
    for _ in 0..200 {
        select! { recv(after(Duration::ZERO)) => hits[0] += 1, recv(ready) => hits[1] += 1 }
    }
    assert!(hits.iter().all(|&h| h > 50), "{hits:?}");
}

// ---- Timer ----

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

/// Exactly one of the two gets a timer that is about to fire: the receiver its value, or the other
/// thread the word that it prevented that.
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

// ---- Ticker ----

#[test]
fn a_ticker_ticks_at_whole_periods() {
    let _dog = watchdog(60);
    let period = 5 * MS;
    let before = Instant::now();
    let ticker = Ticker::new(period);
    let created = Instant::now();
    let first = ticker.c().recv_ok().expect("open");
    assert!(before + period <= first && first <= created + period);
    let mut last = first;
    for _ in 0..10 {
        let t = ticker.c().recv_ok().expect("open");
        assert!(t > last && Instant::now() >= t);
        assert_eq!(t.duration_since(first).as_nanos() % period.as_nanos(), 0);
        last = t;
    }
}

#[test]
#[should_panic(expected = "non-positive interval for Ticker::new")]
fn a_ticker_of_zero_panics() {
    let _ = Ticker::new(Duration::ZERO);
}

#[test]
fn resetting_a_ticker_to_zero_panics_and_changes_nothing() {
    let _dog = watchdog(60);
    let ticker = Ticker::new(MS);
    let cause = panic::catch_unwind(panic::AssertUnwindSafe(|| ticker.reset(Duration::ZERO)))
        .expect_err("zero is no period");
    let message = cause
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| cause.downcast_ref::<&str>().copied());
    assert_eq!(message, Some("non-positive interval for Ticker::reset"));
    assert!(ticker.c().recv_ok().is_some());
}

#[test]
fn a_slow_consumer_finds_one_tick_and_the_phase_is_kept() {
    let ticker = Ticker::new(TICK);
    assert_eq!(ticker.missed_tick_behavior(), MissedTickBehavior::Skip);
    assert_eq!(MissedTickBehavior::default(), MissedTickBehavior::Skip);
    let _dog = watchdog(60);
    let first = ticker.c().recv_ok().expect("open");
    for _ in 0..3 {
        sleep_past(Instant::now() + 3 * TICK);
        let before = Instant::now();
        let pending = ticker.c().try_recv().expect("a tick is pending");
        let after = Instant::now();
        assert!(pending <= before);
        let next = ticker.c().recv_ok().expect("open");
        assert!(next > before, "the ticks in between are gone");
        assert!(next <= after + TICK, "the very next one is not");
        for t in [pending, next] {
            assert_eq!(t.duration_since(first).as_nanos() % TICK.as_nanos(), 0);
        }
    }
}

#[test]
fn the_pending_tick_is_the_first_that_was_missed() {
    let _dog = watchdog(60);
    let ticker = Ticker::new(TICK);
    let first = ticker.c().recv_ok().expect("open");
    // Taken at once, so that the next tick is the second.
    if Instant::now() < first + TICK {
        sleep_past(first + 4 * TICK);
        assert_eq!(ticker.c().try_recv(), Ok(first + TICK));
    }
}

#[test]
fn burst_delivers_every_missed_tick() {
    let _dog = watchdog(60);
    let ticker = Ticker::new(MS);
    ticker.set_missed_tick_behavior(MissedTickBehavior::Burst);
    assert_eq!(ticker.missed_tick_behavior(), MissedTickBehavior::Burst);
    let first = ticker.c().recv_ok().expect("open");
    sleep_past(first + 10 * MS);
    for k in 1..=10 {
        assert_eq!(ticker.c().try_recv(), Ok(first + k * MS));
    }
    for k in 11..=20 {
        assert_eq!(ticker.c().recv_ok(), Some(first + k * MS));
        assert!(Instant::now() >= first + k * MS);
    }
}

#[test]
fn delay_counts_the_period_from_the_late_receive() {
    let _dog = watchdog(60);
    let ticker = Ticker::new(TICK);
    ticker.set_missed_tick_behavior(MissedTickBehavior::Delay);
    for _ in 0..3 {
        sleep_past(Instant::now() + 2 * TICK);
        let before = Instant::now();
        ticker.c().try_recv().expect("a tick is pending");
        let after = Instant::now();
        let next = ticker.c().recv_ok().expect("open");
        assert!(before + TICK <= next && next <= after + TICK);
        assert!(Instant::now() >= next);
    }
}

#[test]
fn several_receivers_share_the_ticks() {
    let _dog = watchdog(60);
    let (ticker, left) = (Ticker::new(MS), AtomicUsize::new(60));
    let mut ticks: Vec<Instant> = thread::scope(|s| {
        let threads: Vec<_> = (0..3)
            .map(|_| {
                s.spawn(|| {
                    let mut got = Vec::new();
                    while left.fetch_update(SeqCst, SeqCst, |n| n.checked_sub(1)).is_ok() {
                        got.push(ticker.c().recv_ok().expect("open"));
                    }
                    assert!(got.windows(2).all(|w| w[0] < w[1]), "each receiver sees rising ticks");
                    got
                })
            })
            .collect();
        threads.into_iter().flat_map(|t| t.join().unwrap()).collect()
    });
    ticks.sort_unstable();
    assert_eq!(ticks.len(), 60);
    assert!(ticks.windows(2).all(|w| w[0] < w[1]), "no tick is received twice");
}

#[test]
fn a_stopped_ticker_is_silent_until_reset() {
    let _dog = watchdog(60);
    let ticker = Ticker::new(MS);
    assert!(ticker.c().recv_ok().is_some());
    sleep_past(Instant::now() + 3 * MS);
    ticker.stop();
    ticker.stop();
    assert_eq!(ticker.c().try_recv(), Err(TryRecvError::Empty), "no stale tick");
    assert_eq!(ticker.c().recv_timeout(5 * MS), Err(RecvTimeoutError::Timeout));
    assert!(!ticker.c().is_closed());
    let before = Instant::now();
    ticker.reset(2 * MS);
    let reset = Instant::now();
    let first = ticker.c().recv_ok().expect("open");
    assert!(before + 2 * MS <= first && first <= reset + 2 * MS);
    let next = ticker.c().recv_ok().expect("open");
    assert_eq!(next.duration_since(first).as_nanos() % (2 * MS).as_nanos(), 0, "the new period");
}

#[test]
fn resetting_a_ticker_starts_a_new_phase_without_a_stale_tick() {
    let _dog = watchdog(60);
    let ticker = Ticker::new(MS);
    sleep_past(Instant::now() + 3 * MS);
    let before = Instant::now();
    ticker.reset(TICK);
    let reset = Instant::now();
    let first = ticker.c().recv_ok().expect("open");
    assert!(before + TICK <= first && first <= reset + TICK);
    assert!(Instant::now() >= first);
}

#[test]
fn resetting_a_ticker_wakes_a_blocked_receiver() {
    let _dog = watchdog(60);
    let ticker = Ticker::new(HOUR);
    thread::scope(|s| {
        let receiver = s.spawn(|| (ticker.c().recv_ok(), ticker.c().recv_ok()));
        wait_until(|| blocked(ticker.c()).receivers == 1);
        let before = Instant::now();
        ticker.reset(MS);
        let (first, second) = receiver.join().unwrap();
        assert!(first.expect("open") >= before + MS);
        assert!(second > first);
    });
}

#[test]
fn stopping_a_ticker_leaves_a_blocked_receiver_blocked() {
    let _dog = watchdog(60);
    let (ticker, stop) = (Ticker::new(HOUR), make::<u8>(0));
    thread::scope(|s| {
        let receiver = s.spawn(|| select! { recv(ticker) => "tick", recv(stop) => "stop" });
        wait_until(|| blocked(ticker.c()).receivers == 1);
        ticker.stop();
        thread::sleep(TICK);
        assert!(!receiver.is_finished());
        stop.close();
        assert_eq!(receiver.join().unwrap(), "stop");
    });
    assert_eq!(blocked(ticker.c()).receivers, 0);
}

#[test]
fn a_ticker_in_a_select_loop_beats_while_work_goes_on() {
    let _dog = watchdog(60);
    let (work, ticker) = (make::<u32>(4), Ticker::new(MS));
    thread::scope(|s| {
        let rx = work.receiver();
        let work = work.split().0;
        s.spawn(move || while work.send_ok(1).is_ok() {});
        let (mut jobs, mut beats) = (0_u32, 0);
        while beats < 10 {
            select! { recv(rx) -> v => jobs += v, recv(ticker) => beats += 1 }
        }
        assert!(jobs > 0);
    });
}

// ---- Cost ----

/// The number of threads of this process.
#[cfg(target_os = "linux")]
fn threads() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").expect("procfs");
    let line = status.lines().find_map(|l| l.strip_prefix("Threads:")).expect("a Threads line");
    line.trim().parse().expect("a number")
}

/// Other tests start and end threads of their own, so this one looks at a process that runs nothing
/// else.
#[test]
#[cfg(target_os = "linux")]
fn timers_need_no_thread() {
    const ALONE: &str = "GOCHAN_TEST_ALONE";
    if std::env::var_os(ALONE).is_none() {
        let status = common::command(&[], std::env::current_exe().expect("the path of this test"))
            .args(["--exact", "timers_need_no_thread", "--test-threads=1"])
            .env(ALONE, "1")
            .status()
            .expect("the test starts again");
        assert!(status.success());
        return;
    }
    let before = threads();
    let pending: Vec<_> = (0..10_000).map(|i| after(HOUR + i * MS)).collect();
    let tickers: Vec<_> = (0..1000).map(|_| Ticker::new(HOUR)).collect();
    let soon: Vec<_> = (0..100).map(|_| after(MS)).collect();
    assert!(soon.iter().all(|rx| rx.recv_ok().is_some()));
    assert_eq!(make::<u8>(0).recv_timeout(MS), Err(RecvTimeoutError::Timeout));
    select! { recv(pending[0]) => panic!(), recv(tickers[0]) => panic!(), default(MS) => {} }
    assert_eq!(threads(), before);
    assert!(pending.iter().all(|rx| rx.try_recv() == Err(TryRecvError::Empty)));
    assert_eq!(threads(), before);
}
