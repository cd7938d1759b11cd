//! What a nil channel is good for: a case of a select is switched off by setting its channel to
//! nil.
//!
//! Go: `case x, ok := <-c1: if !ok { c1 = nil } else { fmt.Println(x) }`, until both are nil.
//! Without it a closed channel is always ready, and the loop spins on zero values. That bad version
//! comes first here, cut off after ten lines.
//!
//! Run it with `cargo run --example nil_in_select`.

use std::{thread, time::Duration};

use gochan::{make, select, Receiver};

/// Sends `value` after so many times ten milliseconds, and closes the channel by dropping the
/// sender.
fn produce(value: i32) -> Receiver<i32> {
    let (sender, receiver) = make(0).split();
    thread::spawn(move || {
        thread::sleep(Duration::from_millis(10) * value as u32);
        // The bad version leaves early: the receiver may be gone.
        let _ = sender.send_ok(value);
    });
    receiver
}

fn bad() {
    let (c1, c2) = (produce(5), produce(7));
    for _ in 0..10 {
        select! {
            recv(c1) -> x => println!("{x}"),
            recv(c2) -> x => println!("{x}"),
        }
    }
}

fn good() {
    let (mut c1, mut c2) = (produce(5), produce(7));
    while !(c1.is_nil() && c2.is_nil()) {
        select! {
            recv_ok(c1) -> x => match x {
                Some(x) => println!("{x}"),
                None => c1 = Receiver::nil(),
            },
            recv_ok(c2) -> x => match x {
                Some(x) => println!("{x}"),
                None => c2 = Receiver::nil(),
            },
        }
    }
    println!("over");
}

fn main() {
    println!("bad:");
    bad();
    println!("good:");
    good();
}
