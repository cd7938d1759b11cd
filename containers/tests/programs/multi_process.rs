use std::time::Duration;

use nix::sys::signal::Signal::SIGKILL;

use crate::{
    common::{wait_until, watchdog},
    place::{everywhere, Place},
    running::{children_of, Running},
};

const PROGRAM: &str = env!("CARGO_BIN_EXE_multi_process");

fn start(place: Place) -> Running {
    let mut program = Running::start(place, PROGRAM, &["--children", "3", "--cleanup", "50ms"]);
    (0..3).for_each(|_| program.wait_for(": working"));
    program
}

#[test]
fn the_parent_passes_the_signal_on_and_ends_after_its_children() {
    let _dog = watchdog(60);
    for place in everywhere() {
        let end = start(place).stop(Duration::from_secs(20));
        assert_eq!(end.status, 0, "{end:?}");
        let at = |line: &str| end.lines.iter().position(|printed| printed == line);
        for child in 1..=3 {
            let lines = [
                "parent: passes terminated on to 3 children".to_owned(),
                format!("child {child}: terminated received, cleaning up"),
                format!("child {child}: done"),
                format!("parent: child {child} has ended, exit status: 0"),
                "parent: all children have ended".to_owned(),
            ];
            let order = lines.map(|line| at(&line).unwrap_or_else(|| panic!("no {line}: {end:?}")));
            assert!(order.is_sorted(), "{end:?}");
        }
    }
}

#[test]
fn a_child_that_does_not_end_well_shows_in_the_status() {
    let _dog = watchdog(60);
    let program = start(Place::Plain);
    let children = children_of(program.pid());
    assert_eq!(children.len(), 3);
    nix::sys::signal::kill(nix::unistd::Pid::from_raw(children[0].pid), SIGKILL).unwrap();
    wait_until(|| children_of(program.pid()).len() == 2);
    let end = program.stop(Duration::from_secs(20));
    assert_eq!(end.status, 1, "{end:?}");
}
