//! Values that are in a channel when its last receiving handle goes.

use std::{
    sync::{
        atomic::{AtomicUsize, Ordering::Relaxed},
        Arc, Mutex,
    },
    thread::{self, ThreadId},
};

use gochan::{make, SendError, Sender, TrySendError};

use crate::{
    common::{wait_until, watchdog},
    open, panic_of, BUFFERED, CAPACITIES,
};

/// Notes which thread drops it.
struct Noted(Arc<Mutex<Vec<ThreadId>>>);

impl Drop for Noted {
    fn drop(&mut self) {
        self.0.lock().unwrap().push(thread::current().id());
    }
}

#[test]
fn the_last_receiver_drops_the_values_at_once_in_its_own_thread() {
    for cap in BUFFERED {
        let count = cap.unwrap_or(100);
        let notes = Arc::default();
        let (tx, rx) = open(cap);
        (0..count).for_each(|_| tx.send(Noted(Arc::clone(&notes))));
        let dropper = thread::spawn(move || {
            drop(rx);
            thread::current().id()
        });
        let dropper = dropper.join().unwrap();
        assert_eq!(*notes.lock().unwrap(), vec![dropper; count]);
        assert_eq!(tx.len(), 0);
    }
}

#[test]
fn a_chan_as_the_last_receiving_handle_drops_the_values_at_once() {
    let notes = Arc::default();
    let chan = make(3);
    let tx = chan.sender();
    (0..3).for_each(|_| tx.send(Noted(Arc::clone(&notes))));
    drop(chan);
    assert_eq!(notes.lock().unwrap().len(), 3);
}

#[test]
fn an_explicit_close_drops_nothing() {
    for cap in BUFFERED {
        let notes = Arc::default();
        let (tx, rx) = open(cap);
        tx.send(Noted(Arc::clone(&notes)));
        tx.close();
        drop(tx);
        assert!(notes.lock().unwrap().is_empty());
        drop(rx);
        assert_eq!(notes.lock().unwrap().len(), 1);
    }
}

/// A request that dies in the buffer takes its reply channel with it.
#[test]
fn a_caller_whose_request_dies_in_the_buffer_is_released() {
    let _dog = watchdog(30);
    for cap in BUFFERED {
        for reply_cap in CAPACITIES {
            let (requests, server) = open::<Sender<u32>>(cap);
            let caller = {
                let requests = requests.clone();
                thread::spawn(move || {
                    let (reply, answer) = open(reply_cap);
                    requests.send(reply);
                    answer.recv_ok()
                })
            };
            wait_until(|| requests.len() == 1);
            drop(server);
            assert_eq!(caller.join().unwrap(), None);
        }
    }
}

/// Uses, while it is dropped, the channel that it lies in.
struct Meddler(Sender<Option<Meddler>>);

impl Drop for Meddler {
    fn drop(&mut self) {
        assert!(matches!(self.0.try_send(None), Err(TrySendError::Closed(None))));
        assert!(!self.0.close_ok());
        assert!(self.0.is_closed());
        drop(self.0.clone());
    }
}

#[test]
fn a_value_may_use_its_channel_while_the_last_receiver_drops_it() {
    let _dog = watchdog(30);
    for cap in BUFFERED {
        let (tx, rx) = open(cap);
        tx.send(Some(Meddler(tx.clone())));
        drop(rx);
        assert!(matches!(tx.send_ok(None), Err(SendError(None))));
    }
}

/// Counts its drops. Its drop panics if the second field says so.
struct Bomb<'a>(&'a AtomicUsize, bool);

impl Drop for Bomb<'_> {
    fn drop(&mut self) {
        self.0.fetch_add(1, Relaxed);
        assert!(!self.1, "a drop panics");
    }
}

#[test]
fn a_value_that_panics_when_dropped_does_not_keep_the_others_alive() {
    let _dog = watchdog(30);
    for cap in [Some(5), None] {
        for bad in 0..5 {
            let drops = AtomicUsize::new(0);
            let (tx, rx) = open(cap);
            (0..5).for_each(|i| tx.send(Bomb(&drops, i == bad)));
            panic_of(|| drop(rx));
            assert_eq!(drops.load(Relaxed), 5, "value {bad} of a channel of capacity {cap:?}");
            assert_eq!(tx.send_ok(Bomb(&drops, false)).map_err(|e| e.into_inner().1), Err(false));
            drop(tx);
            assert_eq!(drops.into_inner(), 6);
        }
    }
}
