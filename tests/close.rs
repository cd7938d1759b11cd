//! Closing: the handles that close a channel, the threads that a close wakes, and what becomes of
//! the values in the channel.
#![cfg(not(any(loom, shuttle)))]

mod common;

#[path = "close/handles.rs"]
mod handles;
#[path = "close/panics.rs"]
mod panics;
#[path = "close/races.rs"]
mod races;
#[path = "close/values.rs"]
mod values;
#[path = "close/waking.rs"]
mod waking;

use std::{
    any::Any,
    panic::{catch_unwind, AssertUnwindSafe},
    thread,
    time::{Duration, Instant},
};

use gochan::{
    bounded, select, unbounded, Chan, Receiver, RecvTimeoutError, Select, SendError,
    SendTimeoutError, Sender, TryRecvError,
};

const CAPACITIES: [Option<usize>; 4] = [Some(0), Some(1), Some(8), None];
const BOUNDED: [usize; 3] = [0, 1, 8];
const BUFFERED: [Option<usize>; 3] = [Some(1), Some(8), None];
const LONG: Duration = Duration::from_secs(1000);

fn open<T>(cap: Option<usize>) -> (Sender<T>, Receiver<T>) {
    cap.map_or_else(unbounded, bounded)
}

fn panic_of<R>(code: impl FnOnce() -> R) -> Box<dyn Any + Send> {
    catch_unwind(AssertUnwindSafe(code)).err().expect("a panic")
}

fn panic_text<R>(code: impl FnOnce() -> R) -> &'static str {
    panic_of(code).downcast_ref::<&'static str>().expect("a literal text")
}

/// One way to receive: the next value, or `None` once the channel is closed and drained.
type Receive = fn(&Receiver<u32>) -> Option<u32>;

/// Every way to wait for a value. The values in these tests are never 0, so `recv` can tell too.
const BLOCKING: [(&str, Receive); 10] = [
    ("recv", |rx| Some(rx.recv()).filter(|&v| v != 0)),
    ("recv_ok", Receiver::recv_ok),
    ("recv_timeout", |rx| rx.recv_timeout(LONG).ok()),
    ("recv_deadline", |rx| rx.recv_deadline(Instant::now() + LONG).ok()),
    ("recv_many", |rx| {
        let mut values = Vec::new();
        rx.recv_many(&mut values, 1);
        values.pop()
    }),
    ("iter", |rx| rx.iter().next()),
    ("into_iter", |rx| rx.clone().into_iter().next()),
    ("select", |rx| {
        let never = Chan::<u32>::nil();
        select! {
            recv_ok(rx) -> v => v,
            recv_ok(never) -> v => v,
        }
    }),
    ("select with a timeout", |rx| {
        select! {
            recv(rx) -> v => Some(v).filter(|&v| v != 0),
            default(LONG) => unreachable!(),
        }
    }),
    ("Select", |rx| {
        let mut select = Select::new();
        select.recv_ok(rx, |v| v);
        select.wait()
    }),
];

/// Every way to ask for a value again and again.
const POLLING: [(&str, Receive); 5] = [
    ("try_recv", |rx| loop {
        match rx.try_recv() {
            Ok(v) => return Some(v),
            Err(TryRecvError::Closed) => return None,
            Err(TryRecvError::Empty) => thread::yield_now(),
        }
    }),
    ("recv_timeout of zero", |rx| loop {
        match rx.recv_timeout(Duration::ZERO) {
            Ok(v) => return Some(v),
            Err(RecvTimeoutError::Closed) => return None,
            Err(RecvTimeoutError::Timeout) => thread::yield_now(),
        }
    }),
    // A thread that has seen the close finds all that was sent before it.
    ("is_closed, then try_iter", |rx| loop {
        let closed = rx.is_closed();
        let next = rx.try_iter().next();
        if closed || next.is_some() {
            return next;
        }
        thread::yield_now();
    }),
    ("select with default", |rx| loop {
        select! {
            recv_ok(rx) -> v => return v,
            default => thread::yield_now(),
        }
    }),
    ("Select::try_wait", |rx| loop {
        let mut select = Select::new();
        select.recv_ok(rx, |v| v);
        if let Ok(v) = select.try_wait() {
            return v;
        }
        thread::yield_now();
    }),
];

/// One way to send: the value comes back if the channel closes.
type SendOk = fn(&Sender<u32>, u32) -> Result<(), u32>;

/// Every way to wait for a free place that gives the value back when the channel closes.
const SENDING: [(&str, SendOk); 6] = [
    ("send_ok", |tx, v| tx.send_ok(v).map_err(SendError::into_inner)),
    ("send_timeout", |tx, v| match tx.send_timeout(v, LONG) {
        Err(SendTimeoutError::Closed(v)) => Err(v),
        other => panic!("{other:?}"),
    }),
    ("send_deadline", |tx, v| match tx.send_deadline(v, Instant::now() + LONG) {
        Err(SendTimeoutError::Closed(v)) => Err(v),
        other => panic!("{other:?}"),
    }),
    ("select", |tx, v| {
        let never = Chan::<u32>::nil();
        select! {
            send_ok(tx, v) -> result => result.map_err(SendError::into_inner),
            recv_ok(never) -> _ => unreachable!(),
        }
    }),
    ("Select", |tx, v| {
        let mut select = Select::new();
        select.send_ok(tx, v, |result| result.map_err(SendError::into_inner));
        select.wait()
    }),
    ("select over a slot", |tx, v| {
        let mut slot = Some(v);
        assert_eq!(panic_text(|| select! { send_from(tx, &mut slot) => () }), SEND);
        Err(slot.expect("the value stays in the slot"))
    }),
];

const SEND: &str = "send on closed channel";

/// The two ways to close with receivers waiting.
const CLOSES: [fn(Sender<u32>); 2] = [|tx| tx.close(), drop];
