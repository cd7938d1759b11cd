use std::{fs, process::Command, thread, time::Duration};

use gochan::{after, bounded};
use nix::{
    sys::{
        signal::{
            kill,
            Signal::{SIGINT, SIGKILL, SIGUSR1},
        },
        stat::Mode,
    },
    unistd::{mkfifo, Pid},
};
use procfs::process::Process;

use crate::{
    common::{wait_until, watchdog},
    place::{everywhere, Place},
    running::{children_of, with_signals, Running},
};

const INIT: &str = env!("CARGO_BIN_EXE_init");
const GRACEFUL: &str = env!("CARGO_BIN_EXE_graceful_exit");
const STUBBORN: &str = env!("CARGO_BIN_EXE_ignore_term");

/// More than enough.
const GRACE: Duration = Duration::from_secs(20);

/// `init` with a shell as its command, which runs `script`.
fn init(place: Place, options: &[&str], script: &str) -> Running {
    Running::start(place, INIT, &[options, &["--", "sh", "-c", script]].concat())
}

#[test]
fn it_ends_with_the_status_of_its_command() {
    let _dog = watchdog(60);
    for place in everywhere() {
        for (script, status) in
            [("exit 0", 0), ("exit 7", 7), ("kill -9 $$", 137), ("kill -2 $$", 130)]
        {
            assert_eq!(init(place, &[], script).end().status, status, "{place:?} {script}");
        }
    }
}

#[test]
fn a_real_time_signal_ends_the_command_like_any_other() {
    let _dog = watchdog(60);
    for place in everywhere() {
        for signal in [34, 35, 50, 64] {
            let end = init(place, &[], &format!("kill -{signal} $$")).end();
            assert_eq!(end.status, 128 + signal, "{place:?}");
        }
    }
}

#[test]
fn an_orphan_that_a_real_time_signal_ends_is_only_an_orphan() {
    let _dog = watchdog(60);
    for place in everywhere() {
        // Until its number is gone it has not been reaped.
        let orphan = "orphan=$(sh -c 'sleep 1002 > /dev/null & echo $!'); kill -34 $orphan;";
        let reaped = "while kill -0 $orphan; do :; done 2> /dev/null; echo reaped; exec sleep 1000";
        let mut program = init(place, &[], &[orphan, reaped].concat());
        program.wait_for("reaped");
        assert_eq!(program.stop(GRACE).status, 143, "{place:?}");
    }
}

/// The child of `init` with this name.
fn child_named(program: &Running, name: &str) -> Pid {
    let found = || children_of(program.pid()).into_iter().find(|child| child.comm == name);
    wait_until(|| found().is_some());
    Pid::from_raw(found().unwrap().pid)
}

/// By its number: not every signal has a name.
fn send(to: Pid, signal: i32) {
    let sent = Command::new("kill").args([format!("-{signal}"), to.to_string()]).status();
    assert!(sent.unwrap().success());
}

#[test]
fn every_signal_is_passed_on_that_can_be() {
    let _dog = watchdog(60);
    // KILL, STOP, CHLD and the faults; what the C library keeps; and the signals that stop, which
    // the next test has.
    let not = [9, 19, 17, 4, 5, 7, 8, 11, 31, 32, 33, 20, 21, 22];
    for place in everywhere() {
        // What the command blocks stays there to be seen.
        let blocked = ["--grace", "1h", "--", "env", "--block-signal", "sleep", "1000"];
        let program = Running::start(place, INIT, &blocked);
        let command = child_named(&program, "sleep");
        for signal in (1..=64).filter(|signal| !not.contains(signal)) {
            send(program.pid(), signal);
            wait_until(|| {
                let status = Process::new(command.as_raw()).unwrap().status().unwrap();
                status.shdpnd >> (signal - 1) & 1 == 1
            });
        }
        kill(command, SIGKILL).unwrap();
        assert_eq!(program.end().status, 137);
    }
}

#[test]
fn a_stop_signal_stops_everyone_until_sigcont() {
    let _dog = watchdog(60);
    for place in everywhere() {
        for signal in [20, 21, 22] {
            let program = init(place, &[], "exec sleep 1000");
            let command = child_named(&program, "sleep");
            let state = |of: Pid| Process::new(of.as_raw()).unwrap().stat().unwrap().state;
            send(program.pid(), signal);
            wait_until(|| state(command) == 'T');
            // Nothing stops a process 1.
            wait_until(|| state(program.pid()) == 'T' || place == Place::Container);
            send(program.pid(), 18);
            wait_until(|| state(command) == 'S');
            assert_eq!(program.stop(GRACE).status, 143, "{place:?}");
        }
    }
}

#[test]
fn only_the_command_keeps_what_was_inherited() {
    let _dog = watchdog(60);
    for place in everywhere() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        mkfifo(&pipe, Mode::S_IRWXU).unwrap();
        let (sender, text) = bounded(1);
        let path = pipe.clone();
        thread::spawn(move || sender.send(fs::read_to_string(path).unwrap()));
        let command = "echo written >&7; exec 7>&-; echo closed; exec sleep 1000";
        let script = format!("exec {INIT} -- sh -c '{command}' 7> {}", pipe.display());
        let mut program = Running::start(place, "sh", &["-c", &script]);
        program.wait_for("closed");
        let text = text.recv_timeout(GRACE).expect("the end of the pipe");
        assert_eq!(text, "written\n");
        // Its own descriptors are still there.
        assert_eq!(program.stop(GRACE).status, 143);
    }
}

#[test]
fn it_may_end_with_the_command() {
    let _dog = watchdog(60);
    for place in everywhere() {
        let options = ["--grace", "1h", "--end-with-command"];
        let mut program =
            init(place, &options, &format!("{GRACEFUL} --cleanup 50ms & exec sleep 1000"));
        program.wait_for("Working");
        kill(child_named(&program, "sleep"), SIGUSR1).unwrap();
        let end = program.end();
        assert_eq!((end.status, end.lines.last().unwrap().as_str()), (138, "Exiting"), "{end:?}");
    }
}

#[test]
fn it_may_end_with_the_command_and_kills_those_that_do_not() {
    let _dog = watchdog(60);
    for place in everywhere() {
        let options = ["--grace", "100ms", "--end-with-command"];
        let mut program = init(place, &options, &format!("{STUBBORN} & exec sleep 1000"));
        program.wait_for("waiting for signals");
        kill(child_named(&program, "sleep"), SIGUSR1).unwrap();
        let end = program.end();
        let told = "signal terminated received, app goes on";
        assert_eq!((end.status, end.lines.last().unwrap().as_str()), (138, told), "{end:?}");
    }
}

/// A second one would end the clean-up.
#[test]
fn the_end_of_the_command_tells_nobody_twice() {
    let _dog = watchdog(60);
    for place in everywhere() {
        let script = format!("{GRACEFUL} --cleanup 200ms & exec sleep 1000");
        let mut program = init(place, &["--end-with-command"], &script);
        program.wait_for("Working");
        let end = program.stop(GRACE);
        assert_eq!((end.status, end.lines.last().unwrap().as_str()), (143, "Exiting"), "{end:?}");
    }
}

#[test]
fn a_command_that_cannot_be_started_has_the_status_that_shells_give() {
    let _dog = watchdog(60);
    for place in everywhere() {
        for (command, status) in [("no-such-command", 127), ("/etc/passwd", 126), ("/", 126)] {
            let end = Running::start(place, INIT, &["--", command]).end();
            assert_eq!(end.status, status, "{place:?} {end:?}");
            assert!(end.errors[0].starts_with(&format!("init: cannot run {command}: ")), "{end:?}");
        }
    }
    assert_eq!(Command::new(INIT).output().unwrap().status.code(), Some(2));
}

#[test]
fn a_folder_is_no_command() {
    let _dog = watchdog(60);
    let path = tempfile::tempdir().unwrap();
    std::fs::create_dir(path.path().join("folder")).unwrap();
    let output = Command::new(INIT).args(["--", "folder"]).env("PATH", path.path()).output();
    assert_eq!(output.unwrap().status.code(), Some(127));
}

/// The fault of dumb-init: the command ends at once, its child still cleans up.
#[test]
fn a_grandchild_that_cleans_up_is_waited_for() {
    let _dog = watchdog(60);
    for place in everywhere() {
        let script = format!("{GRACEFUL} --cleanup 200ms & exec sleep 1000");
        let mut program = init(place, &[], &script);
        program.wait_for("Working");
        let end = program.stop(GRACE);
        assert_eq!(end.status, 143, "{end:?}");
        assert!(end.lines.contains(&"Start cleanup".to_owned()), "{end:?}");
        assert_eq!(end.lines.last().unwrap(), "Exiting", "{place:?}");
    }
}

#[test]
fn it_waits_for_those_that_are_left_when_the_command_ends_by_itself() {
    let _dog = watchdog(60);
    for place in everywhere() {
        let mut program = init(place, &[], &format!("{GRACEFUL} --cleanup 10ms & exit 3"));
        program.wait_for("Working");
        wait_until(|| children_of(program.pid()).iter().all(|child| child.comm == "graceful_exit"));
        let end = program.stop(GRACE);
        assert_eq!((end.status, end.lines.last().unwrap().as_str()), (3, "Exiting"), "{place:?}");
    }
}

#[test]
fn who_forks_and_exits_leaves_an_orphan_and_no_zombie() {
    let _dog = watchdog(60);
    for place in everywhere() {
        // Three orphans: one ends at once, one soon, and one is told.
        let orphan = |command: &str| format!("sh -c '{command} &'; ");
        let orphans = [orphan("true"), orphan("sleep 0.1"), orphan("sleep 1001")].concat();
        let mut program = init(place, &[], &(orphans + "echo up; exec sleep 1000"));
        program.wait_for("up");
        wait_until(|| {
            let left = children_of(program.pid());
            left.len() == 2 && left.iter().all(|child| child.state != 'Z')
        });
        let end = program.stop(GRACE);
        assert_eq!(end.status, 143, "{end:?}");
    }
}

#[test]
fn those_that_ignore_sigterm_are_killed_when_the_grace_is_over() {
    let _dog = watchdog(60);
    for place in everywhere() {
        // A child, an orphan and the command itself.
        let script = format!("{STUBBORN} & sh -c '{STUBBORN} &'; exec {STUBBORN}");
        let mut program = init(place, &["--grace", "100ms"], &script);
        (0..3).for_each(|_| program.wait_for("waiting for signals"));
        let end = program.stop(GRACE);
        assert_eq!(end.status, 137, "{end:?}");
        assert_eq!(end.lines[3..], ["signal terminated received, app goes on"; 3]);
    }
}

#[test]
fn every_process_gets_the_signals_that_do_not_end_anything() {
    let _dog = watchdog(60);
    for place in everywhere() {
        let script = format!("{GRACEFUL} & exec {GRACEFUL}");
        let mut program = init(place, &[], &script);
        (0..2).for_each(|_| program.wait_for("waiting for signals"));
        program.send(SIGUSR1);
        (0..2).for_each(|_| program.wait_for("handle signal: user defined signal 1"));
        let end = program.stop(GRACE);
        let ended = "signal terminated received, app exit normally";
        assert_eq!(end.lines.iter().filter(|line| *line == ended).count(), 2, "{end:?}");
        assert_eq!(end.status, 0);
    }
}

#[test]
fn a_storm_of_signals_does_not_keep_it_from_its_end() {
    let _dog = watchdog(60);
    for place in everywhere() {
        let mut program = Running::start(place, INIT, &["--grace", "1h", "--", GRACEFUL]);
        program.wait_for("waiting for signals");
        (0..10_000).for_each(|i| program.send(if i % 2 == 0 { SIGUSR1 } else { SIGINT }));
        let end = program.stop(GRACE);
        assert_eq!(end.status, 0, "{place:?} {:?}", end.errors);
    }
}

#[test]
fn the_command_does_not_inherit_what_was_ignored_or_blocked() {
    let _dog = watchdog(60);
    let mut command = with_signals(&["ignore", "block"], "TERM,INT,CHLD", INIT);
    command.args(["--", "sh", "-c", "echo up; exec sleep 1000"]);
    let mut program = Running::spawn(Place::Plain, command);
    program.wait_for("up");
    assert_eq!(program.stop(GRACE).status, 143);
}

#[test]
fn it_sleeps_while_there_is_nothing_to_do() {
    let _dog = watchdog(60);
    let mut program = init(Place::Plain, &[], "echo up; exec sleep 1000");
    program.wait_for("up");
    let waits = || {
        let status = Process::new(program.pid().as_raw()).unwrap().status().unwrap();
        status.voluntary_ctxt_switches.unwrap()
    };
    let before = waits();
    after(Duration::from_millis(500)).recv_ok();
    // It has gone to sleep once. A program that looked a hundred times a second would have done so
    // fifty times.
    assert!(waits() - before < 10);
    assert_eq!(program.stop(GRACE).status, 143);
}
