//! Many threads, every operation at random: nothing is lost or doubled, order is kept, nobody
//! starves.
//!
//! `GOCHAN_SEED=n cargo test --test stress` repeats the random choices of a run that printed that
//! seed.
#![cfg(not(any(loom, shuttle)))]

mod common;

#[path = "stress/conservation.rs"]
mod conservation;
#[path = "stress/fairness.rs"]
mod fairness;
#[path = "stress/waking.rs"]
mod waking;

use std::time::Duration;

use gochan::{bounded, unbounded, Receiver, Sender};

const LONG: Duration = Duration::from_secs(3600);
const CAPACITIES: [Option<usize>; 6] = [Some(0), Some(1), Some(2), Some(7), Some(128), None];

fn open<T>(capacity: Option<usize>) -> (Sender<T>, Receiver<T>) {
    capacity.map_or_else(unbounded, bounded)
}
