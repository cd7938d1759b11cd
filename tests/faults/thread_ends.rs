//! Threads that end: operations in thread-local destructors, and a panic that drops handles.

use std::{
    cell::RefCell,
    sync::{
        atomic::{AtomicBool, Ordering::SeqCst},
        Arc,
    },
    thread,
    time::{Duration, Instant},
};

use gochan::{
    __private::blocked, after, at, bounded, select, Receiver, RecvTimeoutError, Select, SendError,
    SendTimeoutError, Sender, Timer, TryRecvError, TrySendError,
};

use crate::{
    boom,
    common::{wait_until, watchdog},
    full, open, unwinds, BLOCKING_RECVS, BLOCKING_SENDS, CAPACITIES, LIMITED, LONG, SHORT,
};

/// Runs its closure when its thread ends.
struct AtExit(RefCell<Option<Box<dyn FnOnce()>>>);

impl Drop for AtExit {
    fn drop(&mut self) {
        if let Some(f) = self.0.take() {
            f()
        }
    }
}

thread_local! {
    static AT_EXIT: AtExit = const { AtExit(RefCell::new(None)) };
}

/// When the thread first uses a channel, as seen from the first use of the variable with the
/// destructor. What was initialised later is destroyed earlier on most systems.
#[derive(Clone, Copy, Debug)]
enum FirstUse {
    Before,
    Amid,
    After,
    Never,
}

/// Blocks, times out, and chooses at random.
fn use_channels(operand: impl FnOnce()) {
    let (_tx, rx) = bounded::<u32>(0);
    let operand = || {
        operand();
        &rx
    };
    select! { recv(&rx) => {}, recv(operand()) => {}, default(SHORT) => {} }
    assert_eq!(rx.recv_timeout(SHORT), Err(RecvTimeoutError::Timeout));
    select! { recv(after(Duration::ZERO)) => {}, recv(at(Instant::now())) => {} }
}

/// Runs `op` in a thread-local destructor of a new thread, and `partner` here meanwhile.
fn in_destructor(first: FirstUse, op: impl FnOnce() + Send + 'static, partner: impl FnOnce()) {
    let done = Arc::new(AtomicBool::new(false));
    let finish = done.clone();
    let dying = thread::spawn(move || {
        let arm = || {
            AT_EXIT.with(|at_exit| {
                at_exit.0.replace(Some(Box::new(move || {
                    op();
                    finish.store(true, SeqCst);
                })))
            });
        };
        match first {
            FirstUse::Before => {
                use_channels(|| ());
                arm();
            }
            FirstUse::Amid => use_channels(arm),
            FirstUse::After => {
                arm();
                use_channels(|| ());
            }
            FirstUse::Never => arm(),
        }
    });
    partner();
    dying.join().unwrap();
    assert!(done.load(SeqCst), "the destructor did not run to its end");
}

const FIRST_USES: [FirstUse; 4] =
    [FirstUse::Before, FirstUse::Amid, FirstUse::After, FirstUse::Never];

#[test]
fn every_receive_works_in_a_thread_local_destructor() {
    let _dog = watchdog(60);
    for first in FIRST_USES {
        for capacity in CAPACITIES {
            for (_, recv) in BLOCKING_RECVS {
                let (tx, rx) = open(capacity);
                let op = move || assert_eq!(recv(&rx), 7);
                in_destructor(first, op, || {
                    wait_until(|| blocked(&tx).receivers == 1);
                    tx.send(7);
                });
            }
        }
    }
}

#[test]
fn every_send_works_in_a_thread_local_destructor() {
    let _dog = watchdog(60);
    for first in FIRST_USES {
        for capacity in LIMITED {
            for (_, send) in BLOCKING_SENDS {
                let (tx, rx) = full(capacity);
                let op = move || send(&tx, 7);
                in_destructor(first, op, || {
                    wait_until(|| blocked(&rx).senders == 1);
                    assert_eq!(rx.iter().last(), Some(7));
                });
            }
        }
    }
}

#[test]
fn tries_and_timeouts_work_in_a_thread_local_destructor() {
    let _dog = watchdog(60);
    for first in FIRST_USES {
        for capacity in LIMITED {
            let op = move || {
                let (tx, rx) = full(capacity);
                assert_eq!(tx.try_send(1), Err(TrySendError::Full(1)));
                assert_eq!(tx.send_timeout(1, SHORT), Err(SendTimeoutError::Timeout(1)));
                select! { send(tx, 1) => unreachable!(), default(SHORT) => {} }
                assert_eq!(rx.try_iter().count(), capacity);
                assert_eq!(rx.try_recv(), Err(TryRecvError::Empty));
                assert_eq!(rx.recv_timeout(SHORT), Err(RecvTimeoutError::Timeout));
                select! { recv(rx) => unreachable!(), default => {} }
                select! { recv(rx) => unreachable!(), recv(after(SHORT)) => {} }
                assert!(Timer::new(SHORT).c().recv_ok().is_some());
                tx.close();
                select! { recv_ok(rx) -> v => assert_eq!(v, None), recv(rx) -> v => assert_eq!(v, 0) }
            };
            in_destructor(first, op, || ());
        }
    }
}

#[test]
fn handles_dropped_in_a_thread_local_destructor_close_the_channel() {
    let _dog = watchdog(10);
    for first in FIRST_USES {
        for capacity in CAPACITIES {
            let (tx, rx) = open::<u32>(capacity);
            in_destructor(first, move || drop(tx), || assert_eq!(rx.recv_ok(), None));
        }
    }
}

fn die_with<T: Send>(handle: T) {
    thread::scope(|s| {
        let dying = s.spawn(move || {
            let _handle = handle;
            boom::<()>()
        });
        assert!(dying.join().is_err());
    });
}

#[test]
fn blocked_receivers_see_the_close_when_the_sending_thread_panics() {
    let _dog = watchdog(20);
    let receiving: [fn(Receiver<u32>); 8] = [
        |rx| assert_eq!(rx.recv(), 0),
        |rx| assert_eq!(rx.recv_ok(), None),
        |rx| assert_eq!(rx.recv_timeout(LONG), Err(RecvTimeoutError::Closed)),
        |rx| assert_eq!(rx.iter().count(), 0),
        |rx| assert_eq!(rx.recv_many(&mut Vec::new(), 3), 0),
        |rx| select! { recv(rx) -> v => assert_eq!(v, 0), default(LONG) => unreachable!() },
        |rx| select! { recv_ok(rx) -> v => assert_eq!(v, None) },
        |rx| {
            let mut cases = Select::new();
            cases.recv_ok(&rx, |v| assert_eq!(v, None));
            cases.wait();
        },
    ];
    for capacity in CAPACITIES {
        let (tx, rx) = open(capacity);
        let receivers = receiving.map(|recv| {
            let rx = rx.clone();
            thread::spawn(move || recv(rx))
        });
        wait_until(|| blocked(&rx).receivers == receiving.len());
        die_with(tx);
        receivers.into_iter().for_each(|receiver| receiver.join().unwrap());
    }
}

#[test]
fn blocked_senders_get_their_values_back_when_the_receiving_thread_panics() {
    let _dog = watchdog(20);
    type Value = Arc<()>;
    let sending: [fn(Sender<Value>, Value); 8] = [
        |tx, v| assert!(unwinds(|| tx.send(v))),
        |tx, v| assert_eq!(tx.send_ok(v.clone()), Err(SendError(v))),
        |tx, v| assert!(tx.send_timeout(v, LONG).unwrap_err().is_closed()),
        |tx, v| assert!(unwinds(|| select! { send(tx, v) => {}, default(LONG) => {} })),
        |tx, v| select! { send_ok(tx, v) -> sent => assert!(sent.is_err()) },
        |tx, v| {
            let mut slot = Some(v);
            assert!(unwinds(|| select! { send_from(tx, &mut slot) => {} }));
            assert!(slot.is_some(), "the value left its slot");
        },
        |tx, v| {
            let mut cases = Select::new();
            cases.send_ok(&tx, v, |sent| assert!(sent.is_err()));
            cases.wait();
        },
        |tx, v| {
            let mut cases = Select::new();
            cases.send(&tx, v, || ());
            assert!(unwinds(|| cases.wait()));
        },
    ];
    for capacity in LIMITED {
        let value = Value::default();
        let (tx, rx) = bounded(capacity);
        (0..capacity).for_each(|_| tx.send(value.clone()));
        let senders = sending.map(|send| {
            let (tx, value) = (tx.clone(), value.clone());
            thread::spawn(move || send(tx, value))
        });
        wait_until(|| blocked(&tx).senders == sending.len());
        die_with(rx);
        assert!(tx.is_empty(), "the buffered values are still there");
        senders.into_iter().for_each(|sender| sender.join().unwrap());
        assert_eq!(Arc::strong_count(&value), 1, "capacity {capacity}: a value is lost");
    }
}
