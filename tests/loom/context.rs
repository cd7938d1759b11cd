//! Contexts and wait groups: a child, a function or a thread that comes while one ends learns of
//! it.

use std::time::Duration;

use gochan::{context::ContextError, Context, WaitGroup};
use loom::thread;

use crate::run::{check, Plain};

/// A child that is made while its parent is canceled learns of it.
#[test]
fn context_cancel_or_child() {
    check("context_cancel_or_child", || {
        let (root, cancel) = Context::background().with_cancel();
        let canceling = thread::spawn(move || cancel.cancel());
        let (child, _keep) = root.with_cancel();
        assert_eq!(child.done().recv_ok(), None);
        assert_eq!(child.err(), Some(ContextError::Canceled));
        canceling.join().unwrap();
    });
}

/// A cancel and a deadline race: everyone sees the same outcome, for good.
#[test]
fn context_cancel_or_deadline() {
    check("context_cancel_or_deadline", || {
        let (context, cancel) = Context::background().with_timeout(Duration::from_secs(1));
        let canceling = thread::spawn({
            let context = context.clone();
            move || {
                cancel.cancel();
                context.err()
            }
        });
        assert_eq!(context.done().recv_ok(), None);
        let here = context.err();
        assert!(here.is_some());
        assert_eq!(canceling.join().unwrap(), here);
    });
}

/// A stop and a cancel race for a function: it runs, or the stop has prevented it.
#[test]
fn context_stop_or_cancel() {
    check("context_stop_or_cancel", || {
        let (context, cancel) = Context::background().with_cancel();
        let (tx, rx) = gochan::bounded::<()>(1);
        let after = context.after_func(move || tx.send(()));
        let canceling = thread::spawn(move || cancel.cancel());
        let stopped = after.stop();
        assert_eq!(rx.recv_ok().is_some(), !stopped);
        canceling.join().unwrap();
    });
}

/// The last member that is done and a thread that begins to wait find each other.
#[test]
fn group_done_or_wait() {
    check("group_done_or_wait", || {
        let (group, memory) = (WaitGroup::new(), Plain::new());
        group.add(2);
        let working = thread::spawn({
            let (group, memory) = (group.clone(), memory.clone());
            move || {
                memory.set(7);
                group.done();
            }
        });
        group.done();
        group.wait();
        assert_eq!(memory.get(), 7);
        working.join().unwrap();
    });
}
