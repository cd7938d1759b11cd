use gochan::bounded;

fn main() {
    let (_tx, rx) = bounded::<u8>(1);
    rx.close();
}
