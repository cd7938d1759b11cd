use gochan::{bounded, select};

fn main() {
    let (_tx, rx) = bounded::<u8>(1);
    select! {
        send(rx, 1) => {}
    }
}
