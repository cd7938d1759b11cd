//! Ending a thread and knowing that it has ended: it answers on the channel on which it was told.
//!
//! Go: main does `die <- true` and then `<-die`; the worker, in `case <-die`, does `die <- true`
//! and returns. The channel is unbuffered, so no thread can receive its own message.
//!
//! Run it with `cargo run --example confirm_termination`.

use std::thread;

use gochan::{make, select, Chan, Receiver};

fn worker(work: &Receiver<u32>, die: &Chan<bool>) {
    println!("Begin: This is Worker");
    loop {
        select! {
            recv(work) -> n => println!("Worker does {n}"),
            recv(die) => {
                println!("Done: This is Worker");
                die.send(true);
                return;
            }
        }
    }
}

fn main() {
    // Where the work would come from; in this program none comes.
    let (_work, work_in) = make(0).split();
    let die = make(0);
    thread::scope(|s| {
        s.spawn(|| worker(&work_in, &die));
        die.send(true);
        die.recv();
        println!("Worker goroutine has been terminated");
    });
}
