//! One thread on both sides: what the operations cost when no thread waits.

use super::{alone, time, Sample, Task, BATCH};
use crate::channel::Channel;
use std::hint::black_box;

/// Sends a batch, receives it, and again; a unit is one message.
pub fn same_thread<C: Channel>(task: &Task) -> Sample {
    let batches = task.units.div_ceil(BATCH as u64);
    let (tx, rx) = task.channel::<C>();
    let job = move || {
        time(|| {
            for _ in 0..batches {
                (0..BATCH as u64).for_each(|i| C::send(&tx, i));
                for _ in 0..BATCH {
                    black_box(C::recv(&rx));
                }
            }
        })
    };
    alone(task, batches * BATCH as u64, job)
}

/// A channel for a single message: made, used, dropped.
pub fn make<C: Channel>(task: &Task) -> Sample {
    let (capacity, units) = (task.workload.capacity, task.units);
    let once = move |i| {
        let (tx, rx) = C::make(capacity);
        C::send(&tx, i);
        black_box(C::recv(&rx));
    };
    alone(task, units, move || time(|| (0..units).for_each(once)))
}
