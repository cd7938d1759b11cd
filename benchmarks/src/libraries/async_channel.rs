use crate::{channel::*, library::*, workloads::sparse};

/// async-channel has no channel without a buffer.
pub const LIBRARY: Library = Library {
    name: "async-channel",
    version: env!("VERSION_ASYNC_CHANNEL"),
    run: |workload| match workload.capacity {
        Some(0) => None,
        _ => many_to_many::<AsyncChannel>(workload.pattern),
    },
    sparse: |task| (task.capacity != Some(0)).then_some(sparse::to_many::<AsyncChannel>),
};

struct AsyncChannel;

impl Channel for AsyncChannel {
    type Tx = async_channel::Sender<u64>;
    type Rx = async_channel::Receiver<u64>;
    #[inline]
    fn make(capacity: Capacity) -> (Self::Tx, Self::Rx) {
        capacity.map_or_else(async_channel::unbounded, async_channel::bounded)
    }
    #[inline]
    fn send(tx: &Self::Tx, value: u64) {
        tx.send_blocking(value).unwrap();
    }
    #[inline]
    fn recv(rx: &Self::Rx) -> u64 {
        rx.recv_blocking().unwrap()
    }
}

impl Close for AsyncChannel {
    fn close(tx: Self::Tx) {
        tx.close();
    }
    fn recv_ok(rx: &Self::Rx) -> bool {
        rx.recv_blocking().is_ok()
    }
}
