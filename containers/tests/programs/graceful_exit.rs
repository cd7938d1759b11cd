use std::{process::Command, thread, time::Duration};

use nix::sys::signal::Signal::{SIGHUP, SIGINT, SIGTERM, SIGUSR1, SIGUSR2};

use crate::{
    common::{wait_until, watchdog},
    place::{everywhere, Place},
    running::{with_signals, Running},
};

const PROGRAM: &str = env!("CARGO_BIN_EXE_graceful_exit");

#[test]
fn registered_signals_are_printed_with_their_sender_and_sigterm_ends_it_normally() {
    let _dog = watchdog(60);
    let mut program = Running::start(Place::Plain, PROGRAM, &[]);
    program.wait_for("waiting for signals");
    let sender = format!("sender pid: {}", std::process::id());
    for (signal, name) in [(SIGINT, "interrupt"), (SIGUSR1, "user defined signal 1")] {
        program.send(signal);
        program.wait_for(&format!("handle signal: {name}"));
        program.wait_for(&sender);
    }
    program.send(SIGTERM);
    let end = program.end();
    assert_eq!(end.status, 0);
    assert_eq!(end.lines[5], "handle signal: terminated");
    assert_eq!(end.lines[7..], ["signal terminated received, app exit normally"]);
}

#[test]
fn a_signal_that_is_not_registered_ends_it_with_status_1() {
    let _dog = watchdog(60);
    for place in everywhere() {
        let mut program = Running::start(place, PROGRAM, &[]);
        program.wait_for("waiting for signals");
        program.send(SIGHUP);
        let end = program.end();
        assert_eq!(end.status, 1, "{end:?}");
        assert_eq!(end.lines[1], "unknown signal received: hangup, app exit unexpectedly");
    }
}

#[test]
fn as_process_1_it_ends_before_the_grace_period_is_over() {
    let _dog = watchdog(60);
    for place in everywhere() {
        let mut program = Running::start(place, PROGRAM, &[]);
        program.wait_for("waiting for signals");
        let end = program.stop(Duration::from_secs(20));
        assert_eq!(end.status, 0, "{end:?}");
        // A sender outside of the container has no number in it.
        let sender = end.lines[2].strip_prefix("sender pid: ").unwrap();
        assert_eq!(sender == "unknown", place == Place::Container, "{end:?}");
    }
}

#[test]
fn a_storm_of_signals_neither_ends_it_nor_keeps_it_from_ending() {
    let _dog = watchdog(60);
    let mut program = Running::start(Place::Plain, PROGRAM, &[]);
    program.wait_for("waiting for signals");
    for i in 0..10_000 {
        program.send(if i % 2 == 0 { SIGUSR1 } else { SIGUSR2 });
    }
    program.send(SIGTERM);
    let end = program.end();
    assert_eq!(end.status, 0);
    assert_eq!(end.lines.last().unwrap(), "signal terminated received, app exit normally");
}

#[test]
fn signals_that_it_cannot_keep_up_with_do_not_displace_the_one_that_ends_it() {
    let _dog = watchdog(60);
    let program = Running::start(Place::Plain, PROGRAM, &[]);
    wait_until(|| [SIGTERM, SIGUSR1, SIGUSR2].into_iter().all(|signal| program.hears(signal)));
    // Its output is not read, so that it stands still, and its channel is full in the end.
    for i in 0..20_000 {
        program.send(if i % 2 == 0 { SIGUSR1 } else { SIGUSR2 });
        thread::yield_now();
    }
    program.send(SIGTERM);
    assert_eq!(program.end().status, 0);
}

#[test]
fn it_hears_signals_that_were_ignored_and_blocked_when_it_was_started() {
    let _dog = watchdog(60);
    let mut program =
        Running::spawn(Place::Plain, with_signals(&["ignore", "block"], "TERM", PROGRAM));
    program.wait_for("waiting for signals");
    assert_eq!(program.stop(Duration::from_secs(20)).status, 0);
}

#[test]
fn it_cleans_up_while_work_goes_on() {
    let _dog = watchdog(60);
    for place in everywhere() {
        for signal in [SIGTERM, SIGINT] {
            let mut program =
                Running::start(place, PROGRAM, &["--cleanup", "100ms", "--every", "10ms"]);
            program.wait_for("Working");
            program.send(signal);
            let end = program.end();
            assert_eq!(end.status, 0, "{end:?}");
            let start = end.lines.iter().position(|line| line == "Start cleanup").unwrap();
            let (exiting, during) = end.lines[start + 1..].split_last().unwrap();
            assert_eq!(exiting, "Exiting");
            assert!(!during.is_empty(), "no work while it cleans up: {end:?}");
            let before = &end.lines[..start];
            assert!(before.iter().chain(during).all(|line| line == "Working"), "{end:?}");
        }
    }
}

#[test]
fn a_second_signal_ends_the_cleanup_at_once_and_shows_in_the_status() {
    let _dog = watchdog(60);
    for (second, name, status) in [(SIGTERM, "terminated", 143), (SIGINT, "interrupt", 130)] {
        let mut program = Running::start(Place::Plain, PROGRAM, &["--cleanup", "1h"]);
        program.wait_for("Working");
        program.send(SIGTERM);
        program.wait_for("Start cleanup");
        program.send(second);
        let end = program.end();
        assert_eq!(end.status, status);
        assert_eq!(*end.lines.last().unwrap(), format!("Cleanup abandoned: {name}"));
    }
}

#[test]
fn a_time_that_is_none_is_refused() {
    let _dog = watchdog(60);
    for time in ["soon", "-1s", ""] {
        let output = Command::new(PROGRAM).args(["--cleanup", time]).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{time}");
        assert!(!output.stderr.is_empty());
    }
}
