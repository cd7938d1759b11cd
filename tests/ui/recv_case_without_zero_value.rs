use std::time::Duration;

use gochan::{after, select};

fn main() {
    select! {
        recv(after(Duration::ZERO)) -> now => println!("{now:?}"),
    }
}
