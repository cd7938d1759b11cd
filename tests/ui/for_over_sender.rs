use gochan::bounded;

fn main() {
    let (tx, _rx) = bounded::<u8>(1);
    for _ in &tx {}
    for _ in tx {}
}
