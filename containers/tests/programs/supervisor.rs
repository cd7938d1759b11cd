use std::{fs, path::PathBuf, process::Command};

use nix::{
    sys::signal::{
        kill,
        Signal::{SIGHUP, SIGKILL, SIGTERM},
    },
    unistd::Pid,
};
use procfs::process::{all_processes, FDTarget};
use tempfile::TempDir;

use crate::{
    common::{wait_until, watchdog},
    place::{everywhere, Place},
    running::{children_of, End, Running},
};

const SUPERVISOR: &str = env!("CARGO_BIN_EXE_supervisor");
const GRACEFUL: &str = env!("CARGO_BIN_EXE_graceful_exit");
const STUBBORN: &str = env!("CARGO_BIN_EXE_ignore_term");

/// A folder for the configuration and what the programs print.
struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// A part of the configuration: a program that logs to the file of its name. `more` are lines
    /// of TOML.
    fn program(&self, name: &str, command: &[&str], more: &str) -> String {
        let log = self.path(name);
        format!("[[program]]\nname = {name:?}\ncommand = {command:?}\nlogfile = {log:?}\n{more}\n")
    }

    fn config(&self, config: &str) -> String {
        let file = self.path("config.toml");
        fs::write(&file, config).unwrap();
        file.to_str().unwrap().to_owned()
    }

    fn start(&self, place: Place, config: &str) -> Running {
        Running::start(place, SUPERVISOR, &["--config", &self.config(config)])
    }

    fn printed(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_default()
    }

    fn wait_for(&self, name: &str, line: &str) {
        wait_until(|| self.printed(name).contains(line));
    }
}

/// Where a test fails, a process may be left that still writes to a log file.
impl Drop for Folder {
    fn drop(&mut self) {
        for process in all_processes().unwrap().flatten() {
            let files = process.fd().into_iter().flatten().flatten();
            let mut files = files.map(|file| file.target);
            if files.any(|file| matches!(file, FDTarget::Path(path) if path.starts_with(&self.0))) {
                let _ = kill(Pid::from_raw(process.pid), SIGKILL);
            }
        }
    }
}

/// The events that are logged, without time and pid.
fn events(end: &End) -> Vec<&str> {
    end.lines.iter().map(|line| without_time_and_pid(line)).collect()
}

fn without_time_and_pid(line: &str) -> &str {
    let (_, event) = line.split_once(' ').unwrap();
    event.split(" with pid").next().unwrap()
}

#[test]
fn programs_start_in_order_and_are_stopped_the_other_way_round() {
    let _dog = watchdog(60);
    for place in everywhere() {
        for (signal, name) in [(SIGTERM, "terminated"), (SIGHUP, "hangup")] {
            let folder = Folder::new();
            let clean = [GRACEFUL, "--cleanup", "50ms"];
            let config = folder.program("web", &clean, "startsecs = 0")
                + &folder.program("worker", &clean, "startsecs = 3600\nstopsignal = 'int'");
            let mut supervisor = folder.start(place, &config);
            supervisor.wait_for("running: web");
            ["web", "worker"].iter().for_each(|name| folder.wait_for(name, "Working"));
            supervisor.send(signal);

            let end = supervisor.end();
            assert_eq!(end.status, 0, "{end:?}");
            let mut events = events(&end);
            events[6..].sort_unstable();
            let received = format!("received: {name}");
            let expected = [
                "spawned: web",
                "spawned: worker",
                "running: web",
                &received,
                "stopping: worker with SIGINT",
                "stopping: web with SIGTERM",
                "stopped: web (exit status: 0)",
                "stopped: worker (exit status: 0)",
            ];
            // The first program counts as running when its time is up, wherever the second one is.
            events[1..3].sort_unstable_by_key(|event| event.starts_with("running"));
            assert_eq!(events, expected);
            let done = |name: &&str| folder.printed(name).ends_with("Exiting\n");
            assert!(["web", "worker"].iter().all(done));
        }
    }
}

#[test]
fn a_program_that_does_not_stop_is_killed_when_its_time_is_up() {
    let _dog = watchdog(60);
    for place in everywhere() {
        let folder = Folder::new();
        let config = folder.program("stubborn", &[STUBBORN], "stopwaitsecs = 0.3")
            + &folder.program("good", &["sleep", "1000"], "");
        let supervisor = folder.start(place, &config);
        folder.wait_for("stubborn", "waiting for signals");
        supervisor.send(SIGTERM);
        let end = supervisor.end();
        assert_eq!(end.status, 1, "{end:?}");
        let events = events(&end);
        assert!(events.contains(&"stopped: good (signal: 15 (SIGTERM))"), "{end:?}");
        assert!(events.contains(&"stopping: stubborn with SIGKILL"), "{end:?}");
        assert!(events.contains(&"stopped: stubborn (signal: 9 (SIGKILL))"), "{end:?}");
        assert!(folder.printed("stubborn").ends_with("app goes on\n"));
    }
}

#[test]
fn a_second_signal_kills_at_once() {
    let _dog = watchdog(60);
    for place in everywhere() {
        let folder = Folder::new();
        let config = folder.program("stubborn", &[STUBBORN], "stopwaitsecs = 3600");
        let mut supervisor = folder.start(place, &config);
        folder.wait_for("stubborn", "waiting for signals");
        supervisor.send(SIGTERM);
        supervisor.wait_for("stopping: stubborn with SIGTERM");
        folder.wait_for("stubborn", "app goes on");
        supervisor.send(SIGTERM);
        let end = supervisor.end();
        assert_eq!(end.status, 1, "{end:?}");
        let killed = "stopped: stubborn (signal: 9 (SIGKILL))";
        assert_eq!(events(&end).last(), Some(&killed), "{end:?}");
    }
}

/// The shell ends at the signal, the program behind it cleans up.
#[test]
fn a_program_behind_a_shell_is_told_and_waited_for() {
    let _dog = watchdog(60);
    for place in everywhere() {
        let folder = Folder::new();
        let script = format!("{GRACEFUL} --cleanup 100ms; echo");
        let config = folder.program("behind", &["sh", "-c", &script], "");
        let supervisor = folder.start(place, &config);
        folder.wait_for("behind", "Working");
        supervisor.send(SIGTERM);
        let end = supervisor.end();
        assert!(folder.printed("behind").ends_with("Exiting\n"), "{end:?}");
        assert_eq!(end.status, 0, "{end:?}");
    }
}

/// The processes in the group of the first program.
fn group(end: &End) -> Vec<String> {
    let pid = end.lines.iter().find_map(|line| line.rsplit_once(" with pid ")).unwrap().1;
    let stats = all_processes().unwrap().filter_map(|process| process.ok()?.stat().ok());
    stats.filter(|stat| stat.pgrp.to_string() == pid).map(|stat| stat.comm).collect()
}

#[test]
fn a_child_that_outlives_the_stop_is_killed_and_reported() {
    let _dog = watchdog(60);
    for place in everywhere() {
        let folder = Folder::new();
        let script = format!("{STUBBORN} & exec {GRACEFUL} --cleanup 10ms");
        let config = folder.program("parent", &["sh", "-c", &script], "stopwaitsecs = 0.3");
        let supervisor = folder.start(place, &config);
        ["waiting for signals", "Working"].iter().for_each(|line| folder.wait_for("parent", line));
        supervisor.send(SIGTERM);
        let end = supervisor.end();
        assert_eq!(end.status, 1, "{end:?}");
        let expected = [
            "stopped: parent (exit status: 0)",
            "stopping: parent with SIGKILL",
            "killed: parent: ignore_term",
        ];
        assert!(events(&end).ends_with(&expected), "{end:?}");
        assert!(place == Place::Container || group(&end).is_empty());
    }
}

#[test]
fn what_a_program_leaves_when_it_ends_is_stopped() {
    let _dog = watchdog(60);
    for place in everywhere() {
        for (child, status) in [(GRACEFUL, 0), (STUBBORN, 1)] {
            let folder = Folder::new();
            let log = folder.path("parent");
            // It ends when its child can hear.
            let script =
                format!("{child} & until grep -q waiting {}; do :; done; exit 0", log.display());
            let config = folder.program("parent", &["sh", "-c", &script], "stopwaitsecs = 0.3");
            let end = folder.start(place, &config).end();
            assert_eq!(end.status, status, "{end:?}");
            let expected = ["exited: parent (exit status: 0)", "stopping: parent with SIGTERM"];
            let at = events(&end).iter().position(|event| *event == expected[0]).unwrap();
            assert_eq!(events(&end)[at + 1], expected[1], "{end:?}");
            assert!(place == Place::Container || group(&end).is_empty());
        }
    }
}

#[test]
fn orphans_that_have_left_the_group_are_reaped() {
    let _dog = watchdog(60);
    for place in everywhere() {
        let folder = Folder::new();
        let script = "setsid -f true; setsid -f true; echo up; exec sleep 1000";
        let supervisor = folder.start(place, &folder.program("parent", &["sh", "-c", script], ""));
        folder.wait_for("parent", "up");
        wait_until(|| {
            let left = children_of(supervisor.pid());
            left.len() == 1 && left.iter().all(|child| child.state != 'Z')
        });
        supervisor.send(SIGTERM);
        let end = supervisor.end();
        assert_eq!(end.status, 0, "{end:?}");
    }
}

#[test]
fn the_stop_signal_may_be_a_real_time_one() {
    let _dog = watchdog(60);
    let folder = Folder::new();
    let config = folder.program("sleep", &["sleep", "1000"], "stopsignal = '40'");
    let mut supervisor = folder.start(Place::Plain, &config);
    supervisor.wait_for("spawned: sleep");
    supervisor.send(SIGTERM);
    let end = supervisor.end();
    assert!(events(&end).contains(&"stopping: sleep with SIGRTMIN+6"), "{end:?}");
    assert_eq!(end.status, 0, "{end:?}");
}

#[test]
fn it_ends_when_all_programs_have_ended_and_its_status_says_how() {
    let _dog = watchdog(60);
    for place in everywhere() {
        for (status, expected) in [("0", 0), ("3", 1)] {
            let folder = Folder::new();
            let exit = format!("echo started; exit {status}");
            let config = folder.program("first", &["sh", "-c", &exit], "")
                + &folder.program("second", &["true"], "");
            let end = folder.start(place, &config).end();
            assert_eq!(end.status, expected, "{end:?}");
            let exited = format!("exited: first (exit status: {status})");
            assert!(events(&end).contains(&exited.as_str()), "{end:?}");
            assert_eq!(folder.printed("first"), "started\n");
        }
    }
}

#[test]
fn where_one_program_cannot_be_started_none_is_left_running() {
    let _dog = watchdog(60);
    let folder = Folder::new();
    fs::create_dir(folder.path("folder")).unwrap();
    let good = folder.program("good", &["sleep", "1000"], "");
    let bad = [("bad", "no-such-program"), ("bad", "/etc/passwd"), ("folder", "true")];
    for (name, command) in bad {
        for place in everywhere() {
            let config = good.clone() + &folder.program(name, &[command], "");
            let end = folder.start(place, &config).end();
            assert_eq!(end.status, 2, "{end:?}");
            assert!(end.errors[0].contains(&format!("cannot start {name}: ")), "{end:?}");
            assert!(events(&end).contains(&"stopped: good (signal: 15 (SIGTERM))"), "{end:?}");
        }
    }
}

#[test]
fn a_wrong_configuration_is_refused_with_what_is_wrong() {
    let _dog = watchdog(60);
    let folder = Folder::new();
    let good = folder.program("good", &["sleep", "1000"], "");
    let with = |line: &str| folder.program("bad", &["true"], line);
    let wrong = [
        (String::new(), "no programs"),
        (with("stopsignl = 'TERM'"), "unknown field `stopsignl`"),
        (with("[other]"), "unknown field `other`"),
        (with("stopsignal = 'SIGFOO'"), "SIGFOO"),
        (with("stopsignal = '32'"), "no signal 32"),
        (with("stopwaitsecs = -1"), "negative"),
        (with("stopwaitsecs = 1e300"), "stopwaitsecs"),
        (folder.program("bad", &[], ""), "empty command"),
        (good.clone() + &good, "two programs have the name \"good\""),
        ("[[program]]\nname = 'bad'\n".into(), "missing field"),
        ("?".into(), "TOML"),
    ];
    for (config, message) in wrong {
        let output =
            Command::new(SUPERVISOR).args(["--config", &folder.config(&config)]).output().unwrap();
        let says = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{config}");
        assert!(says.starts_with("supervisor: ") && says.contains(message), "{config}: {says}");
        assert!(output.stdout.is_empty());
    }
    let output = Command::new(SUPERVISOR).args(["--config", "no-such-file"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().starts_with("supervisor: no-such-file: "));
}
