//! Contexts and groups when the system has no thread left. That holds for the whole process, so
//! each test runs its program in a process of its own: this binary, started again.
#![cfg(all(target_os = "linux", not(any(loom, shuttle, gochan_bare))))]

mod common;
#[path = "signal/own_process.rs"]
#[allow(dead_code)]
mod own_process;

use std::{
    cell::RefCell,
    panic::{catch_unwind, panic_any, set_hook, AssertUnwindSafe},
    sync::{Arc, Mutex},
    thread::{self, ThreadId},
    time::Duration,
};

use gochan::{bounded, make, Context, Group, Receiver, WaitGroup};
use own_process::program;
use rustix::process::{getrlimit, setrlimit, Resource, Rlimit};

const HOUR: Duration = Duration::from_secs(3600);
const LONG: Duration = Duration::from_secs(30);

/// Runs `f` in a process of its own, which starts the calling test, `name`, again. With one heap:
/// the address space that the heap of a thread takes would come and go while the room is measured.
#[track_caller]
fn alone(name: &'static str, f: impl FnOnce()) {
    program(name, f).under(&["env", "MALLOC_ARENA_MAX=1"]).succeeds();
}

/// The address space of this process, in bytes.
fn size() -> u64 {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
    let pages: u64 = statm.split(' ').next().unwrap().parse().unwrap();
    pages * rustix::param::page_size() as u64
}

/// Runs `f` where there is room for `stacks` stacks of new threads at most, each of two megabytes.
/// No thread may have ended before: its stack is kept for another.
fn with_room_for<R>(stacks: u64, f: impl FnOnce() -> R) -> R {
    let unlimited = getrlimit(Resource::As);
    // A megabyte for what else is allocated, also by threads that are only beginning.
    let enough = size() + (1 << 20) + stacks * (2 << 20);
    setrlimit(Resource::As, Rlimit { current: Some(enough), ..unlimited }).unwrap();
    if stacks == 0 {
        assert!(thread::Builder::new().spawn(|| ()).is_err(), "there is room for a thread");
    }
    let result = f();
    setrlimit(Resource::As, unlimited).unwrap();
    result
}

fn without_threads<R>(f: impl FnOnce() -> R) -> R {
    with_room_for(0, f)
}

thread_local! {
    static LAST: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Lets `panic_of` know what panics say.
fn listen() {
    set_hook(Box::new(|info| {
        let payload = info.payload();
        let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
        let text = text.or_else(|| payload.downcast_ref().cloned()).unwrap_or_default();
        LAST.set(format!("{}: {text}", info.location().unwrap()));
    }));
}

/// Where and with what text `f` panics.
#[track_caller]
fn panic_of(f: impl FnOnce()) -> String {
    assert!(catch_unwind(AssertUnwindSafe(f)).is_err(), "does not panic");
    LAST.take()
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

type Ran = Arc<Mutex<Vec<(u32, ThreadId)>>>;

/// Functions at the end of a context, and of one below it, with all that can go wrong in them.
fn register(context: &Context, ran: &Ran) -> [gochan::context::AfterFunc; 6] {
    let (child, cancel) = context.with_cancel();
    std::mem::forget(cancel);
    let function = |number: u32, then: fn(&Context)| {
        let (ran, context) = (ran.clone(), context.clone());
        move || {
            ran.lock().unwrap().push((number, thread::current().id()));
            then(&context);
        }
    };
    [
        context.after_func(function(0, |_| ())),
        context.after_func(function(1, |_| panic!("on purpose"))),
        child.after_func(function(2, |_| panic_any(Bomb(3)))),
        context.after_func(function(3, |context| {
            // No lock is held, and all contexts have ended.
            assert!(context.err().is_some() && context.done().is_closed());
            let (child, cancel) = context.with_cancel();
            cancel.cancel();
            drop((child, cancel));
        })),
        context.after_func(function(4, |context| {
            // There is no thread for this function either.
            drop(context.after_func(|| unreachable!()));
        })),
        child.after_func(function(5, |_| ())),
    ]
}

/// Ends a context that has functions, without a thread for them.
fn ends_without_threads(context: &Context, end: impl FnOnce()) {
    let ran = Ran::default();
    let after = register(context, &ran);
    assert!(context.after_func(|| unreachable!("called off")).stop());
    without_threads(|| {
        end();
        assert!(context.done().is_closed());
    });
    assert!(after.iter().all(|after| !after.stop()));
    let mut ran = ran.lock().unwrap().clone();
    ran.sort_by_key(|(number, _)| *number);
    let here = thread::current().id();
    assert_eq!(ran, (0..6).map(|number| (number, here)).collect::<Vec<_>>());
}

fn root() -> Context {
    Context::background()
}

#[test]
fn a_cancel_runs_the_functions_itself() {
    alone("a_cancel_runs_the_functions_itself", || {
        listen();
        let (context, cancel) = root().with_cancel();
        ends_without_threads(&context, || cancel.cancel());
    });
}

#[test]
fn a_cancel_with_a_cause_runs_the_functions_itself() {
    alone("a_cancel_with_a_cause_runs_the_functions_itself", || {
        listen();
        let (context, cancel) = root().with_cancel_cause();
        ends_without_threads(&context, || cancel.cancel("over"));
        assert_eq!(context.cause().unwrap().to_string(), "over");
    });
}

#[test]
fn the_drop_of_a_handle_runs_the_functions_itself() {
    alone("the_drop_of_a_handle_runs_the_functions_itself", || {
        listen();
        let (context, cancel) = root().with_cancel();
        ends_without_threads(&context, || drop(cancel));
        let (context, cancel) = root().with_cancel_cause();
        ends_without_threads(&context, || drop(cancel));
    });
}

#[test]
fn the_drop_of_a_handle_while_unwinding_runs_the_functions_itself() {
    alone("the_drop_of_a_handle_while_unwinding_runs_the_functions_itself", || {
        listen();
        let (context, cancel) = root().with_cancel();
        ends_without_threads(&context, || {
            let own = catch_unwind(AssertUnwindSafe(|| {
                let _cancel = cancel;
                panic_any("my own");
            }));
            assert_eq!(own.unwrap_err().downcast_ref(), Some(&"my own"));
        });
    });
}

#[test]
fn a_group_that_ends_its_context_runs_the_functions_itself() {
    alone("a_group_that_ends_its_context_runs_the_functions_itself", || {
        listen();
        let group = Group::new();
        ends_without_threads(group.context(), || assert!(group.wait().is_ok()));
        let group = Group::new();
        let context = group.context().clone();
        ends_without_threads(&context, || drop(group));
    });
}

#[test]
fn a_member_that_fails_runs_the_functions_itself() {
    alone("a_member_that_fails_runs_the_functions_itself", || {
        listen();
        let (group, gate, ran) = (Group::new(), make::<()>(0), Ran::default());
        let open = gate.receiver();
        group.go(move || {
            open.recv();
            Err("no")
        });
        let after = register(group.context(), &ran);
        without_threads(|| {
            gate.send(());
            assert_eq!(group.wait().unwrap_err().to_string(), "no");
        });
        assert!(after.iter().all(|after| !after.stop()));
        assert_eq!(ran.lock().unwrap().len(), 6);
    });
}

#[cfg(feature = "signal")]
#[test]
fn a_context_of_signals_runs_the_functions_itself() {
    use gochan::signal::{notify_context, SIGUSR1};

    alone("a_context_of_signals_runs_the_functions_itself", || {
        listen();
        let (context, stop) = notify_context(&root(), &[SIGUSR1]);
        ends_without_threads(&context, || stop.stop());
    });
}

#[test]
fn functions_get_the_threads_there_are() {
    alone("functions_get_the_threads_there_are", || {
        let (context, cancel) = root().with_cancel();
        let (gate, ran, here) = (make::<()>(0), make(100), thread::current().id());
        for _ in 0..100 {
            let (open, ran) = (gate.receiver(), ran.sender());
            context.after_func(move || {
                let this = thread::current().id();
                if this != here {
                    // Keeps this thread from the functions that come later.
                    open.recv();
                }
                ran.send(this);
            });
        }
        with_room_for(4, || cancel.cancel());
        gate.close();
        let ran: Vec<_> = (0..100).map(|_| ran.recv_timeout(LONG).unwrap()).collect();
        let elsewhere = ran.iter().filter(|thread| **thread != here).count();
        assert!((1..10).contains(&elsewhere), "{elsewhere} in threads of their own");
    });
}

/// The thread that waits for the deadline runs already.
#[test]
fn with_a_deadline_a_cancel_needs_no_thread() {
    alone("with_a_deadline_a_cancel_needs_no_thread", || {
        let (context, cancel) = root().with_timeout(HOUR);
        let (tx, rx) = bounded(0);
        let after = context.after_func(move || tx.send(thread::current().id()));
        without_threads(|| {
            cancel.cancel();
            assert!(!after.stop());
        });
        assert_ne!(rx.recv_timeout(LONG).unwrap(), thread::current().id());
    });
}

/// A member without a fault.
fn succeeds<T>(_: T) -> Result<(), String> {
    Ok(())
}

/// Expects that the call panics at its line, and drops the function that it was given.
macro_rules! refuses {
    ($dropped:ident, $call:expr) => {{
        let gone: Receiver<()> = {
            let ($dropped, gone) = bounded::<()>(0);
            let place = format!("{}:{}:", file!(), line!());
            let said = without_threads(|| panic_of(|| $call));
            assert!(said.starts_with(&place), "{place} in {said}");
            assert!(said.contains(": no thread can be started: "), "{said}");
            gone
        };
        assert!(gone.recv_timeout(LONG).unwrap_err().is_closed());
    }};
}

#[test]
fn after_func_panics_where_it_needs_a_thread_at_once() {
    alone("after_func_panics_where_it_needs_a_thread_at_once", || {
        listen();
        let (timed, cancel) = root().with_timeout(HOUR);
        refuses!(tx, drop(timed.after_func(move || drop(tx))));
        cancel.cancel();
        refuses!(tx, drop(timed.after_func(move || drop(tx))));
        let (context, cancel) = root().with_cancel();
        cancel.cancel();
        refuses!(tx, drop(context.after_func(move || drop(tx))));
    });
}

#[test]
fn go_of_a_wait_group_panics_and_counts_nothing() {
    alone("go_of_a_wait_group_panics_and_counts_nothing", || {
        listen();
        let members = WaitGroup::new();
        refuses!(tx, members.go(move || drop(tx)));
        thread::scope(|scope| refuses!(tx, members.go_scoped(scope, move || drop(tx))));
        assert!(members.wait_timeout(Duration::ZERO), "{members:?}");
        members.go(|| ());
        assert!(members.wait_timeout(LONG));
    });
}

#[test]
fn go_of_a_group_panics_and_counts_nothing() {
    alone("go_of_a_group_panics_and_counts_nothing", || {
        listen();
        let groups = [Group::new(), Group::new().with_limit(1)];
        for group in &groups {
            refuses!(tx, group.go(move || succeeds(tx)));
            refuses!(tx, assert!(group.try_go(move || succeeds(tx))));
            thread::scope(|scope| {
                refuses!(tx, group.go_scoped(scope, move || succeeds(tx)));
            });
            assert!(group.context().err().is_none());
            assert!(format!("{group:?}").contains("count: 0"), "{group:?}");
        }
        for group in groups {
            // The place of the refused member is free.
            assert!(group.try_go(|| Ok::<(), String>(())));
            assert!(group.wait().is_ok());
        }
    });
}
