//! A closed channel: a receive gives the zero value at once, as often as you like; a send panics.
//!
//! Go: `x := <-cb` gives `false`, `x, ok := <-cb` gives `false false`, `<-ci` gives `0`, and `cb <-
//! true` ends the program with `panic: send on closed channel`.
//!
//! Run it with `cargo run --example closed_channel`.

use gochan::make;

fn main() {
    let cb = make::<bool>(0);
    cb.close();
    println!("{}", cb.recv());
    let x = cb.recv_ok();
    println!("{} {}", x.unwrap_or_default(), x.is_some());

    let ci = make::<i32>(0);
    ci.close();
    println!("{}", ci.recv());

    cb.send(true);
}
