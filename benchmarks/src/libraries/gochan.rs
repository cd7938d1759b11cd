use crate::{channel::*, library::*, workloads::sparse};
use std::time::Duration;

pub const LIBRARY: Library = Library {
    name: "gochan",
    version: env!("VERSION_GOCHAN"),
    run: |workload| {
        let own = many_to_many::<Gochan>(workload.pattern)
            .or_else(|| selects::<Gochan>(workload.pattern));
        let own = own.or_else(|| defaults::<Gochan>(workload.pattern));
        own.or_else(|| timers::<Gochan>(workload.pattern))
    },
    sparse: |_| Some(sparse::to_many::<Gochan>),
};

struct Gochan;

impl Channel for Gochan {
    type Tx = gochan::Sender<u64>;
    type Rx = gochan::Receiver<u64>;
    #[inline]
    fn make(capacity: Capacity) -> (Self::Tx, Self::Rx) {
        capacity.map_or_else(gochan::unbounded, gochan::bounded)
    }
    #[inline]
    fn send(tx: &Self::Tx, value: u64) {
        tx.send(value);
    }
    #[inline]
    fn recv(rx: &Self::Rx) -> u64 {
        rx.recv()
    }
}

impl Close for Gochan {
    fn close(tx: Self::Tx) {
        tx.close();
    }
    fn recv_ok(rx: &Self::Rx) -> bool {
        rx.recv_ok().is_some()
    }
}

impl Select for Gochan {
    type Over<'a> = &'a [Self::Rx];
    fn over(rxs: &[Self::Rx]) -> Self::Over<'_> {
        rxs
    }
    #[inline]
    fn of_four(over: &mut Self::Over<'_>) -> u64 {
        let [a, b, c, d] = *over else { unreachable!("there are four") };
        gochan::select! {
            recv(a) -> value => value,
            recv(b) -> value => value,
            recv(c) -> value => value,
            recv(d) -> value => value,
        }
    }
    #[inline]
    fn of_two(over: &mut Self::Over<'_>) -> u64 {
        let [a, b] = *over else { unreachable!("there are two") };
        gochan::select! {
            recv(a) -> value => value,
            recv(b) -> value => value,
        }
    }
}

impl SelectDefault for Gochan {
    #[inline]
    fn of_two_or_default(over: &mut Self::Over<'_>) -> Option<u64> {
        let [a, b] = *over else { unreachable!("there are two") };
        gochan::select! {
            recv(a) -> value => Some(value),
            recv(b) -> value => Some(value),
            default => None,
        }
    }
}

impl After for Gochan {
    #[inline]
    fn recv_or_after(rx: &Self::Rx, duration: Duration) -> Option<u64> {
        gochan::select! {
            recv(rx) -> value => Some(value),
            recv_ok(gochan::after(duration)) -> _ => None,
        }
    }
}
