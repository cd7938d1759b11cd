//! Groups in tasks: waits, members that are futures, and what a drop of either means.

use std::{
    cell::Cell,
    future::{pending, ready},
    panic::{catch_unwind, AssertUnwindSafe},
    sync::{Arc, Mutex},
};

use gochan::{group::Panicked, make, Group, WaitGroup};

use crate::Poller;

type Ended = Result<(), String>;

/// Calls a function when it is dropped.
struct OnDrop<F: FnMut()>(F);

impl<F: FnMut()> Drop for OnDrop<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}

#[test]
fn a_wait_ends_at_zero() {
    let group = WaitGroup::new();
    group.add(2);
    let [mut one, mut two] = [(), ()].map(|()| Poller::new(group.wait_async()));
    one.waits();
    two.waits();
    group.done();
    assert_eq!((one.wakes(), two.wakes()), (0, 0));
    one.waits();
    group.done();
    assert_eq!((one.wakes(), two.wakes()), (1, 1));
    // It is over, whatever is added now.
    group.add(1);
    one.done();
    two.done();
    Poller::new(group.wait_async()).waits();
}

#[test]
fn a_wait_begins_with_its_first_poll() {
    let group = WaitGroup::new();
    let mut wait = Poller::new(group.wait_async());
    group.add(1);
    wait.waits();
    group.done();
    wait.done();
    Poller::new(group.wait_async()).done();
}

#[test]
fn a_wait_that_is_dropped_changes_nothing() {
    let group = Group::new();
    let mut task = Poller::new(group.track(pending::<Ended>()));
    task.waits();
    let mut wait = Poller::new(group.wait_async());
    wait.waits();
    drop(wait);
    assert!(group.context().err().is_none());
    drop(task);
    assert!(Poller::new(group.wait_async()).done().is_ok());
    assert!(group.context().err().is_some());
}

#[test]
fn a_tracked_future_counts_from_the_call_until_it_is_done() {
    let group = WaitGroup::new();
    let c = make(1);
    let mut task = Poller::new(group.track(c.recv_async()));
    let mut wait = Poller::new(group.wait_async());
    wait.waits();
    task.waits();
    c.send(7);
    wait.waits();
    assert_eq!(task.done(), 7);
    assert_eq!(wait.wakes(), 1);
    wait.done();
}

#[test]
fn a_tracked_future_counts_until_it_is_dropped() {
    let group = WaitGroup::new();
    let (unpolled, mut polled) =
        (group.track(ready(())), Poller::new(group.track(pending::<()>())));
    polled.waits();
    let mut wait = Poller::new(group.wait_async());
    wait.waits();
    drop(unpolled);
    wait.waits();
    drop(polled);
    assert_eq!(wait.wakes(), 1);
    wait.done();
}

/// The group that a future belongs to, and whether it was at zero when the future was dropped.
#[test]
fn a_tracked_future_is_dropped_before_it_counts_as_done() {
    let (group, idle) = (WaitGroup::new(), Cell::new(true));
    let on_drop = || OnDrop(|| idle.set(group.wait_timeout(std::time::Duration::ZERO)));
    let guard = on_drop();
    Poller::new(group.track(async move { drop(guard) })).done();
    assert!(!idle.get());
    idle.set(true);
    let guard = on_drop();
    drop(group.track(async move { drop(guard) }));
    assert!(!idle.get());
    group.wait();
}

#[test]
fn a_panic_of_a_tracked_future_is_its_executors() {
    let group = WaitGroup::new();
    let mut task = Poller::new(group.track(async { panic!("oh") }));
    assert!(catch_unwind(AssertUnwindSafe(|| task.poll())).is_err());
    let mut wait = Poller::new(group.wait_async());
    wait.waits();
    drop(task);
    wait.done();
}

#[test]
fn the_first_error_is_the_groups() {
    let group = Group::new();
    let mut good = Poller::new(group.track(ready(Ended::Ok(()))));
    let mut bad = Poller::new(group.track(async { Err("first") }));
    let mut worse = Poller::new(group.track(async { Err("second") }));
    let mut wait = Poller::new(group.wait_async());
    good.done();
    assert!(group.context().err().is_none());
    bad.done();
    assert_eq!(group.context().cause().unwrap().to_string(), "first");
    wait.waits();
    worse.done();
    assert_eq!(wait.done().unwrap_err().to_string(), "first");
}

#[test]
fn a_panic_of_a_member_is_the_groups() {
    let group = Group::new();
    let mut polls = 0;
    let mut task = Poller::new(group.track(std::future::poll_fn(|_| {
        polls += 1;
        assert!(polls < 2, "oh");
        std::task::Poll::<Ended>::Pending
    })));
    task.waits();
    task.done();
    let error = Poller::new(group.wait_async()).done().unwrap_err();
    assert_eq!(error.downcast_ref::<Panicked>().unwrap().message(), "oh");
}

#[test]
fn a_panic_in_a_destructor_of_a_member_is_the_groups() {
    let group = Group::new();
    let guard = OnDrop(|| panic!("at the end"));
    // Not part of the future's own code: dropped with what the future owns.
    let mut guard = Some(guard);
    let mut task = Poller::new(group.track(std::future::poll_fn(move |_| {
        let _ = &mut guard;
        std::task::Poll::Ready(Ended::Ok(()))
    })));
    task.done();
    assert!(group.wait().unwrap_err().is::<Panicked>());
}

#[test]
fn a_member_that_is_dropped_has_not_failed() {
    let group = Group::new();
    let mut task = Poller::new(group.track(pending::<Ended>()));
    task.waits();
    drop(task);
    drop(group.track(async { Err("never polled") }));
    assert!(group.context().err().is_none());
    assert!(Poller::new(group.wait_async()).done().is_ok());
}

#[test]
fn threads_and_tasks_are_members_of_one_group() {
    let (group, c) = (Group::new(), make(0));
    let sends = c.sender();
    group.go(move || {
        sends.send(7);
        Ok::<(), String>(())
    });
    let seen = Arc::new(Mutex::new(0));
    let (task, sees) = (c.receiver(), seen.clone());
    let task = group.track(async move {
        *sees.lock().unwrap() = task.recv_async().await;
        Ended::Ok(())
    });
    crate::block_on(task);
    assert!(crate::block_on(group.wait_async()).is_ok());
    assert_eq!(*seen.lock().unwrap(), 7);
}

#[test]
fn a_limit_lets_so_many_tasks_run() {
    let (group, gate) = (Group::new().with_limit(2), make::<()>(0));
    let running = Cell::new(0);
    let member = || async {
        running.set(running.get() + 1);
        gate.recv_async().await;
        running.set(running.get() - 1);
        Ended::Ok(())
    };
    let mut tasks: Vec<_> = (0..4).map(|_| Poller::new(group.track(member()))).collect();
    tasks.iter_mut().for_each(Poller::waits);
    assert_eq!(running.get(), 2);
    assert!(!group.try_go(|| Ended::Ok(())));
    gate.close();
    tasks[0].done();
    assert_eq!(tasks[2].wakes(), 1);
    tasks[2].done();
    tasks[1].done();
    tasks[3].done();
    assert!(group.wait().is_ok());
    assert!(group.try_go(|| Ended::Ok(())));
}

#[test]
fn a_member_that_is_dropped_gives_its_place_back() {
    let group = Group::new().with_limit(1);
    let mut first = Poller::new(group.track(pending::<Ended>()));
    let [mut waiting, mut hinted, mut last] =
        [(), (), ()].map(|()| Poller::new(group.track(pending::<Ended>())));
    first.waits();
    waiting.waits();
    hinted.waits();
    last.waits();
    drop(waiting);
    drop(first);
    // The place is given to a task that waits, before it is polled; dropped, it passes it on.
    assert_eq!((hinted.wakes(), last.wakes()), (1, 0));
    drop(hinted);
    assert_eq!(last.wakes(), 1);
    last.waits();
    assert!(!group.try_go(|| Ended::Ok(())));
    drop(last);
    assert!(group.try_go(|| Ended::Ok(())));
    assert!(group.wait().is_ok());
}

#[test]
fn futures_of_groups_move_between_threads() {
    fn moves<F: Send + Sync>(_: &F) {}
    let (count, group) = (WaitGroup::new(), Group::new().with_limit(1));
    moves(&count.wait_async());
    moves(&group.wait_async());
    moves(&count.track(ready(())));
    moves(&group.track(ready(Ended::Ok(()))));
}
