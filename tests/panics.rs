//! The text and the place of every panic: Go's words, and the line of the caller.
#![cfg(not(any(loom, shuttle)))]

mod common;

use std::{
    cell::RefCell,
    panic::{catch_unwind, set_hook, take_hook, AssertUnwindSafe},
    sync::Once,
    thread,
    time::Duration,
};

use common::{wait_until, watchdog};
use gochan::{
    __private::blocked, bounded, make, select, unbounded, Chan, Receiver, Select, Sender, Ticker,
};

const SEND: &str = "send on closed channel";
const CLOSE: &str = "close of closed channel";
const CLOSE_NIL: &str = "close of nil channel";
const LONG: Duration = Duration::from_secs(1000);

#[derive(Debug, PartialEq)]
struct Report {
    text: String,
    file: String,
    line: u32,
}

thread_local! {
    /// What the panic hook saw last on this thread; the hook itself is one for the whole process.
    static REPORT: RefCell<Option<Report>> = const { RefCell::new(None) };
}

fn report_of<R>(code: impl FnOnce() -> R) -> Report {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let usual = take_hook();
        set_hook(Box::new(move |info| {
            let place = info.location().expect("a place");
            let payload = info.payload();
            let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
            let report = Report {
                text: text.or_else(|| payload.downcast_ref().cloned()).unwrap_or_default(),
                file: place.file().to_owned(),
                line: place.line(),
            };
            REPORT.with(|last| *last.borrow_mut() = Some(report));
            usual(info);
        }));
    });
    let outcome = catch_unwind(AssertUnwindSafe(code));
    assert!(outcome.is_err(), "does not panic");
    REPORT.with(RefCell::take).expect("the hook has run")
}

/// The text of the panic that an expression ends in; fails unless the panic names its own line.
macro_rules! panic_text {
    ($code:expr) => {{
        let report = report_of(|| $code);
        assert_eq!((report.file.as_str(), report.line), (file!(), line!()), "{}", report.text);
        report.text
    }};
}

/// Closed channels of every capacity.
fn closed() -> Vec<(Sender<u32>, Receiver<u32>)> {
    let channels = vec![bounded(0), bounded(1), bounded(8), unbounded()];
    channels.iter().for_each(|(tx, _)| tx.close());
    channels
}

#[test]
fn send_on_a_closed_channel() {
    for (tx, _rx) in closed() {
        assert_eq!(panic_text!(tx.send(1)), SEND);
    }
    let chan = make(1);
    chan.close();
    assert_eq!(panic_text!(chan.send(1)), SEND);
}

#[test]
fn send_after_the_last_receiver_is_gone() {
    for (tx, rx) in [bounded(0), bounded(1), unbounded()] {
        drop(rx);
        assert_eq!(panic_text!(tx.send(1)), SEND);
    }
}

/// Closes the channel: by a call, before the receiver goes, or by the drop of the receiver.
type Close = fn(&Sender<u32>, Receiver<u32>);

const CLOSES: [Close; 2] = [|tx, _rx| tx.close(), |_tx, rx| drop(rx)];

/// The panic names the line of the send, not of the close that ends it.
#[test]
fn a_blocked_send_names_its_own_line() {
    let _dog = watchdog(30);
    for cap in [0, 1, 8] {
        for close in CLOSES {
            let (tx, rx) = bounded(cap);
            (0..cap).for_each(|_| tx.send(0));
            thread::scope(|scope| {
                scope.spawn(|| assert_eq!(panic_text!(tx.send(1)), SEND));
                wait_until(|| blocked(&tx).senders == 1);
                close(&tx, rx);
            });
        }
    }
}

#[test]
fn close_of_a_closed_channel() {
    for (tx, _rx) in closed() {
        assert_eq!(panic_text!(tx.close()), CLOSE);
    }
    let chan = make::<u32>(1);
    chan.close();
    assert_eq!(panic_text!(chan.close()), CLOSE);
}

#[test]
fn close_of_a_nil_channel() {
    assert_eq!(panic_text!(Chan::<u32>::nil().close()), CLOSE_NIL);
    assert_eq!(panic_text!(Sender::<u32>::nil().close()), CLOSE_NIL);
}

#[test]
fn a_capacity_that_cannot_be_allocated() {
    let bytes = isize::MAX as usize;
    assert!(panic_text!(make::<u8>(usize::MAX)).contains("capacity overflow"));
    assert!(panic_text!(make::<u8>(bytes + 1)).contains("capacity overflow"));
    assert!(panic_text!(bounded::<u64>(usize::MAX)).contains("capacity overflow"));
    assert!(panic_text!(bounded::<u64>(bytes / 8 + 1)).contains("capacity overflow"));
    assert!(panic_text!(bounded::<[u64; 1000]>(bytes / 8000 + 1)).contains("capacity overflow"));
}

/// Not under a sanitizer: the compiler itself would need memory for such a value.
#[cfg(not(gochan_bare))]
#[test]
fn values_too_large_for_an_unbounded_channel() {
    let text = panic_text!(unbounded::<[u8; isize::MAX as usize / 32]>());
    assert!(text.contains("capacity overflow"), "{text}");
}

#[test]
fn a_ticker_without_a_period() {
    let text = panic_text!(Ticker::new(Duration::ZERO));
    assert_eq!(text, "non-positive interval for Ticker::new");
    let ticker = Ticker::new(LONG);
    let text = panic_text!(ticker.reset(Duration::ZERO));
    assert_eq!(text, "non-positive interval for Ticker::reset");
}

#[test]
fn a_select_that_chooses_a_send_on_a_closed_channel() {
    for (tx, _rx) in closed() {
        assert_eq!(panic_text!(select! { send(tx, 1) => () }), SEND);
        assert_eq!(panic_text!(select! { biased; send(&tx, 1) => () }), SEND);
        assert_eq!(panic_text!(select! { send(tx, 1) => (), default => () }), SEND);
        assert_eq!(panic_text!(select! { send(tx, 1) => (), default(LONG) => () }), SEND);
    }
}

#[test]
fn a_select_that_chooses_a_send_from_a_slot_on_a_closed_channel() {
    for (tx, _rx) in closed() {
        let mut slot = Some(1);
        assert_eq!(panic_text!(select! { send_from(tx, &mut slot) => () }), SEND);
        assert_eq!(slot, Some(1), "the value stays in the slot");
    }
}

/// The select blocks on two channels, and names its own line when one is closed.
#[test]
fn a_blocked_select_names_its_own_line() {
    let _dog = watchdog(30);
    for cap in [0, 1, 8] {
        let (tx, _rx) = bounded(cap);
        let other = make::<u32>(0);
        (0..cap).for_each(|_| tx.send(0));
        thread::scope(|scope| {
            scope.spawn(|| {
                let text = panic_text!(select! { recv(other) => (), send(tx, 1) => () });
                assert_eq!(text, SEND);
            });
            wait_until(|| blocked(&tx).senders == 1);
            tx.close();
        });
        assert_eq!(blocked(&other).receivers, 0);
    }
}

/// In a select of several lines the place is inside the select.
#[test]
fn a_select_of_several_lines_names_one_of_them() {
    let (tx, _rx) = bounded(0);
    tx.close();
    let first = line!() + 1;
    let report = report_of(|| {
        select! {
            send(tx, 1) => (),
        }
    });
    assert_eq!((report.text.as_str(), report.file.as_str()), (SEND, file!()));
    assert!((first..first + 5).contains(&report.line), "{report:?}");
}

#[test]
fn a_run_time_select_that_chooses_a_send_on_a_closed_channel() {
    for (tx, _rx) in closed() {
        let with_send = || {
            let mut select = Select::new();
            select.send(&tx, 1, || ());
            select
        };
        let [first, second, third] = [with_send(), with_send(), with_send()];
        assert_eq!(panic_text!(first.wait()), SEND);
        assert_eq!(panic_text!(second.try_wait().is_ok()), SEND);
        assert_eq!(panic_text!(third.wait_timeout(LONG).is_ok()), SEND);

        let mut slot = Some(1);
        let mut from_slot = Select::new();
        from_slot.send_from(&tx, &mut slot, || ());
        assert_eq!(panic_text!(from_slot.wait()), SEND);
        assert_eq!(slot, Some(1), "the value stays in the slot");
    }
}
