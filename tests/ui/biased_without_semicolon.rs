use gochan::{make, select};

fn main() {
    let c = make::<u8>(1);
    select! {
        biased,
        recv(c) => {}
    }
}
