//! Recycling buffers: a buffered channel `idle` holds the buffers that are not in use.
//!
//! Go: `select { case b = <-idle: default: b = makeBuffer() }` takes one or makes one, and `select
//! { case idle <- b: default: }` gives it back, or leaves it to the garbage collector if `idle` is
//! full. Here the value of a send that is not chosen is dropped, which frees it.
//!
//! Run it with `cargo run --example recycle_buffers`.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use gochan::{make, select, Chan};

const WORKERS: usize = 4;
const USES: usize = 250;
const SIZE: usize = 64 * 1024;

static MADE: AtomicUsize = AtomicUsize::new(0);

fn make_buffer() -> Vec<u8> {
    MADE.fetch_add(1, Ordering::Relaxed);
    Vec::with_capacity(SIZE)
}

fn worker(idle: &Chan<Vec<u8>>) {
    for n in 0..USES {
        let mut buffer = select! {
            recv(idle) -> buffer => buffer,
            default => make_buffer(),
        };

        buffer.clear();
        buffer.resize(SIZE, n as u8);

        select! {
            send(idle, buffer) => {}
            default => {}
        }
    }
}

fn main() {
    let idle = make(WORKERS);
    thread::scope(|s| {
        for _ in 0..WORKERS {
            s.spawn(|| worker(&idle));
        }
    });
    println!("used {} buffers, made {}", WORKERS * USES, MADE.load(Ordering::Relaxed));
}
