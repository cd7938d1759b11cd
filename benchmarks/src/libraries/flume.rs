use crate::{channel::*, library::*, workloads::sparse};
use flume::Selector;

/// flume has no select with a default, and no timers.
pub const LIBRARY: Library = Library {
    name: "flume",
    version: env!("VERSION_FLUME"),
    run: |workload| {
        many_to_many::<Flume>(workload.pattern).or_else(|| selects::<Flume>(workload.pattern))
    },
    sparse: |_| Some(sparse::to_many::<Flume>),
};

struct Flume;

impl Channel for Flume {
    type Tx = flume::Sender<u64>;
    type Rx = flume::Receiver<u64>;
    #[inline]
    fn make(capacity: Capacity) -> (Self::Tx, Self::Rx) {
        capacity.map_or_else(flume::unbounded, flume::bounded)
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

impl Close for Flume {
    fn recv_ok(rx: &Self::Rx) -> bool {
        rx.recv().is_ok()
    }
}

impl Select for Flume {
    type Over<'a> = &'a [Self::Rx];
    fn over(rxs: &[Self::Rx]) -> Self::Over<'_> {
        rxs
    }
    #[inline]
    fn of_four(over: &mut Self::Over<'_>) -> u64 {
        select(over)
    }
    #[inline]
    fn of_two(over: &mut Self::Over<'_>) -> u64 {
        select(over)
    }
}

/// A selector serves one select.
#[inline]
fn select(rxs: &[flume::Receiver<u64>]) -> u64 {
    let selector = Selector::new();
    rxs.iter().fold(selector, |selector, rx| selector.recv(rx, |value| value.unwrap())).wait()
}
