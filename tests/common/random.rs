//! Random choices that a printed seed repeats.

use std::{
    io::Write,
    thread,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use super::{watchdog, Watchdog};

/// Marsaglia's xorshift.
pub struct Rng(u64);

impl Rng {
    /// Spreads the seed, so that neighbouring ones differ at once. It is never zero, where xorshift
    /// stays.
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    pub fn below(&mut self, n: usize) -> usize {
        ((self.next() >> 33) as usize) % n
    }

    pub fn micros(&mut self, n: usize) -> Duration {
        Duration::from_micros(self.below(n) as u64)
    }

    /// Another generator, for another thread.
    pub fn fork(&mut self) -> Rng {
        Rng(self.next() | 1)
    }
}

/// The seed of `GOCHAN_SEED`, or one from the time. It goes to the real stderr, since what a test
/// prints is lost when the watchdog aborts the process.
pub fn seed() -> u64 {
    let from_time = || SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos() as u64;
    let seed = std::env::var("GOCHAN_SEED")
        .map_or_else(|_| from_time(), |seed| seed.parse().expect("GOCHAN_SEED is a number"));
    let test = thread::current();
    let line = format!("{}: GOCHAN_SEED={seed}\n", test.name().unwrap_or("test"));
    std::io::stderr().write_all(line.as_bytes()).unwrap();
    seed
}

/// The random numbers of a test and the watchdog for it.
#[track_caller]
pub fn begin(seconds: u64) -> (Rng, Watchdog) {
    (Rng::new(seed()), watchdog(seconds))
}
