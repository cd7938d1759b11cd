//! What `notify`, `ignore` and `reset` do, and what they refuse.

use std::{collections::HashSet, time::Duration};

use gochan::{
    after, bounded, select,
    signal::{self, *},
    Context, Sender,
};
use rustix::process::{setrlimit, Resource, Rlimit};

use crate::{
    die_of, next, next_of,
    own_process::{kill, program, raise, ready},
    refuses, settle, LONG,
};

#[test]
fn a_signal_is_received_with_its_sender() {
    program("notify::a_signal_is_received_with_its_sender", || {
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
    program("notify::everyone_who_was_notified_gets_it_and_the_rest_when_one_is_gone", || {
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

#[test]
fn a_signal_in_a_select_with_a_timer() {
    program("notify::a_signal_in_a_select_with_a_timer", || {
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
    program("notify::dropping_the_last_receiver_restores_the_default", || {
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
    program("notify::a_channel_of_ones_own_adds_signals_and_keeps_what_fits", || {
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
    program("notify::ignored_signals_do_nothing_and_notify_takes_them_back", || {
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
    program("notify::reset_ends_what_was_notified_and_only_that", || {
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
    program("notify::reset_ends_ignore", || {
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
fn reset_of_a_signal_that_was_never_taken_changes_nothing() {
    program("notify::reset_of_a_signal_that_was_never_taken_changes_nothing", || {
        signal::reset(&[SIGTERM, SIGCHLD]);
        raise(SIGCHLD);
        die_of(SIGTERM);
    })
    .dies_of(SIGTERM);
}

#[test]
fn a_signal_that_cannot_be_caught_is_refused_by_name_and_changes_nothing() {
    program(
        "notify::a_signal_that_cannot_be_caught_is_refused_by_name_and_changes_nothing",
        || {
            std::panic::set_hook(Box::new(|_| ()));
            let refused: [(&[i32], &str); 8] = [
                (&[], "no signal is given"),
                (&[SIGTERM, SIGKILL], "SIGKILL (9) cannot be caught"),
                (&[SIGTERM, SIGSTOP], "SIGSTOP (19) cannot be caught"),
                (&[SIGTERM, SIGSEGV], "SIGSEGV (11) cannot be caught"),
                (&[SIGTERM, 0], "signal 0 cannot be caught"),
                (&[SIGTERM, -1], "signal -1 cannot be caught"),
                (&[SIGTERM, i32::MAX], "signal 2147483647 cannot be caught"),
                // Signal 33 is the C library's own.
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
            assert!(
                !signal::ignored(SIGTERM) && !signal::ignored(-1) && !signal::ignored(i32::MAX)
            );
            die_of(SIGTERM);
        },
    )
    .dies_of(SIGTERM);
}

#[test]
fn the_default_of_some_is_nothing() {
    program("notify::the_default_of_some_is_nothing", || {
        drop(signal::notify(&[SIGCHLD, SIGCONT, SIGURG, SIGWINCH]));
        for signal in [SIGCHLD, SIGCONT, SIGURG, SIGWINCH] {
            raise(signal);
        }
        settle();
    })
    .succeeds();
}

#[test]
fn notify_without_a_file_descriptor_left_panics_and_works_later() {
    program("notify::notify_without_a_file_descriptor_left_panics_and_works_later", || {
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
