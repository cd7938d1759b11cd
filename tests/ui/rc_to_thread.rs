use std::{rc::Rc, thread};

use gochan::make;

fn main() {
    let c = make::<Rc<u8>>(1);
    let peer = c.clone();
    thread::spawn(move || drop(peer));
    c.send(Rc::new(1));
}
