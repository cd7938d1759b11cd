//! What no code of the user can bring about: unwinding out of a wait, after which the entries are unlinked and
//! the channels go on; and a select of more cases than memory holds.

use std::panic::{catch_unwind, AssertUnwindSafe};

use super::dynamic::assert_room_after;
use crate::{__private::blocked, make, select, sync::fault, unbounded, Receiver, Sender};

/// Runs `wait`, whose sleep panics.
fn struck<R>(wait: impl FnOnce() -> R) {
    fault::arm();
    assert!(catch_unwind(AssertUnwindSafe(wait)).is_err());
}

fn channels() -> [(Sender<String>, Receiver<String>); 3] {
    [make(0).split(), make(1).split(), unbounded()]
}

#[test]
fn a_receive_that_unwinds_leaves_no_entry() {
    for (tx, rx) in channels() {
        struck(|| rx.recv());
        assert_eq!(blocked(&rx).receivers, 0);
        std::thread::scope(|s| {
            s.spawn(|| tx.send("next".into()));
            assert_eq!(rx.recv(), "next");
        });
    }
}

#[test]
fn a_send_that_unwinds_leaves_no_entry_and_drops_its_value_once() {
    for cap in [0, 1] {
        let c = make(cap);
        let value = std::sync::Arc::new(());
        (0..cap).for_each(|_| c.send(value.clone()));
        struck(|| c.send(value.clone()));
        assert_eq!(blocked(&c).senders, 0);
        assert_eq!(std::sync::Arc::strong_count(&value), 1 + cap);
        assert_eq!(c.try_iter().count(), cap);
    }
}

#[test]
fn a_select_that_unwinds_leaves_no_entry_in_any_line() {
    let [(_a, a), (_b, b), (_c, c)] = channels();
    let full = make(0);
    struck(|| {
        select! {
            recv(a) => {}
            recv(b) => {}
            recv(c) => {}
            send(full, 1) => {}
        }
    });
    assert_eq!([&a, &b, &c].map(|rx| blocked(rx).receivers), [0; 3]);
    assert_eq!(blocked(&full).senders, 0);
}

#[test]
fn a_select_has_no_more_cases_than_can_be_numbered() {
    let most = u32::MAX as usize;
    assert_room_after(most - 1);
    assert!(catch_unwind(|| assert_room_after(most)).is_err());
}
