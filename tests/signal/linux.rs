//! Tested on Linux only: process 1, real-time signals, signals that are ignored from the start or
//! that other code has taken.

use std::process::Command;

use gochan::{
    signal::{self, *},
    Context,
};

use crate::{
    die_of, next,
    own_process::{program, raise},
    settle, LONG,
};

#[test]
fn a_signal_ignored_from_the_start_is_ignored_again() {
    program("linux::a_signal_ignored_from_the_start_is_ignored_again", || {
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

/// The system does not end process 1 by a signal that has no handler. A container's only process is
/// process 1.
#[test]
fn the_default_ends_process_1_too() {
    const NEW_PROCESSES: &[&str] = &["unshare", "--user", "--map-root-user", "--pid", "--fork"];
    let can = Command::new(NEW_PROCESSES[0]).args(&NEW_PROCESSES[1..]).arg("true").output();
    if !can.is_ok_and(|output| output.status.success()) {
        return eprintln!("left out: this machine allows no processes 1");
    }
    program("linux::the_default_ends_process_1_too", || {
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

#[test]
fn a_signal_that_other_code_has_taken_before_is_left_to_it() {
    program("linux::a_signal_that_other_code_has_taken_before_is_left_to_it", || {
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

#[test]
fn a_signal_without_a_name_is_received_and_then_ends_the_process() {
    program("linux::a_signal_without_a_name_is_received_and_then_ends_the_process", || {
        let signals = signal::notify(&[40]);
        raise(40);
        assert_eq!(next(&signals).to_string(), "signal 40");
        drop(signals);
        die_of(40);
    })
    .exits_with(128 + 40);
}

#[test]
fn real_time_signals_are_ignored_received_and_reset_by_their_names() {
    program("linux::real_time_signals_are_ignored_received_and_reset_by_their_names", || {
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
