//! What Go's own tests of channels, select and timers check.
//!
//! docs/go-tests.md has every one of them beside the test that shows the same here. `GOCHAN_SEED=n
//! cargo test --test golang` repeats the random choices of a run that printed that seed.
#![forbid(unsafe_code)]
#![cfg(not(any(loom, shuttle)))]

mod common;

#[path = "golang/barrier.rs"]
mod barrier;
#[path = "golang/chains.rs"]
mod chains;
#[path = "golang/chan.rs"]
mod chan;
#[path = "golang/closed.rs"]
mod closed;
#[path = "golang/ken.rs"]
mod ken;
#[path = "golang/order.rs"]
mod order;
#[path = "golang/powser.rs"]
mod powser;
#[path = "golang/race.rs"]
mod race;
#[path = "golang/select.rs"]
mod select;
#[path = "golang/support.rs"]
mod support;
#[path = "golang/table.rs"]
mod table;
#[path = "golang/time.rs"]
mod time;
