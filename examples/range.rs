//! Receiving until the channel is closed, with a `for` loop.
//!
//! Go: the generator sends and then calls `close(strings)`; main does `for s := range strings`.
//!
//! Run it with `cargo run --example range`.

use std::thread;

use gochan::{make, Sender};

fn generator(strings: &Sender<&str>) {
    strings.send("Five hour's New York jet lag");
    strings.send("and Cayce Pollard wakes in Camden Town");
    strings.send("to the dire and ever-decreasing circles");
    strings.send("of disrupted circadian rhythm.");
    strings.close();
}

fn main() {
    let (sender, strings) = make(0).split();
    thread::scope(|s| {
        s.spawn(|| generator(&sender));
        for line in &strings {
            println!("{line}");
        }
        println!();
    });
}
