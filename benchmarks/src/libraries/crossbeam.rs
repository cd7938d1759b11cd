use crate::{channel::*, library::*, workloads::sparse};
use crossbeam_channel::{after, select};
use std::time::Duration;

pub const LIBRARY: Library = Library {
    name: "crossbeam",
    version: env!("VERSION_CROSSBEAM_CHANNEL"),
    run: |workload| {
        let own = many_to_many::<Crossbeam>(workload.pattern)
            .or_else(|| selects::<Crossbeam>(workload.pattern));
        let own = own.or_else(|| defaults::<Crossbeam>(workload.pattern));
        own.or_else(|| timers::<Crossbeam>(workload.pattern))
    },
    sparse: |_| Some(sparse::to_many::<Crossbeam>),
};

struct Crossbeam;

impl Channel for Crossbeam {
    type Tx = crossbeam_channel::Sender<u64>;
    type Rx = crossbeam_channel::Receiver<u64>;
    #[inline]
    fn make(capacity: Capacity) -> (Self::Tx, Self::Rx) {
        capacity.map_or_else(crossbeam_channel::unbounded, crossbeam_channel::bounded)
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

impl Close for Crossbeam {
    fn recv_ok(rx: &Self::Rx) -> bool {
        rx.recv().is_ok()
    }
}

impl Select for Crossbeam {
    type Over<'a> = &'a [Self::Rx];
    fn over(rxs: &[Self::Rx]) -> Self::Over<'_> {
        rxs
    }
    #[inline]
    fn of_four(over: &mut Self::Over<'_>) -> u64 {
        let [a, b, c, d] = *over else { unreachable!("there are four") };
        select! {
            recv(a) -> value => value.unwrap(),
            recv(b) -> value => value.unwrap(),
            recv(c) -> value => value.unwrap(),
            recv(d) -> value => value.unwrap(),
        }
    }
    #[inline]
    fn of_two(over: &mut Self::Over<'_>) -> u64 {
        let [a, b] = *over else { unreachable!("there are two") };
        select! {
            recv(a) -> value => value.unwrap(),
            recv(b) -> value => value.unwrap(),
        }
    }
}

impl SelectDefault for Crossbeam {
    #[inline]
    fn of_two_or_default(over: &mut Self::Over<'_>) -> Option<u64> {
        let [a, b] = *over else { unreachable!("there are two") };
        select! {
            recv(a) -> value => Some(value.unwrap()),
            recv(b) -> value => Some(value.unwrap()),
            default => None,
        }
    }
}

impl After for Crossbeam {
    #[inline]
    fn recv_or_after(rx: &Self::Rx, duration: Duration) -> Option<u64> {
        select! {
            recv(rx) -> value => Some(value.unwrap()),
            recv(after(duration)) -> _ => None,
        }
    }
}
