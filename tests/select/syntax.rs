//! The macro as a piece of syntax: what may stand in its patterns, handles and bodies.

use std::{
    cell::Cell,
    mem,
    num::ParseIntError,
    rc::Rc,
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

use gochan::{
    __private::blocked, after, bounded, make, select, Chan, Receiver, SendError, Sender, Ticker,
    Timer,
};

use crate::{
    assert_nobody_waits,
    common::{wait_until, watchdog},
    pair, KINDS, TICK,
};

#[test]
fn commas_follow_the_rules_of_match_arms() {
    let c = make(1);
    let fill = || select! { recv(c) -> v => { v } send(c, 1_u8) => { 10 } };
    assert_eq!((fill(), fill()), (10, 1));
    let fill = || select! { recv(c) -> v => { v }, send(c, 1) => { 10 }, };
    assert_eq!((fill(), fill()), (10, 1));
    let fill = || select! { recv(c) -> v => v, send(c, 1) => 10 };
    assert_eq!((fill(), fill()), (10, 1));
    let fill = || {
        select! {
            recv(c) -> v => match v { 1 => 2, _ => 3 },
            send(c, 1) => { 10 }
            default => if c.is_nil() { 4 } else { 5 },
        }
    };
    assert_eq!((fill(), fill()), (10, 2));
    select! { biased; default => {} };
    select! { recv(c) => {} default => {} }
}

#[test]
fn patterns_may_be_any_that_cannot_fail() {
    struct Point {
        x: i32,
        y: i32,
    }
    let pairs = make(4);
    (0..4_i32).for_each(|i| pairs.send((i, [i, -i])));
    select! { recv(pairs) -> (a, [b, c]) => assert_eq!((a, b, c), (0, 0, 0)) }
    select! { recv(pairs) -> (a, ..), if true => assert_eq!(a, 1) }
    select! { recv(pairs) -> mut v => { v.0 += 1; assert_eq!(v, (3, [2, -2])) } }
    select! { recv_ok(pairs) -> (Some(_) | None) => {} }
    let points = make(2);
    points.send(Point { x: 1, y: 2 });
    select! { recv_ok(points) -> p => assert!(matches!(p, Some(Point { x: 1, y: 2 }))) }
    select! { send_ok(points, Point { x: 3, y: 4 }) -> (Ok(()) | Err(SendError(Point { .. }))) => {} }
    let moved = points.recv_ok().map(|Point { x, y }| x + y);
    assert_eq!(moved, Some(7));
}

#[test]
fn the_whole_macro_is_an_expression() {
    fn name(c: &Chan<u8>) -> String {
        select! { recv(c) -> v => v.to_string(), default => "nothing".to_owned() }
    }
    let c = make(1);
    assert_eq!(name(&c), "nothing");
    c.send(2_u8);
    assert_eq!(name(&c), "2");
    c.send(3);
    let twice = 2 * select! { recv(c) -> v => v, default => 0 };
    assert_eq!(twice, 6);
    assert_eq!([select! { default => 1 }, select! { default => 2 }], [1, 2]);
    let parse =
        |s: &str| -> Result<u8, ParseIntError> { Ok(select! { default => s.parse::<u8>()? }) };
    assert_eq!(parse("12"), Ok(12));
    assert!(parse("x").is_err());
}

/// A select over sixty cases of four kinds in turn; its value is the number of the winner, twice.
macro_rules! of_sixty {
    ($c:ident) => {
        of_sixty!($c: 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29
            30 31 32 33 34 35 36 37 38 39 40 41 42 43 44 45 46 47 48 49 50 51 52 53 54 55 56 57 58 59)
    };
    ($c:ident: $($a:literal $b:literal $d:literal $e:literal)*) => {
        select! {
            $(
                recv($c[$a]) -> v => { ($a, v) }
                recv_ok($c[$b]) -> v => ($b, v.unwrap_or_default()),
                send($c[$d], $d), if $c[$d].cap() == Some(1) => ($d, $d),
                send_ok($c[$e], $e) -> r => { r.expect("open"); ($e, $e) },
            )*
            default => (99, 0),
        }
    };
}

#[test]
fn sixty_cases_of_all_kinds() {
    // Nothing is ready on an empty unbuffered channel.
    let mut c: Vec<Chan<u32>> = (0..60).map(|_| make(0)).collect();
    assert_eq!(of_sixty!(c), (99_u32, 0));
    for k in 0..60_u32 {
        let ready = make(1);
        if k % 4 < 2 {
            ready.send(k);
        }
        let unready = mem::replace(&mut c[k as usize], ready);
        assert_eq!(of_sixty!(c), (k, k));
        c[k as usize] = unready;
    }
}

#[test]
fn sixty_plain_cases_block_until_one_is_ready() {
    macro_rules! any {
        ($c:ident: $($i:literal)*) => { select! { $(recv($c[$i]) -> v => ($i, v),)* } };
    }
    let _dog = watchdog(60);
    let c: Vec<Chan<u8>> = (0..60).map(|_| make(0)).collect();
    for k in [0, 17, 59] {
        thread::scope(|s| {
            let winner = s.spawn(|| {
                any!(c: 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29
                    30 31 32 33 34 35 36 37 38 39 40 41 42 43 44 45 46 47 48 49 50 51 52 53 54 55 56 57 58 59)
            });
            wait_until(|| c.iter().all(|c| blocked(c).receivers == 1));
            c[k].send(9);
            assert_eq!(winner.join().unwrap(), (k, 9));
        });
        c.iter().for_each(assert_nobody_waits);
    }
}

struct Hub {
    jobs: Chan<u8>,
    boxed: Box<Receiver<u8>>,
}

impl Hub {
    fn jobs(&self) -> &Chan<u8> {
        &self.jobs
    }

    fn count(&mut self) -> u8 {
        let mut sum = 0;
        loop {
            select! {
                recv(self.jobs) -> v => { sum += v; self.note(); }
                default => return sum,
            }
        }
    }

    fn note(&mut self) {
        *self.boxed = Receiver::nil();
    }
}

#[test]
fn receiving_handles_may_be_any_expression() {
    let mut c = make::<u8>(1);
    let copy = c.clone();
    let rx = c.receiver();
    let hub = Hub { jobs: c.clone(), boxed: Box::new(c.receiver()) };
    let (boxed, rc, arc) = (Box::new(rx.clone()), Rc::new(c.clone()), Arc::new(rx.clone()));
    let array = [rx.clone(), rx.clone()];
    let mutex = Mutex::new(rx.clone());
    let make_one = || copy.receiver();
    macro_rules! all {
        ($($handle:expr),* $(,)?) => {$(
            copy.send(7);
            assert_eq!(select! { recv($handle) -> v => v }, 7, "{}", stringify!($handle));
            copy.send(8);
            assert_eq!(select! { recv_ok($handle) -> v => v, default => None }, Some(8), "{}", stringify!($handle));
        )*};
    }
    // Twice: a handle that is only borrowed can be used again.
    for i in [0, 1] {
        all!(
            c,
            &c,
            &mut c,
            &&c,
            c.clone(),
            rx,
            &rx,
            c.receiver(),
            boxed,
            &boxed,
            rc,
            &rc,
            arc,
            &*arc,
            *arc
        );
        all!(
            Arc::clone(&arc),
            hub.jobs,
            &hub.jobs,
            hub.jobs(),
            hub.boxed,
            *hub.boxed,
            array[i],
            &array[i]
        );
        all!(make_one(), if i == 0 { &c } else { &copy }, { &c }, (&rx, 1).0, rx.clone());
        all!(*mutex.lock().unwrap(), &*mutex.lock().unwrap());
        let guard = mutex.lock().unwrap();
        all!(*guard, &*guard);
    }
}

#[test]
fn sending_handles_may_be_any_expression() {
    let mut c = make::<u8>(1);
    let tx = c.sender();
    let (boxed, rc, arc) = (Box::new(tx.clone()), Rc::new(c.clone()), Arc::new(tx.clone()));
    let array = [tx.clone()];
    let mutex = Mutex::new(tx.clone());
    let rx = c.receiver();
    macro_rules! all {
        ($($handle:expr),* $(,)?) => {$(
            let mut slot = Some(3);
            select! { send($handle, 1) => assert_eq!(rx.recv(), 1, "{}", stringify!($handle)) }
            select! { send_ok($handle, 2) -> r => assert_eq!((r, rx.recv()), (Ok(()), 2)) }
            select! { send_from($handle, &mut slot) => assert_eq!(rx.recv(), 3) }
        )*};
    }
    for _ in 0..2 {
        all!(
            c,
            &c,
            &mut c,
            tx,
            &tx,
            c.sender(),
            boxed,
            rc,
            &rc,
            arc,
            *arc,
            array[0],
            *mutex.lock().unwrap()
        );
        let guard = mutex.lock().unwrap();
        all!(*guard);
    }
}

#[test]
fn timers_are_handles() {
    let _dog = watchdog(60);
    let timer = Timer::new(Duration::from_millis(1));
    let ticker = Ticker::new(Duration::from_millis(1));
    let start = Instant::now();
    select! { recv_ok(timer) -> t => assert!(t.is_some()) }
    select! { recv_ok(&ticker) -> t => assert!(t.is_some()) }
    select! { recv(ticker) => {} }
    select! { recv(ticker.c()) => {} }
    select! { recv(Timer::new(Duration::ZERO)) => {} }
    select! { recv_ok(after(TICK)) -> t => assert!(t.unwrap() >= start + TICK) }
    assert!(start.elapsed() >= TICK);
}

#[test]
fn a_temporary_handle_lives_as_long_as_the_select_needs_it() {
    let _dog = watchdog(60);
    let c = make::<u8>(0);
    let start = Instant::now();
    select! { recv(c) => panic!(), recv(after(TICK)) => {} }
    assert!(start.elapsed() >= TICK);
    // The temporary is the last sending handle: while the select holds it the channel is open.
    let (tx, rx) = bounded::<u8>(0);
    let tx = Cell::new(tx);
    select! { send(tx.take(), 1) => panic!(), recv(rx) => panic!("closed too early"), default(TICK) => {} }
    assert!(rx.is_closed());
}

#[test]
fn a_body_may_lock_what_its_handle_was_taken_from() {
    let _dog = watchdog(60);
    let mutex = Mutex::new(make::<u8>(1));
    mutex.lock().unwrap().send(1);
    select! { recv(*mutex.lock().unwrap()) -> v => { *mutex.lock().unwrap() = make(v as usize); } }
    assert_eq!(mutex.lock().unwrap().cap(), Some(1));
}

#[test]
fn a_body_may_replace_the_handle_of_its_own_case() {
    let _dog = watchdog(60);
    for cap in KINDS {
        let ((tx_a, mut a), (tx_b, mut b)) = (pair::<u32>(cap), pair::<u32>(cap));
        thread::scope(|s| {
            for tx in [tx_a, tx_b] {
                s.spawn(move || (1..=100).for_each(|i| tx.send(i)));
            }
            let mut sum = 0;
            while !(a.is_nil() && b.is_nil()) {
                select! {
                    recv_ok(a) -> v => match v { Some(v) => sum += v, None => a = Receiver::nil() },
                    recv_ok(&b) -> v => {
                        let Some(v) = v else { drop(mem::take(&mut b)); continue };
                        sum += v;
                    }
                }
            }
            assert_eq!(sum, 2 * 5050);
        });
    }
}

#[test]
fn a_body_may_replace_a_sending_handle_and_move_any_handle() {
    let (mut tx, rx) = bounded::<u8>(1);
    select! { send(tx, 1) => tx = Sender::nil() }
    assert!(tx.is_nil() && rx.is_closed());
    select! { recv(rx) -> v => { drop(rx); assert_eq!(v, 1); } }
    let c = make::<u8>(1);
    let mut slot = Some(1);
    select! { send_from(&c, &mut slot) => { drop(c); slot = Some(2); } }
    assert_eq!(slot, Some(2));
}

#[test]
fn a_body_may_use_all_of_self() {
    let mut hub = Hub { jobs: make(8), boxed: Box::new(Receiver::nil()) };
    (1..=8).for_each(|v| hub.jobs.send(v));
    assert_eq!(hub.count(), 36);
}

#[test]
fn bodies_may_break_continue_and_return() {
    fn first_even(c: &Chan<u8>) -> Option<u8> {
        loop {
            select! {
                recv(c) -> v => if v % 2 == 0 { return Some(v) },
                default => break,
            }
        }
        None
    }
    let c = make(8);
    (1..=3).for_each(|v| c.send(v));
    assert_eq!(first_even(&c), Some(2));
    assert_eq!(first_even(&c), None);

    (1..=8).for_each(|v| c.send(v));
    let mut odd = 0;
    let last = 'outer: loop {
        for _ in 0..100 {
            select! {
                recv(c) -> v => {
                    if v == 8 {
                        break 'outer v;
                    }
                    if v % 2 == 0 {
                        continue;
                    }
                    odd += v;
                }
                default => continue 'outer,
            }
        }
    };
    assert_eq!((odd, last), (16, 8));
}

#[test]
fn bodies_may_use_the_question_mark() {
    fn sum(c: &Chan<&'static str>) -> Result<u32, ParseIntError> {
        let mut sum = 0;
        loop {
            select! {
                recv(c) -> s => sum += s.parse::<u32>()?,
                default => return Ok(sum),
            }
        }
    }
    let c = make(4);
    ["1", "2", "3"].into_iter().for_each(|s| c.send(s));
    assert_eq!(sum(&c), Ok(6));
    ["1", "x", "3"].into_iter().for_each(|s| c.send(s));
    assert!(sum(&c).is_err());
    assert_eq!(c.len(), 1);
}

#[test]
fn selects_may_be_nested_in_bodies_values_and_handles() {
    let (a, b) = (make(2), make(2));
    a.send(1_u8);
    b.send(2_u8);
    let sum = select! {
        recv(a) -> x => select! {
            recv(b) -> y => x + y,
            default => 0,
        },
        default => 0,
    };
    assert_eq!(sum, 3);
    b.send(4);
    select! { send(a, select! { recv(b) -> v => v + 1, default => 0 }) => {} }
    assert_eq!(a.try_recv(), Ok(5));
    a.send(6);
    let v = select! { recv(select! { recv(b) => &b, default => &a }) -> v => v };
    assert_eq!(v, 6);
}

#[test]
fn user_names_do_not_clash_with_those_of_the_macro() {
    let (case, cases, winner, chan, timeout, select) = (make(1), 1, 2, 3, 4, 5);
    select! { send(case, cases + winner + chan + timeout + select) => {} }
    select! { recv(case) -> case => assert_eq!(case + cases + winner + chan + timeout + select, 30) }
}
