use gochan::{make, Chan};

fn main() {
    let mut c: Chan<u8> = make(1);
    std::thread::scope(|s| {
        s.spawn(|| c.send(1));
        c = make(2);
    });
}
