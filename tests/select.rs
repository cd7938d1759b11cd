//! `select!`: its grammar, what each case does, and what two selects may never do to each other.
#![forbid(unsafe_code)]
#![cfg(not(any(loom, shuttle)))]

mod common;

#[path = "select/cases.rs"]
mod cases;
#[path = "select/choice.rs"]
mod choice;
#[path = "select/meetings.rs"]
mod meetings;
#[path = "select/nil_and_closed.rs"]
mod nil_and_closed;
#[path = "select/panics.rs"]
mod panics;
#[path = "select/same_channel.rs"]
mod same_channel;
#[path = "select/syntax.rs"]
mod syntax;
#[path = "select/waking.rs"]
mod waking;

use std::{
    cell::RefCell,
    panic::{self, AssertUnwindSafe},
    sync::{
        atomic::{AtomicUsize, Ordering::SeqCst},
        Arc, Once,
    },
    time::Duration,
};

use gochan::{__private::blocked, bounded, unbounded, Chan, Receiver, Sender};

const HOUR: Duration = Duration::from_secs(3600);
const TICK: Duration = Duration::from_millis(20);

/// The capacities that matter; `None` is unbounded.
const KINDS: [Option<usize>; 4] = [Some(0), Some(1), Some(8), None];

fn pair<T>(cap: Option<usize>) -> (Sender<T>, Receiver<T>) {
    cap.map_or_else(unbounded, bounded)
}

/// Stress loops are full length in release only.
fn rounds(release: usize) -> usize {
    if cfg!(debug_assertions) {
        release / 10
    } else {
        release
    }
}

#[track_caller]
fn assert_nobody_waits<T>(c: &Chan<T>) {
    let b = blocked(c);
    assert_eq!((b.senders, b.receivers), (0, 0), "senders and receivers left behind");
}

thread_local!(static PANIC_PLACE: RefCell<Option<(String, u32)>> = const { RefCell::new(None) });

/// Message, file and line of the panic that `f` must raise.
#[track_caller]
fn panic_of(f: impl FnOnce()) -> (String, String, u32) {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let usual = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            let place = info.location().map(|l| (l.file().to_owned(), l.line()));
            PANIC_PLACE.set(place);
            usual(info);
        }));
    });
    let cause = panic::catch_unwind(AssertUnwindSafe(f)).expect_err("must panic");
    let message = match cause.downcast::<String>() {
        Ok(s) => *s,
        Err(cause) => (*cause.downcast::<&str>().expect("the message is a string")).to_owned(),
    };
    let (file, line) = PANIC_PLACE.take().expect("the hook saw the panic");
    (message, file, line)
}

/// Counts its drops.
struct Counted(Arc<AtomicUsize>);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_add(1, SeqCst);
    }
}
