//! Go's test/closedchan.go: every operation on a closed channel, in every form that it can be
//! written in; and what it leaves open, a close while senders and receivers are blocked.

use std::thread;

use gochan::{__private::blocked, make, select, Chan, Select};

use crate::{
    common::{wait_until, watchdog},
    support::panic_of,
};

type C = Chan<u32>;

/// One way to write the operations. `None` of a poll: `default` was chosen.
struct Form {
    name: &'static str,
    send: fn(&C, u32),
    poll_send: fn(&C, u32) -> Option<()>,
    recv: fn(&C) -> u32,
    poll_recv: fn(&C) -> Option<u32>,
    recv_ok: fn(&C) -> Option<u32>,
    poll_recv_ok: fn(&C) -> Option<Option<u32>>,
}

/// A channel that nobody uses.
fn idle() -> Chan<bool> {
    make(0)
}

const FORMS: [Form; 4] = [
    Form {
        name: "plain",
        send: |c, v| c.send(v),
        poll_send: |c, v| select! { send(c, v) => Some(()), default => None },
        recv: |c| c.recv(),
        poll_recv: |c| select! { recv(c) -> v => Some(v), default => None },
        recv_ok: |c| c.recv_ok(),
        poll_recv_ok: |c| select! { recv_ok(c) -> v => Some(v), default => None },
    },
    Form {
        name: "select with one case",
        send: |c, v| select! { send(c, v) => {} },
        poll_send: |c, v| select! { default => None, send(c, v) => Some(()) },
        recv: |c| select! { recv(c) -> v => v },
        poll_recv: |c| select! { default => None, recv(c) -> v => Some(v) },
        recv_ok: |c| select! { recv_ok(c) -> v => v },
        poll_recv_ok: |c| select! { default => None, recv_ok(c) -> v => Some(v) },
    },
    Form {
        name: "select with two cases",
        send: |c, v| select! { send(c, v) => {}, recv(idle()) => panic!() },
        poll_send: |c, v| select! { default => None, recv(idle()) => panic!(), send(c, v) => Some(()) },
        recv: |c| select! { recv(idle()) => panic!(), recv(c) -> v => v },
        poll_recv: |c| select! { recv(idle()) => panic!(), default => None, recv(c) -> v => Some(v) },
        recv_ok: |c| select! { recv(idle()) => panic!(), recv_ok(c) -> v => v },
        poll_recv_ok: |c| select! { recv(idle()) => panic!(), default => None, recv_ok(c) -> v => Some(v) },
    },
    Form {
        name: "run-time select",
        send: |c, v| with_idle(|select| _ = select.send(c, v, || ())).wait(),
        poll_send: |c, v| with_idle(|select| _ = select.send(c, v, || ())).try_wait().ok(),
        recv: |c| with_idle(|select| _ = select.recv(c, |v| v)).wait(),
        poll_recv: |c| with_idle(|select| _ = select.recv(c, |v| v)).try_wait().ok(),
        recv_ok: |c| with_idle(|select| _ = select.recv_ok(c, |v| v)).wait(),
        poll_recv_ok: |c| with_idle(|select| _ = select.recv_ok(c, |v| v)).try_wait().ok(),
    },
];

/// A select with the case that `add` adds and one that is never ready.
fn with_idle<'a, R: 'a>(add: impl FnOnce(&mut Select<'a, R>)) -> Select<'a, R> {
    static IDLE: std::sync::OnceLock<Chan<bool>> = std::sync::OnceLock::new();
    let mut select = Select::new();
    add(&mut select);
    select.recv(IDLE.get_or_init(idle), |_| panic!("nobody sends"));
    select
}

const CLOSED: &str = "send on closed channel";

/// A channel that is closed and drained gives zero at once, for ever, and refuses every value.
#[track_caller]
fn assert_closed(c: &C, form: &Form) {
    let name = form.name;
    for _ in 0..3 {
        assert_eq!((form.recv)(c), 0, "{name}");
        assert_eq!((form.recv_ok)(c), None, "{name}");
        assert_eq!((form.poll_recv)(c), Some(0), "{name}");
        assert_eq!((form.poll_recv_ok)(c), Some(None), "{name}");
    }
    assert_eq!(panic_of(|| (form.poll_send)(c, 1)), CLOSED, "{name}");
    assert_eq!((form.recv)(c), 0, "{name}: the refused value is not there");
    assert_eq!(panic_of(|| (form.send)(c, 2)), CLOSED, "{name}");
    assert_eq!((form.recv_ok)(c), None, "{name}: the refused value is not there");
}

/// Every operation in every form on a closed unbuffered channel (closedchan.go).
#[test]
fn a_closed_unbuffered_channel() {
    let _dog = watchdog(60);
    for form in &FORMS {
        let c = make(0);
        c.close();
        assert_closed(&c, form);
    }
}

/// The value left in a closed channel comes first, whichever receive takes it (closedchan.go).
#[test]
fn a_closed_channel_with_a_value_left() {
    let _dog = watchdog(60);
    for form in &FORMS {
        let take: [&dyn Fn(&C) -> bool; 4] = [
            &|c| (form.recv)(c) == 1,
            &|c| (form.recv_ok)(c) == Some(1),
            &|c| (form.poll_recv)(c) == Some(1),
            &|c| (form.poll_recv_ok)(c) == Some(Some(1)),
        ];
        for (i, take) in take.iter().enumerate() {
            let c = make(2);
            c.send(1);
            c.close();
            assert!(take(&c), "{}, receive {i}", form.name);
            assert_closed(&c, form);
        }
    }
}

/// A close ends every blocked receive of every form, all on one channel (closedchan.go leaves it
/// open).
#[test]
fn a_close_releases_blocked_receivers_of_every_form() {
    let _dog = watchdog(60);
    for cap in [0, 1, 8] {
        let c = make(cap);
        thread::scope(|s| {
            let c = &c;
            for form in FORMS.iter().chain(&FORMS) {
                s.spawn(move || assert_eq!((form.recv)(c), 0, "{}", form.name));
                s.spawn(move || assert_eq!((form.recv_ok)(c), None, "{}", form.name));
            }
            wait_until(|| blocked(c).receivers == 4 * FORMS.len());
            c.close();
        });
        assert_eq!(blocked(&c).receivers, 0);
        FORMS.iter().for_each(|form| assert_closed(&c, form));
    }
}

/// A close makes every blocked send of every form panic; what is in the buffer stays, what was not
/// sent never comes (closedchan.go leaves it open).
#[test]
fn a_close_makes_blocked_senders_of_every_form_panic() {
    let _dog = watchdog(60);
    for cap in [0, 1, 8] {
        let c = make(cap);
        (0..cap as u32).for_each(|i| c.send(i));
        thread::scope(|s| {
            let c = &c;
            for form in FORMS.iter().chain(&FORMS) {
                s.spawn(move || {
                    assert_eq!(panic_of(|| (form.send)(c, 1000)), CLOSED, "{}", form.name);
                });
            }
            wait_until(|| blocked(c).senders == 2 * FORMS.len());
            c.close();
        });
        assert_eq!(blocked(&c).senders, 0);
        (0..cap as u32).for_each(|i| assert_eq!(c.recv_ok(), Some(i)));
        FORMS.iter().for_each(|form| assert_closed(&c, form));
    }
}

/// A select that waits in both directions on the channel that closes ends by one of its two cases
/// (closedchan.go leaves it open).
#[test]
fn a_close_releases_a_select_that_sends_and_receives() {
    let _dog = watchdog(60);
    for _ in 0..100 {
        let c = make::<u32>(0);
        thread::scope(|s| {
            let select = s.spawn(|| {
                std::panic::catch_unwind(|| {
                    select! { send(c, 1) => panic!("nobody receives"), recv_ok(c) -> v => v }
                })
            });
            wait_until(|| blocked(&c).senders == 1 && blocked(&c).receivers == 1);
            c.close();
            match select.join().unwrap() {
                Ok(received) => assert_eq!(received, None),
                Err(cause) => assert_eq!(cause.downcast_ref(), Some(&CLOSED)),
            }
        });
        let left = blocked(&c);
        assert_eq!((left.senders, left.receivers), (0, 0));
    }
}
