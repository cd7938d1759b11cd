//! Runs every example and compares what it prints.
//!
//! `cargo test` builds the examples. Where this file is built alone, or an example is older than
//! its source, cargo is asked to build and run it.
#![cfg(not(any(loom, shuttle, miri)))]

mod common;

use std::{
    collections::{BTreeMap, BTreeSet},
    env,
    fs::{self, File},
    io::{Read, Seek},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::OnceLock,
    thread,
    time::{Duration, Instant, SystemTime},
};

/// After this time an example hangs, and is killed.
const LIMIT: Duration = Duration::from_secs(60);

struct Run {
    stdout: String,
    stderr: String,
    took: Duration,
}

impl Run {
    fn lines(&self) -> Vec<&str> {
        self.stdout.lines().collect()
    }
}

/// Runs an example that is expected to succeed.
#[track_caller]
fn run(example: &str) -> Run {
    run_to_status(example, 0)
}

#[track_caller]
fn run_to_status(example: &str, expected: i32) -> Run {
    let (mut out, mut err) = (capture(example, "out"), capture(example, "err"));
    let (status, took) = execute(example, &out, &err);
    let run = Run { stdout: text(&mut out), stderr: text(&mut err), took };
    assert_eq!(status, Some(expected), "{example} prints:\n{}{}", run.stdout, run.stderr);
    run
}

/// Runs an example with one file for both outputs, so that the order of all lines shows.
#[track_caller]
fn transcript(example: &str) -> String {
    let mut both = capture(example, "both");
    let (status, _) = execute(example, &both, &both);
    let text = text(&mut both);
    assert_eq!(status, Some(0), "{example} prints:\n{text}");
    text
}

/// The exit status, and the time it took. Outputs go to files: nobody has to read while the example
/// runs.
#[track_caller]
fn execute(example: &str, out: &File, err: &File) -> (Option<i32>, Duration) {
    let same = |file: &File| Stdio::from(file.try_clone().unwrap());
    let mut command = command(example);
    command.stdin(Stdio::null()).stdout(same(out)).stderr(same(err));

    let start = Instant::now();
    let mut child = command.spawn().unwrap();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return (status.code(), start.elapsed());
        }
        if start.elapsed() > LIMIT {
            child.kill().unwrap();
            child.wait().unwrap();
            panic!("{example} hangs");
        }
        thread::sleep(Duration::from_millis(5));
    }
}

fn command(example: &str) -> Command {
    let executable = format!("{example}{}", env::consts::EXE_SUFFIX);
    // This test is PROFILE/deps/examples-HASH, the example PROFILE/examples/EXAMPLE.
    let test = env::current_exe().unwrap();
    let built = test.ancestors().nth(2).unwrap().join("examples").join(executable);

    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let source = package.join("examples").join(format!("{example}.rs"));
    let changed = newest(&source).max(newest(&package.join("src")));
    if built.exists() && newest(&built) >= changed {
        return common::command(&[], built);
    }

    let cargo = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO"));
        command.current_dir(package).args(arguments);
        command
    };
    // The examples are built once, before the clock of the first one starts.
    static BUILD: OnceLock<()> = OnceLock::new();
    BUILD.get_or_init(|| {
        let status = cargo(&["build", "--quiet", "--examples"]).status().unwrap();
        assert!(status.success(), "the examples do not build");
    });
    cargo(&["run", "--quiet", "--example", example])
}

/// When the file, or the newest file in the folder, was written.
fn newest(path: &Path) -> SystemTime {
    if path.is_dir() {
        let entries = fs::read_dir(path).unwrap();
        entries.map(|e| newest(&e.unwrap().path())).max().unwrap_or(SystemTime::UNIX_EPOCH)
    } else {
        path.metadata().unwrap().modified().unwrap()
    }
}

fn capture(example: &str, what: &str) -> File {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    fs::create_dir_all(&folder).unwrap();
    let path = folder.join(format!("{example}.{what}"));
    File::options().read(true).write(true).create(true).truncate(true).open(path).unwrap()
}

fn text(file: &mut File) -> String {
    let mut text = String::new();
    file.rewind().unwrap();
    file.read_to_string(&mut text).unwrap();
    text
}

/// One line per worker, from 1 to 100, sorted as text.
fn workers(prefix: &str) -> Vec<String> {
    let mut lines: Vec<String> = (1..=100).map(|index| format!("{prefix}: {index}")).collect();
    lines.sort();
    lines
}

fn sorted<'a>(lines: &[&'a str]) -> Vec<&'a str> {
    let mut lines = lines.to_vec();
    lines.sort();
    lines
}

/// The numbers of the lines that begin with `what` are 1, 2, 3 and so on; returns how many there
/// are.
#[track_caller]
fn counted(lines: &[&str], what: &str) -> usize {
    let numbers: Vec<usize> = lines
        .iter()
        .filter_map(|line| line.strip_prefix(what))
        .map(|number| number.trim().parse().unwrap())
        .collect();
    assert_eq!(numbers, (1..=numbers.len()).collect::<Vec<_>>(), "of {what:?} in {lines:?}");
    numbers.len()
}

#[test]
fn wait_event_is_done_after_the_close_and_after_the_send() {
    let once = ["Begin doing something!", "Doing something...", "Done!"];
    assert_eq!(run("wait_event").lines(), [once, once].concat());
}

#[test]
fn start_together_starts_each_worker_once_and_none_before_the_close() {
    let transcript = transcript("start_together");
    let (before, after) = transcript.split_once("close(start)\n").unwrap();
    assert!(!before.contains("Worker"), "{transcript}");
    assert_eq!(sorted(&after.lines().collect::<Vec<_>>()), workers("This is Worker"));
}

#[test]
fn terminate_workers_ends_each_worker_after_all_have_begun() {
    let run = run("terminate_workers");
    let lines = run.lines();
    assert_eq!(lines.len(), 200);
    let (begin, done) = lines.split_at(100);
    assert_eq!(sorted(begin), workers("Begin: This is Worker"));
    assert_eq!(sorted(done), workers("Done: This is Worker"));
}

#[test]
fn confirm_termination_hears_from_the_worker_that_it_ends() {
    let expected =
        ["Begin: This is Worker", "Done: This is Worker", "Worker goroutine has been terminated"];
    assert_eq!(run("confirm_termination").lines(), expected);
}

#[test]
fn closed_channel_gives_zero_values_and_panics_on_send() {
    let run = run_to_status("closed_channel", 101);
    assert_eq!(run.lines(), ["false", "false false", "0"]);
    assert!(run.stderr.contains("send on closed channel"), "{}", run.stderr);
    assert!(run.stderr.contains("closed_channel.rs"), "not the caller's line: {}", run.stderr);
}

#[test]
fn closed_buffered_gives_what_was_sent_then_zero_and_panics_on_send() {
    let run = run_to_status("closed_buffered", 101);
    assert_eq!(run.lines(), ["15", "34", "65", "0"]);
    assert!(run.stderr.contains("send on closed channel"), "{}", run.stderr);
    assert!(run.stderr.contains("closed_buffered.rs"), "not the caller's line: {}", run.stderr);
}

#[test]
fn range_prints_every_line_in_order_and_ends_at_the_close() {
    let expected = [
        "Five hour's New York jet lag",
        "and Cayce Pollard wakes in Camden Town",
        "to the dire and ever-decreasing circles",
        "of disrupted circadian rhythm.",
        "",
    ];
    assert_eq!(run("range").lines(), expected);
}

#[test]
fn unique_id_gives_ids_in_order_and_its_service_ends_with_the_receiver() {
    let expected = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];
    assert_eq!(run("unique_id").lines(), expected);
}

#[test]
fn recycle_buffers_makes_far_fewer_buffers_than_it_uses() {
    let run = run("recycle_buffers");
    let made = run.stdout.strip_prefix("used 1000 buffers, made ").unwrap();
    let made: usize = made.trim_end().parse().unwrap();
    // Four workers need four buffers, and a few more if a worker is preempted while it gives its
    // buffer back.
    assert!((1..=20).contains(&made), "made {made}");
}

#[test]
fn nil_channel_is_never_ready() {
    let expected = ["receive from a nil channel: blocked", "send to a nil channel: blocked"];
    let run = run("nil_channel");
    assert_eq!(run.lines(), expected);
    assert!(run.took >= Duration::from_millis(100), "took only {:?}", run.took);
}

#[test]
fn nil_in_select_spins_without_nil_and_ends_with_it() {
    let run = run("nil_in_select");
    let lines = run.lines();
    let good = lines.iter().position(|line| *line == "good:").unwrap();
    let (bad, good) = (&lines[..good], &lines[good + 1..]);

    // On a busy machine the 7 may overtake the 5: two threads sleep.
    assert_eq!((bad[0], bad.len()), ("bad:", 11));
    assert!(["5", "7"].contains(&bad[1]), "{bad:?}");
    assert!(bad[2..].iter().filter(|line| **line == "0").count() >= 8, "{bad:?}");

    assert_eq!((sorted(&good[..2]), &good[2..]), (vec!["5", "7"], &["over"][..]));
}

#[test]
fn timeout_ends_the_worker_when_its_time_is_up_and_not_before() {
    let run = run("timeout");
    let (last, work) = run.lines().split_last().map(|(last, work)| (*last, work.to_vec())).unwrap();
    assert_eq!(last, "time is up");
    assert_eq!(counted(&work, "work "), work.len());
    assert!(run.took >= Duration::from_millis(300), "took only {:?}", run.took);
}

#[test]
fn heartbeat_beats_once_a_period_while_work_goes_on() {
    let run = run("heartbeat");
    let lines = run.lines();
    assert_eq!(counted(&lines, "beat "), 3);
    assert_eq!(counted(&lines, "work "), lines.len() - 3);
    assert!(run.took >= Duration::from_millis(900), "took only {:?}", run.took);
}

/// The account of one pool as `worker_pool` prints it: a line for each fate, with its number and
/// its ids.
type Account<'a> = BTreeMap<&'a str, BTreeSet<u32>>;

#[track_caller]
fn account<'a>(lines: &[&'a str], title: &str) -> Account<'a> {
    let title = lines.iter().position(|line| *line == title).unwrap();
    let mut account = Account::new();
    for line in &lines[title + 1..title + 5] {
        let (head, ids) = line.split_once(':').unwrap();
        let (what, number) = head.trim().rsplit_once(' ').unwrap();
        let listed: Vec<u32> = ids.split_whitespace().map(|id| id.parse().unwrap()).collect();
        let ids: BTreeSet<u32> = listed.iter().copied().collect();
        assert_eq!((number.parse(), ids.len()), (Ok(listed.len()), listed.len()), "{line}");
        account.insert(what.trim(), ids);
    }

    let fates = ["done", "not begun", "unfinished"].map(|fate| &account[fate]);
    let mut every: Vec<u32> = fates.into_iter().flatten().copied().collect();
    every.sort();
    assert!(every.iter().eq(&account["submitted"]), "does not add up: {account:?}");
    assert!(every.iter().copied().eq(1..=20), "not all submitted: {account:?}");
    account
}

#[test]
fn worker_pool_accounts_for_every_job_however_it_ends() {
    let run = run("worker_pool");
    let lines = run.lines();
    assert_eq!(run.stderr, "");

    let drained = account(&lines, "drain:");
    assert_eq!(drained["done"], drained["submitted"]);

    // The fifth result is the last for which the pool waits; each of four workers has one job in
    // hand.
    let stopped = account(&lines, "stop:");
    assert!((5..=9).contains(&stopped["done"].len()), "{stopped:?}");
    assert!(stopped["unfinished"].is_empty(), "{stopped:?}");

    let late = account(&lines, "drain, out of time:");
    assert!(late["unfinished"].contains(&3), "{late:?}");
}

#[test]
fn async_worker_pool_drains_or_stops() {
    let run = run("async_worker_pool");
    let lines = run.lines();
    assert_eq!(lines[0], "drained: 20 results, their sum is 2870");
    // The fifth result is the last for which the pool waits; each of four workers has one job in
    // hand.
    let stopped = lines[1].strip_prefix("stopped: ").and_then(|rest| rest.split_once(' ')).unwrap();
    let stopped: usize = stopped.0.parse().unwrap();
    assert!((5..=9).contains(&stopped), "{stopped}");
}

#[test]
fn bridge_brings_every_line_to_the_tasks_and_back() {
    assert_eq!(run("bridge").lines(), ["1000 lines, 20000 bytes"]);
}

#[test]
fn async_graceful_handles_all_that_it_has_accepted() {
    let expected = ["all handlers have ended", "at least 100 accepted: true, all handled: true"];
    assert_eq!(run("async_graceful").lines(), expected);
}
