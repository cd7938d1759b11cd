//! What several of these modules need.

use std::{
    panic::{catch_unwind, AssertUnwindSafe},
    sync::atomic::{AtomicUsize, Ordering::Relaxed},
    thread,
};

use crate::common::random::Rng;

/// Stress loops are full length in release only.
pub fn rounds(release: usize) -> usize {
    if cfg!(debug_assertions) {
        release / 4
    } else {
        release
    }
}

/// Memory that no access of its own orders.
#[derive(Default)]
pub struct Plain(AtomicUsize);

impl Plain {
    pub fn get(&self) -> usize {
        self.0.load(Relaxed)
    }

    pub fn set(&self, value: usize) {
        self.0.store(value, Relaxed);
    }
}

/// The message with which `f` panics.
#[track_caller]
pub fn panic_of<R>(f: impl FnOnce() -> R) -> String {
    let Err(cause) = catch_unwind(AssertUnwindSafe(f)) else { panic!("did not panic") };
    match cause.downcast::<String>() {
        Ok(text) => *text,
        Err(cause) => (*cause.downcast::<&str>().expect("the message is a string")).to_owned(),
    }
}

/// Every number below `n` is there once, and nothing else is.
#[track_caller]
pub fn assert_each_once(numbers: impl IntoIterator<Item = usize>, n: usize) {
    let mut seen = vec![false; n];
    for number in numbers {
        assert!(number < n, "{number} was never sent");
        assert!(!std::mem::replace(&mut seen[number], true), "{number} came twice");
    }
    let lost: Vec<_> = (0..n).filter(|&number| !seen[number]).collect();
    assert!(lost.is_empty(), "never came: {lost:?}");
}

/// Lets other threads run up to `n` times.
pub fn dawdle(rng: &mut Rng, n: usize) {
    (0..rng.below(n + 1)).for_each(|_| thread::yield_now());
}
