//! Capacity, layout and ownership: how many values fit, of what types, and that each is dropped
//! once.
#![cfg(not(any(loom, shuttle)))]

mod common;

#[path = "capacity/count.rs"]
mod count;
#[path = "capacity/drops.rs"]
mod drops;
#[path = "capacity/shapes.rs"]
mod shapes;

use gochan::{bounded, unbounded, Receiver, Sender};

const CAPACITIES: [Option<usize>; 4] = [Some(0), Some(1), Some(8), None];

fn open<T>(cap: Option<usize>) -> (Sender<T>, Receiver<T>) {
    cap.map_or_else(unbounded, bounded)
}
