use gochan::{make, select};

fn main() {
    let c = make::<u8>(1);
    select! {
        recv_ok(c) -> Some(v) => drop(v),
    }
}
