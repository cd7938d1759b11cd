//! The libraries that are compared, behind two traits, so that every cell is written once.

use std::sync::mpsc;

/// What the cells need of a channel library.
pub(crate) trait Library {
    type Tx: Clone + Send + Sync;
    type Rx: Send;
    /// `None` is unbounded.
    fn channel(capacity: Capacity) -> (Self::Tx, Self::Rx);
    fn send(tx: &Self::Tx, value: u64);
    fn recv(rx: &Self::Rx) -> u64;
}

/// What only some libraries have: receivers that can be shared, and select.
pub(crate) trait Select: Library<Rx: Clone> {
    fn select(rxs: &[Self::Rx; 4]) -> u64;
}

pub(crate) type Capacity = Option<usize>;

pub(crate) struct Gochan;
pub(crate) struct Crossbeam;
pub(crate) struct Std;

impl Library for Gochan {
    type Tx = gochan::Sender<u64>;
    type Rx = gochan::Receiver<u64>;
    fn channel(capacity: Capacity) -> (Self::Tx, Self::Rx) {
        capacity.map_or_else(gochan::unbounded, gochan::bounded)
    }
    fn send(tx: &Self::Tx, value: u64) {
        tx.send(value);
    }
    fn recv(rx: &Self::Rx) -> u64 {
        rx.recv()
    }
}

impl Select for Gochan {
    fn select([a, b, c, d]: &[Self::Rx; 4]) -> u64 {
        gochan::select! {
            recv(a) -> value => value,
            recv(b) -> value => value,
            recv(c) -> value => value,
            recv(d) -> value => value,
        }
    }
}

impl Library for Crossbeam {
    type Tx = crossbeam_channel::Sender<u64>;
    type Rx = crossbeam_channel::Receiver<u64>;
    fn channel(capacity: Capacity) -> (Self::Tx, Self::Rx) {
        capacity.map_or_else(crossbeam_channel::unbounded, crossbeam_channel::bounded)
    }
    fn send(tx: &Self::Tx, value: u64) {
        tx.send(value).unwrap();
    }
    fn recv(rx: &Self::Rx) -> u64 {
        rx.recv().unwrap()
    }
}

impl Select for Crossbeam {
    fn select([a, b, c, d]: &[Self::Rx; 4]) -> u64 {
        crossbeam_channel::select! {
            recv(a) -> value => value.unwrap(),
            recv(b) -> value => value.unwrap(),
            recv(c) -> value => value.unwrap(),
            recv(d) -> value => value.unwrap(),
        }
    }
}

/// std's two kinds of sender; telling them apart costs a branch that is always predicted.
#[derive(Clone)]
pub(crate) enum StdSender {
    Bounded(mpsc::SyncSender<u64>),
    Unbounded(mpsc::Sender<u64>),
}

impl Library for Std {
    type Tx = StdSender;
    type Rx = mpsc::Receiver<u64>;
    fn channel(capacity: Capacity) -> (Self::Tx, Self::Rx) {
        if let Some(capacity) = capacity {
            let (tx, rx) = mpsc::sync_channel(capacity);
            (StdSender::Bounded(tx), rx)
        } else {
            let (tx, rx) = mpsc::channel();
            (StdSender::Unbounded(tx), rx)
        }
    }
    fn send(tx: &Self::Tx, value: u64) {
        match tx {
            StdSender::Bounded(tx) => tx.send(value).unwrap(),
            StdSender::Unbounded(tx) => tx.send(value).unwrap(),
        }
    }
    fn recv(rx: &Self::Rx) -> u64 {
        rx.recv().unwrap()
    }
}
