//! A closed channel with a buffer: what was sent before the close is received first, then zero
//! values.
//!
//! Go: `c := make(chan int, 3)`, three sends, `close(c)`, four times `<-c`, and `c <- 1`, which
//! ends the program with `panic: send on closed channel`.
//!
//! Run it with `cargo run --example closed_buffered`.

use gochan::make;

fn main() {
    let c = make::<i32>(3);
    c.send(15);
    c.send(34);
    c.send(65);
    c.close();
    println!("{}", c.recv());
    println!("{}", c.recv());
    println!("{}", c.recv());
    println!("{}", c.recv());

    c.send(1);
}
