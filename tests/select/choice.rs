//! Which of several ready cases is chosen, and that `default` is chosen only if none is ready.

use std::{
    sync::atomic::{AtomicUsize, Ordering::SeqCst},
    thread,
    time::Duration,
};

use gochan::{bounded, make, select, unbounded, Chan, Receiver, Select, Sender, Timer};

use crate::{common::watchdog, pair, rounds};

/// Each of the cases that were ready has won about as often as any other.
#[track_caller]
fn assert_uniform(hits: &[u32]) {
    let (n, p) = (f64::from(hits.iter().sum::<u32>()), 1.0 / hits.len() as f64);
    let sigma = (n * p * (1.0 - p)).sqrt();
    for &h in hits {
        assert!((f64::from(h) - n * p).abs() <= 10.0 * sigma, "{hits:?} is not uniform");
    }
}

const TRIALS: u32 = 10_000;

fn closed() -> Chan<u8> {
    let c = make(0);
    c.close();
    c
}

#[test]
fn the_choice_is_uniform_when_cases_before_are_never_ready() {
    let (never, a, b) = (make::<u8>(0), closed(), closed());
    let mut hits = [0; 2];
    for _ in 0..TRIALS {
        select! {
            recv(never) => panic!(),
            recv(never) => panic!(),
            recv(a) => hits[0] += 1,
            recv(b) => hits[1] += 1,
        }
    }
    assert_uniform(&hits);
    let mut hits = [0; 2];
    for _ in 0..TRIALS {
        select! {
            recv(never) => panic!(),
            send(never, 1) => panic!(),
            recv(a) => hits[0] += 1,
            recv(b) => hits[1] += 1,
            default => panic!(),
        }
    }
    assert_uniform(&hits);
}

#[test]
fn the_choice_is_uniform_whatever_the_cases_do() {
    let (closed, many, (tx, _rx)) = (closed(), make(TRIALS as usize), unbounded());
    (0..TRIALS).for_each(|_| many.send(()));
    let room = make(TRIALS as usize);
    let mut hits = [0; 5];
    for _ in 0..TRIALS {
        let mut slot = Some(());
        select! {
            recv(closed) => hits[0] += 1,
            recv_ok(many) -> _ => hits[1] += 1,
            send(tx, ()) => hits[2] += 1,
            send_from(room, &mut slot) => hits[3] += 1,
            recv(closed), if false => panic!(),
            send_ok(closed, 1) -> _ => hits[4] += 1,
            default(Duration::ZERO) => panic!(),
        }
    }
    assert_uniform(&hits);
}

#[test]
fn the_choice_is_uniform_among_cases_of_one_channel() {
    let (a, b) = (closed(), closed());
    let mut hits = [0; 4];
    for _ in 0..TRIALS {
        let k = select! { recv(a) => 0, recv(a) -> _ => 1, recv_ok(a) -> _ => 2, recv(b) => 3 };
        hits[k] += 1;
    }
    assert_uniform(&hits);
}

#[test]
fn the_choice_is_uniform_between_a_due_timer_and_a_ready_channel() {
    let closed = closed();
    let timer = Timer::new(Duration::ZERO);
    let mut hits = [0; 2];
    for _ in 0..TRIALS {
        timer.reset(Duration::ZERO);
        select! { recv(timer) => hits[0] += 1, recv(closed) => hits[1] += 1, default => panic!() }
    }
    assert_uniform(&hits);
}

#[test]
fn a_random_sender_sends_each_value_about_equally_often() {
    let _dog = watchdog(120);
    let c = make::<usize>(0);
    let mut hits = [0; 2];
    thread::scope(|s| {
        s.spawn(|| (0..TRIALS).for_each(|_| select! { send(c, 0) => {}, send(c, 1) => {} }));
        (0..TRIALS).for_each(|_| hits[c.recv()] += 1);
    });
    // A select that sleeps is served through the case that joined its queue first: that order is
    // random too.
    assert!(hits.iter().all(|&h| h > TRIALS / 10), "{hits:?}");
}

type End = (Sender<u8>, Receiver<u8>);

/// While `shift` moves readiness from one channel to the other, at every instant one of the two is
/// ready: `look` must always find one.
fn always_finds_one_ready(
    name: &str,
    fresh: impl Fn() -> (End, End),
    shift: impl Fn(&End, &End),
    look: impl Fn(&End, &End) -> bool + Sync,
) {
    const BATCH: usize = 1000;
    fn spin_until(condition: impl Fn() -> bool) {
        for i in 1_u64.. {
            if condition() {
                break;
            }
            if i % 64 == 0 {
                thread::yield_now();
            }
            std::hint::spin_loop();
        }
    }
    for _ in 0..rounds(100_000) / BATCH {
        let pairs: Vec<_> = (0..BATCH).map(|_| fresh()).collect();
        let (started, done, missed) =
            (AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0));
        thread::scope(|s| {
            s.spawn(|| {
                for (i, (a, b)) in pairs.iter().enumerate() {
                    spin_until(|| started.load(SeqCst) > i);
                    missed.fetch_add(usize::from(!look(a, b)), SeqCst);
                    done.store(i + 1, SeqCst);
                }
            });
            for (i, (a, b)) in pairs.iter().enumerate() {
                started.store(i + 1, SeqCst);
                // The two sides meet at another point of their work in each round.
                (0..i % 48).for_each(|_| std::hint::spin_loop());
                shift(a, b);
                spin_until(|| done.load(SeqCst) > i);
            }
        });
        assert_eq!(missed.into_inner(), 0, "{name}: default with a case ready at every instant");
    }
}

/// Every shape of a select over the two channels `$case(a)` and `$case(b)`.
macro_rules! looks {
    ($name:expr, $fresh:expr, $shift:expr, |$a:ident, $b:ident| $($x:tt)*) => {
        looks!(@each $name, $fresh, $shift, |$a, $b| [biased;] $($x)*);
        looks!(@each $name, $fresh, $shift, |$a, $b| [] $($x)*);
    };
    (@each $name:expr, $fresh:expr, $shift:expr, |$a:ident, $b:ident| [$($biased:tt)*] ($($first:tt)*) ($($second:tt)*)) => {
        always_finds_one_ready($name, $fresh, $shift,
            |$a, $b| select! { $($biased)* $($first)* => true, $($second)* => true, default => false });
        always_finds_one_ready($name, $fresh, $shift,
            |$a, $b| select! { $($biased)* $($second)* => true, $($first)* => true, default => false });
    };
}

#[test]
fn default_is_not_chosen_while_values_move_between_channels() {
    let _dog = watchdog(240);
    for cap in [Some(1), Some(8), None] {
        let fresh = || {
            let ends = (pair(cap), pair(cap));
            ends.0 .0.send(1);
            ends
        };
        let shift = |a: &End, b: &End| {
            b.0.send(1);
            let _ = a.1.try_recv();
        };
        looks!(&format!("values, capacity {cap:?}"), fresh, shift, |a, b| (recv(a.1)) (recv_ok(b.1) -> _));
    }
}

#[test]
fn default_is_not_chosen_while_one_channel_closes_and_another_empties() {
    let _dog = watchdog(240);
    for cap in [Some(0), None] {
        let fresh = || {
            let ends = (pair(Some(1)), pair(cap));
            ends.0 .0.send(1);
            ends
        };
        let shift = |a: &End, b: &End| {
            b.0.close();
            let _ = a.1.try_recv();
        };
        looks!(&format!("close, capacity {cap:?}"), fresh, shift, |a, b| (recv(a.1))(recv(b.1)));
    }
}

#[test]
fn default_is_not_chosen_while_room_moves_between_channels() {
    let _dog = watchdog(240);
    let fresh = || {
        let ends = (bounded(1), bounded(1));
        ends.1 .0.send(1);
        ends
    };
    let shift = |a: &End, b: &End| {
        let _ = b.1.try_recv();
        let _ = a.0.try_send(1);
    };
    looks!("room", fresh, shift, |a, b| (send(a.0, 2)) (send_ok(b.0, 2) -> _));
}

#[test]
fn the_run_time_select_acts_at_one_instant_too() {
    let _dog = watchdog(240);
    let fresh = || {
        let ends = (bounded(1), bounded(0));
        ends.0 .0.send(1);
        ends
    };
    let shift = |a: &End, b: &End| {
        b.0.close();
        let _ = a.1.try_recv();
    };
    always_finds_one_ready("Select", fresh, shift, |a, b| {
        let mut select = Select::new();
        select.recv(&b.1, |_| ()).recv(&a.1, |_| ());
        select.try_wait().is_ok()
    });
}
