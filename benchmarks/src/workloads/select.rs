//! Selects, with and without threads on the other side.

use super::{alone, race, time, transfer::senders, Sample, Task, BATCH};
use crate::channel::{After, Channel, Select, SelectDefault};
use std::{hint::black_box, time::Duration};

/// Long enough never to fire.
const FAR: Duration = Duration::from_secs(10);

/// Four senders with a channel each, and one thread that selects over the four; a unit is one
/// message.
pub fn four<C: Select>(task: &Task) -> Sample {
    let (txs, rxs): (Vec<_>, Vec<_>) = (0..4).map(|_| task.channel::<C>()).unzip();
    let units = task.units;
    let select_all = move || {
        let mut over = C::over(&rxs);
        for _ in 0..units {
            black_box(C::of_four(&mut over));
        }
    };
    race(task, senders::<C>(task, txs), vec![select_all])
}

/// A select over two channels, of which the second has a value. The send of that value is in the
/// CPU time, and not in the time.
pub fn ready<C: Select>(task: &Task) -> Sample {
    let (_empty_tx, empty) = task.channel::<C>();
    let (tx, full) = task.channel::<C>();
    let rxs = [empty, full];
    let job = move |batches| {
        let mut over = C::over(&rxs);
        in_batches::<C, _>(&tx, batches, || C::of_two(&mut over))
    };
    let batches = task.units.div_ceil(BATCH as u64);
    alone(task, batches * BATCH as u64, move || job(batches))
}

/// A select with a default over two channels without a value.
pub fn default<C: SelectDefault>(task: &Task) -> Sample {
    let (_txs, rxs): (Vec<_>, Vec<_>) = (0..2).map(|_| task.channel::<C>()).unzip();
    let units = task.units;
    let job = move || {
        let mut over = C::over(&rxs);
        time(|| {
            for _ in 0..units {
                black_box(C::of_two_or_default(&mut over));
            }
        })
    };
    alone(task, units, job)
}

/// A timer that is made, not waited for, and dropped; the channel beside it has a value.
pub fn after<C: After>(task: &Task) -> Sample {
    let (tx, rx) = task.channel::<C>();
    let batches = task.units.div_ceil(BATCH as u64);
    let job = move || in_batches::<C, _>(&tx, batches, || C::recv_or_after(&rx, FAR));
    alone(task, batches * BATCH as u64, job)
}

/// Fills a channel, and takes the time of emptying it.
fn in_batches<C: Channel, T>(
    tx: &C::Tx,
    batches: u64,
    mut take_one: impl FnMut() -> T,
) -> Duration {
    let batch = |_| {
        (0..BATCH as u64).for_each(|i| C::send(tx, i));
        time(|| {
            for _ in 0..BATCH {
                black_box(take_one());
            }
        })
    };
    (0..batches).map(batch).sum()
}
