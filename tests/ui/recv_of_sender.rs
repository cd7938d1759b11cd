use gochan::{bounded, select};

fn main() {
    let (tx, _rx) = bounded::<u8>(1);
    select! {
        recv(tx) -> v => println!("{v}"),
    }
}
