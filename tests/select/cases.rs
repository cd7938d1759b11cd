//! What each form of a case does: receives, sends, `default`, conditions; and no case at all.

use std::{
    sync::{
        atomic::{AtomicBool, Ordering::SeqCst},
        Arc,
    },
    thread,
    time::{Duration, Instant},
};

use gochan::{__private::blocked, make, select, Chan};

use crate::{
    assert_nobody_waits,
    common::{wait_until, watchdog},
    pair, Counted, HOUR, TICK,
};

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
