//! Values that come far apart, as in a service: most find every receiver waiting.

use crate::{
    channel::{Capacity, Channel},
    usage::cpu_of_others,
};
use std::{
    hint::spin_loop,
    sync::LazyLock,
    thread,
    time::{Duration, Instant},
};

/// One sender, which pauses after each value.
#[derive(Clone, Copy, Debug)]
pub struct Task {
    pub capacity: Capacity,
    /// At least one.
    pub receivers: usize,
    /// From the end of a send to the next send.
    pub spacing: Duration,
    /// At least one.
    pub values: usize,
}

/// What a value costs, in microseconds.
#[derive(Clone, Copy, Debug)]
pub struct Sample {
    /// The CPU time of the receivers, and the time in the send. The sender's pauses are in neither.
    pub cpu: f64,
    /// The time from just before the send until a receiver has returned with the value: the median
    /// and the 99th percentile.
    pub median: f64,
    pub late: f64,
}

/// Does a task.
pub type Run = fn(&Task) -> Sample;

/// A value that is a time is later than the first of these, and earlier than the second.
const WARM_UP: u64 = 0;
/// Ends one receiver.
const LAST: u64 = u64::MAX;

/// The values before the measured ones, as a share of these.
const WARM_UP_SHARE: usize = 10;
/// How long receivers have, after the last value, to stop polling.
const SETTLING: Duration = Duration::from_millis(5);
/// Spacings below this are too short to sleep in.
const SLEEPABLE: Duration = Duration::from_micros(150);
/// How much of a spacing a sleep leaves, because it may return late.
const SPUN: Duration = Duration::from_micros(80);

pub fn to_one<C: Channel>(task: &Task) -> Sample {
    let (tx, rx) = C::make(task.capacity);
    run::<C>(task, &tx, vec![rx])
}

pub fn to_many<C: Channel<Rx: Clone>>(task: &Task) -> Sample {
    let (tx, rx) = C::make(task.capacity);
    run::<C>(task, &tx, vec![rx; task.receivers])
}

fn run<C: Channel>(task: &Task, tx: &C::Tx, rxs: Vec<C::Rx>) -> Sample {
    let (cpu, mut latencies) = thread::scope(|scope| {
        let start = |rx| scope.spawn(move || receive::<C>(&rx, task.values));
        let receivers: Vec<_> = rxs.into_iter().map(start).collect();
        let cpu = send_all::<C>(task, tx);
        receivers.iter().for_each(|_| C::send(tx, LAST));
        let latencies = receivers.into_iter().flat_map(|receiver| receiver.join().unwrap());
        (cpu, latencies.collect::<Vec<_>>())
    });
    latencies.sort_unstable();
    let at = |percent| micros(latencies[(latencies.len() - 1) * percent / 100]);
    Sample { cpu: micros(cpu) / task.values as f64, median: at(50), late: at(99) }
}

/// Returns what all values cost.
fn send_all<C: Channel>(task: &Task, tx: &C::Tx) -> Duration {
    for _ in 0..task.values / WARM_UP_SHARE {
        pause(task.spacing);
        C::send(tx, WARM_UP);
    }
    let (mut sending, before) = (Duration::ZERO, cpu_of_others());
    for _ in 0..task.values {
        pause(task.spacing);
        let start = now();
        C::send(tx, start);
        sending += since(start);
    }
    thread::sleep(SETTLING);
    // The clocks are off by some microseconds, which can be more than what few values cost.
    sending + cpu_of_others().saturating_sub(before)
}

/// Spins at the end, so that the spacing is exact.
fn pause(spacing: Duration) {
    let end = Instant::now() + spacing;
    if spacing > SLEEPABLE {
        thread::sleep(spacing - SPUN);
    }
    while Instant::now() < end {
        spin_loop();
    }
}

/// Returns the latency of each measured value that this receiver has got.
fn receive<C: Channel>(rx: &C::Rx, values: usize) -> Vec<Duration> {
    let mut latencies = Vec::with_capacity(values);
    loop {
        match C::recv(rx) {
            LAST => return latencies,
            WARM_UP => {}
            sent => latencies.push(since(sent)),
        }
    }
}

/// Returns the nanoseconds since the first call, which are a value.
fn now() -> u64 {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    // No time is the value that warms up.
    START.elapsed().as_nanos() as u64 + 1
}

fn since(time: u64) -> Duration {
    Duration::from_nanos(now().saturating_sub(time))
}

fn micros(duration: Duration) -> f64 {
    duration.as_nanos() as f64 / 1e3
}
