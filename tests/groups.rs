//! Wait groups and groups, as Go documents them.
#![cfg(not(any(loom, shuttle)))]

mod common;

use std::{
    error::Error,
    panic::{catch_unwind, panic_any, AssertUnwindSafe, RefUnwindSafe, UnwindSafe},
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
fn a_wait_is_shown_at_the_callers_line() {
    let _dog = watchdog(60);
    let group = WaitGroup::new();
    group.add(1);
    let finished = group.finished();
    thread::scope(|scope| {
        let first = line!() + 1;
        scope.spawn(|| group.wait());
        scope.spawn(|| assert!(group.wait_timeout(Duration::from_secs(3600))));
        scope.spawn(|| assert!(group.wait_deadline(Instant::now() + Duration::from_secs(3600))));
        wait_until(|| blocked(&finished).receivers == 3);
        let shown = format!("{finished:?}");
        group.done();
        for line in first..first + 3 {
            let named = format!("recv at {}:{line}:", file!());
            assert!(shown.contains(&named), "{named} in {shown}");
        }
    });
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
fn the_wait_comes_after_all_that_members_did() {
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

/// Panics when it is dropped, with a smaller bomb, which panics when it is dropped.
struct Bomb(u32);

impl Drop for Bomb {
    fn drop(&mut self) {
        if self.0 > 0 {
            panic_any(Bomb(self.0 - 1));
        }
    }
}

/// An error whose conversion panics.
struct Inconvertible;

impl From<Inconvertible> for Box<dyn Error + Send + Sync> {
    fn from(_: Inconvertible) -> Self {
        panic!("no error after all")
    }
}

/// An error that panics when it is dropped.
#[derive(Debug)]
struct Explosive(#[allow(unused)] Option<u8>);

impl std::fmt::Display for Explosive {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("explosive")
    }
}

impl Error for Explosive {}

impl Drop for Explosive {
    fn drop(&mut self) {
        assert!(thread::panicking() || self.0.is_none(), "dropped");
    }
}

/// Adds a member to a group.
type Adds = fn(&Group);

/// A member for each way to end that is no success.
const FAILURES: [(&str, Adds); 7] = [
    ("an error", |group| group.go(|| Err("no"))),
    ("a panic", |group| group.go(|| -> Result<(), String> { panic!("no") })),
    ("a panic without a text", |group| {
        group.go(|| -> Result<(), String> { panic_any(7) });
    }),
    ("a payload that panics when it is dropped", |group| {
        group.go(|| -> Result<(), String> { panic_any(Bomb(1)) });
    }),
    ("a payload that panics with another one", |group| {
        group.go(|| -> Result<(), String> { panic_any(Bomb(3)) });
    }),
    ("an error whose conversion panics", |group| group.go(|| Err(Inconvertible))),
    ("a value that panics when it is dropped", |group| {
        let bomb = Bomb(2);
        group.go(move || {
            let _bomb = bomb;
            Ok::<(), String>(())
        });
    }),
];

#[test]
fn every_end_but_success_is_a_failure_and_ends_the_context() {
    let _dog = watchdog(60);
    for limit in [None, Some(2)] {
        for (name, fails) in FAILURES {
            let group = limit.map_or(Group::new(), |limit| Group::new().with_limit(limit));
            let done = group.context().done();
            group.go(move || {
                done.recv();
                Ok::<(), String>(())
            });
            fails(&group);
            assert!(group.wait().is_err(), "{name}");
            assert!(group.context().cause().is_some_and(|why| !why.is::<ContextError>()), "{name}");
            // The places of the members are free again.
            fails(&group);
            assert!(group.wait().is_err(), "{name}");
        }
    }
}

#[test]
fn a_scope_ends_well_however_its_members_end() {
    let _dog = watchdog(60);
    let group = Group::new();
    thread::scope(|scope| {
        group.go_scoped(scope, || Err(Inconvertible));
        group.go_scoped(scope, || -> Result<(), String> { panic_any(Bomb(1)) });
    });
    assert!(group.wait().unwrap_err().is::<Panicked>());
}

#[test]
fn the_panic_of_a_conversion_is_what_the_group_gives() {
    let group = Group::new();
    group.go(|| Err(Inconvertible));
    let error = group.wait().unwrap_err();
    assert_eq!(error.to_string(), "a member of the group panicked: no error after all");
}

/// The member drops the later error, which nobody has seen.
#[test]
fn a_later_error_may_panic_when_it_is_dropped() {
    let _dog = watchdog(60);
    let group = Group::new();
    thread::scope(|scope| {
        let done = group.context().done();
        group.go(|| Err("first"));
        group.go_scoped(scope, move || {
            done.recv();
            Err(Explosive(Some(1)))
        });
    });
    assert_eq!(group.wait().unwrap_err().to_string(), "first");
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

#[test]
fn a_limit_that_comes_after_the_first_member_panics() {
    let _dog = watchdog(60);
    let starts: [Adds; 3] = [
        |group| group.go(|| Ok::<(), String>(())),
        |group| assert!(group.try_go(|| Ok::<(), String>(()))),
        |group| thread::scope(|scope| group.go_scoped(scope, || Ok::<(), String>(()))),
    ];
    for start in starts {
        for before in [None, Some(1)] {
            let group = before.map_or(Group::new(), |limit| Group::new().with_limit(limit));
            start(&group);
            // The member may have ended, but no wait has said so.
            let said = message(|| drop(group.with_limit(2)));
            assert!(said.starts_with("modify limit of a group with members: "), "{said}");
        }
    }

    let (group, gate) = (Group::new(), make::<()>(0));
    for _ in 0..3 {
        let open = gate.receiver();
        group.go(move || {
            open.recv();
            Ok::<(), String>(())
        });
    }
    let said = message(|| drop(group.with_limit(1)));
    assert_eq!(said, "modify limit of a group with members: 3 are still active");
    gate.close();
}

#[test]
fn a_limit_may_come_again_before_the_members_and_after_a_wait() {
    let _dog = watchdog(60);
    let group = Group::new().with_limit(2).with_limit(1);
    assert!(group.try_go(|| Ok::<(), String>(())));
    assert!(group.wait().is_ok());
    let (group, gate) = (group.with_limit(2), make::<()>(0));
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
}

#[test]
fn groups_cross_a_caught_panic() {
    fn crosses<T: UnwindSafe + RefUnwindSafe>() {}
    crosses::<WaitGroup>();
    crosses::<Group>();
    crosses::<Panicked>();

    let (members, group) = (WaitGroup::new(), Group::new());
    let caught = catch_unwind(|| {
        members.add(1);
        group.go(|| Err("no"));
        panic!("on purpose");
    });
    assert!(caught.is_err());
    members.done();
    members.wait();
    assert_eq!(group.wait().unwrap_err().to_string(), "no");
}
