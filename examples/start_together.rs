//! Starting many threads at one moment: all of them wait to receive, and one close lets them all
//! go.
//!
//! Go: each goroutine begins with `<-start`; main ends with `close(start)`, then `select {}`. Here
//! main waits for the workers instead, so that the program ends.
//!
//! Run it with `cargo run --example start_together`.

use std::thread;

use gochan::{make, Receiver};

fn worker(start: &Receiver<bool>, index: u32) {
    start.recv();
    println!("This is Worker: {index}");
}

fn main() {
    let (sender, start) = make(0).split();
    thread::scope(|s| {
        for index in 1..=100 {
            let start = &start;
            s.spawn(move || worker(start, index));
        }
        eprintln!("close(start)");
        sender.close();
    });
}
