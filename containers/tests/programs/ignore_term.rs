use std::time::Duration;

use crate::{
    common::watchdog,
    place::{everywhere, Place},
    running::Running,
};

#[test]
fn it_prints_sigterm_and_is_killed_when_the_grace_period_is_over() {
    let _dog = watchdog(60);
    for place in everywhere() {
        let mut program = Running::start(place, env!("CARGO_BIN_EXE_ignore_term"), &[]);
        program.wait_for("waiting for signals");
        let end = program.stop(Duration::from_millis(300));
        assert_eq!(end.status, 137, "{end:?}");
        assert_eq!(end.lines[1..], ["signal terminated received, app goes on"]);
    }
}

/// The kernel spares process 1 every signal for which it has no handler. So the same program that
/// ends at SIGTERM elsewhere is killed after the grace period in a container, unless there is an
/// init.
#[test]
fn a_process_1_without_a_handler_does_not_hear_sigterm() {
    let _dog = watchdog(60);
    let deaf = ["-c", "echo up; exec sleep 1000"];
    let with_init: Vec<&str> = ["sh"].into_iter().chain(deaf).collect();
    for place in everywhere() {
        let mut program = Running::start(place, "sh", &deaf);
        program.wait_for("up");
        let spared = place == Place::Container;
        let grace = Duration::from_millis(if spared { 300 } else { 20_000 });
        let status = program.stop(grace).status;
        assert_eq!(status, if spared { 137 } else { 143 });

        let mut program = Running::start(place, env!("CARGO_BIN_EXE_init"), &with_init);
        program.wait_for("up");
        assert_eq!(program.stop(Duration::from_secs(20)).status, 143);
    }
}
