use gochan::{bounded, Chan, Receiver, Sender};

fn main() {
    let (tx, rx) = bounded::<u8>(1);
    let _both: Chan<u8> = tx;
    let _both: Chan<u8> = rx;
    let (tx, rx) = bounded::<u8>(1);
    let _receives: Receiver<u8> = tx;
    let _sends: Sender<u8> = rx;
}
