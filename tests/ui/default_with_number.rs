use gochan::{make, select};

fn main() {
    let c = make::<u8>(1);
    select! {
        recv(c) => {}
        default(5) => println!("nothing within five of what?"),
    }
}
