use gochan::bounded;

fn main() {
    let (tx, _rx) = bounded::<u8>(1);
    println!("{:?}", tx.recv_ok());
}
