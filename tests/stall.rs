//! A thread is stopped at each of its steps in turn, before each atomic access and around each
//! lock, in every operation on every kind of channel: all others go on. `./check stall` prints the
//! table of docs/stalls.md.
//!
//! Two exemptions:
//!
//! - a thread that is stopped while it has the lock of a queue holds up threads that join the
//!   queue, meet at a rendezvous, or close. The table says at how many steps it has one;
//! - a thread that is stopped between the claim of a slot of a bounded channel and its stamp keeps
//!   the slot. The other side waits for it, and its own side when it comes round to it; operations
//!   that may not wait give up.
#![cfg(all(gochan_chaos, target_os = "linux", not(any(loom, shuttle))))]

mod common;

use std::{
    sync::{mpsc, Mutex},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use common::{wait_until, watchdog};
use gochan::{
    __private::{
        blocked,
        stop::{self, Stopped},
    },
    bounded, select, unbounded, Receiver, Select, Sender,
};

/// One thread at a time can be stopped.
static ONE: Mutex<()> = Mutex::new(());

/// The library never waits this long.
const LONG: Duration = Duration::from_secs(5);

/// What the stopped thread does.
struct Operation {
    name: &'static str,
    /// How many values are sent before: with `usize::MAX`, as many as fit.
    before: usize,
    /// The operation that sleeps in the queue before, if there is one.
    sleeper: Option<Way>,
    run: fn(&Sender<u32>, &Receiver<u32>),
    /// The operation that lets the stopped thread go on if it sleeps.
    partner: Option<Way>,
    /// Whether there is such an operation without a buffer, and with one.
    unbuffered: bool,
}

#[derive(Clone, Copy, PartialEq)]
enum Way {
    Send,
    Recv,
}

const FULL: usize = usize::MAX;
use Way::{Recv, Send};

const OPERATIONS: &[Operation] = &[
    operation("send", 0, None, |tx, _| ignore(tx.send_ok(1)), Some(Recv)),
    operation("send, a receiver sleeps", 0, Some(Recv), |tx, _| ignore(tx.send_ok(1)), None),
    operation("send, full", FULL, None, |tx, _| ignore(tx.send_ok(1)), Some(Recv)),
    operation("try_send", 0, None, |tx, _| ignore(tx.try_send(1)), None),
    operation("try_send, a receiver sleeps", 0, Some(Recv), |tx, _| ignore(tx.try_send(1)), None),
    operation("try_send, full", FULL, None, |tx, _| ignore(tx.try_send(1)), None),
    operation("send_timeout, full", FULL, None, |tx, _| ignore(tx.send_timeout(1, SOON)), None),
    operation("recv", 1, None, |_, rx| ignore(rx.recv_ok()), Some(Send)),
    operation("recv, empty", 0, None, |_, rx| ignore(rx.recv_ok()), Some(Send)),
    operation("recv, a sender sleeps", FULL, Some(Send), |_, rx| ignore(rx.recv_ok()), None),
    operation("try_recv", 1, None, |_, rx| ignore(rx.try_recv()), None),
    operation("try_recv, empty", 0, None, |_, rx| ignore(rx.try_recv()), None),
    operation("try_recv, a sender sleeps", FULL, Some(Send), |_, rx| ignore(rx.try_recv()), None),
    operation("recv_timeout, empty", 0, None, |_, rx| ignore(rx.recv_timeout(SOON)), None),
    operation("recv_many", 1, None, |_, rx| ignore(rx.recv_many(&mut vec![], 2)), Some(Send)),
    operation("select! recv", 0, None, select_recv, Some(Send)),
    operation("select! send", FULL, None, select_send, Some(Recv)),
    operation("select! default", 1, None, select_default, None),
    operation("select! default, empty", 0, None, select_default, None),
    operation("Select, empty", 0, None, dynamic, Some(Send)),
    operation("len", 1, None, |tx, _| ignore((tx.len(), tx.is_closed())), None),
    operation("clone and drop", 1, None, |tx, rx| drop((tx.clone(), rx.clone())), None),
    operation("close", 1, None, |tx, _| ignore(tx.close_ok()), None),
    operation("close, a receiver sleeps", 0, Some(Recv), |tx, _| ignore(tx.close_ok()), None),
];

fn ignore<R>(_: R) {}

const SOON: Duration = Duration::from_millis(2);

const fn operation(
    name: &'static str,
    before: usize,
    sleeper: Option<Way>,
    run: fn(&Sender<u32>, &Receiver<u32>),
    partner: Option<Way>,
) -> Operation {
    let unbuffered = before == 0 || before == FULL;
    Operation { name, before, sleeper, run, partner, unbuffered }
}

fn select_recv(_: &Sender<u32>, rx: &Receiver<u32>) {
    let (_tx, other) = bounded::<u32>(1);
    select! { recv_ok(rx) -> _ => {}, recv_ok(other) -> _ => {} }
}

fn select_send(tx: &Sender<u32>, _: &Receiver<u32>) {
    let (_tx, other) = bounded::<u32>(1);
    select! { send_ok(tx, 1) -> _ => {}, recv_ok(other) -> _ => {} }
}

fn select_default(_: &Sender<u32>, rx: &Receiver<u32>) {
    let (_tx, other) = bounded::<u32>(1);
    select! { recv_ok(rx) -> _ => {}, recv_ok(other) -> _ => {}, default => {} }
}

fn dynamic(_: &Sender<u32>, rx: &Receiver<u32>) {
    let mut one = Select::new();
    one.recv_ok(rx, drop);
    one.wait();
}

/// A kind of channel, and how many values its tests leave in it at most.
struct Kind {
    name: &'static str,
    cap: Option<usize>,
}

const KINDS: &[Kind] = &[
    Kind { name: "bounded(0)", cap: Some(0) },
    Kind { name: "bounded(8)", cap: Some(8) },
    Kind { name: "unbounded", cap: None },
];

#[test]
fn a_stopped_thread_holds_up_nobody() {
    let _one = ONE.lock();
    let _dog = watchdog(600);
    println!("| operation | {} |", KINDS.iter().map(|k| k.name).collect::<Vec<_>>().join(" | "));
    println!("|---|{}", "---|".repeat(KINDS.len()));
    for operation in OPERATIONS {
        let cells: Vec<String> = KINDS.iter().map(|kind| cell(operation, kind)).collect();
        println!("| {} | {} |", operation.name, cells.join(" | "));
    }
}

/// A sender finds the lock of the queue taken, by a thread that only asks who waits. That thread
/// serves the receiver in the queue.
#[test]
fn a_service_that_was_left_to_the_holder_of_the_lock_is_done() {
    let _one = ONE.lock();
    let _dog = watchdog(600);
    for (tx, rx) in [bounded(8), unbounded()] {
        let mut locked = 0;
        for step in 0.. {
            let sleeper = start(Recv, &tx, &rx);
            wait_until(|| blocked(&rx).receivers == 1);
            let asked = rx.clone();
            let asks = thread::spawn(move || {
                stop::after(step);
                blocked(&asked);
                stop::never();
            });
            wait_until(|| stop::stopped().is_some() || asks.is_finished());
            let stopped = stop::stopped();
            finish(start(Send, &tx, &rx), &OPERATIONS[0], stopped);
            stop::go_on();
            finish(sleeper, &OPERATIONS[0], stopped);
            asks.join().unwrap();
            let Some(stopped) = stopped else { break };
            locked += usize::from(stopped.locked);
        }
        assert!(locked > 0, "the thread is never stopped with the lock");
    }
}

/// Stops the operation at each of its steps, or at more and more distant ones. Returns at how many,
/// and at how many of them the thread had a lock.
fn cell(operation: &Operation, kind: &Kind) -> String {
    let is_nothing = match kind.cap {
        Some(0) => !operation.unbuffered,
        Some(_) => false,
        None => operation.before == FULL,
    };
    if is_nothing {
        return "-".into();
    }
    let (mut step, mut stops, mut locked) = (0, 0, 0);
    while let Some(stopped) = stop_at(operation, kind, step) {
        stops += 1;
        locked += usize::from(stopped.locked);
        // Most steps of a long wait are looks, each as the one before.
        step += 1 + step / 32;
    }
    format!("{stops}, {locked} locked")
}

/// Stops the operation at this step, and looks whether the others go on. `None` if it has no such
/// step.
fn stop_at(operation: &Operation, kind: &Kind, step: usize) -> Option<Stopped> {
    let (tx, rx) = match kind.cap {
        Some(cap) => bounded(cap),
        None => unbounded(),
    };
    let before = operation.before.min(kind.cap.unwrap_or(FULL));
    (0..before).for_each(|_| tx.send(0));
    let sleeper = operation.sleeper.map(|way| start(way, &tx, &rx));
    wait_until(|| sleeper.is_none() || blocked(&tx).senders + blocked(&tx).receivers == 1);
    let (tx_, rx_, run) = (tx.clone(), rx.clone(), operation.run);
    let thread = thread::Builder::new().name("operates".into()).spawn(move || {
        stop::after(step);
        run(&tx_, &rx_);
        stop::never();
    });
    let thread = thread.unwrap();
    // The system knows, and not the library: the thread may be stopped with a lock.
    let sleeps = || sleeps("operates") && stop::stopped().is_none();
    wait_until(|| stop::stopped().is_some() || thread.is_finished() || sleeps());
    let partner = operation.partner.filter(|_| stop::stopped().is_none() && !thread.is_finished());
    let partner = partner.map(|way| start(way, &tx, &rx));
    wait_until(|| stop::stopped().is_some() || thread.is_finished());
    let stopped = stop::stopped();
    if let Some(stopped) = stopped {
        others_go_on(operation, kind, stopped, &tx, &rx);
        stop::go_on();
    }
    // The close ends all that still waits.
    tx.close_ok();
    let all = [Some(thread), sleeper, partner].into_iter().flatten();
    all.for_each(|thread| finish(thread, operation, stopped));
    stopped
}

/// Whether the thread of this name sleeps.
fn sleeps(name: &str) -> bool {
    let tasks = std::fs::read_dir("/proc/self/task").expect("Linux has it");
    tasks.flatten().any(|task| {
        let stat = std::fs::read_to_string(task.path().join("stat")).unwrap_or_default();
        stat.contains(&format!("({name}) S"))
    })
}

fn start(way: Way, tx: &Sender<u32>, rx: &Receiver<u32>) -> JoinHandle<()> {
    let (tx, rx) = (tx.clone(), rx.clone());
    thread::spawn(move || match way {
        Send => ignore(tx.send_ok(2)),
        Recv => ignore(rx.recv_ok()),
    })
}

fn finish(thread: JoinHandle<()>, operation: &Operation, stopped: Option<Stopped>) {
    let start = Instant::now();
    while !thread.is_finished() {
        assert!(start.elapsed() < LONG, "{}: never ends, {stopped:?}", operation.name);
        thread::sleep(Duration::from_micros(100));
    }
    thread.join().unwrap();
}

/// What others do meanwhile, and whether a lock may hold it up: on a buffered channel, on an
/// unbuffered one.
type Other = (&'static str, bool, bool, fn(&Sender<u32>, &Receiver<u32>));

const OTHERS: &[Other] = &[
    ("len, is_closed", false, false, |tx, _| ignore((tx.len(), tx.cap(), tx.is_closed()))),
    ("clone and drop", false, false, |tx, rx| drop((tx.clone(), rx.clone()))),
    ("try_send", false, true, |tx, _| ignore(tx.try_send(7))),
    ("try_recv", false, true, |_, rx| ignore(rx.try_recv())),
    ("select! default", false, true, select_default),
    ("send_timeout(0)", false, true, |tx, _| ignore(tx.send_timeout(7, Duration::ZERO))),
    ("recv_timeout(0)", false, true, |_, rx| ignore(rx.recv_timeout(Duration::ZERO))),
    ("send and recv", true, true, send_and_recv),
    ("close", true, true, |tx, _| ignore(tx.close_ok())),
    ("try_recv, closed", false, true, |_, rx| while rx.try_recv().is_ok() {}),
    ("send, closed", false, true, |tx, _| assert!(tx.send_ok(7).is_err())),
];

/// A value comes through.
fn send_and_recv(tx: &Sender<u32>, rx: &Receiver<u32>) {
    thread::scope(|s| {
        s.spawn(|| tx.send_ok(9));
        while rx.recv_ok().is_some_and(|value| value != 9) {}
    });
}

/// Whether the stopped thread keeps a slot: then it is neither free nor full.
fn keeps_a_slot(kind: &Kind, tx: &Sender<u32>, rx: &Receiver<u32>) -> bool {
    let Some(cap @ 1..) = kind.cap else { return false };
    while rx.try_recv().is_ok() {}
    let by_a_sender = rx.len() > 0;
    let fit = (0..cap).take_while(|_| tx.try_send(7).is_ok()).count();
    while rx.try_recv().is_ok() {}
    by_a_sender || fit < cap
}

fn others_go_on(
    operation: &Operation,
    kind: &Kind,
    stopped: Stopped,
    tx: &Sender<u32>,
    rx: &Receiver<u32>,
) {
    let mut closed = operation.name.starts_with("close");
    for &(name, buffered, unbuffered, run) in OTHERS {
        let may_wait = if kind.cap == Some(0) { unbuffered } else { buffered };
        let may_wait = stopped.locked && may_wait;
        let exempt = may_wait || name == "send and recv" && !closed && keeps_a_slot(kind, tx, rx);
        // If the close was left out, the operations that follow it would find the channel open.
        if exempt || name.ends_with("closed") && !closed {
            continue;
        }
        // A closed channel lets nothing through.
        if closed && name == "send and recv" {
            continue;
        }
        closed |= name == "close";
        let (done, is_done) = mpsc::channel();
        let (tx, rx) = (tx.clone(), rx.clone());
        thread::spawn(move || {
            run(&tx, &rx);
            let _ = done.send(());
        });
        let context = || format!("{} on {}, stopped at {stopped:?}", operation.name, kind.name);
        assert!(is_done.recv_timeout(LONG).is_ok(), "{name} is held up by {}", context());
    }
}
