//! A close while many receivers wait.

use super::{Sample, Task};
use crate::{
    channel::Close,
    placement::Side,
    usage::{wait_until_quiet, Usage},
};
use std::{
    io,
    sync::{Arc, Barrier, Mutex},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

/// Small, so that ten thousand threads fit.
const STACK: usize = 64 << 10;

/// The time of the closing thread alone; a unit is one receiver that it wakes.
pub fn call<C: Close>(task: &Task) -> Sample {
    rounds::<C>(task, |closed| closed.returned)
}

/// The time until the last receiver has returned.
pub fn woken<C: Close>(task: &Task) -> Sample {
    rounds::<C>(task, |closed| closed.last_woken)
}

struct Closed {
    returned: Duration,
    last_woken: Duration,
    usage: Usage,
}

fn rounds<C: Close>(task: &Task, what: fn(&Closed) -> Duration) -> Sample {
    let receivers = task.workload.threads as u64;
    let rounds = (task.units / receivers).max(1);
    let mut sum =
        Sample { units: rounds * receivers, elapsed: Duration::ZERO, usage: Usage::default() };
    for _ in 0..rounds {
        let closed = thread::scope(|scope| scope.spawn(|| close::<C>(task)).join().unwrap());
        sum.elapsed += what(&closed);
        sum.usage.cpu += closed.usage.cpu;
        sum.usage.switches += closed.usage.switches;
    }
    sum
}

fn close<C: Close>(task: &Task) -> Closed {
    task.sides.place(Side::Send);
    let (tx, rx) = task.channel::<C>();
    // No thread ends before all have returned. The end of a thread costs several times as much as
    // its wake, and would be in the time of the threads that return later.
    let returned_all = Arc::new(Barrier::new(task.workload.threads + 1));
    let start = |_| receiver::<C>(task, rx.clone(), returned_all.clone());
    let receivers: Vec<_> = (0..task.workload.threads).map(start).collect();
    drop(rx);
    wait_until_quiet();
    let (before, start) = (Usage::now(), Instant::now());
    C::close(tx);
    let returned = start.elapsed();
    returned_all.wait();
    let ends = receivers.into_iter().map(|receiver| receiver.join().unwrap());
    let last_woken = ends.max().expect("there are receivers") - start;
    Closed { returned, last_woken, usage: Usage::now() - before }
}

fn receiver<C: Close>(task: &Task, rx: C::Rx, all: Arc<Barrier>) -> JoinHandle<Instant> {
    let sides = task.sides;
    let wait = move || {
        sides.place(Side::Recv);
        while C::recv_ok(&rx) {}
        let returned = Instant::now();
        all.wait();
        returned
    };
    thread::Builder::new().stack_size(STACK).spawn(wait).expect("a thread more")
}

/// Whether this machine gives one process so many threads.
pub fn is_possible(threads: usize) -> bool {
    let gate = Mutex::new(());
    thread::scope(|scope| {
        let closed = gate.lock();
        let start = |_| {
            let wait = || drop(gate.lock());
            thread::Builder::new().stack_size(STACK).spawn_scoped(scope, wait)
        };
        let started: io::Result<Vec<_>> = (0..threads).map(start).collect();
        drop(closed);
        started.is_ok()
    })
}
