//! `Ticker`: periods, missed ticks, stop and reset.

use std::{
    panic,
    sync::atomic::{AtomicUsize, Ordering::SeqCst},
    thread,
    time::{Duration, Instant},
};

use gochan::{
    __private::blocked, make, select, MissedTickBehavior, RecvTimeoutError, Ticker, TryRecvError,
};

use crate::{
    common::{wait_until, watchdog},
    sleep_past, HOUR, MS, TICK,
};

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
    // If the first tick was taken at once, the next one is the second.
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
