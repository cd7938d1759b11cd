use gochan::{__private, RecvFrom, SendTo};

struct Mine;

impl RecvFrom for Mine {
    type Item = ();

    fn recv_case(&self) -> __private::RecvCase<'_, ()> {
        __private::absent()
    }
}

impl SendTo for Mine {
    type Item = ();

    fn send_case(&self, _: ()) -> __private::SendCase<'_, ()> {
        __private::absent_send()
    }

    fn send_from_case<'a>(&'a self, _: &'a mut Option<()>) -> __private::SendFromCase<'a, ()> {
        unimplemented!()
    }
}

fn main() {}
