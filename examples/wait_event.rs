//! Waiting for an event: a receive returns as soon as the channel is closed, or as a value comes.
//!
//! Go: `go func() { ...; close(c) }()` and then `<-c`, or `c <- true` in place of the close.
//!
//! Run it with `cargo run --example wait_event`.

use std::thread;

use gochan::make;

fn wait_for_close() {
    println!("Begin doing something!");
    let c = make::<bool>(0);
    thread::scope(|s| {
        s.spawn(|| {
            println!("Doing something...");
            c.close();
        });
        c.recv();
        println!("Done!");
    });
}

fn wait_for_value() {
    println!("Begin doing something!");
    let c = make::<bool>(0);
    thread::scope(|s| {
        s.spawn(|| {
            println!("Doing something...");
            c.send(true);
        });
        c.recv();
        println!("Done!");
    });
}

fn main() {
    wait_for_close();
    wait_for_value();
}
