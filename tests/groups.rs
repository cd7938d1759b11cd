//! Wait groups and groups, as Go documents them.
#![cfg(not(any(loom, shuttle)))]

mod common;

use std::{
    panic::{catch_unwind, AssertUnwindSafe},
    sync::atomic::{AtomicUsize, Ordering::SeqCst},
    thread,
    time::{Duration, Instant},
};

use common::{wait_until, watchdog};
use gochan::{
    __private::blocked, context::ContextError, group::Panicked, make, Context, Group, WaitGroup,
};

fn message(f: impl FnOnce()) -> String {
    let payload = catch_unwind(AssertUnwindSafe(f)).unwrap_err();
    let text = payload.downcast_ref::<String>().cloned();
    text.or_else(|| payload.downcast_ref::<&str>().map(|text| text.to_string())).unwrap()
}

#[test]
fn wait_returns_at_once_if_nothing_is_under_way() {
    let group = WaitGroup::new();
    group.wait();
    assert!(group.wait_timeout(Duration::ZERO) && group.wait_deadline(Instant::now()));
    assert!(group.finished().is_closed());
}

#[test]
fn everyone_who_waits_goes_on_at_zero_and_not_before() {
    let _dog = watchdog(60);
    let group = WaitGroup::new();
    group.add(2);
    let finished = group.finished();
    thread::scope(|scope| {
        (0..3).for_each(|_| drop(scope.spawn(|| group.wait())));
        wait_until(|| blocked(&finished).receivers == 3);
        group.done();
        assert!(!finished.is_closed());
        assert!(!group.wait_timeout(Duration::from_millis(1)));
        assert!(!group.wait_deadline(Instant::now() + Duration::from_millis(1)));
        assert_eq!(blocked(&finished).receivers, 3);
        group.clone().done();
    });
    assert!(finished.is_closed());
}

#[test]
fn debug_tells_how_many_are_under_way() {
    let members = WaitGroup::default();
    members.add(3);
    assert_eq!(format!("{members:?}"), "WaitGroup { count: 3 }");
    let group = Group::default();
    let (tx, rx) = make::<()>(0).split();
    group.go(move || {
        rx.recv();
        Ok::<(), String>(())
    });
    let shown = format!("{group:?}");
    assert!(shown.contains("members: WaitGroup { count: 1 }"), "{shown}");
    assert!(shown.contains("Group") && shown.contains("Context"), "{shown}");
    drop(tx);
    assert!(group.wait().is_ok());
}

#[test]
fn a_negative_count_panics_and_changes_nothing() {
    let group = WaitGroup::new();
    assert_eq!(message(|| group.done()), "negative WaitGroup counter");
    group.add(1);
    assert_eq!(message(|| group.add(-2)), "negative WaitGroup counter");
    assert_eq!(message(|| group.add(isize::MAX)), "overflowing WaitGroup counter");
    assert!(!group.wait_timeout(Duration::ZERO));
    group.done();
    group.wait();
}

#[test]
fn it_can_be_used_again_while_the_last_waiters_are_still_waking() {
    let _dog = watchdog(60);
    let group = WaitGroup::new();
    for _ in 0..200 {
        group.add(1);
        thread::scope(|scope| {
            (0..2).for_each(|_| drop(scope.spawn(|| group.wait())));
            group.done();
            group.add(1);
            group.done();
        });
    }
}

#[test]
fn what_members_did_is_there_after_the_wait() {
    let _dog = watchdog(60);
    let (group, count) = (WaitGroup::new(), AtomicUsize::new(0));
    thread::scope(|scope| {
        for _ in 0..8 {
            group.go_scoped(scope, || {
                count.fetch_add(1, SeqCst);
            });
        }
        group.wait();
        assert_eq!(count.load(SeqCst), 8);
    });
}

#[test]
fn a_member_that_panics_is_done() {
    let _dog = watchdog(60);
    let (group, ran) = (WaitGroup::new(), make(1));
    let tell = ran.sender();
    group.go(move || {
        tell.send(());
        panic!("on purpose");
    });
    group.wait();
    assert_eq!(ran.len(), 1);
}

#[test]
fn a_group_gives_the_first_error_and_waits_for_all() {
    let _dog = watchdog(60);
    let (group, second) = (Group::new(), make::<()>(0));
    group.go(|| Err("first"));
    let (done, may_fail) = (group.context().done(), second.receiver());
    group.go(move || {
        done.recv();
        may_fail.recv();
        Err("second")
    });
    wait_until(|| group.context().err().is_some());
    second.send(());
    assert_eq!(group.wait().unwrap_err().to_string(), "first");
    assert_eq!(group.wait().unwrap_err().to_string(), "first");
    assert_eq!(group.context().cause().unwrap().to_string(), "first");
}

#[test]
fn a_group_without_an_error_ends_its_context_after_the_wait() {
    let group = Group::new();
    group.go(|| Ok::<(), String>(()));
    assert!(group.wait().is_ok());
    assert_eq!(group.context().err(), Some(ContextError::Canceled));
}

#[test]
fn a_panic_is_reported_and_ends_the_context() {
    let _dog = watchdog(60);
    let group = Group::new();
    let done = group.context().done();
    group.go(move || {
        done.recv();
        Ok::<(), String>(())
    });
    group.go(|| -> Result<(), String> { panic!("{} things", 3) });
    let error = group.wait().unwrap_err();
    assert_eq!(error.downcast_ref::<Panicked>().unwrap().message(), "3 things");
    assert_eq!(error.to_string(), "a member of the group panicked: 3 things");
}

#[test]
fn a_group_ends_with_its_parent() {
    let _dog = watchdog(60);
    let (parent, cancel) = Context::background().with_cancel_cause();
    let group = Group::with_context(&parent);
    let context = group.context().clone();
    group.go(move || {
        context.done().recv();
        Err(context.cause().unwrap().to_string())
    });
    cancel.cancel("closing time");
    assert_eq!(group.wait().unwrap_err().to_string(), "closing time");
}

#[test]
fn a_limit_holds_and_try_go_says_no() {
    let _dog = watchdog(60);
    let (group, running, most) =
        (Group::new().with_limit(2), AtomicUsize::new(0), AtomicUsize::new(0));
    thread::scope(|scope| {
        for _ in 0..20 {
            group.go_scoped(scope, || {
                most.fetch_max(running.fetch_add(1, SeqCst) + 1, SeqCst);
                thread::yield_now();
                running.fetch_sub(1, SeqCst);
                Ok::<(), String>(())
            });
        }
        assert!(group.wait().is_ok());
    });
    assert!((1..=2).contains(&most.load(SeqCst)));

    let (group, gate) = (Group::new().with_limit(2), make::<()>(0));
    let go = || {
        let open = gate.receiver();
        group.try_go(move || {
            open.recv();
            Ok::<(), String>(())
        })
    };
    assert_eq!([go(), go(), go()], [true, true, false]);
    gate.close();
    assert!(group.wait().is_ok());
    assert!(group.try_go(|| Ok::<(), String>(())));
    assert!(group.wait().is_ok());
}

#[test]
fn a_limit_of_zero_panics() {
    assert_eq!(message(|| drop(Group::new().with_limit(0))), "a group with a limit of zero");
}
