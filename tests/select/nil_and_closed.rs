//! Cases on nil channels, which are never chosen, and on closed ones, which are always ready.

use std::panic::{self, AssertUnwindSafe};

use gochan::{make, select, Chan, Receiver, SendError, Sender};

use crate::{pair, panic_of, KINDS};

#[test]
fn nil_cases_are_never_chosen() {
    let (nil, ready) = (Chan::<u8>::nil(), make(1));
    let mut slot = Some(1);
    for _ in 0..1000 {
        ready.send(1);
        select! {
            recv(nil) => panic!(),
            recv(Receiver::<u8>::nil()) -> _ => panic!(),
            recv_ok(nil) -> _ => panic!(),
            send(nil, 1) => panic!(),
            send_ok(Sender::<u8>::nil(), 1) -> _ => panic!(),
            send_from(nil, &mut slot) => panic!(),
            recv(ready) -> v => assert_eq!(v, 1),
        }
    }
    assert_eq!(slot, Some(1));
}

#[test]
fn a_closed_channel_is_always_ready_to_receive() {
    for cap in KINDS {
        let (tx, rx) = pair::<u8>(cap);
        if cap != Some(0) {
            tx.send(5);
        }
        tx.close();
        if cap != Some(0) {
            select! { recv_ok(rx) -> v => assert_eq!(v, Some(5), "values come before the close") }
        }
        let mut ran = 0;
        select! { recv(rx) -> v => { ran += 1; assert_eq!(v, 0); } }
        select! { recv_ok(rx) -> v => { ran += 1; assert_eq!(v, None); } }
        select! { recv(rx) => ran += 1 }
        select! { recv(rx) => ran += 1, default => panic!("closed is ready") }
        assert_eq!(ran, 4);
    }
}

#[test]
fn a_send_case_on_a_closed_channel_panics_only_if_chosen() {
    for cap in KINDS {
        let (tx, _rx) = pair::<u8>(cap);
        let ready = make::<u8>(0);
        ready.close();
        tx.close();
        let mut panics = 0;
        for _ in 0..200 {
            select! { biased; recv(ready) => {}, send(tx, 1) => panic!("not the first") }
            let both =
                || select! { recv(ready) => {}, send(tx, 1) => panic!("sent on a closed channel") };
            match panic::catch_unwind(AssertUnwindSafe(both)) {
                Ok(()) => {}
                Err(cause) => {
                    assert_eq!(cause.downcast_ref::<&str>(), Some(&"send on closed channel"));
                    panics += 1;
                }
            }
        }
        assert!((50..150).contains(&panics), "{panics} of 200");
        let (message, ..) = panic_of(|| select! { send(tx, 1) => {}, default => {} });
        assert_eq!(message, "send on closed channel");
    }
}

#[test]
fn a_panicking_send_case_names_the_line_of_the_select() {
    let c = make::<u8>(1);
    c.close();
    let before = line!();
    let (message, file, line) = panic_of(|| {
        select! {
            send(c, 1) => {}
            recv(c), if false => {}
        }
    });
    assert_eq!((message.as_str(), file.as_str()), ("send on closed channel", file!()));
    assert!((before..line!()).contains(&line), "line {line}");

    let mut slot = Some(1);
    let before = line!();
    let (message, file, line) = panic_of(|| select! { send_from(c, &mut slot) => {} });
    assert_eq!((message.as_str(), file.as_str()), ("send on closed channel", file!()));
    assert!((before..line!()).contains(&line), "line {line}");
    assert_eq!(slot, Some(1), "the value stays in the slot");
}

#[test]
fn send_ok_on_a_closed_channel_gives_the_value_back() {
    for cap in KINDS {
        let (tx, _rx) = pair(cap);
        tx.close();
        let value = Box::new(3_u8);
        let address: *const u8 = &*value;
        select! {
            send_ok(tx, value) -> r => {
                let SendError(value) = r.expect_err("closed");
                assert_eq!(&*value as *const u8, address);
            }
            default => panic!("closed is ready"),
        }
    }
}

#[test]
fn a_channel_without_receivers_is_closed_for_send_cases() {
    for cap in KINDS {
        let (tx, rx) = pair::<u8>(cap);
        drop(rx);
        select! { send_ok(tx, 3) -> r => assert_eq!(r, Err(SendError(3))) }
        let (message, ..) = panic_of(|| select! { send(tx, 1) => {} });
        assert_eq!(message, "send on closed channel");
    }
}
