use std::{
    collections::{BTreeMap, BTreeSet},
    env, thread,
    time::Duration,
};

use nix::sys::signal::Signal::{SIGINT, SIGTERM};

use crate::{
    common::{
        random::{begin, Rng},
        watchdog,
    },
    place::{everywhere, Place},
    running::{End, Running},
};

const POOL: &str = env!("CARGO_BIN_EXE_pool");

type Ids = BTreeSet<u64>;

/// The account that a pool prints: the ids after each word.
struct Account(BTreeMap<String, Ids>);

impl Account {
    /// Reads it, and checks that every job is in it once.
    #[track_caller]
    fn of(end: &End) -> Self {
        assert_eq!(end.status, 0, "{end:?}");
        // A worker that is left behind may still print something after it.
        let start = end.lines.iter().position(|line| line.starts_with("accepted"));
        let start = start.unwrap_or_else(|| panic!("no account: {end:?}"));
        let account = Self(end.lines[start..][..6].iter().map(|line| entry(line)).collect());
        account.check(end);
        account
    }

    #[track_caller]
    fn check(&self, end: &End) {
        let fates = ["done", "failed", "not begun", "unfinished"].map(|fate| self.ids(fate));
        let mut with_fate: Vec<u64> = fates.into_iter().flatten().copied().collect();
        with_fate.sort_unstable();
        assert!(with_fate.iter().eq(self.ids("accepted")), "lost or twice there: {end:?}");
        // Together the senders have offered every number, each once: none is forgotten as accepted.
        let offered = self.ids("accepted") | self.ids("refused");
        assert!(offered.iter().copied().eq(0..offered.len() as u64), "forgotten: {end:?}");
        assert!(self.ids("accepted").is_disjoint(self.ids("refused")), "{end:?}");
    }

    fn ids(&self, what: &str) -> &Ids {
        &self.0[what]
    }
}

/// `done        4: 0-2 5`
#[track_caller]
fn entry(line: &str) -> (String, Ids) {
    let (head, runs) = line.split_once(':').unwrap();
    let (what, number) = head.trim().rsplit_once(' ').unwrap();
    let ids: Ids = runs.split_whitespace().flat_map(run).collect();
    assert_eq!(number.parse(), Ok(ids.len()), "{line}");
    (what.trim().to_owned(), ids)
}

fn run(text: &str) -> std::ops::RangeInclusive<u64> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    first.parse().unwrap()..=last.parse().unwrap()
}

fn set(ids: &[u64]) -> Ids {
    ids.iter().copied().collect()
}

#[test]
fn a_drain_does_every_job_that_was_accepted() {
    let _dog = watchdog(60);
    for place in everywhere() {
        let mut pool = Running::start(place, POOL, &["--deadline", "1h"]);
        pool.wait_for("at work");
        let end = pool.stop(Duration::from_secs(20));
        assert_eq!(end.lines[1], "stopping: terminated signal received");
        let account = Account::of(&end);
        assert_eq!(account.ids("done"), account.ids("accepted"));
        assert_eq!(account.ids("refused").len(), 4, "every sender has been refused");
    }
}

#[test]
fn a_job_that_does_not_end_is_unfinished_at_the_deadline() {
    let _dog = watchdog(60);
    for mode in ["drain", "abandon"] {
        let options = ["--endless", "0", "--deadline", "100ms", "--mode", mode];
        let mut pool = Running::start(Place::Plain, POOL, &options);
        pool.wait_for("job 0 does not end");
        let account = Account::of(&pool.stop(Duration::from_secs(20)));
        assert_eq!(account.ids("unfinished"), &set(&[0]), "{mode}");
    }
}

#[test]
fn a_panic_during_the_stop_is_reported_and_only_a_drain_begins_other_jobs_after_it() {
    let _dog = watchdog(60);
    // The only worker has job 0 until the pool is told to stop.
    for (mode, fate_of_the_others) in [("drain", "done"), ("abandon", "not begun")] {
        let options = ["--workers", "1", "--panics", "0", "--deadline", "1h", "--mode", mode];
        let mut pool = Running::start(Place::Plain, POOL, &options);
        pool.wait_for("job 0 waits for the stop");
        let end = pool.stop(Duration::from_secs(20));
        assert!(end.lines.contains(&"job 0 panicked: out of paper".to_owned()), "{end:?}");
        let account = Account::of(&end);
        assert_eq!(account.ids("failed"), &set(&[0]), "{mode}");
        let others = account.ids("accepted") - &set(&[0]);
        assert_eq!(account.ids(fate_of_the_others), &others, "{mode}");
    }
}

/// Pools of every kind, told to stop at every moment. `GOCHAN_ROUNDS=1000` for more of them.
#[test]
fn no_job_is_lost_however_and_whenever_a_pool_is_told_to_stop() {
    let (mut random, _dog) = begin(540);
    let rounds =
        env::var("GOCHAN_ROUNDS").map_or(200, |n| n.parse().expect("GOCHAN_ROUNDS is a number"));
    let mut jobs = 0;
    for _ in 0..rounds {
        jobs += one_round(&mut random).ids("accepted").len();
    }
    println!("{rounds} rounds, {jobs} jobs");
}

fn one_round(random: &mut Rng) -> Account {
    let mut option = |name: &str, below: usize, unit: &str| {
        [format!("--{name}"), format!("{}{unit}", random.below(below))]
    };
    let mut options = [
        option("queue", 20, ""),
        option("takes", 1000, "us"),
        option("deadline", 30, "ms"),
        option("panics", 60, ""),
        option("endless", 60, ""),
    ]
    .concat();
    for count in ["workers", "senders"] {
        options.extend([format!("--{count}"), (1 + random.below(4)).to_string()]);
    }
    if random.below(2) == 0 {
        options.extend(["--mode".into(), "abandon".into()]);
    }
    let options: Vec<&str> = options.iter().map(String::as_str).collect();

    let mut pool = Running::start(Place::Plain, POOL, &options);
    pool.wait_for("at work");
    thread::sleep(random.micros(10_000));
    for _ in 0..=random.below(3) {
        pool.send(if random.below(2) == 0 { SIGTERM } else { SIGINT });
    }
    Account::of(&pool.end())
}
