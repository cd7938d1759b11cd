use gochan::{make, select};

fn main() {
    let c = make::<u8>(1);
    let slot = Some(1);
    select! {
        send_from(c, &mut slot) => {}
    }
}
