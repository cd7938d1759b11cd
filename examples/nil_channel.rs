//! A nil channel: a receive blocks for ever, and so does a send.
//!
//! Go: `var c chan int`, then `<-c` or `c <- 1`: "all goroutines are asleep - deadlock!".
//! To show it and yet to end, this program waits in a select that gives up after a time.
//!
//! Run it with `cargo run --example nil_channel`.

use std::time::Duration;

use gochan::{select, Chan};

fn main() {
    let c = Chan::<i32>::nil();
    let patience = Duration::from_millis(50);

    select! {
        recv(c) -> x => println!("received {x}"),
        default(patience) => println!("receive from a nil channel: blocked"),
    }
    select! {
        send(c, 1) => println!("sent"),
        default(patience) => println!("send to a nil channel: blocked"),
    }
}
