//! Contexts that a signal ends.

use gochan::{
    context::ContextError,
    signal::{self, *},
    Context,
};

use crate::{
    die_of,
    own_process::{program, raise},
    settle, LONG,
};

#[test]
fn a_context_ends_at_the_first_signal_and_stop_restores_the_default() {
    program("context::a_context_ends_at_the_first_signal_and_stop_restores_the_default", || {
        let (context, stop) = signal::notify_context(&Context::background(), &[SIGUSR1, SIGTERM]);
        let done = context.done();
        assert!(context.err().is_none());
        raise(SIGTERM);
        assert!(done.recv_timeout(LONG).unwrap_err().is_closed());
        assert_eq!(context.err(), Some(ContextError::Canceled));
        let cause = context.cause().unwrap();
        assert_eq!(cause.to_string(), "terminated signal received");
        let signal = cause.downcast_ref::<SignalError>().unwrap().signal();
        assert_eq!((signal.number(), signal.pid()), (SIGTERM, Some(std::process::id())));
        // Until the context is stopped, more signals do nothing.
        raise(SIGUSR1);
        settle();
        stop.stop();
        die_of(SIGUSR1);
    })
    .dies_of(SIGUSR1);
}

#[test]
fn a_context_ends_with_its_parent_and_by_its_handle() {
    program("context::a_context_ends_with_its_parent_and_by_its_handle", || {
        let (parent, cancel) = Context::background().with_cancel_cause();
        let (context, stop) = signal::notify_context(&parent, &[SIGINT]);
        cancel.cancel("enough");
        assert_eq!(context.cause().unwrap().to_string(), "enough");
        raise(SIGINT);
        settle();
        assert_eq!(context.cause().unwrap().to_string(), "enough");
        drop(stop);
        let (context, stop) = signal::notify_context(&Context::background(), &[SIGINT]);
        stop.stop();
        assert_eq!(context.cause().unwrap().to_string(), "context canceled");
    })
    .succeeds();
}

#[test]
fn a_signal_from_before_a_context_was_stopped_does_not_act_after_it() {
    program("context::a_signal_from_before_a_context_was_stopped_does_not_act_after_it", || {
        for _ in 0..1_000 {
            let (_context, stop) = signal::notify_context(&Context::background(), &[SIGTERM]);
            (0..10).for_each(|_| raise(SIGTERM));
            stop.stop();
            settle();
        }
    })
    .succeeds();
}
