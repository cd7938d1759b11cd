//! Signals. They are the process's, so each test runs its program in a process of its own: this
//! file again.
//!
//! Who runs the tests in the background may have had SIGINT, SIGQUIT and SIGHUP ignored: no test
//! takes it for granted that they end a process.
#![cfg(all(unix, feature = "signal"))]

mod common;
#[cfg(target_os = "linux")]
#[path = "signal/lost.rs"]
mod lost;
#[path = "signal/program.rs"]
mod program;

use std::{
    collections::HashSet,
    panic::{catch_unwind, AssertUnwindSafe},
    process::Command,
    thread,
    time::Duration,
};

use common::wait_until;
use gochan::{
    after, bounded,
    context::ContextError,
    select,
    signal::{self, *},
    Context, Receiver, Sender,
};
use program::{kill, program, raise, ready};
use rustix::process::{setrlimit, Resource, Rlimit};

/// So long that only a mistake takes longer.
const LONG: Duration = Duration::from_secs(30);

fn next(signals: &Receiver<Signal>) -> Signal {
    signals.recv_timeout(LONG).expect("a signal")
}

/// Returns when all signals that were raised before have been dealt with. They are looked at by
/// their numbers, from the lowest to the highest, again and again: between two of the highest lies
/// a whole round.
fn settle() {
    let settled = signal::notify(&[SIGQUIT, SIGSYS]);
    for signal in [SIGSYS, SIGQUIT, SIGSYS] {
        raise(signal);
        assert_eq!(next(&settled), signal);
    }
}

/// Raises a signal whose default action ends the process.
fn die_of(signal: i32) -> ! {
    ready();
    raise(signal);
    thread::sleep(LONG);
    panic!("still alive");
}

/// Two threads do `this` again and again while `f` runs.
fn meanwhile(this: impl Fn() + Sync, f: impl FnOnce()) {
    let (stop, stopped) = bounded::<()>(0);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while !stopped.is_closed() {
                    this();
                }
            });
        }
        let _stop = stop;
        f();
    });
}

#[test]
fn a_signal_is_received_with_its_sender() {
    program("a_signal_is_received_with_its_sender", || {
        let signals = signal::notify(&[SIGUSR1, SIGTERM]);
        kill(std::process::id(), SIGUSR1);
        let signal = next(&signals);
        assert_eq!((signal.number(), signal.pid()), (SIGUSR1, Some(std::process::id())));
        ready();
        let signal = next(&signals);
        assert_eq!(signal, SIGTERM);
        assert_eq!(signal.pid(), Some(std::os::unix::process::parent_id()));
    })
    .when_ready(|pid| kill(pid, SIGTERM))
    .succeeds();
}

#[test]
fn everyone_who_was_notified_gets_it_and_the_rest_when_one_is_gone() {
    program("everyone_who_was_notified_gets_it_and_the_rest_when_one_is_gone", || {
        let (one, two) = (signal::notify(&[SIGUSR1]), signal::notify(&[SIGUSR1, SIGUSR2]));
        raise(SIGUSR1);
        assert_eq!((next(&one), next(&two)), (next_of(SIGUSR1), next_of(SIGUSR1)));
        drop(one);
        raise(SIGUSR1);
        raise(SIGUSR2);
        let both: HashSet<i32> = [next(&two).number(), next(&two).number()].into();
        assert_eq!(both, [SIGUSR1, SIGUSR2].into());
    })
    .succeeds();
}

fn next_of(number: i32) -> Signal {
    number.to_string().parse().unwrap()
}

#[test]
fn a_storm_fills_the_channel_and_nobody_waits() {
    program("a_storm_fills_the_channel_and_nobody_waits", || {
        let slow = signal::notify(&[SIGUSR1]);
        while !slow.is_full() {
            raise(SIGUSR1);
        }
        (0..10_000).for_each(|_| raise(SIGUSR1));
        settle();
        assert_eq!(slow.len(), KEPT);
        assert_eq!(slow.try_iter().count(), KEPT);
        raise(SIGUSR1);
        assert_eq!(next(&slow), SIGUSR1);
    })
    .succeeds();
}

#[test]
fn a_signal_in_a_select_with_a_timer() {
    program("a_signal_in_a_select_with_a_timer", || {
        let signals = signal::notify(&[SIGINT]);
        select! {
            recv(signals) => panic!("none was sent"),
            recv(after(Duration::from_millis(1))) => {}
        }
        raise(SIGINT);
        select! {
            recv(signals) -> signal => assert_eq!(signal.to_string(), "interrupt"),
            recv(after(LONG)) => panic!("no signal"),
        }
    })
    .succeeds();
}

#[test]
fn dropping_the_last_receiver_restores_the_default() {
    program("dropping_the_last_receiver_restores_the_default", || {
        let one = signal::notify(&[SIGTERM]);
        let two = one.clone();
        drop(one);
        raise(SIGTERM);
        assert_eq!(next(&two), SIGTERM);
        drop(two);
        die_of(SIGTERM);
    })
    .dies_of(SIGTERM);
}

#[test]
fn a_channel_of_ones_own_adds_signals_and_keeps_what_fits() {
    program("a_channel_of_ones_own_adds_signals_and_keeps_what_fits", || {
        let (sender, signals) = bounded(2);
        signal::notify_to(&sender, &[SIGUSR1]);
        signal::notify_to(&sender, &[SIGUSR1, SIGUSR2]);
        raise(SIGUSR1);
        settle();
        assert_eq!(signals.len(), 1, "the same channel twice");
        raise(SIGUSR2);
        raise(SIGUSR2);
        settle();
        assert_eq!([next(&signals), next(&signals)], [next_of(SIGUSR1), next_of(SIGUSR2)]);
        assert!(signals.is_empty());
        // The sender is still here, so a reset closes nothing.
        signal::reset(&[SIGUSR1, SIGUSR2]);
        assert!(!signals.is_closed());
        signal::notify_to(&sender, &[SIGUSR2]);
        sender.close();
        die_of(SIGUSR2);
    })
    .dies_of(SIGUSR2);
}

#[test]
fn ignored_signals_do_nothing_and_notify_takes_them_back() {
    program("ignored_signals_do_nothing_and_notify_takes_them_back", || {
        let before = signal::notify(&[SIGTERM]);
        assert!(!signal::ignored(SIGTERM) && !signal::ignored(SIGUSR2));
        signal::ignore(&[SIGTERM, SIGUSR2]);
        assert!(signal::ignored(SIGTERM) && signal::ignored(SIGUSR2));
        assert_eq!(before.recv_ok(), None);
        raise(SIGTERM);
        raise(SIGUSR2);
        settle();
        let again = signal::notify(&[SIGUSR2]);
        assert!(signal::ignored(SIGTERM) && !signal::ignored(SIGUSR2));
        raise(SIGUSR2);
        assert_eq!(next(&again), SIGUSR2);
        drop(again);
        assert!(!signal::ignored(SIGUSR2));
        die_of(SIGUSR2);
    })
    .dies_of(SIGUSR2);
}

#[test]
fn reset_ends_what_was_notified_and_only_that() {
    program("reset_ends_what_was_notified_and_only_that", || {
        let both = signal::notify(&[SIGUSR1, SIGUSR2]);
        let one = signal::notify(&[SIGUSR1]);
        signal::reset(&[SIGUSR1]);
        assert_eq!(one.recv_ok(), None);
        raise(SIGUSR2);
        assert_eq!(next(&both), SIGUSR2);
        die_of(SIGUSR1);
    })
    .dies_of(SIGUSR1);
}

#[test]
fn reset_ends_ignore() {
    program("reset_ends_ignore", || {
        signal::ignore(&[SIGTERM]);
        raise(SIGTERM);
        settle();
        signal::reset(&[SIGTERM]);
        assert!(!signal::ignored(SIGTERM));
        die_of(SIGTERM);
    })
    .dies_of(SIGTERM);
}

#[test]
fn reset_of_what_was_never_taken_changes_nothing() {
    program("reset_of_what_was_never_taken_changes_nothing", || {
        signal::reset(&[SIGTERM, SIGCHLD]);
        raise(SIGCHLD);
        die_of(SIGTERM);
    })
    .dies_of(SIGTERM);
}

#[test]
fn a_context_ends_at_the_first_signal_and_stop_restores_the_default() {
    program("a_context_ends_at_the_first_signal_and_stop_restores_the_default", || {
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
        // Until it is stopped, more of them do nothing.
        raise(SIGUSR1);
        settle();
        stop.stop();
        die_of(SIGUSR1);
    })
    .dies_of(SIGUSR1);
}

#[test]
fn a_context_ends_with_its_parent_and_by_its_handle() {
    program("a_context_ends_with_its_parent_and_by_its_handle", || {
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
fn what_cannot_be_caught_is_refused_by_name_and_changes_nothing() {
    program("what_cannot_be_caught_is_refused_by_name_and_changes_nothing", || {
        std::panic::set_hook(Box::new(|_| ()));
        let refused: [(&[i32], &str); 8] = [
            (&[], "no signal is given"),
            (&[SIGTERM, SIGKILL], "SIGKILL (9) cannot be caught"),
            (&[SIGTERM, SIGSTOP], "SIGSTOP (19) cannot be caught"),
            (&[SIGTERM, SIGSEGV], "SIGSEGV (11) cannot be caught"),
            (&[SIGTERM, 0], "signal 0 cannot be caught"),
            (&[SIGTERM, -1], "signal -1 cannot be caught"),
            (&[SIGTERM, i32::MAX], "signal 2147483647 cannot be caught"),
            // The C library's own.
            (&[SIGTERM, 33], "signal 33: invalid input"),
        ];
        for (signals, says) in refused {
            let says = if cfg!(target_os = "linux") { says } else { "" };
            refuses(says, || drop(signal::notify(signals)));
            refuses(says, || drop(signal::notify_context(&Context::background(), signals)));
            refuses(says, || signal::ignore(signals));
        }
        refuses("nil channel", || signal::notify_to(&Sender::nil(), &[SIGTERM]));
        refuses("SIGKILL", || signal::reset(&[SIGKILL]));
        assert!(!signal::ignored(SIGTERM) && !signal::ignored(-1) && !signal::ignored(i32::MAX));
        die_of(SIGTERM);
    })
    .dies_of(SIGTERM);
}

fn refuses(says: &str, call: impl FnOnce()) {
    let panic = catch_unwind(AssertUnwindSafe(call)).expect_err("refused");
    let message = panic.downcast_ref::<String>().cloned();
    let message = message.unwrap_or_else(|| panic.downcast_ref::<&str>().unwrap().to_string());
    assert!(message.starts_with("gochan::signal: ") && message.contains(says), "{message}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_signal_ignored_from_the_start_is_ignored_again() {
    program("a_signal_ignored_from_the_start_is_ignored_again", || {
        assert!(signal::ignored(SIGHUP) && signal::ignored(SIGPIPE) && !signal::ignored(SIGTERM));
        let signals = signal::notify(&[SIGHUP, SIGPIPE]);
        assert!(!signal::ignored(SIGHUP));
        raise(SIGHUP);
        assert_eq!(next(&signals), SIGHUP);
        drop(signals);
        assert!(signal::ignored(SIGHUP) && signal::ignored(SIGPIPE));
        raise(SIGHUP);
        raise(SIGPIPE);
        settle();
        assert!(signal::ignored(SIGHUP) && signal::ignored(SIGPIPE));
    })
    .under(&["sh", "-c", "trap '' HUP; exec \"$0\" \"$@\""])
    .succeeds();
}

/// The system spares process 1, as a container's only one is, what has no handler.
#[cfg(target_os = "linux")]
#[test]
fn the_default_ends_process_1_too() {
    const NEW_PROCESSES: &[&str] = &["unshare", "--user", "--map-root-user", "--pid", "--fork"];
    let can = Command::new(NEW_PROCESSES[0]).args(&NEW_PROCESSES[1..]).arg("true").output();
    if !can.is_ok_and(|output| output.status.success()) {
        return eprintln!("left out: this machine allows no processes 1");
    }
    program("the_default_ends_process_1_too", || {
        assert_eq!(std::process::id(), 1);
        drop(signal::notify(&[SIGCHLD, SIGTSTP]));
        raise(SIGCHLD);
        raise(SIGTSTP);
        let signals = signal::notify(&[SIGTERM]);
        raise(SIGTERM);
        assert_eq!(next(&signals), SIGTERM);
        settle();
        drop(signals);
        die_of(SIGTERM);
    })
    .under(NEW_PROCESSES)
    .exits_with(128 + SIGTERM);
}

#[cfg(target_os = "linux")]
#[test]
fn what_other_code_has_taken_before_is_left_to_it() {
    program("what_other_code_has_taken_before_is_left_to_it", || {
        let flag = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
        signal_hook::flag::register(SIGTERM, flag.clone()).unwrap();
        let signals = signal::notify(&[SIGTERM]);
        raise(SIGTERM);
        assert_eq!(next(&signals), SIGTERM);
        drop(signals);
        flag.store(false, std::sync::atomic::Ordering::SeqCst);
        raise(SIGTERM);
        settle();
        assert!(flag.load(std::sync::atomic::Ordering::SeqCst));
    })
    .succeeds();
}

#[cfg(target_os = "linux")]
#[test]
fn a_signal_without_a_name_is_received_and_then_ends_the_process() {
    program("a_signal_without_a_name_is_received_and_then_ends_the_process", || {
        let signals = signal::notify(&[40]);
        raise(40);
        assert_eq!(next(&signals).to_string(), "signal 40");
        drop(signals);
        die_of(40);
    })
    .exits_with(128 + 40);
}

#[cfg(target_os = "linux")]
#[test]
fn real_time_signals_are_ignored_received_and_reset_by_their_names() {
    program("real_time_signals_are_ignored_received_and_reset_by_their_names", || {
        let number = |name: &str| name.parse::<Signal>().unwrap().number();
        let (one, other) = (number("SIGRTMIN+3"), number("SIGRTMAX-1"));
        let signals = signal::notify(&[one, other]);
        for signal in [one, other, one] {
            raise(signal);
            let received = next(&signals);
            assert_eq!((received.number(), received.pid()), (signal, Some(std::process::id())));
        }
        signal::ignore(&[one]);
        assert!(signal::ignored(one) && !signal::ignored(other));
        raise(one);
        let (context, stop) = signal::notify_context(&Context::background(), &[other]);
        raise(other);
        assert_eq!(next(&signals), other);
        assert!(context.done().recv_timeout(LONG).unwrap_err().is_closed());
        drop(stop);
        signal::reset(&[one, other]);
        assert_eq!(signals.recv_ok(), None);
        die_of(one);
    })
    .exits_with(128 + libc::SIGRTMIN() + 3);
}

#[test]
fn the_default_of_some_is_nothing() {
    program("the_default_of_some_is_nothing", || {
        drop(signal::notify(&[SIGCHLD, SIGCONT, SIGURG, SIGWINCH]));
        for signal in [SIGCHLD, SIGCONT, SIGURG, SIGWINCH] {
            raise(signal);
        }
        settle();
    })
    .succeeds();
}

#[cfg(target_os = "linux")]
#[test]
fn notify_and_drop_without_end_keep_one_thread_and_no_memory() {
    program("notify_and_drop_without_end_keep_one_thread_and_no_memory", || {
        assert_eq!(threads_named("gochan signals"), 0);
        let cycles = |n| {
            for _ in 0..n {
                drop(signal::notify(&[SIGUSR1, SIGUSR2]));
                drop(signal::notify_context(&Context::background(), &[SIGTERM]));
            }
        };
        cycles(100);
        let before = pages(1);
        cycles(20_000);
        // A cycle that keeps its channel keeps more than a thousand bytes.
        let grown = pages(1).saturating_sub(before);
        assert!(grown < 1_000, "{grown} pages for 20,000 cycles");
        assert_eq!(threads_named("gochan signals"), 1);
    })
    .succeeds();
}

/// The field `n` of the process's memory in pages: 0 is the address space, 1 what is resident.
#[cfg(target_os = "linux")]
fn pages(n: usize) -> usize {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
    statm.split(' ').nth(n).unwrap().parse().unwrap()
}

/// The name and the state of each thread: 'S' sleeps.
#[cfg(target_os = "linux")]
fn threads() -> Vec<(String, char)> {
    let name_and_state = |stat: String| {
        let (before, after) = stat.rsplit_once(") ").unwrap();
        (before.split_once('(').unwrap().1.to_string(), after.chars().next().unwrap())
    };
    let tasks = std::fs::read_dir("/proc/self/task").unwrap();
    let stats = tasks.map(|task| std::fs::read_to_string(task.unwrap().path().join("stat")));
    stats.filter_map(Result::ok).map(name_and_state).collect()
}

#[cfg(target_os = "linux")]
fn threads_named(name: &str) -> usize {
    threads().iter().filter(|(found, _)| found == name).count()
}

#[test]
fn a_signal_gets_through_a_storm_of_another() {
    program("a_signal_gets_through_a_storm_of_another", || {
        let (storm, stop) = (signal::notify(&[SIGUSR1]), signal::notify(&[SIGTERM]));
        meanwhile(
            || raise(SIGUSR1),
            || {
                wait_until(|| storm.is_full());
                for _ in 0..100 {
                    kill(std::process::id(), SIGTERM);
                    assert_eq!(next(&stop), SIGTERM);
                }
            },
        );
    })
    .succeeds();
}

#[test]
fn what_came_before_the_receiver_went_does_not_act_after_it() {
    program("what_came_before_the_receiver_went_does_not_act_after_it", || {
        let leave: [fn(Sender<Signal>, Receiver<Signal>); 5] = [
            |_, receiver| drop(receiver),
            |sender, _receiver| sender.close(),
            |_, _| signal::reset(&[SIGTERM]),
            |_, _| signal::ignore(&[SIGTERM]),
            |sender, receiver| {
                drop(receiver);
                // Buries it, before its signals are looked at.
                signal::notify_to(&sender.clone(), &[SIGUSR1]);
            },
        ];
        for round in 0..1_000 {
            let (sender, receiver) = bounded(1);
            signal::notify_to(&sender, &[SIGTERM]);
            (0..10).for_each(|_| raise(SIGTERM));
            leave[round % leave.len()](sender, receiver);
            settle();
        }
    })
    .succeeds();
}

#[test]
fn what_came_before_a_context_was_stopped_does_not_act_after_it() {
    program("what_came_before_a_context_was_stopped_does_not_act_after_it", || {
        for _ in 0..1_000 {
            let (_context, stop) = signal::notify_context(&Context::background(), &[SIGTERM]);
            (0..10).for_each(|_| raise(SIGTERM));
            stop.stop();
            settle();
        }
    })
    .succeeds();
}

#[test]
fn who_hands_over_is_never_without() {
    program("who_hands_over_is_never_without", || {
        let mut signals = signal::notify(&[SIGUSR1]);
        meanwhile(
            || raise(SIGUSR1),
            || {
                for _ in 0..1_000 {
                    signals = signal::notify(&[SIGUSR1]);
                }
            },
        );
        settle();
        assert!(signals.try_iter().count() <= KEPT);
        raise(SIGUSR1);
        next(&signals);
    })
    .succeeds();
}

#[test]
fn who_stays_misses_nothing_while_others_come_and_go() {
    program("who_stays_misses_nothing_while_others_come_and_go", || {
        let stays = signal::notify(&[SIGUSR1]);
        let come_and_go = || {
            drop(signal::notify(&[SIGUSR1, SIGUSR2]));
            drop(signal::notify_context(&Context::background(), &[SIGUSR1]));
            signal::ignore(&[SIGUSR2]);
            signal::reset(&[SIGUSR2]);
        };
        meanwhile(come_and_go, || {
            for _ in 0..1_000 {
                raise(SIGUSR1);
                next(&stays);
            }
        });
        assert!(stays.is_empty());
    })
    .succeeds();
}

#[cfg(target_os = "linux")]
#[test]
fn a_context_that_cannot_start_a_thread_stops_no_other_signal() {
    program("a_context_that_cannot_start_a_thread_stops_no_other_signal", || {
        std::panic::set_hook(Box::new(|_| ()));
        let others = signal::notify(&[SIGUSR1]);
        let (context, _stop) = signal::notify_context(&Context::background(), &[SIGTERM]);
        let (sender, receiver) = bounded::<()>(0);
        context.after_func(move || drop(sender));
        let (ended, ran, other) = without_a_thread(|| {
            raise(SIGTERM);
            let ended = context.done().recv_timeout(LONG);
            // For want of a thread of its own it runs in the one that deals with signals.
            let ran = receiver.recv_timeout(LONG);
            raise(SIGUSR1);
            (ended, ran, others.recv_timeout(LONG))
        });
        assert!(ended.unwrap_err().is_closed() && ran.unwrap_err().is_closed());
        assert_eq!(other.unwrap(), SIGUSR1);
    })
    .succeeds();
}

#[test]
fn notify_without_a_file_descriptor_left_panics_and_works_later() {
    program("notify_without_a_file_descriptor_left_panics_and_works_later", || {
        let all = rustix::process::getrlimit(Resource::Nofile);
        setrlimit(Resource::Nofile, Rlimit { current: Some(0), ..all }).unwrap();
        std::panic::set_hook(Box::new(|_| ()));
        refuses("cannot listen", || drop(signal::notify(&[SIGUSR1])));
        setrlimit(Resource::Nofile, all).unwrap();
        let signals = signal::notify(&[SIGUSR1]);
        raise(SIGUSR1);
        assert_eq!(next(&signals), SIGUSR1);
    })
    .succeeds();
}

#[cfg(target_os = "linux")]
#[test]
fn notify_without_a_thread_left_panics_and_works_later() {
    program("notify_without_a_thread_left_panics_and_works_later", || {
        std::panic::set_hook(Box::new(|_| ()));
        without_a_thread(|| {
            refuses("cannot listen", || drop(signal::notify(&[SIGUSR1])));
            refuses("cannot listen", || signal::ignore(&[SIGTERM]));
            let context = || signal::notify_context(&Context::background(), &[SIGTERM]);
            refuses("cannot listen", || drop(context()));
        });
        assert_eq!(threads_named("gochan signals"), 0);
        let signals = signal::notify(&[SIGUSR1]);
        raise(SIGUSR1);
        assert_eq!(next(&signals), SIGUSR1);
        // It was not taken.
        die_of(SIGTERM);
    })
    .dies_of(SIGTERM);
}

/// While `f` runs there is room for what it allocates, but not for a stack of two megabytes.
#[cfg(target_os = "linux")]
fn without_a_thread<R>(f: impl FnOnce() -> R) -> R {
    let unlimited = rustix::process::getrlimit(Resource::As);
    // One that begins takes more than it needs, and gives it back.
    wait_until(|| threads().iter().filter(|(_, state)| *state != 'S').count() == 1);
    let enough = pages(0) as u64 * rustix::param::page_size() as u64 + (1 << 20);
    setrlimit(Resource::As, Rlimit { current: Some(enough), ..unlimited }).unwrap();
    let result = f();
    setrlimit(Resource::As, unlimited).unwrap();
    result
}

#[test]
fn signals_have_gos_words() {
    let words = [
        (SIGHUP, "hangup"),
        (SIGINT, "interrupt"),
        (SIGQUIT, "quit"),
        (SIGILL, "illegal instruction"),
        (SIGTRAP, "trace/breakpoint trap"),
        (SIGABRT, "aborted"),
        (SIGBUS, "bus error"),
        (SIGFPE, "floating point exception"),
        (SIGKILL, "killed"),
        (SIGUSR1, "user defined signal 1"),
        (SIGSEGV, "segmentation fault"),
        (SIGUSR2, "user defined signal 2"),
        (SIGPIPE, "broken pipe"),
        (SIGALRM, "alarm clock"),
        (SIGTERM, "terminated"),
        (SIGCHLD, "child exited"),
        (SIGCONT, "continued"),
        (SIGSTOP, "stopped (signal)"),
        (SIGTSTP, "stopped"),
        (SIGTTIN, "stopped (tty input)"),
        (SIGTTOU, "stopped (tty output)"),
        (SIGURG, "urgent I/O condition"),
        (SIGXCPU, "CPU time limit exceeded"),
        (SIGXFSZ, "file size limit exceeded"),
        (SIGVTALRM, "virtual timer expired"),
        (SIGPROF, "profiling timer expired"),
        (SIGWINCH, "window changed"),
        (SIGIO, "I/O possible"),
        (SIGSYS, "bad system call"),
        (40, "signal 40"),
    ];
    for (number, word) in words {
        assert_eq!(next_of(number).to_string(), word);
    }
    assert_eq!(Signal::default().to_string(), "signal 0");
    assert_eq!(format!("{:>12}", next_of(SIGHUP)), "      hangup");
}

#[test]
fn names_and_numbers_are_read_and_all_else_is_an_error() {
    for text in ["SIGTERM", "TERM", "term", "SigTerm", "15"] {
        assert_eq!(text.parse::<Signal>().unwrap(), SIGTERM, "{text}");
    }
    for number in 1..=64 {
        assert_eq!(next_of(number), number);
    }
    for text in
        ["", "SIG", "SIGSIGTERM", "TERMINATE", "0", "65", "-15", "+15", "15 ", "99999999999", "é"]
    {
        let error = text.parse::<Signal>().unwrap_err();
        assert_eq!(error.to_string(), format!("no signal has the name or number {text:?}"));
    }
}

/// The first is glibc's 34 or musl's 35, the last 64.
#[cfg(target_os = "linux")]
#[test]
fn names_of_real_time_signals_and_second_names_are_read_and_printed() {
    let first = libc::SIGRTMIN();
    let read = [
        ("SIGRTMIN", first),
        ("rtmin", first),
        ("RTMIN+0", first),
        ("SIGRTMIN+3", first + 3),
        ("RTMIN+10", first + 10),
        ("SIGRTMAX", 64),
        ("RTMAX-0", 64),
        ("SIGRTMAX-1", 63),
        ("RTMAX-14", 50),
        ("SIGCLD", SIGCHLD),
        ("CLD", SIGCHLD),
        ("IOT", SIGABRT),
        ("SIGPOLL", SIGIO),
        ("SIGPWR", libc::SIGPWR),
    ];
    for (text, number) in read {
        assert_eq!(text.parse::<Signal>().unwrap(), number, "{text}");
    }
    for text in [
        "RTMIN+",
        "RTMIN-1",
        "RTMIN+99",
        "RTMIN++3",
        "RTMIN3",
        "RTMAX+1",
        "RTMAX-64",
        "RTMIN+003",
        "RT",
    ] {
        assert!(text.parse::<Signal>().is_err(), "{text}");
    }
    for number in (1..=31).chain(first..=64) {
        let printed = format!("{:?}", next_of(number));
        let name = printed.split([' ', ',']).nth(3).unwrap();
        assert!(name.starts_with("SIG"), "{printed}");
        assert_eq!(name.parse::<Signal>().unwrap(), number, "{printed}");
    }
    assert_eq!(
        format!("{:?}", next_of(first)),
        format!("Signal {{ signal: SIGRTMIN ({first}), pid: None }}")
    );
    assert_eq!(
        format!("{:?}", next_of(64)),
        format!("Signal {{ signal: SIGRTMIN+{} (64), pid: None }}", 64 - first)
    );
    assert_eq!(format!("{:?}", Signal::default()), "Signal { signal: 0, pid: None }");
    assert_eq!(next_of(libc::SIGPWR).to_string(), "power failure");
    assert_eq!(next_of(libc::SIGSTKFLT).to_string(), "stack fault");
}

#[test]
fn signals_are_equal_by_number() {
    let signal = next_of(SIGTERM);
    assert_eq!(signal, SIGTERM);
    assert_eq!(SIGTERM, signal);
    assert_ne!(signal, SIGINT);
    assert_ne!(signal, next_of(SIGINT));
    assert_eq!(HashSet::from([signal, next_of(SIGTERM)]).len(), 1);
    assert_eq!(signal.pid(), None);
}
