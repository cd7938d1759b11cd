//! Contexts: whoever comes while a context ends, ends too.

use std::time::Duration;

use gochan::{context::ContextError, Context};
use loom::thread;

use crate::run::check;

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
