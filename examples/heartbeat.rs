//! A worker that gives a sign of life at a steady rhythm, whatever else it does.
//!
//! Go: `heartbeat := time.Tick(30 * time.Second)`, then `for { select { case ...work...: case
//! <-heartbeat: ...beat... } }`. This one stops after three beats.
//!
//! Run it with `cargo run --example heartbeat`.

use std::{thread, time::Duration};

use gochan::{make, select, tick, Receiver};

fn worker(work: Receiver<u32>) {
    let heartbeat = tick(Duration::from_millis(300));
    let mut beats = 0;
    while beats < 3 {
        select! {
            recv(work) -> n => println!("work {n}"),
            recv(heartbeat) => {
                beats += 1;
                println!("beat {beats}");
            }
        }
    }
}

fn main() {
    let (sender, work) = make(0).split();
    thread::scope(|s| {
        s.spawn(|| worker(work));
        // The worker owns the only receiver: once it has gone a send fails.
        for n in 1.. {
            if sender.send_ok(n).is_err() {
                break;
            }
            thread::sleep(Duration::from_millis(50));
        }
    });
}
