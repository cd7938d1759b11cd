use crate::{channel::*, library::*, workloads::sparse};
use std::sync::mpsc;

pub const LIBRARY: Library = Library {
    name: "std",
    version: env!("VERSION_STD"),
    run: |workload| match workload.capacity {
        Some(_) => many_to_one::<Bounded>(workload.pattern),
        None => many_to_one::<Unbounded>(workload.pattern),
    },
    sparse: |task| match (task.receivers, task.capacity) {
        (1, Some(_)) => Some(sparse::to_one::<Bounded>),
        (1, None) => Some(sparse::to_one::<Unbounded>),
        _ => None,
    },
};

struct Bounded;
struct Unbounded;

impl Channel for Bounded {
    type Tx = mpsc::SyncSender<u64>;
    type Rx = mpsc::Receiver<u64>;
    #[inline]
    fn make(capacity: Capacity) -> (Self::Tx, Self::Rx) {
        mpsc::sync_channel(capacity.expect("this kind is bounded"))
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

impl Channel for Unbounded {
    type Tx = mpsc::Sender<u64>;
    type Rx = mpsc::Receiver<u64>;
    #[inline]
    fn make(_: Capacity) -> (Self::Tx, Self::Rx) {
        mpsc::channel()
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
