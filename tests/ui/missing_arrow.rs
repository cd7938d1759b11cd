use gochan::{make, select};

fn main() {
    let c = make::<u8>(1);
    select! {
        recv(c) { println!("received") }
    }
    select! {
        send(c, 1), if true { println!("sent") }
    }
}
