#![forbid(unsafe_code)]
//! `select!`: its grammar, what each case does, and what two selects may never do to each other.
#![cfg(not(any(loom, shuttle)))]

mod common;

use std::{
    cell::{Cell, RefCell},
    mem,
    num::ParseIntError,
    panic::{self, AssertUnwindSafe},
    rc::Rc,
    sync::{
        atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
        Arc, Mutex, Once,
    },
    thread,
    time::{Duration, Instant},
};

use common::{wait_until, watchdog};
use gochan::{
    __private::blocked, after, bounded, make, select, unbounded, Chan, Receiver, Select, SendError,
    Sender, Ticker, Timer,
};

const HOUR: Duration = Duration::from_secs(3600);
const TICK: Duration = Duration::from_millis(20);

/// The capacities that matter; `None` is unbounded.
const KINDS: [Option<usize>; 4] = [Some(0), Some(1), Some(8), None];

fn pair<T>(cap: Option<usize>) -> (Sender<T>, Receiver<T>) {
    cap.map_or_else(unbounded, bounded)
}

/// Stress loops are full length in release only.
fn rounds(release: usize) -> usize {
    if cfg!(debug_assertions) {
        release / 10
    } else {
        release
    }
}

#[track_caller]
fn assert_nobody_waits<T>(c: &Chan<T>) {
    let b = blocked(c);
    assert_eq!((b.senders, b.receivers), (0, 0), "senders and receivers left behind");
}

/// A channel is usable when nobody waits on it and a value still goes through it.
#[track_caller]
fn assert_usable(c: &Chan<u8>) {
    assert_nobody_waits(c);
    while c.try_recv().is_ok() {}
    thread::scope(|s| {
        s.spawn(|| c.send(77));
        assert_eq!(c.recv(), 77);
    });
}

thread_local!(static PANIC_PLACE: RefCell<Option<(String, u32)>> = const { RefCell::new(None) });

/// Message, file and line of the panic that `f` must raise.
#[track_caller]
fn panic_of(f: impl FnOnce()) -> (String, String, u32) {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let usual = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            let place = info.location().map(|l| (l.file().to_owned(), l.line()));
            PANIC_PLACE.set(place);
            usual(info);
        }));
    });
    let cause = panic::catch_unwind(AssertUnwindSafe(f)).expect_err("must panic");
    let message = match cause.downcast::<String>() {
        Ok(s) => *s,
        Err(cause) => (*cause.downcast::<&str>().expect("the message is a string")).to_owned(),
    };
    let (file, line) = PANIC_PLACE.take().expect("the hook saw the panic");
    (message, file, line)
}

/// Counts its drops.
struct Counted(Arc<AtomicUsize>);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_add(1, SeqCst);
    }
}

// ---- The forms of a case ----

#[test]
fn recv_gives_the_value() {
    for cap in [Some(1), Some(8), None] {
        let (tx, rx) = pair(cap);
        tx.send(7_u8);
        assert_eq!(select! { recv(rx) -> v => v }, 7);
        assert!(rx.is_empty());
    }
}

#[test]
fn recv_without_pattern_drops_the_value_and_needs_no_default() {
    let drops = Arc::default();
    let c = make(1);
    c.send(Counted(Arc::clone(&drops)));
    select! { recv(c) => assert_eq!(drops.load(SeqCst), 1) }
    assert!(c.is_empty());
}

#[test]
fn recv_ok_gives_some_value() {
    let c = make(1);
    c.send(7_u8);
    assert_eq!(select! { recv_ok(c) -> v => v }, Some(7));
}

#[test]
fn send_puts_the_value() {
    for cap in [Some(1), Some(8), None] {
        let (tx, rx) = pair(cap);
        select! { send(tx, 7_u8) => {} }
        assert_eq!(rx.try_recv(), Ok(7));
    }
}

#[test]
fn send_ok_reports_success() {
    let c = make(1);
    select! { send_ok(c, 7_u8) -> r => assert_eq!(r, Ok(())) }
    assert_eq!(c.try_recv(), Ok(7));
}

#[test]
fn send_from_takes_the_value_only_if_it_wins() {
    let c = make(1);
    let mut slot = Some(7_u8);
    select! { send_from(c, &mut slot) => assert_eq!(slot, None) }
    slot = Some(8);
    select! { send_from(c, &mut slot) => panic!("the channel is full"), default => {} }
    assert_eq!(slot, Some(8));
    select! {
        biased;
        recv(c) -> v => assert_eq!((v, slot), (7, Some(8))),
        send_from(c, &mut slot) => panic!("biased chooses the first ready case"),
    }
}

#[test]
fn send_from_an_empty_slot_is_switched_off() {
    let c = make::<u8>(1);
    let mut slot = None;
    assert!(select! { send_from(c, &mut slot) => false, default => true });
    c.close();
    assert!(select! { send_from(c, &mut slot) => false, default => true });
}

#[test]
fn send_from_takes_a_borrowed_slot() {
    fn give(c: &Chan<u8>, slot: &mut Option<u8>) -> bool {
        select! { send_from(c, slot) => true, default => false }
    }
    let (c, mut slot) = (make(1), Some(1));
    assert!(give(&c, &mut slot));
    assert_eq!((slot, c.len()), (None, 1));
}

#[test]
fn a_value_is_kept_in_its_slot_until_a_peer_comes() {
    let _dog = watchdog(60);
    let c = make(0);
    let mut slot = Some(Box::new(5_u8));
    let address = |slot: &Option<Box<u8>>| slot.as_deref().map(std::ptr::from_ref);
    let before = address(&slot);
    for _ in 0..3 {
        select! { send_from(c, &mut slot) => panic!("nobody receives"), default(Duration::from_millis(1)) => {} }
    }
    assert_eq!(address(&slot), before);
    thread::scope(|s| {
        let got = s.spawn(|| c.recv_ok());
        select! { send_from(c, &mut slot) => assert!(slot.is_none()) }
        assert_eq!(got.join().unwrap().as_deref(), Some(&5));
    });
}

#[test]
fn default_is_chosen_when_nothing_is_ready() {
    let (empty, full) = (make::<u8>(1), make(1));
    full.send(1_u8);
    let (rendezvous, nil) = (make::<u8>(0), Chan::<u8>::nil());
    for _ in 0..100 {
        select! {
            recv(empty) => panic!("empty"),
            send(full, 2) => panic!("full"),
            recv(rendezvous) => panic!("no sender"),
            send(rendezvous, 2) => panic!("no receiver"),
            recv(nil) => panic!("nil"),
            send(nil, 2) => panic!("nil"),
            default => {}
        }
    }
}

#[test]
fn default_may_stand_anywhere_and_never_beats_a_ready_case() {
    let closed = make::<u8>(0);
    closed.close();
    for _ in 0..100 {
        select! { default => panic!(), recv(closed) => {} }
        select! { recv(closed) => {} default => panic!(), recv_ok(closed) -> _ => {} }
        select! { default(HOUR) => panic!(), recv(closed) => {} }
        select! { biased; default => panic!(), recv(closed) => {} }
        select! { biased; default(Duration::ZERO) => panic!(), recv(closed) => {} }
    }
}

#[test]
fn default_alone_is_chosen() {
    assert_eq!(select! { default => 5 }, 5);
    assert_eq!(select! { biased; default => 5 }, 5);
    assert_eq!(select! { default(Duration::ZERO) => 5, }, 5);
}

#[test]
fn default_with_a_timeout_is_not_early() {
    let c = make::<u8>(0);
    let start = Instant::now();
    select! { recv(c) => panic!(), default(TICK) => {} }
    assert!(start.elapsed() >= TICK);
    let start = Instant::now();
    select! { default(TICK) => {} }
    assert!(start.elapsed() >= TICK);
    assert_nobody_waits(&c);
}

#[test]
fn default_with_zero_or_huge_timeout() {
    let _dog = watchdog(60);
    let c = make::<u8>(0);
    assert!(select! { recv(c) => false, default(Duration::ZERO) => true });
    thread::scope(|s| {
        s.spawn(|| {
            wait_until(|| blocked(&c).receivers == 1);
            c.send(1);
        });
        select! { recv(c) -> v => assert_eq!(v, 1), default(Duration::MAX) => panic!() }
    });
}

#[test]
fn biased_takes_the_first_ready_case() {
    let (nil, empty) = (Chan::<u8>::nil(), make::<u8>(0));
    let closed = [make::<u8>(0), make(0)];
    closed.iter().for_each(Chan::close);
    for _ in 0..1000 {
        let chosen = select! {
            biased;
            recv(nil) => 0,
            recv(empty) => 1,
            recv(closed[0]), if false => 2,
            recv(closed[0]) => 3,
            recv(closed[1]) => 4,
            send_ok(closed[1], 1) -> _ => 5,
            default => 6,
        };
        assert_eq!(chosen, 3);
    }
}

#[test]
fn a_case_with_a_false_condition_is_as_good_as_nil() {
    let (full, empty) = (make(1), make::<u8>(1));
    full.send(1_u8);
    let mut slot = Some(1);
    let off = || false;
    let chosen = select! {
        recv(full), if false => 1,
        recv(full) -> _, if off() => 2,
        recv_ok(full) -> _, if off() && full.is_full() => 3,
        send(empty, 1), if 1 > 2 => 4,
        send_ok(empty, 1) -> _, if !full.is_full() => 5,
        send_from(empty, &mut slot), if full.is_empty() => 6,
        default => 7,
    };
    assert_eq!(chosen, 7);
    assert_eq!((full.len(), empty.len(), slot), (1, 0, Some(1)));
}

#[test]
fn a_case_with_a_true_condition_is_like_any_other() {
    let (c, mut slot) = (make(1), Some(4_u8));
    let (one, two) = (1, 2);
    select! { send(c, 1), if one < two => {} }
    select! { recv(c) -> v, if true => assert_eq!(v, 1) }
    select! { send_ok(c, 2) -> r, if one == 1 => assert!(r.is_ok()) }
    select! { recv_ok(c) -> v, if one != two => assert_eq!(v, Some(2)) }
    select! { send(c, 3), if true => {} }
    select! { recv(c), if matches!(one, 1) => assert!(c.is_empty()), }
    select! { send_from(c, &mut slot), if true => assert_eq!(slot, None) }
}

#[test]
fn a_condition_is_looked_at_on_entering_only() {
    let _dog = watchdog(60);
    let (c, wake, on) = (make::<u8>(0), make::<u8>(0), AtomicBool::new(false));
    thread::scope(|s| {
        let select = s.spawn(|| {
            select! { recv(c), if on.load(SeqCst) => "switched off", recv(wake) => "woken" }
        });
        wait_until(|| blocked(&wake).receivers == 1);
        on.store(true, SeqCst);
        assert_eq!(blocked(&c).receivers, 0);
        wake.send(1);
        assert_eq!(select.join().unwrap(), "woken");
    });
}

#[test]
fn select_without_cases_never_returns() {
    fn forever() -> ! {
        select! {}
    }
    let thread = thread::spawn(forever);
    thread::sleep(TICK);
    assert!(!thread.is_finished());
}

#[test]
fn select_of_nil_cases_only_blocks() {
    let nil = Chan::<u8>::nil();
    let thread = thread::spawn(move || select! { recv(nil) => {}, send(nil, 1) => {} });
    thread::sleep(TICK);
    assert!(!thread.is_finished());
}

// ---- The macro as a piece of syntax ----

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

// ---- Nil and closed channels ----

#[test]
fn nil_cases_are_never_chosen() {
    let (nil, ready) = (Chan::<u8>::nil(), make(1));
    let mut slot = Some(1);
    for _ in 0..1000 {
        ready.send(1);
        select! {
            recv(nil) => panic!(),
            recv(Receiver::<u8>::nil()) -> _ => panic!(),
            recv_ok(nil) -> _ => panic!(),
            send(nil, 1) => panic!(),
            send_ok(Sender::<u8>::nil(), 1) -> _ => panic!(),
            send_from(nil, &mut slot) => panic!(),
            recv(ready) -> v => assert_eq!(v, 1),
        }
    }
    assert_eq!(slot, Some(1));
}

#[test]
fn a_closed_channel_is_always_ready_to_receive() {
    for cap in KINDS {
        let (tx, rx) = pair::<u8>(cap);
        if cap != Some(0) {
            tx.send(5);
        }
        tx.close();
        if cap != Some(0) {
            select! { recv_ok(rx) -> v => assert_eq!(v, Some(5), "values come before the close") }
        }
        let mut ran = 0;
        select! { recv(rx) -> v => { ran += 1; assert_eq!(v, 0); } }
        select! { recv_ok(rx) -> v => { ran += 1; assert_eq!(v, None); } }
        select! { recv(rx) => ran += 1 }
        select! { recv(rx) => ran += 1, default => panic!("closed is ready") }
        assert_eq!(ran, 4);
    }
}

#[test]
fn a_send_case_on_a_closed_channel_panics_only_if_chosen() {
    for cap in KINDS {
        let (tx, _rx) = pair::<u8>(cap);
        let ready = make::<u8>(0);
        ready.close();
        tx.close();
        let mut panics = 0;
        for _ in 0..200 {
            select! { biased; recv(ready) => {}, send(tx, 1) => panic!("not the first") }
            let both =
                || select! { recv(ready) => {}, send(tx, 1) => panic!("sent on a closed channel") };
            match panic::catch_unwind(AssertUnwindSafe(both)) {
                Ok(()) => {}
                Err(cause) => {
                    assert_eq!(cause.downcast_ref::<&str>(), Some(&"send on closed channel"));
                    panics += 1;
                }
            }
        }
        assert!((50..150).contains(&panics), "{panics} of 200");
        let (message, ..) = panic_of(|| select! { send(tx, 1) => {}, default => {} });
        assert_eq!(message, "send on closed channel");
    }
}

#[test]
fn a_panicking_send_case_names_the_line_of_the_select() {
    let c = make::<u8>(1);
    c.close();
    let before = line!();
    let (message, file, line) = panic_of(|| {
        select! {
            send(c, 1) => {}
            recv(c), if false => {}
        }
    });
    assert_eq!((message.as_str(), file.as_str()), ("send on closed channel", file!()));
    assert!((before..line!()).contains(&line), "line {line}");

    let mut slot = Some(1);
    let before = line!();
    let (message, file, line) = panic_of(|| select! { send_from(c, &mut slot) => {} });
    assert_eq!((message.as_str(), file.as_str()), ("send on closed channel", file!()));
    assert!((before..line!()).contains(&line), "line {line}");
    assert_eq!(slot, Some(1), "the value stays in the slot");
}

#[test]
fn send_ok_on_a_closed_channel_gives_the_value_back() {
    for cap in KINDS {
        let (tx, _rx) = pair(cap);
        tx.close();
        let value = Box::new(3_u8);
        let address: *const u8 = &*value;
        select! {
            send_ok(tx, value) -> r => {
                let SendError(value) = r.expect_err("closed");
                assert_eq!(&*value as *const u8, address);
            }
            default => panic!("closed is ready"),
        }
    }
}

#[test]
fn a_channel_without_receivers_is_closed_for_send_cases() {
    for cap in KINDS {
        let (tx, rx) = pair::<u8>(cap);
        drop(rx);
        select! { send_ok(tx, 3) -> r => assert_eq!(r, Err(SendError(3))) }
        let (message, ..) = panic_of(|| select! { send(tx, 1) => {} });
        assert_eq!(message, "send on closed channel");
    }
}

// ---- One channel in several cases ----

#[test]
fn a_channel_may_stand_in_both_directions() {
    let c = make(1);
    for i in 0..100_u8 {
        let sent = select! { recv(c) -> v => { assert_eq!(v, i - 1); false } send(c, i) => true };
        assert_eq!(sent, i % 2 == 0);
    }
}

#[test]
fn a_select_never_meets_itself() {
    let _dog = watchdog(60);
    let c = make::<u8>(0);
    for _ in 0..1000 {
        select! { recv(c) => panic!(), send(c, 1) => panic!(), default => {} }
    }
    select! { send(c, 1) => panic!(), recv(c) => panic!(), recv(c) => panic!(), default(TICK) => {} }
    assert_nobody_waits(&c);
    thread::scope(|s| {
        let select =
            || select! { send(c, 1) => "sent", recv(c) -> v => { assert_eq!(v, 2); "received" } };
        let first = s.spawn(select);
        wait_until(|| blocked(&c).senders == 1 && blocked(&c).receivers == 1);
        assert_eq!(c.recv(), 1);
        assert_eq!(first.join().unwrap(), "sent");
        let second = s.spawn(select);
        wait_until(|| blocked(&c).senders == 1 && blocked(&c).receivers == 1);
        c.send(2);
        assert_eq!(second.join().unwrap(), "received");
    });
    assert_nobody_waits(&c);
}

#[test]
fn one_value_wakes_one_of_several_equal_cases() {
    let _dog = watchdog(60);
    for cap in KINDS {
        let (tx, rx) = pair::<u8>(cap);
        thread::scope(|s| {
            let select =
                s.spawn(|| select! { recv(rx) -> v => v, recv(rx) -> v => v, recv(&rx) -> v => v });
            wait_until(|| blocked(&rx).receivers > 0);
            tx.send(4);
            assert_eq!(select.join().unwrap(), 4);
        });
        assert_eq!(blocked(&rx).receivers, 0);
        assert!(rx.is_empty());
    }
}

#[test]
fn a_select_leaves_a_channel_that_it_waited_on_twice_in_order() {
    let _dog = watchdog(60);
    for cap in [0, 1] {
        let (twice, once) = (make::<u8>(cap), make::<u8>(cap));
        thread::scope(|s| {
            let select =
                s.spawn(|| select! { recv(twice) => 1, recv(twice) => 2, recv(once) => 3 });
            wait_until(|| blocked(&once).receivers == 1 && blocked(&twice).receivers == 2);
            let plain = s.spawn(|| twice.recv());
            wait_until(|| blocked(&twice).receivers == 3);
            once.send(7);
            assert_eq!(select.join().unwrap(), 3);
            wait_until(|| blocked(&twice).receivers == 1);
            twice.send(8);
            assert_eq!(plain.join().unwrap(), 8);
        });
        assert_nobody_waits(&twice);
    }
}

#[test]
fn a_losing_case_at_the_end_of_a_queue_does_not_break_the_queue() {
    let _dog = watchdog(60);
    // Waiters stand on `shared` before and after a select that loses there.
    let around = |park: &(dyn Fn() + Sync),
                  lose: &(dyn Fn() + Sync),
                  win: &dyn Fn(),
                  serve: &dyn Fn(),
                  shared: &Chan<u8>| {
        let waiting = || blocked(shared).senders + blocked(shared).receivers;
        thread::scope(|s| {
            let first = s.spawn(park);
            wait_until(|| waiting() == 1);
            let select = s.spawn(lose);
            wait_until(|| waiting() == 2);
            win();
            select.join().unwrap();
            assert_eq!(waiting(), 1);
            let second = s.spawn(park);
            wait_until(|| waiting() == 2);
            serve();
            serve();
            first.join().unwrap();
            second.join().unwrap();
        });
        assert_nobody_waits(shared);
    };
    for cap in [0, 1, 8] {
        let (shared, other) = (make::<u8>(cap), make::<u8>(cap));
        around(
            &|| assert_eq!(shared.recv(), 1),
            &|| select! { recv(shared) => panic!(), recv(other) => {} },
            &|| other.send(1),
            &|| shared.send(1),
            &shared,
        );
        (0..cap).for_each(|_| shared.send(1));
        around(
            &|| shared.send(1),
            &|| select! { send(shared, 1) => panic!(), recv(other) => {} },
            &|| other.send(1),
            &|| assert_eq!(shared.recv(), 1),
            &shared,
        );
    }
}

// ---- Waiting and waking ----

#[test]
fn a_blocked_select_wakes_for_a_send() {
    let _dog = watchdog(60);
    for cap in KINDS {
        let ((tx, rx), other) = (pair::<u8>(cap), make::<u8>(0));
        thread::scope(|s| {
            let select = s.spawn(|| select! { recv(other) -> v => v, recv(rx) -> v => v });
            wait_until(|| blocked(&rx).receivers == 1);
            tx.send(7);
            assert_eq!(select.join().unwrap(), 7);
        });
        assert_eq!(blocked(&rx).receivers, 0);
        assert_nobody_waits(&other);
    }
}

#[test]
fn a_blocked_select_wakes_for_a_receive() {
    let _dog = watchdog(60);
    for cap in [0, 1, 8] {
        let (c, other) = (make::<usize>(cap), make::<usize>(0));
        (0..cap).for_each(|i| c.send(i));
        thread::scope(|s| {
            let select = s.spawn(|| select! { send(other, 99) => panic!(), send(c, cap) => {} });
            wait_until(|| blocked(&c).senders == 1);
            (0..=cap).for_each(|i| assert_eq!(c.recv(), i));
            select.join().unwrap();
        });
        assert_nobody_waits(&c);
        assert_nobody_waits(&other);
    }
}

#[test]
fn a_blocked_receive_case_wakes_for_the_close() {
    let _dog = watchdog(60);
    let closers: [fn(Sender<u8>); 2] = [|tx| tx.close(), drop];
    for close in closers {
        for cap in KINDS {
            let ((tx, rx), other) = (pair::<u8>(cap), make::<u8>(0));
            thread::scope(|s| {
                let select =
                    s.spawn(|| select! { send(other, 1) => Some(1), recv_ok(rx) -> v => v });
                wait_until(|| blocked(&rx).receivers == 1);
                close(tx);
                assert_eq!(select.join().unwrap(), None);
            });
            assert_nobody_waits(&other);
        }
    }
}

#[test]
fn a_blocked_send_case_panics_at_the_close_and_send_ok_gets_its_value_back() {
    let _dog = watchdog(60);
    for cap in [0, 1, 8] {
        let (tx, rx) = bounded::<usize>(cap);
        let other = make::<u8>(0);
        (0..cap).for_each(|i| tx.send(i));
        let mut slot = Some(50);
        thread::scope(|s| {
            let panics = s.spawn(|| panic_of(|| select! { send(tx, 48) => {}, recv(other) => {} }));
            let reports = s.spawn(|| select! { send_ok(tx, 49) -> r => r, recv(other) => Ok(()) });
            let keeps = s.spawn(|| panic_of(|| select! { send_from(tx, &mut slot) => {} }));
            wait_until(|| blocked(&tx).senders == 3);
            tx.close();
            let (message, file, _) = panics.join().unwrap();
            assert_eq!((message.as_str(), file.as_str()), ("send on closed channel", file!()));
            assert_eq!(reports.join().unwrap(), Err(SendError(49)));
            assert_eq!(keeps.join().unwrap().0, "send on closed channel");
        });
        assert_eq!(slot, Some(50));
        assert_nobody_waits(&other);
        assert_eq!(rx.iter().collect::<Vec<_>>(), (0..cap).collect::<Vec<_>>());
    }
}

#[test]
fn a_blocked_select_wakes_for_a_timer() {
    let _dog = watchdog(60);
    let (c, start) = (make::<u8>(0), Instant::now());
    select! { recv(c) => panic!(), send(c, 1) => panic!(), recv(after(HOUR)) => panic!(), recv(after(TICK)) => {} }
    assert!(start.elapsed() >= TICK);
    assert_nobody_waits(&c);
}

#[test]
fn losing_cases_leave_nothing_behind() {
    let _dog = watchdog(60);
    let (empty, full, rendezvous) = (make::<u8>(2), make::<u8>(1), make::<u8>(0));
    let ((unbounded_tx, unbounded), stop) = (unbounded::<u8>(), make::<u8>(1));
    full.send(1);
    let mut slot = Some(2);
    let mut run = |timeout| {
        select! {
            recv(empty) => panic!(),
            recv_ok(empty) -> _ => panic!(),
            send(full, 1) => panic!(),
            send_from(full, &mut slot) => panic!(),
            recv(rendezvous) => panic!(),
            send_ok(rendezvous, 1) -> _ => panic!(),
            recv(unbounded) => panic!(),
            recv(stop) => {}
            default(timeout) => {}
        }
    };
    let check = || {
        [&empty, &full, &rendezvous, &stop].into_iter().for_each(assert_nobody_waits);
        assert_eq!(blocked(&unbounded).receivers, 0);
        assert_eq!((empty.len(), full.len(), unbounded.len()), (0, 1, 0));
    };
    run(Duration::from_millis(1));
    check();
    stop.send(1);
    run(HOUR);
    check();
    thread::scope(|s| {
        let select = s.spawn(|| run(HOUR));
        wait_until(|| blocked(&stop).receivers == 1);
        stop.send(1);
        select.join().unwrap();
    });
    check();
    drop(unbounded_tx);
}

#[test]
fn a_losing_value_is_dropped_once_before_the_body() {
    let drops = Arc::<AtomicUsize>::default();
    let value = || Counted(Arc::clone(&drops));
    let (full, ready) = (make(0), make::<u8>(1));
    let mut slot = Some(value());
    ready.send(1);
    select! {
        send(full, value()) => panic!(),
        send_ok(full, value()) -> _ => panic!(),
        send_from(full, &mut slot) => panic!(),
        send(Sender::nil(), value()) => panic!(),
        send(full, value()), if false => panic!(),
        recv(ready) => assert_eq!(drops.swap(0, SeqCst), 4),
    }
    select! { send(full, value()) => panic!(), default => assert_eq!(drops.swap(0, SeqCst), 1) }
    select! { send(full, value()) => panic!(), default(TICK) => assert_eq!(drops.swap(0, SeqCst), 1) }
    let many = make(1);
    select! { send(many, value()) => assert_eq!((drops.load(SeqCst), many.len()), (0, 1)) }
    drop((slot, many));
    assert_eq!(drops.load(SeqCst), 2);
}

#[test]
fn a_value_that_loses_after_a_wait_is_dropped_once_before_the_body() {
    let _dog = watchdog(60);
    for cap in KINDS {
        let drops = Arc::<AtomicUsize>::default();
        let (never, (tx, rx)) = (make(0), pair::<u8>(cap));
        thread::scope(|s| {
            let select = s.spawn(|| {
                select! {
                    send(never, Counted(Arc::clone(&drops))) => panic!(),
                    recv(rx) => drops.load(SeqCst),
                }
            });
            wait_until(|| blocked(&rx).receivers == 1);
            assert_eq!(drops.load(SeqCst), 0);
            tx.send(1);
            assert_eq!(select.join().unwrap(), 1);
        });
        assert_eq!(drops.load(SeqCst), 1);
    }
}

#[test]
fn a_select_served_by_one_channel_does_not_keep_the_wake_of_another() {
    let _dog = watchdog(120);
    for cap in KINDS {
        for select_first in [true, false] {
            for _ in 0..rounds(1000) {
                let ((tx_a, a), (tx_b, b)) = (pair::<u8>(cap), pair::<u8>(cap));
                thread::scope(|s| {
                    let select = || s.spawn(|| select! { recv(a) => 'a', recv(b) => 'b' });
                    let plain = || s.spawn(|| b.recv());
                    let (select, plain) = if select_first {
                        let select = select();
                        wait_until(|| blocked(&b).receivers == 1);
                        (select, plain())
                    } else {
                        let plain = plain();
                        wait_until(|| blocked(&b).receivers == 1);
                        (select(), plain)
                    };
                    wait_until(|| blocked(&a).receivers == 1 && blocked(&b).receivers == 2);
                    tx_a.send(1);
                    tx_b.send(2);
                    // A select that has lined up and looks again may find both ready and take from
                    // `b`: the plain receiver is owed the next value.
                    if select.join().unwrap() == 'b' {
                        tx_b.send(2);
                    }
                    assert_eq!(plain.join().unwrap(), 2);
                });
            }
        }
    }
}

#[test]
fn a_select_served_by_one_channel_does_not_keep_the_room_of_another() {
    let _dog = watchdog(120);
    for cap in [0, 1, 8] {
        for _ in 0..rounds(1000) {
            let (a, b) = (make::<usize>(cap), make::<usize>(cap));
            (0..cap).for_each(|i| [&a, &b].iter().for_each(|c| c.send(i)));
            thread::scope(|s| {
                let select = s.spawn(|| select! { send(a, 9) => 'a', send(b, 9) => 'b' });
                wait_until(|| blocked(&b).senders == 1);
                let plain = s.spawn(|| b.send(8));
                wait_until(|| blocked(&b).senders == 2);
                a.recv();
                b.recv();
                if select.join().unwrap() == 'b' {
                    b.recv();
                }
                plain.join().unwrap();
            });
        }
    }
}

// ---- Selects that meet selects ----

#[test]
fn opposite_selects_meet_on_unbuffered_channels() {
    let _dog = watchdog(120);
    let (a, b) = (make::<usize>(0), make::<usize>(0));
    let n = rounds(50_000);
    let (here, there) = thread::scope(|s| {
        let there = s.spawn(|| {
            let mut log = Vec::new();
            for i in 0..n {
                select! { recv(a) -> v => log.push(('a', v)), send(b, i) => log.push(('b', i)) }
            }
            log
        });
        let mut log = Vec::new();
        for i in 0..n {
            select! { send(a, i) => log.push(('a', i)), recv(b) -> v => log.push(('b', v)) }
        }
        (log, there.join().unwrap())
    });
    assert!(here == there, "both sides saw the same meetings in the same order");
    assert_nobody_waits(&a);
    assert_nobody_waits(&b);
}

#[test]
fn selects_in_a_circle_make_progress_and_conserve_values() {
    let _dog = watchdog(120);
    let ring: [Chan<usize>; 3] = [make(0), make(0), make(0)];
    let (stop, met) = (make::<u8>(0), AtomicUsize::new(0));
    let goal = rounds(50_000);
    let totals: Vec<(usize, usize)> = thread::scope(|s| {
        let threads: Vec<_> = (0..3)
            .map(|k| {
                let (ring, stop, met) = (&ring, &stop, &met);
                s.spawn(move || {
                    let (mut sent, mut received, mut next) = (0, 0, 0);
                    loop {
                        select! {
                            send(ring[k], next) => { sent += next; next += 1; }
                            recv(ring[(k + 1) % 3]) -> v => received += v,
                            recv(stop) => return (sent, received),
                        }
                        if met.fetch_add(1, SeqCst) == goal {
                            stop.close();
                        }
                    }
                })
            })
            .collect();
        threads.into_iter().map(|t| t.join().unwrap()).collect()
    });
    let sent: usize = totals.iter().map(|t| t.0).sum();
    let received: usize = totals.iter().map(|t| t.1).sum();
    assert_eq!(sent, received);
    ring.iter().for_each(assert_nobody_waits);
}

#[test]
fn a_meeting_and_a_timeout_never_both_happen() {
    let _dog = watchdog(120);
    let c = make::<usize>(0);
    let n = rounds(20_000);
    let brief = Duration::from_micros(20);
    thread::scope(|s| {
        s.spawn(|| {
            for i in 0..n {
                let mut slot = Some(i);
                while slot.is_some() {
                    select! {
                        send_from(c, &mut slot) => assert!(slot.is_none()),
                        default(brief) => assert_eq!(slot, Some(i)),
                    }
                }
            }
        });
        let mut expected = 0;
        while expected < n {
            select! {
                recv(c) -> v => { assert_eq!(v, expected); expected += 1; }
                default(brief) => {}
            }
        }
    });
    assert_nobody_waits(&c);
}

#[test]
fn no_value_goes_through_two_cases() {
    let _dog = watchdog(120);
    let n = rounds(100_000);
    let c: [Chan<usize>; 4] = [make(0), make(0), make(0), make(0)];
    let mut seen = vec![false; n];
    thread::scope(|s| {
        s.spawn(|| {
            for i in 0..n {
                select! { send(c[0], i) => {}, send(c[1], i) => {}, send(c[2], i) => {}, send(c[3], i) => {} }
            }
            c.iter().for_each(Chan::close);
        });
        let threads = c.each_ref().map(|c| s.spawn(move || c.iter().collect::<Vec<_>>()));
        for thread in threads {
            for i in thread.join().unwrap() {
                assert!(!mem::replace(&mut seen[i], true), "{i} twice");
            }
        }
    });
    assert!(seen.iter().all(|&s| s), "every value arrives");
}

#[test]
fn selects_in_both_directions_on_one_channel() {
    let _dog = watchdog(120);
    for cap in [0, 10] {
        let c = make::<usize>(cap);
        thread::scope(|s| {
            for me in 1..=2 {
                let c = &c;
                s.spawn(move || {
                    for i in 0..rounds(20_000) {
                        let check = |v| assert!(cap > 0 || v != me, "received what it sent itself");
                        if i % 2 == 0 {
                            select! { send(c, me) => {}, recv(c) -> v => check(v) }
                        } else {
                            select! { recv(c) -> v => check(v), send(c, me) => {} }
                        }
                    }
                });
            }
        });
        assert_nobody_waits(&c);
    }
}

/// Each source counts upwards on each channel: what one receiver gets of it must rise.
#[track_caller]
fn assert_rising_per_source(got: &[(usize, usize)]) {
    let mut next = [0; 8];
    for &(source, i) in got {
        assert!(i >= next[source], "source {source}: {i} after {}", next[source]);
        next[source] = i + 1;
    }
}

#[test]
fn stress_over_mixed_capacities_conserves_every_value_in_order() {
    let _dog = watchdog(240);
    let n = rounds(20_000);
    let c: [Chan<(usize, usize)>; 4] = [make(0), make(0), make(2), make(3)];
    let mut all: Vec<(usize, usize)> = thread::scope(|s| {
        for (k, c) in c.iter().enumerate() {
            s.spawn(move || (0..n).for_each(|i| c.send((k, i))));
        }
        // This sender switches a channel off by nil, the receiver below by a condition.
        s.spawn(|| {
            let mut tx = c.each_ref().map(Chan::sender);
            let mut sent = [0; 4];
            while sent.iter().any(|&i| i < n) {
                let k = select! {
                    send(tx[0], (4, sent[0])) => 0,
                    send(tx[1], (5, sent[1])) => 1,
                    send_ok(tx[2], (6, sent[2])) -> r => { r.expect("open"); 2 }
                    send(tx[3], (7, sent[3])) => 3,
                };
                sent[k] += 1;
                if sent[k] == n {
                    tx[k] = Sender::nil();
                }
            }
        });
        let mut threads: Vec<_> = c
            .iter()
            .map(|c| s.spawn(move || (0..n).map(|_| c.recv()).collect::<Vec<_>>()))
            .collect();
        threads.push(s.spawn(|| {
            let mut left = [n; 4];
            let mut got = Vec::new();
            while left != [0; 4] {
                let (k, v) = select! {
                    recv(c[0]) -> v, if left[0] > 0 => (0, v),
                    recv(c[1]) -> v, if left[1] > 0 => (1, v),
                    recv(c[2]) -> v, if left[2] > 0 => (2, v),
                    recv_ok(c[3]) -> v, if left[3] > 0 => (3, v.expect("open")),
                };
                left[k] -= 1;
                got.push(v);
            }
            got
        }));
        threads
            .into_iter()
            .flat_map(|t| {
                let got = t.join().unwrap();
                assert_rising_per_source(&got);
                got
            })
            .collect()
    });
    all.sort_unstable();
    assert!(all.into_iter().eq((0..8).flat_map(|k| (0..n).map(move |i| (k, i)))));
    c.iter().for_each(assert_nobody_waits);
}

// ---- The choice ----

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
    // A parked select is served through the case that lined up first: that order is random too.
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

// ---- Panics ----

fn boom<T>() -> T {
    panic!("boom")
}

#[test]
fn a_panic_in_any_expression_leaves_the_channels_usable() {
    type Run = fn(&Chan<u8>, &Chan<u8>);
    let runs: [(&str, Run); 10] = [
        (
            "first handle",
            |a, b| select! { recv(boom::<&Chan<u8>>()) => {}, recv(a) => {}, send(b, 1) => {} },
        ),
        (
            "last handle",
            |a, b| select! { recv(a) => {}, send(b, 1) => {}, send(boom::<&Chan<u8>>(), 1) => {} },
        ),
        ("first value", |a, b| select! { send(b, boom()) => {}, recv(a) => {} }),
        (
            "last value",
            |a, b| select! { recv(a) => {}, send(b, 1) => {}, send_ok(b, boom()) -> _ => {} },
        ),
        ("first condition", |a, b| select! { recv(a), if boom() => {}, send(b, 1) => {} }),
        (
            "last condition",
            |a, b| select! { recv(a) => {}, send(b, 1) => {}, recv(a) -> _, if boom() => {} },
        ),
        ("timeout", |a, b| select! { recv(a) => {}, send(b, 1) => {}, default(boom()) => {} }),
        ("first body", |a, b| select! { biased; recv(a) => boom(), send(b, 1) => {} }),
        ("last body", |a, b| select! { recv(b) => {}, send(a, 1) => {}, send(b, 1) => boom() }),
        ("default body", |a, b| select! { send(a, 1) => {}, recv(b) => {}, default => boom() }),
    ];
    let _dog = watchdog(60);
    for (place, run) in runs {
        let (a, b) = (make(1), make(1));
        a.send(1);
        let (message, ..) = panic_of(|| run(&a, &b));
        assert_eq!(message, "boom", "{place}");
        assert_usable(&a);
        assert_usable(&b);
    }
}

#[test]
fn a_panic_in_the_body_after_a_wait_leaves_the_channels_usable() {
    let _dog = watchdog(60);
    for cap in [0, 1] {
        let (a, b) = (make::<u8>(cap), make::<u8>(0));
        thread::scope(|s| {
            let select = s.spawn(|| {
                panic_of(|| select! { recv(a) => boom(), send(b, 1) => {}, recv(b) => {} })
            });
            wait_until(|| blocked(&a).receivers == 1);
            a.send(1);
            assert_eq!(select.join().unwrap().0, "boom");
        });
        assert_usable(&a);
        assert_usable(&b);
    }
}

#[test]
fn values_of_earlier_cases_are_dropped_when_a_later_expression_panics() {
    let drops = Arc::<AtomicUsize>::default();
    let c = make::<Counted>(2);
    let (message, ..) = panic_of(|| {
        select! {
            send(c, Counted(Arc::clone(&drops))) => {}
            send_ok(c, Counted(Arc::clone(&drops))) -> _ => {}
            send(c, boom()) => {}
        }
    });
    assert_eq!((message.as_str(), drops.load(SeqCst), c.len()), ("boom", 2, 0));
}

#[test]
fn a_panic_in_the_zero_value_leaves_the_channel_usable() {
    struct NoZero;
    impl Default for NoZero {
        fn default() -> Self {
            boom()
        }
    }
    let (c, other) = (make::<NoZero>(1), make::<u8>(0));
    c.send(NoZero);
    select! { recv(c) -> NoZero => {}, recv(other) => {} }
    c.close();
    let (message, ..) = panic_of(|| select! { recv(c) -> NoZero => {}, recv(other) => {} });
    assert_eq!(message, "boom");
    assert!(c.recv_ok().is_none());
    assert_usable(&other);
    // Without a pattern no zero value is made.
    select! { recv(c) => {} }
}

#[test]
fn a_losing_value_that_panics_when_dropped_leaves_the_channels_usable() {
    struct Bomb(bool);
    impl Drop for Bomb {
        fn drop(&mut self) {
            assert!(!self.0, "boom");
        }
    }
    let (never, ready) = (make(0), make(1));
    ready.send(1);
    let (message, ..) = panic_of(|| select! { send(never, Bomb(true)) => {}, recv(ready) => {} });
    assert_eq!(message, "boom");
    assert_nobody_waits(&never);
    assert_usable(&ready);
    thread::scope(|s| {
        s.spawn(|| never.send(Bomb(false)));
        assert!(never.recv_ok().is_some());
    });
}

/// `-> _` asks for no value, so the type needs no zero value, and none is made.
#[test]
fn an_underscore_needs_no_zero_value() {
    struct NoZero;
    let c = make::<NoZero>(1);
    c.send(NoZero);
    for (on, closed) in [(true, false), (true, true)] {
        if closed {
            c.close();
        }
        let won = select! {
            recv(c) -> _, if on => true,
            default => false,
        };
        assert!(won);
    }
    let won = select! { recv(after(Duration::ZERO)) -> _ => 1, recv(c), if false => 2 };
    assert_eq!(won, 1);
}
