use crate::{channel::*, library::*, workloads::sparse};

pub const LIBRARY: Library = Library {
    name: "loole",
    version: env!("VERSION_LOOLE"),
    run: |workload| many_to_many::<Loole>(workload.pattern),
    sparse: |_| Some(sparse::to_many::<Loole>),
};

struct Loole;

impl Channel for Loole {
    type Tx = loole::Sender<u64>;
    type Rx = loole::Receiver<u64>;
    #[inline]
    fn make(capacity: Capacity) -> (Self::Tx, Self::Rx) {
        capacity.map_or_else(loole::unbounded, loole::bounded)
    }
    #[inline]
    fn send(tx: &Self::Tx, value: u64) {
        tx.send(value).unwrap();
    }
    #[inline]
    fn recv(rx: &Self::Rx) -> u64 {
        rx.recv().unwrap()
    }
}

impl Close for Loole {
    fn close(tx: Self::Tx) {
        tx.close();
    }
    fn recv_ok(rx: &Self::Rx) -> bool {
        rx.recv().is_ok()
    }
}
