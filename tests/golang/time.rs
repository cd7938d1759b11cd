//! The cases of Go's src/time/sleep_test.go and tick_test.go that are about channels and timers.
//! Cases that tests/time.rs has are not repeated; docs/go-tests.md says where they are.

use std::{
    collections::VecDeque,
    sync::atomic::{AtomicBool, Ordering::SeqCst},
    thread,
    time::{Duration, Instant},
};

use gochan::{
    __private::blocked, after, make, select, tick, Receiver, Select, Sender, Ticker, Timer,
    TryRecvError,
};

use crate::{
    common::{
        random::{seed, Rng},
        wait_until, watchdog,
    },
    support::rounds,
};

const HOUR: Duration = Duration::from_secs(3600);
const MS: Duration = Duration::from_millis(1);
const NS: Duration = Duration::from_nanos(1);

/// Sleeps until `instant` has passed.
fn sleep_past(instant: Instant) {
    while let Some(left) = instant.checked_duration_since(Instant::now()) {
        thread::sleep(left + NS);
    }
}

/// Timers that are stopped in time never fire, while one that is due later does (TestAfterStop,
/// TestTimerStopStress).
#[test]
fn stopped_timers_are_silent_when_a_later_one_fires() {
    let _dog = watchdog(60);
    let timers: Vec<_> = (0..100).map(|i| Timer::new(50 * MS + i * NS)).collect();
    let later = after(60 * MS);
    let stopped: Vec<_> = timers.iter().map(Timer::stop).collect();
    assert_eq!(stopped, vec![true; timers.len()], "nobody received");
    assert!(later.recv_ok().is_some());
    for timer in &timers {
        assert_eq!(timer.c().try_recv(), Err(TryRecvError::Empty));
        assert!(!timer.stop(), "stopped once");
    }
}

/// Each of thirteen threads gets the instant of its own timer, and not before it comes
/// (TestAfterQueuing).
#[test]
fn thirteen_timers_fire_for_thirteen_threads() {
    const SLOTS: [u32; 13] = [5, 3, 6, 6, 6, 1, 1, 2, 7, 9, 4, 8, 0];
    let _dog = watchdog(60);
    let results = make(SLOTS.len());
    let start = Instant::now();
    thread::scope(|s| {
        for slot in SLOTS {
            let (timer, results) = (after(slot * 5 * MS), &results);
            let made = Instant::now();
            s.spawn(move || {
                let fired = timer.recv_ok().expect("open");
                assert!(Instant::now() >= fired, "early");
                assert!(fired >= start + slot * 5 * MS && fired <= made + slot * 5 * MS);
                results.send(slot);
            });
        }
    });
    let mut fired: Vec<_> = results.try_iter().collect();
    fired.sort_unstable();
    assert_eq!(fired, [0, 1, 1, 2, 3, 4, 5, 6, 6, 6, 7, 8, 9]);
}

/// A receive from a timer without a duration returns, whether it is a new one or one that is set
/// again (TestZeroTimer).
#[test]
fn a_receive_from_a_zero_timer_returns() {
    let _dog = watchdog(60);
    let again = Timer::new(HOUR);
    for _ in 0..rounds(200_000) {
        assert!(Timer::new(Duration::ZERO).c().recv_ok().is_some());
        again.reset(Duration::ZERO);
        assert!(again.c().recv_ok().is_some());
    }
}

/// A timer that is stopped and moved to the past, again and again, still fires
/// (TestTimerModifiedEarlier).
#[test]
fn a_timer_moved_earlier_again_and_again_fires() {
    let _dog = watchdog(60);
    for _ in 0..1000 {
        let timer = Timer::new(HOUR);
        for _ in 0..10 {
            assert!(timer.stop(), "nobody has received");
            assert!(!timer.reset(Duration::ZERO), "it is stopped");
        }
        select! {
            recv(timer) => {}
            recv(after(HOUR)) => panic!("lost"),
        }
        assert_eq!(timer.c().try_recv(), Err(TryRecvError::Empty), "once");
    }
}

/// A hundred timers are set, received from, moved away and stopped, in random order of the timers:
/// each says at each step what it should (TestAdjustTimers).
#[test]
fn many_timers_moved_to_and_fro() {
    let _dog = watchdog(60);
    let mut rng = Rng::new(seed());
    let mut timers: Vec<_> = (0..100).map(|_| (0, Timer::new(Duration::ZERO))).collect();
    while !timers.is_empty() {
        let i = rng.below(timers.len());
        let (step, timer) = &mut timers[i];
        match *step {
            0 => assert!(timer.c().recv_ok().is_some(), "due"),
            1 => assert!(!timer.reset(HOUR), "it has fired"),
            3 => assert!(!timer.reset(3 * HOUR), "it is stopped"),
            5 => assert!(!timer.reset(2 * HOUR), "it is stopped"),
            2 | 4 | 6 => assert!(timer.stop(), "it is set"),
            7 => assert!(!timer.reset(Duration::ZERO), "it is stopped"),
            8 => assert!(timer.c().recv_ok().is_some(), "due"),
            _ => {
                assert!(!timer.stop(), "it has fired");
                timers.swap_remove(i);
                continue;
            }
        }
        *step += 1;
    }
}

/// Two timers are due at the same time and one of them is received from: stopping or moving the
/// other says that it prevents the receive, and does, due or not (TestStopResult, TestResetResult).
#[test]
fn stop_and_reset_agree_with_what_can_be_received() {
    let _dog = watchdog(120);
    let prevents: [fn(&Timer) -> bool; 2] = [Timer::stop, |timer| timer.reset(HOUR)];
    for prevent in prevents {
        let start = make::<()>(0);
        thread::scope(|s| {
            for _ in 0..50 {
                s.spawn(|| {
                    start.recv_ok();
                    for _ in 0..10 {
                        let (a, b) = (Timer::new(MS), Timer::new(MS));
                        let other = select! { recv(a) => &b, recv(b) => &a };
                        assert!(prevent(other), "nobody has received from it");
                        assert_eq!(other.c().try_recv(), Err(TryRecvError::Empty));
                    }
                });
            }
            start.close();
        });
    }
}

/// Threads that wait together for a fast ticker, each with a timeout, get different ticks
/// (TestMultiWakeupTicker, TestTickerConcurrentStress).
#[test]
fn several_threads_wait_for_one_fast_ticker() {
    let _dog = watchdog(60);
    let ticker = Ticker::new(1000 * NS);
    let mut ticks: Vec<Instant> = thread::scope(|s| {
        let threads: Vec<_> = (0..4)
            .map(|_| {
                s.spawn(|| {
                    let wait = || select! { recv_ok(ticker) -> t => t, recv(after(MS)) => None };
                    (0..rounds(50_000)).filter_map(|_| wait()).collect::<Vec<_>>()
                })
            })
            .collect();
        threads.into_iter().flat_map(|t| t.join().unwrap()).collect()
    });
    ticks.sort_unstable();
    assert!(!ticks.is_empty());
    assert!(ticks.windows(2).all(|w| w[0] < w[1]), "a tick came twice");
}

/// Threads that receive from one timer without waiting and set it again get at most one instant for
/// each time that it is set (TestMultiWakeupTimer).
#[test]
fn several_threads_set_one_timer_again() {
    let _dog = watchdog(60);
    let (timer, threads, each) = (Timer::new(NS), 4, rounds(50_000));
    let got: usize = thread::scope(|s| {
        let round = || {
            let got = select! { recv(timer) => 1, default => 0 };
            timer.reset(NS);
            got
        };
        let threads: Vec<_> = (0..threads)
            .map(|_| s.spawn(move || (0..each).map(|_| round()).sum::<usize>()))
            .collect();
        threads.into_iter().map(|t| t.join().unwrap()).sum()
    });
    assert!((1..=threads * each + 1).contains(&got), "{got}");
    assert!(timer.c().recv_ok().is_some(), "it is set");
}

/// A ticker of a nanosecond ticks, and each tick is later than the one before (TestTickerStress).
#[test]
fn the_fastest_ticker_ticks() {
    let _dog = watchdog(60);
    let ticker = Ticker::new(NS);
    let ticks: Vec<_> = ticker.c().iter().take(1000).collect();
    assert!(ticks.windows(2).all(|w| w[0] < w[1]));
    ticker.stop();
    assert_eq!(ticker.c().try_recv(), Err(TryRecvError::Empty));
}

/// Two threads that keep a channel busy, one of which can always go on, do not keep a third from
/// its timer (TestAfterFuncStarvation).
#[test]
fn a_timer_fires_while_a_channel_is_busy() {
    let _dog = watchdog(60);
    let (c, stop) = (make::<bool>(1), AtomicBool::new(false));
    thread::scope(|s| {
        s.spawn(|| {
            while !stop.load(SeqCst) {
                c.send(true);
            }
            c.close();
        });
        s.spawn(|| c.iter().for_each(drop));
        after(MS).recv_ok();
        stop.store(true, SeqCst);
    });
}

/// Stopping a ticker that has ticked returns (TestTeardown).
#[test]
fn a_ticker_that_has_ticked_can_be_stopped_and_dropped() {
    let _dog = watchdog(60);
    for _ in 0..10 {
        let ticker = Ticker::new(MS);
        assert!(ticker.c().recv_ok().is_some());
        ticker.stop();
    }
}

/// A thread keeps a queue between two channels, and the other end makes a new timeout for each
/// receive: nothing is lost and no timeout fires (TestLongAdjustTimers).
#[test]
fn a_fresh_timeout_for_every_receive() {
    const AT_ONCE: usize = 20;
    let _dog = watchdog(120);
    let (items, queued) = (make::<usize>(0), make::<usize>(0));
    let too_late = after(HOUR);
    thread::scope(|s| {
        s.spawn(|| {
            let mut queue = VecDeque::new();
            loop {
                let (to, first) = match queue.front() {
                    Some(&first) => (queued.sender(), first),
                    None => (Sender::nil(), 0),
                };
                select! {
                    send(to, first) => { queue.pop_front(); }
                    recv_ok(items) -> item => match item {
                        Some(item) => queue.push_back(item),
                        None => return queued.close(),
                    },
                    recv(too_late) => panic!("an hour is over"),
                }
            }
        });
        for round in 0..rounds(5000) {
            let batch = || (0..AT_ONCE).map(|i| round * AT_ONCE + i);
            batch().for_each(|item| items.send(item));
            for item in batch() {
                select! {
                    recv_ok(queued) -> got => assert_eq!(got, Some(item)),
                    recv(after(HOUR)) => panic!("lost {item}"),
                    recv(too_late) => panic!("an hour is over"),
                }
            }
        }
        items.close();
    });
    assert_eq!(queued.recv_ok(), None);
}

/// A late reader gets the instant that was due first, not that of the read (TestAfterTimes,
/// TestTickTimes).
#[test]
fn a_late_read_gives_the_instant_that_was_due() {
    let (timer, ticks) = (after(MS), tick(MS));
    let due = Instant::now() + MS;
    sleep_past(due + 20 * MS);
    for late in [timer, ticks] {
        assert!(late.try_recv().expect("due") <= due);
    }
}

/// A timer or a ticker, whose answers to `stop` and `reset` are a timer's only.
enum Either {
    Timer(Timer),
    Ticker(Ticker),
}

impl Either {
    fn c(&self) -> &Receiver<Instant> {
        match self {
            Either::Timer(timer) => timer.c(),
            Either::Ticker(ticker) => ticker.c(),
        }
    }

    /// Stops the timer or ticker, and checks that a timer says whether it was `pending`.
    #[track_caller]
    fn stop(&self, pending: bool) {
        match self {
            Either::Timer(timer) => assert_eq!(timer.stop(), pending),
            Either::Ticker(ticker) => ticker.stop(),
        }
    }

    /// Sets the timer or ticker, and checks that a timer says whether it was `pending`.
    #[track_caller]
    fn reset(&self, duration: Duration, pending: bool) {
        match self {
            Either::Timer(timer) => assert_eq!(timer.reset(duration), pending),
            Either::Ticker(ticker) => ticker.reset(duration),
        }
    }

    fn is_ticker(&self) -> bool {
        matches!(self, Either::Ticker(_))
    }

    #[track_caller]
    fn assert_silent(&self) {
        assert!(!select! { recv(self.c()) => true, default => false }, "an extra tick");
    }

    /// One more tick is there if this is a ticker, and none if it is a timer.
    #[track_caller]
    fn assert_goes_on(&self) {
        if self.is_ticker() {
            wait_until(|| self.c().try_recv().is_ok());
        } else {
            self.assert_silent();
        }
    }
}

/// Goes through the states of a timer: set far and near, stopped, due, waited for by one thread and
/// by two. Nothing stale is ever received (TestChan).
fn stop_and_reset_in_every_state(it: &Either) {
    let _dog = watchdog(60);
    let empty = || assert_eq!((it.c().len(), it.c().cap()), (0, Some(0)), "at any time");

    // Nobody waits for it.
    empty();
    it.stop(true);
    it.assert_silent();
    it.reset(HOUR, false);
    it.assert_silent();
    it.reset(NS, true);
    sleep_past(Instant::now() + MS);
    empty();
    wait_until(|| it.c().try_recv().is_ok());

    // Due or not: a reset takes it away.
    sleep_past(Instant::now() + MS);
    it.reset(HOUR, false);
    it.assert_silent();

    // Somebody waits: far away stays far away, near wakes.
    thread::scope(|s| {
        let receiver = s.spawn(|| it.c().recv_ok());
        wait_until(|| blocked(it.c()).receivers == 1);
        it.reset(2 * HOUR, true);
        wait_until(|| blocked(it.c()).receivers == 1);
        assert!(!receiver.is_finished());
        it.reset(NS, true);
        assert!(receiver.join().unwrap().is_some());
    });
    it.assert_goes_on();
    it.stop(false);
    it.assert_silent();

    // Two selects wait, and the other case ends the one that got nothing.
    it.reset(HOUR, false);
    let (stop, fired) = (make::<()>(0), make::<()>(2));
    thread::scope(|s| {
        for _ in 0..2 {
            s.spawn(|| select! { recv(it.c()) => fired.send(()), recv(stop) => {} });
        }
        wait_until(|| blocked(it.c()).receivers == 2);
        it.reset(MS, true);
        fired.recv();
        match it {
            Either::Timer(_) => it.stop(false),
            Either::Ticker(ticker) => ticker.stop(),
        }
        stop.close();
    });
    assert!(it.is_ticker() || fired.is_empty(), "a timer fires once");
    it.assert_silent();

    // Two selects wait while it is stopped.
    let stop = make::<()>(0);
    thread::scope(|s| {
        for _ in 0..2 {
            s.spawn(|| select! { recv(it.c()) => panic!("stopped"), recv(stop) => {} });
        }
        wait_until(|| blocked(it.c()).receivers == 2);
        stop.close();
    });

    // What is due is gone after a stop and after a reset.
    it.reset(NS, false);
    sleep_past(Instant::now() + MS);
    it.stop(true);
    it.assert_silent();
    it.reset(HOUR, false);
    it.assert_silent();
    it.reset(NS, true);
    wait_until(|| it.c().try_recv().is_ok());
    it.assert_goes_on();
    it.reset(HOUR, false);
    it.assert_silent();
    empty();
}

/// A timer in every state (TestChan, its first half).
#[test]
fn a_timer_in_every_state() {
    stop_and_reset_in_every_state(&Either::Timer(Timer::new(HOUR)));
}

/// A ticker in every state (TestChan, its second half).
#[test]
fn a_ticker_in_every_state() {
    stop_and_reset_in_every_state(&Either::Ticker(Ticker::new(HOUR)));
}

/// A run-time select over many timers takes each once, in the end all (TestAfterQueuing, from one
/// thread).
#[test]
fn one_select_takes_every_timer_once() {
    let _dog = watchdog(60);
    let timers: Vec<_> = (0..50).map(|i| Timer::new((i * 37 % 50) * MS / 5)).collect();
    let mut left: Vec<_> = (0..timers.len()).collect();
    while !left.is_empty() {
        let mut select = Select::new();
        for &i in &left {
            select.recv_ok(timers[i].c(), move |t| (i, t));
        }
        let (fired, instant) = select.wait();
        assert!(Instant::now() >= instant.expect("open"));
        assert!(!timers[fired].stop(), "its instant is received");
        left.retain(|&i| i != fired);
    }
}
