use gochan::select;

fn main() {
    select! {
        recv(5) => {}
    }
}
