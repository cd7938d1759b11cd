use gochan::make;

fn main() {
    struct NoZero;
    let c = make::<NoZero>(1);
    drop(c.recv());
}
