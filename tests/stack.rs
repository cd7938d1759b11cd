//! Large values move from place to place, and not over the stack: an operation that waits needs
//! room for one value more than crossbeam-channel's at most, since the value that it sends
//! waits in the queue with it.
#![cfg(all(target_os = "linux", not(any(debug_assertions, gochan_bare))))]

mod common;

use std::{thread, time::Duration};

use common::{wait_until, watchdog};
use gochan::{__private::blocked, select};

const SIZE: usize = 1 << 20;
struct Large([u8; SIZE]);

/// A value that has to stay in one piece.
impl Drop for Large {
    fn drop(&mut self) {
        assert_eq!((self.0[0], self.0[SIZE - 1]), (1, 1));
    }
}

const SOON: Duration = Duration::from_millis(1);
const LATER: Duration = Duration::from_secs(60);

/// How much of this thread's stack was ever touched, in sizes of a value.
fn touched() -> f64 {
    let local = 0u8;
    let address = std::ptr::from_ref(&local) as usize;
    let maps = std::fs::read_to_string("/proc/self/smaps").expect("Linux has it");
    let mut here = false;
    for line in maps.lines() {
        let mut words = line.split_ascii_whitespace();
        let first = words.next().unwrap_or_default();
        if let Some((from, to)) = first.split_once('-') {
            let parse = |text| usize::from_str_radix(text, 16);
            if let (Ok(from), Ok(to)) = (parse(from), parse(to)) {
                here = (from..to).contains(&address);
            }
        } else if here && first == "Rss:" {
            let kib: usize = words.next().and_then(|kib| kib.parse().ok()).expect("a number");
            return kib as f64 * 1024.0 / SIZE as f64;
        }
    }
    panic!("the stack is mapped")
}

/// How many values `operation` has room for on its stack.
fn room(operation: impl FnOnce() + Send) -> f64 {
    thread::scope(|s| {
        let thread = thread::Builder::new().stack_size(64 * SIZE);
        let run = move || {
            operation();
            touched()
        };
        thread.spawn_scoped(s, run).expect("a thread").join().expect("it ends")
    })
}

#[inline(never)]
fn value() -> Large {
    Large([1; SIZE])
}

#[test]
fn an_operation_that_waits_has_room_for_few_values() {
    let _dog = watchdog(120);
    let mut worse = vec![];
    let mut compare = |what: &str, ours: f64, theirs: f64| {
        println!("{what}: {ours:.1} values, crossbeam-channel {theirs:.1}");
        if ours > theirs + 1.3 {
            worse.push(format!("{what}: {ours:.1}, crossbeam-channel {theirs:.1}"));
        }
    };
    for cap in [0, 1] {
        let (tx, rx) = gochan::bounded::<Large>(cap);
        let (their_tx, their_rx) = crossbeam_channel::bounded::<Large>(cap);
        let name = |what: &str| format!("{what}, capacity {cap}");
        compare(
            &name("recv_timeout"),
            room(|| assert!(rx.recv_timeout(SOON).is_err())),
            room(|| assert!(their_rx.recv_timeout(SOON).is_err())),
        );
        compare(
            &name("try_recv"),
            room(|| assert!(rx.try_recv().is_err())),
            room(|| assert!(their_rx.try_recv().is_err())),
        );
        if cap > 0 {
            room(|| assert!(tx.try_send(value()).is_ok()));
            room(|| assert!(their_tx.try_send(value()).is_ok()));
        }
        compare(
            &name("send_timeout"),
            room(|| assert!(tx.send_timeout(value(), SOON).is_err())),
            room(|| assert!(their_tx.send_timeout(value(), SOON).is_err())),
        );
        compare(
            &name("try_send"),
            room(|| assert!(tx.try_send(value()).is_err())),
            room(|| assert!(their_tx.try_send(value()).is_err())),
        );
        // A sender that waits, and then a receiver that finds its value.
        let theirs = thread::scope(|s| {
            let theirs =
                s.spawn(|| room(|| assert!(their_tx.send_timeout(value(), LATER).is_ok())));
            (0..=cap).for_each(|_| {
                room(|| drop(their_rx.recv()));
            });
            theirs.join().unwrap()
        });
        let ours = thread::scope(|s| {
            let ours = s.spawn(|| room(|| tx.send(value())));
            wait_until(|| blocked(&tx).senders == 1);
            (0..=cap).for_each(|_| {
                room(|| drop(rx.recv_ok()));
            });
            ours.join().unwrap()
        });
        compare(&name("send"), ours, theirs);
        let theirs = thread::scope(|s| {
            let theirs = s.spawn(|| room(|| drop(their_rx.recv().unwrap())));
            room(|| assert!(their_tx.send(value()).is_ok()));
            theirs.join().unwrap()
        });
        let ours = thread::scope(|s| {
            let ours = s.spawn(|| room(|| drop(rx.recv_ok().unwrap())));
            wait_until(|| blocked(&rx).receivers == 1);
            room(|| tx.send(value()));
            ours.join().unwrap()
        });
        compare(&name("recv"), ours, theirs);
        let theirs = room(|| {
            crossbeam_channel::select! {
                recv(their_rx) -> v => drop(v),
                default(SOON) => {}
            }
        });
        let ours = room(|| {
            select! {
                recv_ok(rx) -> v => drop(v),
                default(SOON) => {}
            }
        });
        compare(&name("select!"), ours, theirs);
    }
    assert!(worse.is_empty(), "much more than crossbeam-channel's: {worse:#?}");
}
