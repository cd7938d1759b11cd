use gochan::{make, select};

fn main() {
    let c = make::<u8>(1);
    select! {
        receive(c) -> v => println!("{v}"),
        send(c, 1) => {}
    }
}
