//! Contexts, as Go documents them.
#![cfg(not(any(loom, shuttle)))]

mod common;
#[path = "context/promises.rs"]
mod promises;
#[path = "context/ways.rs"]
mod ways;

use std::{
    panic::{catch_unwind, RefUnwindSafe, UnwindSafe},
    sync::{Arc, Barrier},
    thread,
    time::{Duration, Instant},
};

use common::{wait_until, watchdog};
use gochan::{
    __private::blocked,
    context::{AfterFunc, Cancel, CancelCause, ContextError},
    make, select, Context, TryRecvError,
};

const HOUR: Duration = Duration::from_secs(3600);

fn is_canceled(context: &Context) -> bool {
    assert_eq!(context.err().is_some(), context.done().is_closed());
    context.err() == Some(ContextError::Canceled)
}

#[test]
fn the_background_never_ends() {
    let root = Context::background();
    assert!(root.done().is_nil());
    assert!(root.err().is_none() && root.cause().is_none() && root.deadline().is_none());
    assert!(root.value::<u8>().is_none());
}

#[test]
fn cancel_ends_the_context_and_what_was_made_from_it() {
    let (root, cancel) = Context::background().with_cancel();
    let (child, _keep) = root.with_cancel();
    let (grandchild, _keep) = child.with_value(7).with_timeout(HOUR);
    let (sibling, _keep) = Context::background().with_cancel();
    assert!([&root, &child, &grandchild, &sibling].iter().all(|context| context.err().is_none()));
    cancel.cancel();
    assert!([&root, &child, &grandchild].iter().all(|context| is_canceled(context)));
    assert!(!is_canceled(&sibling));
}

#[test]
fn a_default_is_taken_until_the_end() {
    let (context, cancel) = Context::background().with_cancel();
    let (late, _keep) = Context::background().with_timeout(HOUR);
    let (early, _keep) = Context::background().with_timeout(Duration::ZERO);
    let ended = |context: &Context| {
        let (done, never) = (context.done(), gochan::Receiver::<()>::nil());
        select! {
            recv(done) => true,
            recv(never) => unreachable!(),
            default => false,
        }
    };
    assert!(!ended(&context) && !ended(&late) && ended(&early));
    cancel.cancel();
    assert!(ended(&context));
}

#[test]
fn a_child_that_ends_leaves_its_parent_and_siblings() {
    let (root, _keep) = Context::background().with_cancel();
    let (child, cancel) = root.with_cancel();
    let (sibling, _keep) = root.with_cancel();
    cancel.cancel();
    assert!(is_canceled(&child) && !is_canceled(&root) && !is_canceled(&sibling));
}

#[test]
fn dropping_the_handle_cancels() {
    let (context, cancel) = Context::background().with_cancel();
    let (other, cancel_other) = Context::background().with_cancel_cause();
    drop(cancel);
    drop(cancel_other);
    assert!(is_canceled(&context) && is_canceled(&other));
}

/// A pattern `_` binds nothing, so the handle is dropped in that line.
#[test]
fn an_underscore_drops_the_handle_and_a_name_with_one_keeps_it() {
    let root = Context::background();
    let (ended, _) = root.with_timeout(HOUR);
    let (open, _cancel) = root.with_timeout(HOUR);
    assert!(is_canceled(&ended) && !is_canceled(&open));
}

#[test]
fn a_handle_gives_its_context() {
    let root = Context::background().with_value("kept");
    let (context, cancel) = root.with_deadline(Instant::now() + HOUR);
    let (other, cancel_other) = root.with_cancel_cause();
    for (context, of_handle) in [(&context, cancel.context()), (&other, cancel_other.context())] {
        assert!(of_handle.done().same_channel(&context.done()));
        assert_eq!(of_handle.deadline(), context.deadline());
        assert_eq!(of_handle.value(), Some(&"kept"));
        assert_eq!(of_handle.err(), None);
    }
    cancel.cancel();
    cancel_other.cancel("over");
    assert!(is_canceled(cancel.context()));
    assert_eq!(cancel_other.context().cause().unwrap().to_string(), "over");
    // The context ends with the handle, like any clone.
    let (_, cancel) = root.with_cancel();
    let context = cancel.context().clone();
    drop(cancel);
    assert!(is_canceled(&context));
}

#[test]
fn contexts_cross_a_caught_panic() {
    fn crosses<T: UnwindSafe + RefUnwindSafe>() {}
    crosses::<Context>();
    crosses::<Cancel>();
    crosses::<CancelCause>();
    crosses::<AfterFunc>();
    crosses::<ContextError>();
    #[cfg(all(unix, feature = "signal"))]
    crosses::<gochan::signal::Stop>();

    let value: Opaque = Box::new(|| 7);
    let (context, cancel) = Context::background().with_value(value).with_cancel();
    let other: Opaque = Box::new(|| 8);
    let after = context.after_func(move || drop(other));
    let caught = catch_unwind(|| {
        let (child, _cancel) = context.with_cancel();
        assert!(after.stop());
        assert_eq!(child.value::<Opaque>().unwrap()(), 7);
        cancel.cancel();
        panic!("on purpose");
    });
    assert!(caught.is_err());
    assert!(is_canceled(&context) && !after.stop());
}

/// A function that may be shared, but does not cross a caught panic.
type Opaque = Box<dyn Fn() -> u8 + Send + Sync>;

#[test]
fn a_context_made_from_one_that_has_ended_has_ended() {
    let (root, cancel) = Context::background().with_cancel_cause();
    cancel.cancel("over");
    let (child, _keep) = root.with_timeout(HOUR);
    assert!(is_canceled(&child));
    assert_eq!(child.cause().unwrap().to_string(), "over");
}

#[test]
fn the_first_cause_stays() {
    let (context, cancel) = Context::background().with_cancel_cause();
    assert!(context.cause().is_none());
    cancel.cancel("first");
    cancel.cancel("second");
    drop(cancel);
    assert_eq!(context.cause().unwrap().to_string(), "first");
    assert_eq!(context.err(), Some(ContextError::Canceled));
}

#[test]
fn a_cause_comes_down_and_never_up() {
    let (root, cancel_root) = Context::background().with_cancel_cause();
    let (child, cancel_child) = root.with_cancel_cause();
    let (grandchild, _keep) = child.with_cancel();
    cancel_child.cancel("child");
    cancel_root.cancel("root");
    let causes = [&root, &child, &grandchild].map(|context| context.cause().unwrap().to_string());
    assert_eq!(causes, ["root", "child", "child"]);
}

#[test]
fn without_a_cause_the_error_is_the_cause() {
    let (context, cancel) = Context::background().with_cancel();
    cancel.cancel();
    let cause = context.cause().unwrap();
    assert_eq!(cause.downcast_ref::<ContextError>(), Some(&ContextError::Canceled));
    assert_eq!(cause.to_string(), "context canceled");
    assert_eq!(ContextError::DeadlineExceeded.to_string(), "context deadline exceeded");
}

#[test]
fn a_deadline_ends_the_context_and_not_early() {
    let start = Instant::now();
    let (context, _keep) = Context::background().with_timeout(Duration::from_millis(20));
    assert_eq!(context.err(), None);
    assert_eq!(context.done().recv_ok(), None);
    assert!(start.elapsed() >= Duration::from_millis(20));
    assert_eq!(context.err(), Some(ContextError::DeadlineExceeded));
    assert!(Instant::now() >= context.deadline().unwrap());
}

#[test]
fn a_deadline_wakes_everyone_who_waits() {
    let _dog = watchdog(60);
    let (context, _keep) = Context::background().with_timeout(Duration::from_millis(20));
    let never = make::<u8>(0);
    thread::scope(|scope| {
        for _ in 0..4 {
            let (done, never) = (context.done(), never.receiver());
            scope.spawn(move || select! { recv(done) => {} recv(never) => unreachable!() });
        }
    });
}

/// The thread that cancels wakes a few threads, and each of these wakes some more.
#[test]
fn a_cancel_wakes_everyone_who_waits() {
    let _dog = watchdog(60);
    let (context, cancel) = Context::background().with_cancel();
    thread::scope(|scope| {
        for _ in 0..20 {
            scope.spawn(|| assert_eq!(context.done().recv_ok(), None));
        }
        wait_until(|| blocked(&context.done()).receivers == 20);
        cancel.cancel();
    });
}

#[test]
fn cancel_before_the_deadline_is_a_cancel_and_after_it_is_none() {
    let (early, cancel) = Context::background().with_timeout(HOUR);
    cancel.cancel();
    assert_eq!(early.err(), Some(ContextError::Canceled));
    let (late, cancel) = Context::background().with_deadline_cause(Instant::now(), "late");
    cancel.cancel();
    assert_eq!(late.err(), Some(ContextError::DeadlineExceeded));
    assert_eq!(late.cause().unwrap().to_string(), "late");
}

#[test]
fn the_earlier_deadline_counts_with_its_cause() {
    let now = Instant::now();
    let (outer, _keep) = Context::background().with_deadline_cause(now, "outer");
    let (inner, _keep) = outer.with_timeout_cause(HOUR, "inner");
    assert_eq!(inner.deadline(), Some(now));
    assert_eq!(inner.cause().unwrap().to_string(), "outer");
    let (outer, _keep) = Context::background().with_timeout_cause(HOUR, "outer");
    let (inner, _keep) = outer.with_deadline_cause(now, "inner");
    assert_eq!(inner.cause().unwrap().to_string(), "inner");
    assert_eq!(outer.err(), None);
}

#[test]
fn huge_timeouts_never_end_and_no_time_ends_at_once() {
    let (context, _keep) = Context::background().with_timeout(Duration::MAX);
    assert_eq!((context.deadline(), context.err()), (None, None));
    let (context, _keep) = Context::background().with_timeout(Duration::ZERO);
    assert_eq!(context.err(), Some(ContextError::DeadlineExceeded));
}

#[test]
fn without_cancel_outlives_and_keeps_the_values() {
    let (context, cancel) = Context::background().with_value("kept").with_timeout(HOUR);
    let detached = context.without_cancel();
    let (below, _keep) = detached.with_cancel();
    cancel.cancel();
    assert!(detached.done().is_nil() && detached.err().is_none() && detached.deadline().is_none());
    assert_eq!(below.value::<&str>(), Some(&"kept"));
    assert!(!is_canceled(&below));
}

#[test]
fn values_are_found_by_type_the_last_one_first() {
    #[derive(Debug, PartialEq)]
    struct Id(u32);
    let outer = Context::background().with_value(Id(1)).with_value("name");
    let (inner, _keep) = outer.with_value(Id(2)).with_cancel();
    assert_eq!((outer.value(), inner.value()), (Some(&Id(1)), Some(&Id(2))));
    assert_eq!((inner.value::<&str>(), inner.value::<u32>()), (Some(&"name"), None));
}

#[test]
fn a_blocked_select_learns_of_the_cancel() {
    let _dog = watchdog(60);
    let (context, cancel) = Context::background().with_cancel();
    let done = context.done();
    thread::scope(|scope| {
        scope.spawn(|| select! { recv(done) => {} });
        wait_until(|| blocked(&done).receivers == 1);
        cancel.cancel();
    });
}

#[test]
fn a_done_channel_holds_nothing_and_dropping_it_ends_nothing() {
    let (context, cancel) = Context::background().with_cancel();
    let done = context.done();
    assert_eq!(done.try_recv(), Err(TryRecvError::Empty));
    assert_eq!((done.len(), done.cap()), (0, Some(0)));
    drop(done);
    assert_eq!(context.err(), None);
    assert!(context.done().same_channel(&context.clone().done()));
    cancel.cancel();
    assert_eq!(context.done().try_recv(), Err(TryRecvError::Closed));
}

#[test]
fn debug_tells_whether_it_has_ended() {
    let now = Instant::now();
    let (context, cancel) = Context::background().with_deadline(now + HOUR);
    let (open, deadline) = (format!("{context:?}"), format!("{:?}", context.deadline().unwrap()));
    assert!(open.contains("err: None") && open.contains(&deadline), "{open}");
    let after = context.after_func(|| {});
    assert_eq!(format!("{cancel:?} {after:?}"), "Cancel AfterFunc");
    cancel.cancel();
    assert!(format!("{context:?}").contains("err: Some(Canceled)"));
}

#[test]
fn a_canceled_tree_of_ten_thousand_is_released_whole() {
    let alive = Arc::new(());
    let (root, cancel) = Context::background().with_cancel();
    let mut handles: Vec<Cancel> = vec![];
    let (mut chain, mut leaves) = (root.clone(), vec![]);
    for i in 0..10_000 {
        // Half of the contexts are in one long chain, half are next to each other.
        let parent = if i % 2 == 0 { &chain } else { &root };
        let (child, handle) = parent.with_value(alive.clone()).with_cancel();
        let kept = alive.clone();
        let _ = child.after_func(move || drop(kept)).stop();
        handles.push(handle);
        if i % 2 == 0 {
            chain = child;
        } else {
            leaves.push(child);
        }
    }
    cancel.cancel();
    assert!(is_canceled(&chain) && leaves.iter().all(is_canceled));
    drop((cancel, handles, chain, leaves, root));
    assert_eq!(Arc::strong_count(&alive), 1);
}

/// A parent may live as long as the program: it keeps nothing of the children that have ended.
#[test]
fn a_parent_forgets_a_child_whose_handle_is_gone() {
    #[derive(Debug)]
    struct Kept(#[allow(unused)] Arc<()>);
    impl std::fmt::Display for Kept {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("kept")
        }
    }
    impl std::error::Error for Kept {}

    let alive = Arc::new(());
    let (root, _keep) = Context::background().with_cancel();
    drop(root.with_timeout_cause(HOUR, Kept(alive.clone())));
    assert_eq!(Arc::strong_count(&alive), 1);
}

/// The values are dropped one after the other: nested drops would need more stack than there is.
#[test]
fn a_hundred_thousand_values_are_dropped() {
    let alive = Arc::new(());
    let mut context = Context::background();
    for _ in 0..100_000 {
        context = context.with_value(alive.clone());
    }
    drop(context);
    assert_eq!(Arc::strong_count(&alive), 1);
}

#[test]
fn children_that_come_while_it_ends_end_too() {
    let _dog = watchdog(60);
    for _ in 0..200 {
        let (root, cancel) = Context::background().with_cancel();
        let start = Barrier::new(3);
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    start.wait();
                    let (child, _keep) = root.with_cancel();
                    assert_eq!(child.done().recv_ok(), None);
                });
            }
            start.wait();
            cancel.cancel();
        });
    }
}
