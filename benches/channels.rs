//! gochan beside crossbeam-channel and `std::sync::mpsc`, in one run.
//!
//! ```text
//! cargo bench                          criterion's groups, then the table
//! cargo bench -- --table               the table alone, in about a minute
//! cargo bench -- --table spsc mpmc/0   its rows whose name contains one of the words
//! cargo bench -- select                criterion alone, with its own filters and options
//! ```
//!
//! # What is measured
//!
//! | cell | threads | one iteration is |
//! |---|---|---|
//! | `spsc`, `mpsc`, `mpmc` | 1 to 1, 4 to 1, 4 to 4 | one message |
//! | `ping-pong` | 2, over two channels | one round trip, that is two messages |
//! | `select` | 4 senders with a channel each, one thread that selects over the four | one message |
//!
//! Each at capacity 0, 1, 128 and unbounded; a message is a `u64`, and all operations block. A run
//! starts its threads, lets them go at a barrier, and lasts until the last message is received;
//! starting threads, making channels and dropping them is not measured. Senders, and receivers,
//! share the messages evenly. std has no `mpmc` and no `select`; its bounded cells are
//! `sync_channel`.
//!
//! # How to read it
//!
//! - Only ratios within one run count. The machine, its neighbours and the day move every number by
//!   more than the libraries differ in many cells. In the table the libraries take turns in short
//!   rounds, so that a disturbance meets them all; criterion measures them one after another.
//!   Believe the table.
//! - Threads are not pinned. What a message costs depends on where the scheduler puts them: on two
//!   cores it is cache lines travelling, on one core it is context switches, and a run can see
//!   both. A `~` marks a number whose rounds lie more than a factor of two apart; the median is
//!   then the more frequent mode, and jumps. The ratio is steadier: it is the median over all pairs
//!   of rounds, for the better of the other two. One library measured under two names gave ratios
//!   from 0.8 to 1.2, in rows with `~` from 0.6 to 1.3 (2 cores, four tables): smaller differences
//!   say nothing. `taskset -c 0 cargo bench -- --table` shows one core, `taskset -c 0,1` two. Keep
//!   the machine idle otherwise: where another process takes one of two cores, this is the table of
//!   one core.
//! - `mpsc`, `mpmc` and `select` have more threads than a small machine has cores: they show how a
//!   library parks and wakes as much as how fast its queue is.
//! - Unbounded senders never wait. Where they are faster than the receiver the queue grows for the
//!   whole run, and the cells contain the allocator.

#[path = "support/libraries.rs"]
mod libraries;

use criterion::Criterion;
use libraries::{Capacity, Crossbeam, Gochan, Library, Select, Std};
use std::{
    hint::black_box,
    sync::Barrier,
    thread,
    time::{Duration, Instant},
};

// ---- The cells ----

/// Moves this many messages (or makes this many round trips) through channels of this capacity.
type Run = fn(Capacity, u64) -> Duration;

const LIBRARIES: [&str; 3] = ["gochan", "crossbeam", "std"];
const CAPACITIES: [Capacity; 4] = [Some(0), Some(1), Some(128), None];

/// Each cell with its run for every library, in the order of `LIBRARIES`.
const CELLS: [(&str, [Option<Run>; 3]); 5] = [
    ("spsc", [Some(to_one::<Gochan, 1>), Some(to_one::<Crossbeam, 1>), Some(to_one::<Std, 1>)]),
    ("mpsc", [Some(to_one::<Gochan, 4>), Some(to_one::<Crossbeam, 4>), Some(to_one::<Std, 4>)]),
    ("mpmc", [Some(mpmc::<Gochan>), Some(mpmc::<Crossbeam>), None]),
    (
        "ping-pong",
        [Some(ping_pong::<Gochan>), Some(ping_pong::<Crossbeam>), Some(ping_pong::<Std>)],
    ),
    ("select", [Some(select::<Gochan>), Some(select::<Crossbeam>), None]),
];

fn to_one<L: Library, const SENDERS: usize>(capacity: Capacity, messages: u64) -> Duration {
    let (tx, rx) = L::channel(capacity);
    transfer::<L>(&vec![tx; SENDERS], vec![rx], messages)
}

fn mpmc<L: Select>(capacity: Capacity, messages: u64) -> Duration {
    let (tx, rx) = L::channel(capacity);
    transfer::<L>(&vec![tx; 4], vec![rx; 4], messages)
}

fn select<L: Select>(capacity: Capacity, messages: u64) -> Duration {
    let (txs, rxs): (Vec<_>, Vec<_>) = (0..4).map(|_| L::channel(capacity)).unzip();
    let rxs = rxs.try_into().ok().expect("there are four");
    let receive_all = move || {
        for _ in 0..messages {
            black_box(L::select(&rxs));
        }
    };
    race(senders::<L>(&txs, messages), [receive_all])
}

fn ping_pong<L: Library>(capacity: Capacity, round_trips: u64) -> Duration {
    let ((ping, pinged), (pong, ponged)) = (L::channel(capacity), L::channel(capacity));
    let echo = move || (0..round_trips).for_each(|_| L::send(&pong, L::recv(&pinged)));
    let ask = move || {
        for i in 0..round_trips {
            L::send(&ping, i);
            black_box(L::recv(&ponged));
        }
    };
    race([echo], [ask])
}

/// One thread for each handle; they share the messages.
fn transfer<L: Library>(txs: &[L::Tx], rxs: Vec<L::Rx>, messages: u64) -> Duration {
    let shares = shares(messages, rxs.len());
    let receivers = rxs.into_iter().zip(shares).map(|(rx, share)| {
        move || {
            for _ in 0..share {
                black_box(L::recv(&rx));
            }
        }
    });
    race(senders::<L>(txs, messages), receivers)
}

/// The jobs of the senders. They borrow the handles: dropping the last one closes a channel, and a
/// closed channel would be ready in every select.
fn senders<L: Library>(
    txs: &[L::Tx],
    messages: u64,
) -> impl Iterator<Item = impl FnMut() + Send + use<'_, L>> {
    let shares = shares(messages, txs.len());
    txs.iter().zip(shares).map(|(tx, share)| move || (0..share).for_each(|i| L::send(tx, i)))
}

fn shares(messages: u64, parts: usize) -> impl Iterator<Item = u64> {
    let parts = parts as u64;
    (0..parts).map(move |i| messages / parts + u64::from(i < messages % parts))
}

/// Runs every job on its own thread: from the first thread past the barrier to the last receiver's
/// end.
fn race<S: FnMut() + Send, R: FnMut() + Send>(
    senders: impl IntoIterator<Item = S>,
    receivers: impl IntoIterator<Item = R>,
) -> Duration {
    let senders: Vec<S> = senders.into_iter().collect();
    let receivers: Vec<R> = receivers.into_iter().collect();
    let barrier = &Barrier::new(senders.len() + receivers.len());
    thread::scope(|scope| {
        let senders: Vec<_> =
            senders.into_iter().map(|job| scope.spawn(|| timed(barrier, job).0)).collect();
        let receivers: Vec<_> =
            receivers.into_iter().map(|job| scope.spawn(|| timed(barrier, job))).collect();
        let mut start = senders.into_iter().map(|s| s.join().unwrap()).min().unwrap();
        let mut end = start;
        for (first, last) in receivers.into_iter().map(|r| r.join().unwrap()) {
            start = start.min(first);
            end = end.max(last);
        }
        end - start
    })
}

/// When the job started and ended; what it owns is dropped later.
fn timed(barrier: &Barrier, mut job: impl FnMut()) -> (Instant, Instant) {
    barrier.wait();
    let start = Instant::now();
    job();
    (start, Instant::now())
}

// ---- The table ----

const ROUND: Duration = Duration::from_millis(60);
/// A row where one library's rounds lie more than `WIDE` apart gets the greater number of rounds.
const ROUNDS: [usize; 2] = [7, 25];
const WIDE: f64 = 2.0;

/// Bounds what an unbounded channel can hold: at 16 bytes a message, 256 MiB.
const MOST_MESSAGES: f64 = 16_777_216.0;

fn table(wanted: impl Fn(&str) -> bool) {
    let cores = thread::available_parallelism().map_or(0, usize::from);
    let ([few, many], [a, b, c]) = (ROUNDS, LIBRARIES);
    println!("\nns per message (ping-pong: per round trip) on {cores} cores, threads not pinned.");
    println!("Median of {few} rounds of {ROUND:?}, the libraries in turn;");
    println!(
        "~ marks a library whose rounds spread over more than {WIDE}x (then {many} rounds).\n"
    );
    println!("{:<20} {a:>11} {b:>11} {c:>11}   best other / {a}", "");
    for (name, capacity, runs) in cells().filter(|(name, ..)| wanted(name)) {
        let rounds = measure(runs, capacity);
        print!("{name:<20}");
        for ns in &rounds {
            let mark = if is_wide(ns) { "~" } else { "" };
            let text = median(ns).map_or("-".to_owned(), |ns| format!("{mark}{ns:.1}"));
            print!(" {text:>11}");
        }
        let [own, others @ ..] = &rounds;
        let ratio = others.iter().filter_map(|ns| ratio(ns, own)).fold(f64::NAN, f64::min);
        println!("   {ratio:>17.2}");
    }
}

/// For each library its rounds in ns per message, in ascending order; none where it has no such
/// cell.
fn measure(runs: [Option<Run>; 3], capacity: Capacity) -> [Vec<f64>; 3] {
    let ns = |run: Run, messages: u64| run(capacity, messages).as_nanos() as f64 / messages as f64;
    // What a message cost so far, as a logarithm. A geometric mean, because a cell with two modes
    // that are far apart must not get the messages of a fast round in a slow one.
    let mut cost = runs.map(|run| run.map_or(0.0, |run| ns(run, 1 << 10).ln()));
    let mut rounds = [const { Vec::new() }; 3];
    let mut round = 0;
    // The first round only improves the guess.
    while round <= ROUNDS[0] || round <= ROUNDS[1] && rounds.iter().any(|ns| is_wide(ns)) {
        for (i, run) in runs.iter().enumerate() {
            let Some(run) = run else { continue };
            let messages = (ROUND.as_nanos() as f64 / cost[i].exp()).clamp(1.0, MOST_MESSAGES);
            let ns = ns(*run, messages as u64);
            if round == 0 {
                cost[i] = ns.ln();
            } else {
                cost[i] += (ns.ln() - cost[i]) / (round + 1) as f64;
                let place = rounds[i].partition_point(|other| *other < ns);
                rounds[i].insert(place, ns);
            }
        }
        round += 1;
    }
    rounds
}

fn median(ascending: &[f64]) -> Option<f64> {
    ascending.get(ascending.len() / 2).copied()
}

/// How many times `own` goes into `other`: the median over all pairs of rounds. Where rounds have
/// two modes, a library's own median jumps between them from table to table; this one does not.
fn ratio(other: &[f64], own: &[f64]) -> Option<f64> {
    let mut pairs: Vec<f64> = other.iter().flat_map(|a| own.iter().map(move |b| a / b)).collect();
    pairs.sort_by(f64::total_cmp);
    median(&pairs)
}

fn is_wide(ascending: &[f64]) -> bool {
    matches!(ascending, [least, .., most] if *most > WIDE * least)
}

/// Every cell at every capacity, as `spsc/128`.
fn cells() -> impl Iterator<Item = (String, Capacity, [Option<Run>; 3])> {
    CELLS.into_iter().flat_map(|(cell, runs)| {
        CAPACITIES.map(|capacity| {
            let capacity_name = capacity.map_or("unbounded".to_owned(), |n| n.to_string());
            (format!("{cell}/{capacity_name}"), capacity, runs)
        })
    })
}

fn groups(criterion: &mut Criterion) {
    for (name, capacity, runs) in cells() {
        let mut group = criterion.benchmark_group(name);
        for (library, run) in LIBRARIES.iter().zip(runs) {
            let Some(run) = run else { continue };
            group.bench_function(*library, |b| b.iter_custom(|iters| run(capacity, iters)));
        }
    }
}

fn main() {
    // cargo passes `--bench` to say that this is `cargo bench` and not `cargo test --benches`.
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    let is_bench = std::env::args().any(|arg| arg == "--bench");
    if args.iter().any(|arg| arg == "--table") {
        let words: Vec<&String> = args.iter().filter(|arg| *arg != "--table").collect();
        return table(|name| words.is_empty() || words.iter().any(|word| name.contains(*word)));
    }
    let mut criterion = Criterion::default()
        .warm_up_time(Duration::from_millis(100))
        .measurement_time(Duration::from_millis(400))
        .sample_size(10)
        .nresamples(10_000)
        .configure_from_args();
    groups(&mut criterion);
    criterion.final_summary();
    if is_bench && args.is_empty() {
        table(|_| true);
    }
}
