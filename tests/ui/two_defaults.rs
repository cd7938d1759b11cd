use gochan::{make, select};

fn main() {
    let c = make::<u8>(1);
    select! {
        recv(c) => {}
        default => println!("nothing"),
        default => println!("nothing at all"),
    }
    select! {
        recv(c) => {}
        default => println!("nothing"),
        default(std::time::Duration::ZERO) => println!("nothing in time"),
    }
}
