//! Panics, re-entrant destructors, forgotten handles, odd durations: what user code does to a
//! channel must not hurt the other users of that channel.
#![cfg(not(any(loom, shuttle)))]

mod common;

#[path = "faults/destructors.rs"]
mod destructors;
#[path = "faults/forgotten.rs"]
mod forgotten;
#[path = "faults/park_token.rs"]
mod park_token;
#[path = "faults/select_panics.rs"]
mod select_panics;
#[path = "faults/thread_ends.rs"]
mod thread_ends;
#[path = "faults/time.rs"]
mod time;
#[path = "faults/waking.rs"]
mod waking;
#[path = "faults/zero_values.rs"]
mod zero_values;

use std::{
    panic::{catch_unwind, resume_unwind, AssertUnwindSafe},
    thread,
    time::{Duration, Instant},
};

use gochan::{__private::blocked, bounded, select, unbounded, Receiver, Select, Sender};

const LONG: Duration = Duration::from_secs(3600);
const SHORT: Duration = Duration::from_millis(1);

/// Unbuffered, the smallest buffer, a larger one, unbounded.
const CAPACITIES: [Option<usize>; 4] = [Some(0), Some(1), Some(7), None];
/// The capacities with which a send can block.
const LIMITED: [usize; 3] = [0, 1, 7];

fn open<T>(capacity: Option<usize>) -> (Sender<T>, Receiver<T>) {
    capacity.map_or_else(unbounded, bounded)
}

/// A channel on which the next send blocks.
fn full(capacity: usize) -> (Sender<u32>, Receiver<u32>) {
    let (tx, rx) = bounded(capacity);
    (0..capacity).for_each(|_| tx.send(0));
    (tx, rx)
}

/// Unwinds without a word on stderr.
fn boom<T>() -> T {
    resume_unwind(Box::new("boom"))
}

fn unwinds<R>(f: impl FnOnce() -> R) -> bool {
    catch_unwind(AssertUnwindSafe(f)).is_err()
}

/// No thread is left in a queue of the empty channel, and a value passes from one thread to
/// another.
#[track_caller]
fn assert_works(tx: &Sender<u32>, rx: &Receiver<u32>) {
    assert_eq!((blocked(tx).senders, blocked(tx).receivers), (0, 0), "something is left in line");
    thread::scope(|s| {
        s.spawn(|| tx.send(9));
        assert_eq!(rx.recv_timeout(LONG), Ok(9));
    });
}

type Producer = fn(&Sender<u32>, u32);
type Consumer = fn(&Receiver<u32>) -> u32;
type User = fn(&Sender<u32>, &Receiver<u32>);

/// Every way to send that waits.
const BLOCKING_SENDS: [(&str, Producer); 9] = [
    ("send", |tx, v| tx.send(v)),
    ("send_ok", |tx, v| tx.send_ok(v).unwrap()),
    ("send_timeout", |tx, v| tx.send_timeout(v, LONG).unwrap()),
    ("send_deadline", |tx, v| tx.send_deadline(v, Instant::now() + LONG).unwrap()),
    ("select send", |tx, v| {
        let (_idle, quiet) = bounded::<u32>(0);
        select! { send(tx, v) => {}, recv(quiet) => unreachable!() }
    }),
    ("select send_ok", |tx, v| {
        select! { send_ok(tx, v) -> sent => sent.unwrap(), default(LONG) => unreachable!() }
    }),
    ("select send_from", |tx, v| {
        let mut slot = Some(v);
        select! { send_from(tx, &mut slot) => {} }
        assert_eq!(slot, None);
    }),
    ("Select::send", |tx, v| {
        let (_idle, quiet) = bounded::<u32>(0);
        let mut cases = Select::new();
        cases.send(tx, v, || ()).recv(&quiet, |_| unreachable!());
        cases.wait();
    }),
    ("Select::send_from", |tx, v| {
        let mut slot = Some(v);
        let mut cases = Select::new();
        cases.send_from(tx, &mut slot, || ());
        assert!(cases.wait_timeout(LONG).is_ok());
    }),
];

/// Every way to send that does not wait, used where it can proceed.
const TRYING_SENDS: [(&str, Producer); 3] = [
    ("try_send", |tx, v| tx.try_send(v).unwrap()),
    ("select send, default", |tx, v| select! { send(tx, v) => {}, default => panic!("not ready") }),
    ("Select::try_wait", |tx, v| {
        let mut cases = Select::new();
        cases.send_ok(tx, v, |sent| sent.unwrap());
        assert!(cases.try_wait().is_ok());
    }),
];

/// Every way to receive that waits.
const BLOCKING_RECVS: [(&str, Consumer); 11] = [
    ("recv", |rx| rx.recv()),
    ("recv_ok", |rx| rx.recv_ok().unwrap()),
    ("recv_timeout", |rx| rx.recv_timeout(LONG).unwrap()),
    ("recv_deadline", |rx| rx.recv_deadline(Instant::now() + LONG).unwrap()),
    ("iter", |rx| rx.iter().next().unwrap()),
    ("into_iter", |rx| rx.clone().into_iter().next().unwrap()),
    ("recv_many", |rx| {
        let mut values = Vec::new();
        assert_eq!(rx.recv_many(&mut values, 1), 1);
        values[0]
    }),
    ("select recv", |rx| {
        let (_idle, quiet) = bounded::<u32>(0);
        select! { recv(rx) -> v => v, recv(quiet) => unreachable!() }
    }),
    ("select recv_ok", |rx| {
        select! { recv_ok(rx) -> v => v.unwrap(), default(LONG) => unreachable!() }
    }),
    ("Select::recv", |rx| {
        let (_idle, quiet) = bounded::<u32>(0);
        let mut cases = Select::new();
        cases.recv(rx, |v| v).recv(&quiet, |_| unreachable!());
        cases.wait()
    }),
    ("Select::recv_ok", |rx| {
        let mut cases = Select::new();
        cases.recv_ok(rx, |v| v.unwrap());
        cases.wait_timeout(LONG).ok().unwrap()
    }),
];

/// Every way to receive that does not wait, used where it can proceed.
const TRYING_RECVS: [(&str, Consumer); 4] = [
    ("try_recv", |rx| rx.try_recv().unwrap()),
    ("try_iter", |rx| rx.try_iter().next().unwrap()),
    ("select recv, default", |rx| select! { recv(rx) -> v => v, default => panic!("not ready") }),
    ("Select::try_wait", |rx| {
        let mut cases = Select::new();
        cases.recv(rx, |v| v);
        cases.try_wait().ok().unwrap()
    }),
];
