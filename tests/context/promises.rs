//! What holds for every context, however it was made.

use std::{
    sync::{
        atomic::{AtomicUsize, Ordering::SeqCst},
        Arc, Barrier,
    },
    thread,
    time::Duration,
};

use gochan::{bounded, context::AfterFunc, Context, Receiver, TryRecvError};

use crate::{
    common::{wait_until, watchdog},
    ways::{live, overdue, soon, Made},
};

const LONG: Duration = Duration::from_secs(30);

/// Registers a function on this context. The channel receives a value when it runs.
fn on(context: &Context) -> (AfterFunc, Receiver<()>) {
    let (tx, rx) = bounded(2);
    (context.after_func(move || tx.send(())), rx)
}

/// Waits until the function has run. Then it is gone, so that it runs no second time.
#[track_caller]
fn ran(ran: &Receiver<()>, name: &str) {
    assert_eq!(ran.recv_timeout(LONG), Ok(()), "{name}: has not run");
    assert_eq!(ran.recv_ok(), None, "{name}");
}

/// Live contexts that are ended then, and contexts that were ended by their deadline.
fn ended() -> Vec<Made> {
    let canceled = live().into_iter().inspect(Made::end);
    canceled.chain(overdue()).collect()
}

#[test]
fn a_context_is_open_until_it_ends() {
    let _dog = watchdog(60);
    for made in live() {
        let (name, context) = (made.name, &made.context);
        assert!(context.err().is_none() && context.cause().is_none(), "{name}");
        assert!(!context.done().is_nil() && !context.done().is_closed(), "{name}");
        assert!(context.done().same_channel(&context.clone().done()), "{name}");
    }
    for made in ended() {
        let (name, context) = (made.name, &made.context);
        assert!(context.err().is_some() && context.cause().is_some(), "{name}");
        assert!(context.done().is_closed(), "{name}");
        let (child, _cancel) = context.with_cancel();
        assert_eq!((child.err(), child.done().recv_ok()), (context.err(), None), "{name}");
    }
}

#[test]
fn a_function_runs_once_at_the_end() {
    let _dog = watchdog(60);
    for made in live() {
        let (_after, ran_at_end) = on(&made.context);
        assert_eq!(ran_at_end.try_recv(), Err(TryRecvError::Empty), "{}", made.name);
        made.end();
        made.end();
        ran(&ran_at_end, made.name);
    }
}

#[test]
fn a_function_on_a_context_that_has_ended_runs_at_once() {
    let _dog = watchdog(60);
    for made in ended() {
        ran(&on(&made.context).1, made.name);
    }
}

#[test]
fn a_function_needs_no_handle() {
    let _dog = watchdog(60);
    for made in live() {
        let (after, ran_at_end) = on(&made.context);
        drop(after);
        made.end();
        ran(&ran_at_end, made.name);
    }
    for made in soon() {
        ran(&on(&made.context).1, made.name);
    }
}

/// On a context with a deadline the thread that waits for it notices that the handle has gone.
#[test]
fn a_function_without_a_handle_waits_on() {
    let _dog = watchdog(60);
    for made in live().into_iter().filter(|made| made.context.deadline().is_some()) {
        let ((after, ran_at_end), done) = (on(&made.context), made.context.done());
        wait_until(|| format!("{done:?}").contains("select at"));
        drop(after);
        wait_until(|| format!("{done:?}").contains("recv at") || !ran_at_end.is_empty());
        assert!(ran_at_end.is_empty(), "{}: too early", made.name);
        made.end();
        ran(&ran_at_end, made.name);
    }
}

#[test]
fn a_stop_after_the_cancel_is_too_late() {
    let _dog = watchdog(60);
    for made in live() {
        let (after, ran_at_end) = on(&made.context);
        made.end();
        assert!(!after.stop(), "{}: called off after its cancel", made.name);
        ran(&ran_at_end, made.name);
    }
}

#[test]
fn a_stop_on_a_context_that_had_ended_is_too_late() {
    let _dog = watchdog(60);
    for made in ended() {
        for _ in 0..20 {
            let (after, ran_at_once) = on(&made.context);
            assert!(!after.stop(), "{}: called off", made.name);
            ran(&ran_at_once, made.name);
        }
    }
}

#[test]
fn a_stop_after_done_has_closed_is_too_late() {
    let _dog = watchdog(60);
    for made in live() {
        let (after, ran_at_end) = on(&made.context);
        thread::scope(|scope| {
            scope.spawn(|| made.end());
            assert_eq!(made.context.done().recv_ok(), None);
            assert!(!after.stop(), "{}: called off", made.name);
        });
        ran(&ran_at_end, made.name);
    }
    for made in soon() {
        let (after, ran_at_end) = on(&made.context);
        assert_eq!(made.context.done().recv_ok(), None);
        assert!(!after.stop(), "{}: called off", made.name);
        ran(&ran_at_end, made.name);
    }
}

#[test]
fn a_stopped_function_never_runs_and_is_dropped() {
    let _dog = watchdog(60);
    for made in live() {
        let (after, never) = on(&made.context);
        assert!(after.stop() && !after.stop(), "{}", made.name);
        // The closure, and with it the only sender, is gone.
        assert_eq!(never.recv_ok(), None, "{}", made.name);
        made.end();
        assert!(!after.stop(), "{}", made.name);
    }
}

#[test]
fn functions_are_independent() {
    let _dog = watchdog(60);
    for made in live() {
        let all = [on(&made.context), on(&made.context), on(&made.context)];
        assert!(all[1].0.stop(), "{}", made.name);
        made.end();
        ran(&all[0].1, made.name);
        assert_eq!(all[1].1.recv_ok(), None, "{}", made.name);
        ran(&all[2].1, made.name);
    }
}

#[test]
fn either_a_stop_or_the_end_wins() {
    let _dog = watchdog(120);
    let rounds = if cfg!(debug_assertions) { 5 } else { 50 };
    for made in (0..rounds).flat_map(|_| live()) {
        let ((after, ran_at_end), stopped) = (on(&made.context), AtomicUsize::new(0));
        let start = Barrier::new(3);
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    start.wait();
                    stopped.fetch_add(usize::from(after.stop()), SeqCst);
                });
            }
            start.wait();
            made.end();
        });
        let ran = usize::from(ran_at_end.recv_ok().is_some());
        assert_eq!(ran + stopped.load(SeqCst), 1, "{}", made.name);
    }
}

/// No lock is held while the function runs.
#[test]
fn a_function_may_use_its_context() {
    let _dog = watchdog(60);
    for made in live() {
        let (made, (tx, rx)) = (Arc::new(made), bounded(1));
        let inside = made.clone();
        let after = made.context.after_func(move || {
            let (again, ran_again) = on(&inside.context);
            inside.end();
            ran(&ran_again, inside.name);
            tx.send((inside.context.err().is_some(), again.stop()));
        });
        made.end();
        assert_eq!(rx.recv(), (true, false), "{}", made.name);
        assert!(!after.stop(), "{}", made.name);
    }
}

#[test]
fn without_an_end_a_function_never_runs() {
    let ended = Context::background().with_timeout(Duration::ZERO).0;
    for context in [Context::background(), ended.without_cancel()] {
        let (after, never) = on(&context);
        assert_eq!(never.try_recv(), Err(TryRecvError::Empty));
        assert!(after.stop() && !after.stop());
        assert_eq!(never.try_recv(), Err(TryRecvError::Closed));
    }
}
