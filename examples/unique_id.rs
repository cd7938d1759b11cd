//! A service behind a channel: its thread owns the counter, and each receive gets an id of its own.
//!
//! Go: `newUniqueIDService() <-chan string` starts `for { id <- fmt.Sprintf("%x", counter);
//! counter++ }`. That goroutine never ends. Here it ends when the last receiver is dropped, for
//! then its send fails.
//!
//! Run it with `cargo run --example unique_id`.

use std::thread::{self, Scope};

use gochan::{make, Receiver};

fn new_unique_id_service<'scope>(s: &'scope Scope<'scope, '_>) -> Receiver<String> {
    let (sender, id) = make(0).split();
    s.spawn(move || {
        let mut counter = 0_u64;
        while sender.send_ok(format!("{counter:x}")).is_ok() {
            counter += 1;
        }
    });
    id
}

fn main() {
    // The scope waits for the service; it would never end if the service did not.
    thread::scope(|s| {
        let id = new_unique_id_service(s);
        for _ in 0..10 {
            println!("{}", id.recv());
        }
    });
}
