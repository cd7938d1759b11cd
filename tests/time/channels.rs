//! The channels of `after`, `at` and `tick`, and what the channels of all timers have in common.

use std::{
    sync::atomic::{AtomicUsize, Ordering::SeqCst},
    thread,
    time::{Duration, Instant},
};

use gochan::{
    after, at, make, select, tick, MissedTickBehavior, RecvTimeoutError, Ticker, Timer,
    TryRecvError,
};

use crate::{
    common::{wait_until, watchdog},
    sleep_past, HOUR, HUGE, MS, TICK,
};

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
        // The timer works on after that.
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
