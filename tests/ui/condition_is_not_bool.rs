use gochan::{make, select};

fn main() {
    let c = make::<u8>(1);
    select! {
        recv(c) -> v, if 1 => println!("{v}"),
        default => {}
    }
}
