//! Messages from threads to threads.

use super::{race, Sample, Task};
use crate::channel::Channel;
use std::hint::black_box;

pub fn spsc<C: Channel>(task: &Task) -> Sample {
    let (tx, rx) = task.channel::<C>();
    transfer::<C>(task, vec![tx], vec![rx])
}

pub fn mpsc<C: Channel<Tx: Clone>>(task: &Task) -> Sample {
    let (tx, rx) = task.channel::<C>();
    transfer::<C>(task, vec![tx; task.workload.threads], vec![rx])
}

pub fn spmc<C: Channel<Rx: Clone>>(task: &Task) -> Sample {
    let (tx, rx) = task.channel::<C>();
    transfer::<C>(task, vec![tx], vec![rx; task.workload.threads])
}

pub fn mpmc<C: Channel<Tx: Clone, Rx: Clone>>(task: &Task) -> Sample {
    let (tx, rx) = task.channel::<C>();
    transfer::<C>(task, vec![tx; task.workload.threads], vec![rx; task.workload.threads])
}

/// Over two channels; a unit is there and back.
pub fn ping_pong<C: Channel>(task: &Task) -> Sample {
    let ((ping, pinged), (pong, ponged)) = (task.channel::<C>(), task.channel::<C>());
    let units = task.units;
    let echo = move || (0..units).for_each(|_| C::send(&pong, C::recv(&pinged)));
    let ask = move || {
        for i in 0..units {
            C::send(&ping, i);
            black_box(C::recv(&ponged));
        }
    };
    race(task, vec![echo], vec![ask])
}

/// One thread for each handle; the sides share the messages evenly.
fn transfer<C: Channel>(task: &Task, txs: Vec<C::Tx>, rxs: Vec<C::Rx>) -> Sample {
    let shares = shares(task.units, rxs.len());
    let receivers = rxs.into_iter().zip(shares).map(|(rx, share)| {
        move || {
            for _ in 0..share {
                black_box(C::recv(&rx));
            }
        }
    });
    race(task, senders::<C>(task, txs), receivers.collect())
}

/// One sending job for each handle.
pub fn senders<C: Channel>(task: &Task, txs: Vec<C::Tx>) -> Vec<impl FnMut() + Send> {
    let shares = shares(task.units, txs.len());
    let job = |(tx, share)| move || (0..share).for_each(|i| C::send(&tx, i));
    txs.into_iter().zip(shares).map(job).collect()
}

fn shares(units: u64, parts: usize) -> impl Iterator<Item = u64> {
    let parts = parts as u64;
    (0..parts).map(move |i| units / parts + u64::from(i < units % parts))
}
