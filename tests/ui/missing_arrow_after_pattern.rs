use gochan::{make, select};

fn main() {
    let c = make::<u8>(1);
    select! {
        recv(c) -> v { println!("{v}") }
    }
    select! {
        recv(c) -> v println!("{v}")
    }
}
