//! `Select`: the list of cases that is built at run time.
#![forbid(unsafe_code)]
#![cfg(not(any(loom, shuttle)))]

mod common;

use std::{
    cell::{Cell, RefCell},
    panic::{self, AssertUnwindSafe},
    rc::Rc,
    sync::{
        atomic::{AtomicUsize, Ordering::SeqCst},
        Arc,
    },
    thread,
    time::{Duration, Instant},
};

use common::{wait_until, watchdog};
use gochan::{
    __private::blocked, after, make, unbounded, Chan, Receiver, Select, SendError, Sender, Ticker,
    Timer,
};

const HOUR: Duration = Duration::from_secs(3600);
const TICK: Duration = Duration::from_millis(20);

/// The select given back by a call in which no case was ready.
#[track_caller]
fn given_back<'a, R>(outcome: Result<R, Select<'a, R>>) -> Select<'a, R> {
    match outcome {
        Ok(_) => panic!("no case is ready"),
        Err(select) => select,
    }
}

/// The result of a call in which a case was ready.
#[track_caller]
fn chosen<R>(outcome: Result<R, Select<'_, R>>) -> R {
    match outcome {
        Ok(result) => result,
        Err(_) => panic!("a case is ready"),
    }
}

#[track_caller]
fn assert_nobody_waits<T>(c: &Chan<T>) {
    let b = blocked(c);
    assert_eq!((b.senders, b.receivers), (0, 0), "senders and receivers left behind");
}

fn closed() -> Chan<u8> {
    let c = make(0);
    c.close();
    c
}

#[test]
fn each_method_does_what_its_case_does() {
    let c = make::<u8>(1);
    let mut slot = Some(3);

    let mut select = Select::new();
    select.send(&c, 1, || "sent");
    assert_eq!(select.wait(), "sent");
    let mut select = Select::new();
    select.recv(&c, |v| v);
    assert_eq!(select.wait(), 1);
    let mut select = Select::new();
    select.send_ok(&c, 2, |r| r);
    assert_eq!(select.wait(), Ok(()));
    let mut select = Select::new();
    select.recv_ok(&c, |v| v);
    assert_eq!(select.wait(), Some(2));
    let mut select = Select::new();
    select.send_from(&c, &mut slot, || "taken");
    assert_eq!(select.wait(), "taken");
    assert_eq!((slot, c.try_recv()), (None, Ok(3)));
}

#[test]
fn methods_chain_and_count() {
    let c = make::<u8>(1);
    let mut select = Select::new();
    assert_eq!((select.len(), select.is_empty()), (0, true));
    select.recv(&c, |v| v).send(&c, 1, || 0).biased();
    assert_eq!((select.len(), select.is_empty()), (2, false));
    assert_eq!(select.wait(), 0);
}

#[test]
fn takes_every_kind_of_handle() {
    let c = make::<u8>(4);
    let (tx, rx) = (c.sender(), c.receiver());
    let (arc_rx, box_rx) = (Arc::new(rx.clone()), Box::new(rx.clone()));
    let (rc_tx, arc_tx) = (Rc::new(tx.clone()), Arc::new(tx.clone()));
    for i in 0..4 {
        let mut select = Select::new();
        match i {
            0 => select.send(&c, i, || ()),
            1 => select.send(&tx, i, || ()),
            2 => select.send(&arc_tx, i, || ()),
            _ => select.send(&rc_tx, i, || ()),
        };
        select.wait();
    }
    for i in 0..4 {
        let mut select = Select::new();
        match i {
            0 => select.recv(&c, |v| v),
            1 => select.recv(&rx, |v| v),
            2 => select.recv(&box_rx, |v| v),
            _ => select.recv(&arc_rx, |v| v),
        };
        assert_eq!(select.wait(), i);
    }
}

#[test]
fn timers_are_handles() {
    let _dog = watchdog(60);
    let (timer, ticker) = (Timer::new(TICK), Ticker::new(TICK));
    let (late, start) = (after(HOUR), Instant::now());
    for _ in 0..2 {
        let mut select = Select::new();
        select.recv_ok(&timer, |t| t).recv_ok(&ticker, |t| t).recv_ok(&late, |_| None);
        assert!(select.wait().is_some_and(|t| t <= Instant::now()));
    }
    assert!(start.elapsed() >= TICK / 2);
}

#[test]
fn a_list_of_a_hundred_receivers_is_built_in_a_loop() {
    let _dog = watchdog(60);
    let channels: Vec<Chan<usize>> = (0..100).map(|i| make(i % 3)).collect();
    for k in [0, 1, 50, 98, 99] {
        let winner = thread::scope(|s| {
            s.spawn(|| {
                wait_until(|| channels.iter().all(|c| blocked(c).receivers == 1));
                channels[k].send(k);
            });
            let mut select = Select::new();
            for (i, c) in channels.iter().enumerate() {
                select.recv(c, move |v| (i, v));
            }
            assert_eq!(select.len(), 100);
            select.wait()
        });
        assert_eq!(winner, (k, k));
        channels.iter().for_each(assert_nobody_waits);
    }
}

/// Go allows 65,536 cases. Here the case beyond them is found and woken as well as the first.
#[test]
fn there_may_be_as_many_cases_as_in_go_and_more() {
    let _dog = watchdog(120);
    for count in [65_536, 70_000] {
        let (nil, c) = (Receiver::<u8>::nil(), make::<usize>(0));
        for biased in [true, false] {
            let mut select = Select::new();
            for i in 1..count {
                select.recv(&nil, move |_| i);
            }
            select.recv(&c, |v| v);
            if biased {
                select.biased();
            }
            assert_eq!(select.len(), count);
            let select = given_back(select.try_wait());
            thread::scope(|s| {
                s.spawn(|| {
                    wait_until(|| blocked(&c).receivers == 1);
                    c.send(count);
                });
                assert_eq!(select.wait(), count);
            });
        }
    }
}

#[test]
fn channels_of_different_types_share_a_select() {
    let (numbers, words, units) = (make(1), make::<&str>(0), make::<()>(0));
    numbers.send(42_u64);
    let mut select: Select<'_, String> = Select::new();
    select
        .recv(&words, str::to_owned)
        .send(&units, (), String::new)
        .recv(&numbers, |n| n.to_string());
    assert_eq!(select.wait(), "42");
}

#[test]
fn only_the_handler_of_the_winner_runs() {
    let (ready, never, log) = (make(1), make::<u8>(0), RefCell::new(Vec::new()));
    ready.send(1_u8);
    let mut slot = Some(1);
    let mut select = Select::new();
    select
        .recv(&never, |_| log.borrow_mut().push("recv"))
        .recv_ok(&never, |_| log.borrow_mut().push("recv_ok"))
        .send(&never, 1, || log.borrow_mut().push("send"))
        .send_ok(&never, 1, |_| log.borrow_mut().push("send_ok"))
        .send_from(&never, &mut slot, || log.borrow_mut().push("send_from"))
        .recv(&ready, |v| log.borrow_mut().push(if v == 1 { "winner" } else { "wrong value" }));
    select.wait();
    assert_eq!((log.into_inner(), slot), (vec!["winner"], Some(1)));
    assert_nobody_waits(&never);
}

#[test]
fn handlers_may_move_and_borrow_what_they_need() {
    let (c, runs, owned) = (make(1), Cell::new(0), vec![1, 2, 3]);
    c.send(4);
    let mut select = Select::new();
    select.recv(&c, |v| {
        runs.set(runs.get() + 1);
        let mut owned = owned;
        owned.push(v);
        owned
    });
    assert_eq!(select.wait(), [1, 2, 3, 4]);
    assert_eq!(runs.get(), 1);
}

#[test]
fn a_dropped_select_has_done_nothing() {
    let (c, drops) = (make(1), Arc::new(()));
    let mut slot = Some(Arc::clone(&drops));
    let mut select = Select::new();
    select.send(&c, Arc::clone(&drops), || ()).recv_ok(&c, |_| ());
    select.send_from(&c, &mut slot, || ());
    drop(select);
    assert!(c.is_empty() && slot.is_some());
    assert_eq!(Arc::strong_count(&drops), 2, "the unsent value is dropped");
    assert_nobody_waits(&c);
}

#[test]
fn values_of_losing_cases_are_dropped_once() {
    struct Counted<'a>(&'a AtomicUsize);
    impl Drop for Counted<'_> {
        fn drop(&mut self) {
            self.0.fetch_add(1, SeqCst);
        }
    }
    let drops = AtomicUsize::new(0);
    {
        let (full, room) = (make(0), make(1));
        let mut select = Select::new();
        select
            .send(&full, Counted(&drops), || panic!())
            .send_ok(&full, Counted(&drops), |_| panic!())
            .send(&room, Counted(&drops), || ());
        select.wait();
        assert_eq!((drops.load(SeqCst), room.len()), (2, 1));
    }
    assert_eq!(drops.into_inner(), 3);
}

#[test]
fn no_case_is_never_ready() {
    let start = Instant::now();
    let select = given_back(Select::<'_, u8>::new().try_wait());
    let select = given_back(select.wait_timeout(TICK));
    assert!(start.elapsed() >= TICK);
    let deadline = Instant::now() + TICK;
    let select = given_back(select.wait_deadline(deadline));
    assert!(Instant::now() >= deadline);
    assert!(select.is_empty());
    let blocked = thread::spawn(|| Select::<'_, u8>::new().wait());
    thread::sleep(TICK);
    assert!(!blocked.is_finished());
}

#[test]
fn nil_cases_are_never_ready() {
    let (tx, rx, ready) = (Sender::<u8>::nil(), Receiver::<u8>::nil(), closed());
    let mut slot = Some(1);
    for _ in 0..100 {
        let mut select = Select::new();
        select.recv(&rx, |_| 0).recv_ok(&rx, |_| 1).send(&tx, 1, || 2).send_ok(&tx, 1, |_| 3);
        select.send_from(&tx, &mut slot, || 4);
        let mut select = given_back(select.try_wait());
        select.recv(&ready, |_| 5);
        assert_eq!(select.wait(), 5);
    }
    assert_eq!(slot, Some(1));
}

#[test]
fn biased_takes_the_first_ready_case_whenever_it_is_said() {
    let (never, a, b) = (make::<u8>(0), closed(), closed());
    for said_first in [true, false] {
        for _ in 0..200 {
            let mut select = Select::new();
            if said_first {
                select.biased();
            }
            select.recv(&never, |_| 0).recv(&a, |_| 1).recv(&b, |_| 2);
            if !said_first {
                select.biased();
            }
            assert_eq!(select.wait(), 1);
        }
    }
}

#[test]
fn the_choice_is_uniform_among_ready_cases() {
    let (never, a, b) = (make::<u8>(0), closed(), closed());
    let mut hits = [0_i32; 2];
    for _ in 0..10_000 {
        let mut select = Select::new();
        select.recv(&never, |_| 9).send(&never, 1, || 9).recv(&a, |_| 0).recv(&b, |_| 1);
        hits[chosen(select.try_wait())] += 1;
    }
    // Ten standard deviations of 50.
    assert!((hits[0] - 5000).abs() <= 500, "{hits:?}");
}

#[test]
fn try_wait_gives_the_select_back_with_its_value() {
    let c = make(1);
    c.send(Box::new(1_u8));
    let value = Box::new(2);
    let address: *const u8 = &*value;
    let mut select = Select::new();
    select.send(&c, value, || "sent");
    let select = given_back(select.try_wait());
    let select = given_back(select.wait_timeout(Duration::from_millis(1)));
    let select = given_back(select.wait_deadline(Instant::now()));
    assert_nobody_waits(&c);
    assert_eq!(c.recv_ok().as_deref(), Some(&1));
    assert_eq!(chosen(select.try_wait()), "sent");
    let sent = c.recv_ok().expect("the value was sent");
    assert_eq!((*sent, &*sent as *const u8), (2, address));
}

#[test]
fn ready_completes_no_case() {
    let (unbuffered, room, unlimited) = (make::<u8>(0), make::<u8>(1), unbounded());
    let timer = Timer::new(HOUR);
    let mut select = Select::new();
    select.recv(&unbuffered, |v| v).recv(&room, |v| v).recv(&unlimited.1, |v| v);
    select.recv_ok(&timer, |_| 4);
    assert_eq!(select.ready(), None);
    room.send(2);
    assert_eq!((select.ready(), select.ready(), room.len()), (Some(1), Some(1), 1));
    room.recv();
    unlimited.0.send(3);
    assert_eq!(select.ready(), Some(2));
    unlimited.1.recv();
    timer.reset(Duration::ZERO);
    assert_eq!(select.ready(), Some(3));
    timer.stop();
    thread::scope(|s| {
        s.spawn(|| unbuffered.send(1));
        wait_until(|| blocked(&unbuffered).senders == 1);
        assert_eq!(select.ready(), Some(0));
        assert_eq!(select.wait(), 1);
    });
}

#[test]
fn ready_chooses_as_a_wait_does() {
    let (closed, room, nil, full) = (closed(), make::<u8>(1), Chan::<u8>::nil(), make(0));
    let mut select = Select::new();
    select.send(&nil, 0, || ()).send(&full, 0, || ());
    assert_eq!((select.ready(), Select::<()>::new().ready()), (None, None));
    select.send(&room, 0, || ()).recv(&closed, |_| ());
    let seen: std::collections::BTreeSet<_> = (0..100).map(|_| select.ready()).collect();
    assert_eq!(seen, [Some(2), Some(3)].into());
    select.biased();
    assert!((0..100).all(|_| select.ready() == Some(2)));
}

#[test]
fn a_select_given_back_takes_more_cases() {
    let (a, b) = (make::<u8>(0), make(1));
    let mut select = Select::new();
    select.recv(&a, |v| v);
    let mut select = given_back(select.try_wait());
    b.send(9);
    select.recv(&b, |v| v);
    assert_eq!(select.len(), 2);
    assert_eq!(select.wait(), 9);
}

#[test]
fn a_select_given_back_can_wait() {
    let _dog = watchdog(60);
    for cap in [0, 1, 8] {
        let c = make::<u8>(cap);
        thread::scope(|s| {
            s.spawn(|| {
                wait_until(|| blocked(&c).receivers == 1);
                c.send(5);
            });
            let mut select = Select::new();
            select.recv(&c, |v| v);
            let select = given_back(select.try_wait());
            let select = given_back(select.wait_timeout(Duration::ZERO));
            assert_eq!(chosen(select.wait_timeout(HOUR)), 5);
        });
    }
}

#[test]
fn send_from_keeps_the_value_in_its_slot_until_it_wins() {
    let c = make::<u8>(1);
    c.send(1);
    let mut slot = Some(2);
    let mut select = Select::new();
    select.send_from(&c, &mut slot, || ());
    let select = given_back(select.try_wait());
    drop(select);
    assert_eq!(slot, Some(2));
    c.recv();
    let mut select = Select::new();
    select.send_from(&c, &mut slot, || ());
    chosen(select.try_wait());
    assert_eq!((slot, c.try_recv()), (None, Ok(2)));
    let mut select = Select::new();
    select.send_from(&c, &mut slot, || ());
    assert_eq!(given_back(select.try_wait()).len(), 1);
}

#[test]
fn timeouts_are_not_early_and_try_first() {
    let c = make::<u8>(1);
    let mut select = Select::new();
    select.recv(&c, |v| v);
    let start = Instant::now();
    let select = given_back(select.wait_timeout(TICK));
    assert!(start.elapsed() >= TICK);
    let deadline = Instant::now() + TICK;
    let select = given_back(select.wait_deadline(deadline));
    assert!(Instant::now() >= deadline);
    c.send(1);
    assert_eq!(chosen(select.wait_deadline(deadline)), 1);
    c.send(2);
    let mut select = Select::new();
    select.recv(&c, |v| v);
    assert_eq!(chosen(select.wait_timeout(Duration::ZERO)), 2);
    assert_nobody_waits(&c);
}

#[test]
fn the_longest_timeout_means_never() {
    let _dog = watchdog(60);
    let c = make::<u8>(0);
    thread::scope(|s| {
        s.spawn(|| {
            wait_until(|| blocked(&c).receivers == 1);
            c.send(3);
        });
        let mut select = Select::new();
        select.recv(&c, |v| v);
        assert_eq!(chosen(select.wait_timeout(Duration::MAX)), 3);
    });
}

#[test]
fn closed_channels() {
    let c = closed();
    let mut select = Select::new();
    select.recv(&c, |v| v);
    assert_eq!(chosen(select.try_wait()), 0);
    let mut select = Select::new();
    select.recv_ok(&c, |v| v);
    assert_eq!(chosen(select.try_wait()), None);
    let mut select = Select::new();
    select.send_ok(&c, 7, |r| r);
    assert_eq!(chosen(select.try_wait()), Err(SendError(7)));
    let mut slot = Some(8);
    let panics = [
        panic::catch_unwind(|| {
            let mut select = Select::new();
            select.send(&c, 7, || ());
            select.wait();
        }),
        panic::catch_unwind(AssertUnwindSafe(|| {
            let mut select = Select::new();
            select.send_from(&c, &mut slot, || ());
            select.wait();
        })),
    ];
    for cause in panics {
        let cause = cause.expect_err("a chosen send panics");
        assert_eq!(cause.downcast_ref::<&str>(), Some(&"send on closed channel"));
    }
    assert_eq!(slot, Some(8));
    let mut select = Select::new();
    select.biased().recv(&c, |_| ()).send(&c, 7, || panic!("not chosen"));
    select.wait();
}

#[test]
fn a_blocked_select_wakes_for_send_receive_and_close() {
    let _dog = watchdog(60);
    let (a, b) = (make::<u8>(0), make::<u8>(0));
    let wakers: [(&str, &dyn Fn()); 3] = [
        ("received", &|| a.send(1)),
        ("sent", &|| assert_eq!(b.recv(), 2)),
        ("closed", &|| a.close()),
    ];
    for (expected, wake) in wakers {
        thread::scope(|s| {
            let select = s.spawn(|| {
                let mut select = Select::new();
                select.recv_ok(&a, |v| if v.is_some() { "received" } else { "closed" });
                select.send(&b, 2, || "sent");
                select.wait()
            });
            wait_until(|| blocked(&a).receivers == 1 && blocked(&b).senders == 1);
            wake();
            assert_eq!(select.join().unwrap(), expected);
        });
        assert_nobody_waits(&a);
        assert_nobody_waits(&b);
    }
}

#[test]
fn run_time_selects_meet_each_other_and_never_themselves() {
    let _dog = watchdog(120);
    let (a, b) = (make::<u32>(0), make::<u32>(0));
    let n = if cfg!(debug_assertions) { 2000 } else { 20_000 };
    let run = |to: &Chan<u32>, from: &Chan<u32>| {
        let mut balance = 0_i64;
        for i in 0..n {
            let mut select = Select::new();
            select.send(to, i, || 1).recv(from, |_| -1);
            balance += select.wait();
        }
        balance
    };
    let (here, there) = thread::scope(|s| {
        let there = s.spawn(|| run(&b, &a));
        (run(&a, &b), there.join().unwrap())
    });
    assert_eq!(here + there, 0, "each send met a receive");
    let mut select = Select::new();
    select.send(&a, 1, || ()).recv(&a, |_| ());
    assert_eq!(given_back(select.wait_timeout(TICK)).len(), 2);
}

#[test]
fn a_panicking_handler_leaves_the_channels_usable() {
    let (a, b) = (make::<u8>(1), make::<u8>(0));
    a.send(1);
    let run = || {
        let mut select = Select::new();
        select.recv(&a, |_| panic!("boom")).send(&b, 1, || ());
        select.wait();
    };
    panic::catch_unwind(AssertUnwindSafe(run)).expect_err("the handler panics");
    assert_nobody_waits(&a);
    assert_nobody_waits(&b);
    a.send(2);
    assert_eq!(a.recv(), 2);
}

#[test]
fn handlers_run_after_the_select_is_over() {
    // A handler may use every channel of its own select, and wait.
    let _dog = watchdog(60);
    let (c, (tx, rx)) = (make::<u8>(0), unbounded::<u8>());
    tx.send(1);
    let mut select = Select::new();
    select.send(&c, 9, || 0).recv(&rx, |v| {
        assert_nobody_waits(&c);
        tx.send(v + 1);
        let mut inner = Select::new();
        inner.recv(&rx, |v| v).recv(&c, |v| v);
        inner.wait()
    });
    assert_eq!(select.wait(), 2);
}

/// No `AssertUnwindSafe`: the select and what it leaves behind are in order after a panic.
#[test]
fn a_select_may_cross_catch_unwind() {
    let (c, rest) = (make(1), make::<u8>(1));
    c.send(1_u8);
    let mut slot = Some(2);
    let mut select = Select::new();
    select.biased().recv(&c, |_| panic!("in a handler")).send_from(&rest, &mut slot, || ());
    assert_eq!(panic::catch_unwind(|| select.len()).ok(), Some(2));
    assert!(panic::catch_unwind(|| select.wait()).is_err());
    assert_eq!((slot, rest.len(), c.len()), (Some(2), 0, 0));
}
