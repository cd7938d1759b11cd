use crate::{channel::*, library::*, workloads::sparse};

/// kanal's close holds a spin lock while it wakes the receivers, and all of them want it next.
pub const LIBRARY: Library = Library {
    name: "kanal",
    version: env!("VERSION_KANAL"),
    run: |workload| {
        let takes_minutes = workload.pattern.is_close() && workload.threads > 1000;
        many_to_many::<Kanal>(workload.pattern).filter(|_| !takes_minutes)
    },
    sparse: |_| Some(sparse::to_many::<Kanal>),
};

struct Kanal;

impl Channel for Kanal {
    type Tx = kanal::Sender<u64>;
    type Rx = kanal::Receiver<u64>;
    #[inline]
    fn make(capacity: Capacity) -> (Self::Tx, Self::Rx) {
        capacity.map_or_else(kanal::unbounded, kanal::bounded)
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

impl Close for Kanal {
    fn close(tx: Self::Tx) {
        tx.close().unwrap();
    }
    fn recv_ok(rx: &Self::Rx) -> bool {
        rx.recv().is_ok()
    }
}
