//! The only switch between the real machine and the model checkers.
//!
//! Everything that another thread can see goes through this module: atomics, cells, locks, parking,
//! the clock and randomness. Under `--cfg loom` and `--cfg shuttle` these names come from the
//! checker. The checkers have no time: `sync/model/clock.rs` stands in for it, and no thread polls.

#[cfg(not(loom))]
mod cell;

#[cfg(not(any(loom, shuttle)))]
mod real;
#[cfg(not(any(loom, shuttle)))]
use real as platform;

#[cfg(any(loom, shuttle))]
pub(crate) mod model;
#[cfg(any(loom, shuttle))]
use model as platform;

mod backoff;
#[cfg(gochan_chaos)]
pub(crate) mod chaos;
mod mutant;
mod prefetch;
#[cfg(not(any(loom, shuttle)))]
mod timers;
#[cfg(gochan_tsan)]
mod tsan_arc;

#[cfg(all(test, not(any(loom, shuttle))))]
pub(crate) use real::fault;

pub(crate) use platform::{
    budget, clock, full_fence, load_wait_history, nap, spawn, spin_loop, store_load_fence,
    store_wait_history, try_spawn, yield_now, Arc, AtomicPtr, AtomicU64, AtomicU8, AtomicUsize,
    Count, Draws, Mutex, Ordering, Parker, Rank, UnsafeCell, PAUSES, SMALL_BLOCKS, SPINS,
};

pub(crate) use backoff::{pause, pauses_in, Backoff};
pub(crate) use mutant::mutant;
#[cfg(any(loom, shuttle))]
pub(crate) use platform::Alarm;
pub(crate) use prefetch::prefetch_write;
#[cfg(all(feature = "signal", any(unix, windows), not(any(loom, shuttle))))]
pub(crate) use real::spawn_named;
#[cfg(not(any(loom, shuttle)))]
pub(crate) use real::{spawn_scoped, Scope};
#[cfg(not(any(loom, shuttle)))]
pub(crate) use timers::Alarm;
#[cfg(not(any(loom, shuttle)))]
pub use timers::{set_timers, Timers};

// std's own, in models too: one thread writes such a cell before any other reads it, so there
// is no interleaving to explore.
pub(crate) use std::sync::OnceLock;
