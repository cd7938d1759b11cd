//! The only switch between the real machine and the model checker.
//!
//! Everything that another thread can see goes through this module: atomics, cells, locks,
//! parking, the clock and randomness. Under `--cfg loom` the same names come from loom, and what
//! loom cannot know (time, chance, how long to spin) is fixed.

#[cfg(not(loom))]
mod real;
#[cfg(not(loom))]
use real as platform;

#[cfg(loom)]
pub(crate) mod model;
#[cfg(loom)]
use model as platform;

#[cfg(all(test, not(loom)))]
pub(crate) use real::fault;

pub(crate) use platform::{
    clock, dekker_light, fence, mutant, nap, note, random, set_note, spin_loop, yield_now, Arc,
    AtomicPtr, AtomicU64, AtomicUsize, Count, Mutex, Ordering, Parker, Rank, UnsafeCell,
    BLOCK_SLOTS, SPINS,
};

// Written once, by one thread, before anyone else may look: nothing for loom to explore.
pub(crate) use std::sync::OnceLock;
