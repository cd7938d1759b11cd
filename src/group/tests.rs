//! The states of a group that its interface does not show.

use std::{
    panic::Location,
    thread,
    time::{Duration, Instant},
};

use super::*;
use crate::private::{blocked, Handle};

/// Spins until a thread is blocked on `channel`, and returns the debug output of the channel then.
fn shown_when_blocked(channel: &(impl Handle + fmt::Debug)) -> String {
    let start = Instant::now();
    while blocked(channel).senders + blocked(channel).receivers == 0 {
        assert!(start.elapsed() < Duration::from_secs(10), "waited ten seconds in vain");
        thread::yield_now();
    }
    format!("{channel:?}")
}

#[track_caller]
fn here(lines_down: u32) -> String {
    let here = Location::caller();
    format!("{}:{}:", here.file(), here.line() + lines_down)
}

#[test]
fn a_wait_for_a_group_is_shown_at_the_callers_line() {
    let group = Group::new();
    let member = group.member();
    thread::scope(|scope| {
        let line = here(1);
        scope.spawn(|| group.wait().unwrap());
        let shown = shown_when_blocked(&group.members.finished());
        drop(member);
        assert!(shown.contains(&line), "{line} in {shown}");
    });
}

/// Adds a member to a group, and reports the line in which it does.
type Adds = fn(&Group, &dyn Fn(String));

#[test]
fn a_wait_for_a_place_is_shown_at_the_callers_line() {
    let adds: [Adds; 2] = [
        |group, tell| {
            tell(here(1));
            group.go(|| Ok::<(), String>(()));
        },
        |group, tell| {
            thread::scope(|scope| {
                tell(here(1));
                group.go_scoped(scope, || Ok::<(), String>(()));
            });
        },
    ];
    for adds in adds {
        let (group, lines) = (&Group::new().with_limit(1), make(1));
        group.take_place();
        thread::scope(|scope| {
            let tell = lines.sender();
            scope.spawn(move || adds(group, &|line| tell.send(line)));
            let (line, shown) = (lines.recv(), shown_when_blocked(&group.places));
            group.places.recv();
            assert!(shown.contains(&line), "{line} in {shown}");
        });
        group.wait().unwrap();
    }
}

/// The thread of such a member unwinds for another reason than a panic, or drops the member instead
/// of running it.
#[test]
fn a_member_dropped_at_work_has_failed() {
    let group = Group::new().with_limit(1);
    group.take_place();
    let mut member = group.member();
    member.begin();
    drop(member);
    assert!(group.context().err().is_some());
    assert!(group.wait().unwrap_err().is::<Panicked>());
    assert!(group.places.is_empty());
}

#[test]
fn a_member_that_never_began_has_not_failed() {
    let group = Group::new().with_limit(1);
    group.take_place();
    drop(group.member());
    assert!(group.context().err().is_none());
    assert!(group.wait().is_ok() && group.places.is_empty());
}
