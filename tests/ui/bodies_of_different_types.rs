use gochan::{make, select};

fn main() {
    let c = make::<u8>(1);
    let _n: u8 = select! {
        recv(c) -> v => v,
        default => "nothing",
    };
}
