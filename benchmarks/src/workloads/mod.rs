//! The workloads, generic over the libraries, and what they share.

pub mod alone;
pub mod close;
pub mod select;
pub mod sparse;
pub mod transfer;

use crate::{
    channel::{Capacity, Channel},
    placement::{Side, Sides},
    usage::Usage,
};
use std::{
    sync::Barrier,
    thread,
    time::{Duration, Instant},
};

/// What the threads do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pattern {
    Spsc,
    Mpsc,
    Spmc,
    Mpmc,
    PingPong,
    SameThread,
    Make,
    SelectFour,
    SelectReady,
    SelectDefault,
    After,
    /// How long the closing thread is busy.
    CloseCall,
    /// How long it takes until the last blocked receiver has returned.
    CloseWoken,
}

impl Pattern {
    /// One thread does it all, so that there are no sides to place.
    pub fn is_alone(self) -> bool {
        use Pattern::*;
        matches!(self, SameThread | Make | SelectReady | SelectDefault | After)
    }

    /// Every thread but one blocks, and is started for it.
    pub fn is_close(self) -> bool {
        matches!(self, Self::CloseCall | Self::CloseWoken)
    }
}

/// What to do, over channels of which capacity, and by how many threads.
#[derive(Clone, Copy, Debug)]
pub struct Workload {
    pub pattern: Pattern,
    pub capacity: Capacity,
    /// On each side that has more than one, or the receivers that a close wakes.
    pub threads: usize,
}

/// So many units of a workload, by threads in their places.
#[derive(Clone, Copy)]
pub struct Task {
    pub workload: Workload,
    /// At least one.
    pub units: u64,
    pub sides: Sides,
}

impl Task {
    fn channel<C: Channel>(&self) -> (C::Tx, C::Rx) {
        C::make(self.workload.capacity)
    }
}

/// Does a task.
pub type Run = fn(&Task) -> Sample;

/// How many values the workloads of one thread send before they receive, or make ready before they
/// select.
pub const BATCH: usize = 100;

/// What a run took.
#[derive(Clone, Copy, Debug)]
pub struct Sample {
    /// The number that was done. A workload of batches rounds it up.
    pub units: u64,
    pub elapsed: Duration,
    pub usage: Usage,
}

/// Runs every job on a thread of its own. The time is from the first thread past the barrier to the
/// last receiver's end.
///
/// The start of the threads is not in the time. It is in the usage, where it is little in rounds of
/// many milliseconds.
fn race<S, R>(task: &Task, senders: Vec<S>, receivers: Vec<R>) -> Sample
where
    S: FnMut() + Send,
    R: FnMut() + Send,
{
    let before = Usage::now();
    let barrier = &Barrier::new(senders.len() + receivers.len());
    let elapsed = thread::scope(|scope| {
        let on = |side| (task.sides, side, barrier);
        let senders =
            senders.into_iter().map(|job| scope.spawn(move || timed(on(Side::Send), job)));
        let senders: Vec<_> = senders.collect();
        let receivers =
            receivers.into_iter().map(|job| scope.spawn(move || timed(on(Side::Recv), job)));
        let receivers: Vec<_> = receivers.collect();
        let senders: Vec<_> = senders.into_iter().map(|s| s.join().unwrap()).collect();
        let receivers: Vec<_> = receivers.into_iter().map(|r| r.join().unwrap()).collect();
        let starts = senders.iter().map(|s| s.start).chain(receivers.iter().map(|r| r.start));
        let ends = receivers.iter().map(|r| r.end);
        ends.max().expect("somebody receives") - starts.min().expect("somebody starts")
    });
    Sample { units: task.units, elapsed, usage: Usage::now() - before }
}

/// When a job started and ended. It keeps the job's handles until all have ended: dropping the last
/// one closes a channel, and a closed channel is ready in every select.
struct Timed<J> {
    start: Instant,
    end: Instant,
    _job: J,
}

fn timed<J: FnMut()>((sides, side, barrier): (Sides, Side, &Barrier), mut job: J) -> Timed<J> {
    sides.place(side);
    barrier.wait();
    let start = Instant::now();
    job();
    Timed { start, end: Instant::now(), _job: job }
}

/// Runs a job on a thread of its own. The job tells how long the part that counts took.
fn alone(task: &Task, units: u64, job: impl FnOnce() -> Duration + Send) -> Sample {
    let run = move || {
        task.sides.place(Side::Send);
        let before = Usage::now();
        let elapsed = job();
        Sample { units, elapsed, usage: Usage::now() - before }
    };
    thread::scope(|scope| scope.spawn(run).join().unwrap())
}

/// How long it takes to do something.
fn time(job: impl FnOnce()) -> Duration {
    let start = Instant::now();
    job();
    start.elapsed()
}
