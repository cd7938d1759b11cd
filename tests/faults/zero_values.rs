//! `Default` of a value type, which a receive from a closed channel runs: it uses the channel, or
//! panics.

use std::{cell::RefCell, thread};

use gochan::{__private::blocked, select, Receiver, Select, SendError, TryRecvError, TrySendError};

use crate::{
    boom,
    common::{wait_until, watchdog},
    open, unwinds, CAPACITIES,
};

thread_local! {
    static HOOK: RefCell<Option<Box<dyn FnOnce()>>> = const { RefCell::new(None) };
}

/// A value whose `Default` runs the thread's hook, once.
#[derive(Debug, PartialEq)]
struct Hooked;

impl Default for Hooked {
    fn default() -> Self {
        if let Some(hook) = HOOK.take() {
            hook()
        }
        Hooked
    }
}

type HookedRecv = fn(&Receiver<Hooked>) -> Hooked;

/// Every way to receive that makes a zero value.
const ZERO_RECVS: [(&str, HookedRecv); 3] = [
    ("recv", |rx| rx.recv()),
    ("select", |rx| select! { recv(rx) -> v => v }),
    ("Select", |rx| {
        let mut cases = Select::new();
        cases.recv(rx, |v| v);
        cases.wait()
    }),
];

#[test]
fn default_may_use_the_channel_for_which_it_makes_a_zero() {
    let _dog = watchdog(10);
    for capacity in CAPACITIES {
        for (receiving, recv) in ZERO_RECVS {
            let (tx, rx) = open(capacity);
            tx.close();
            let handles = (tx.clone(), rx.clone());
            HOOK.set(Some(Box::new(move || {
                let (tx, rx) = handles;
                assert_eq!(rx.try_recv(), Err(TryRecvError::Closed));
                assert_eq!(rx.recv(), Hooked);
                assert_eq!(tx.try_send(Hooked), Err(TrySendError::Closed(Hooked)));
                assert_eq!(tx.send_ok(Hooked), Err(SendError(Hooked)));
                assert!(!tx.close_ok() && rx.is_empty());
                select! { recv_ok(rx) -> v => assert_eq!(v, None) }
            })));
            recv(&rx);
            assert!(HOOK.take().is_none(), "{receiving} made no zero value");
        }
    }
}

#[test]
fn a_panicking_default_leaves_the_channel_closed_and_usable() {
    let _dog = watchdog(10);
    for capacity in CAPACITIES {
        for (receiving, recv) in ZERO_RECVS {
            let (tx, rx) = open(capacity);
            let panicking = || {
                HOOK.set(Some(Box::new(boom)));
                unwinds(|| recv(&rx))
            };
            thread::scope(|s| {
                let parked = s.spawn(panicking);
                wait_until(|| blocked(&rx).receivers == 1);
                tx.close();
                assert!(parked.join().unwrap(), "{receiving}, closed while parked");
            });
            assert!(panicking(), "{receiving}, closed before");
            assert_eq!(recv(&rx), Hooked);
            assert_eq!(rx.recv_ok(), None);
            assert_eq!(blocked(&rx).receivers, 0);
        }
    }
}
