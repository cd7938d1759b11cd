//! Panics in the expressions, values and bodies of a select.

use std::{
    sync::{
        atomic::{AtomicUsize, Ordering::SeqCst},
        Arc,
    },
    thread,
    time::Duration,
};

use gochan::{__private::blocked, after, make, select, Chan};

use crate::{
    assert_nobody_waits,
    common::{wait_until, watchdog},
    panic_of, Counted,
};

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
