use gochan::{make, select};

fn main() {
    let c = make::<u8>(1);
    let mut slot = Some(1);
    select! {
        send_from(c, 1) => {}
    }
    select! {
        send_from(c, slot) => {}
    }
    select! {
        send_from(c, &slot) => {}
    }
    slot = None;
    drop(slot);
}
