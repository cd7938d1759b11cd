//! Ending many threads at one moment: each selects over its work and `die`, and main closes `die`.
//!
//! Go: `for { select { case ...work...: case <-die: return } }` in each goroutine, `close(die)` in
//! main, five seconds after the start. A sleep alone cannot promise that every worker has begun, so
//! each of them drops a `begun` handle: when the last one is gone the channel is closed, and main
//! knows.
//!
//! Run it with `cargo run --example terminate_workers`.

use std::{thread, time::Duration};

use gochan::{make, select, Receiver, Sender};

fn worker(work: &Receiver<u32>, die: &Receiver<bool>, begun: Sender<()>, index: u32) {
    println!("Begin: This is Worker: {index}");
    drop(begun);
    loop {
        select! {
            recv(work) -> n => println!("Worker {index} does {n}"),
            recv(die) => {
                println!("Done: This is Worker: {index}");
                return;
            }
        }
    }
}

fn main() {
    // Where the work would come from; in this program none comes.
    let work = make(0);
    let die = make(0);
    let (begun, all_begun) = make(0).split();

    let (work_in, die_in) = (work.receiver(), die.receiver());
    thread::scope(|s| {
        for index in 1..=100 {
            let (work, die, begun) = (&work_in, &die_in, begun.clone());
            s.spawn(move || worker(work, die, begun, index));
        }
        drop(begun);
        all_begun.recv();

        thread::sleep(Duration::from_millis(50));
        die.close();
    });
}
