use gochan::{make, select};

fn main() {
    let c = make::<u8>(1);
    select! {
        send(c, 1) => _ = c.len(),
        default => {}
    }
}
