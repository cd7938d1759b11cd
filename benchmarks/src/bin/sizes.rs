//! What an empty channel costs: the bytes that making one allocates, and those that its first
//! message adds.
//!
//! A program of its own, because it counts every allocation.

use stats_alloc::{Region, StatsAlloc, INSTRUMENTED_SYSTEM};
use std::{alloc::System, hint::black_box, sync::mpsc};

#[global_allocator]
static COUNTING: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

fn main() {
    println!("Bytes that making a channel of u64 allocates, and that its first message adds.\n");
    println!("| library       | capacity  | bytes | allocations | message |");
    println!("| ------------- | --------- | ----: | ----------: | ------: |");
    for capacity in [0, 1, 128] {
        bounded(capacity);
    }
    unbounded();
}

fn bounded(capacity: usize) {
    let name = capacity.to_string();
    show("gochan", &name, || gochan::bounded(capacity), |(tx, _)| tx.try_send(1).is_ok());
    let crossbeam = || crossbeam_channel::bounded(capacity);
    show("crossbeam", &name, crossbeam, |(tx, _)| tx.try_send(1).is_ok());
    show("std", &name, || mpsc::sync_channel(capacity), |(tx, _)| tx.try_send(1).is_ok());
    show("flume", &name, || flume::bounded(capacity), |(tx, _)| tx.try_send(1).is_ok());
    show("kanal", &name, || kanal::bounded(capacity), |(tx, _)| tx.try_send(1) == Ok(true));
    show("loole", &name, || loole::bounded(capacity), |(tx, _)| tx.try_send(1).is_ok());
    if capacity > 0 {
        let crossfire = || crossfire::mpmc::bounded_blocking(capacity);
        show("crossfire", &name, crossfire, |(tx, _)| tx.try_send(1).is_ok());
        let channel = || async_channel::bounded(capacity);
        show("async-channel", &name, channel, |(tx, _)| tx.try_send(1).is_ok());
    }
}

fn unbounded() {
    let name = "unbounded";
    show("gochan", name, gochan::unbounded, |(tx, _)| tx.try_send(1).is_ok());
    show("crossbeam", name, crossbeam_channel::unbounded, |(tx, _)| tx.try_send(1).is_ok());
    show("std", name, mpsc::channel, |(tx, _)| tx.send(1).is_ok());
    show("flume", name, flume::unbounded, |(tx, _)| tx.try_send(1).is_ok());
    show("kanal", name, kanal::unbounded, |(tx, _)| tx.try_send(1) == Ok(true));
    show("loole", name, loole::unbounded, |(tx, _)| tx.try_send(1).is_ok());
    let crossfire = crossfire::mpmc::unbounded_blocking;
    show("crossfire", name, crossfire, |(tx, _)| tx.try_send(1).is_ok());
    show("async-channel", name, async_channel::unbounded, |(tx, _)| tx.try_send(1).is_ok());
}

/// Measures the second channel of its kind: the first one may set up what all share.
fn show<C>(library: &str, capacity: &str, make: impl Fn() -> C, send: impl Fn(&C) -> bool) {
    send(&make());
    let region = Region::new(COUNTING);
    let channel = black_box(make());
    let made = region.change();
    let is_sent = send(&channel);
    let added = region.change().bytes_allocated - made.bytes_allocated;
    let message = if is_sent { added.to_string() } else { "-".to_owned() };
    let (bytes, allocations) = (made.bytes_allocated, made.allocations);
    println!("| {library:<13} | {capacity:<9} | {bytes:>5} | {allocations:>11} | {message:>7} |");
}
