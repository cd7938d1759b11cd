//! A worker that stops when its time is up.
//!
//! Go: `timeout := time.After(30 * time.Second)`, then `for { select { case ...work...: case
//! <-timeout: return } }`. The timer is made once, before the loop: made in the select it would
//! begin anew with each piece of work.
//!
//! Run it with `cargo run --example timeout`.

use std::{thread, time::Duration};

use gochan::{after, make, select, Receiver};

fn worker(work: Receiver<u32>) {
    let timeout = after(Duration::from_millis(300));
    loop {
        select! {
            recv(work) -> n => println!("work {n}"),
            recv(timeout) => {
                println!("time is up");
                return;
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
