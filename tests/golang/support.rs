//! What several of these modules need.

use std::{
    io::Write,
    panic::{catch_unwind, AssertUnwindSafe},
    thread,
    time::{SystemTime, UNIX_EPOCH},
};

/// Stress loops are full length in release only.
pub fn rounds(release: usize) -> usize {
    if cfg!(debug_assertions) {
        release / 4
    } else {
        release
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

/// Marsaglia's xorshift.
pub struct Rng(u64);

impl Rng {
    /// With a seed from the environment or the clock, which goes to the real stderr.
    pub fn seeded() -> Self {
        let from_time = || SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos() as u64;
        let seed = std::env::var("GOCHAN_SEED")
            .map_or_else(|_| from_time(), |seed| seed.parse().expect("GOCHAN_SEED is a number"));
        let test = thread::current();
        let line = format!("{}: GOCHAN_SEED={seed}\n", test.name().unwrap_or("test"));
        std::io::stderr().write_all(line.as_bytes()).unwrap();
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    pub fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        ((self.0 >> 33) as usize) % n
    }

    /// Another generator, for another thread.
    pub fn fork(&mut self) -> Self {
        self.below(1);
        Self(self.0.rotate_left(17) | 1)
    }

    /// Lets other threads run up to `n` times.
    pub fn dawdle(&mut self, n: usize) {
        (0..self.below(n + 1)).for_each(|_| thread::yield_now());
    }
}
