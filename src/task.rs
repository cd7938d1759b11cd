//! The timers of tasks.
//!
//! A task that waits with a deadline has to be woken at that instant. Under every executor the
//! library does that by itself, with one thread. A program that has a runtime can do without this
//! thread:
//!
//! ```
//! use std::{task::Waker, time::Instant};
//!
//! use gochan::task::{set_timers, Timers};
//!
//! /// tokio's timers, in short: one task of the runtime for each wake.
//! struct Tokio(/* tokio::runtime::Handle */);
//!
//! impl Timers for Tokio {
//!     fn wake_at(&self, at: Instant, waker: Waker) -> u64 {
//!         // self.0.spawn(async move { tokio::time::sleep_until(at.into()).await; waker.wake() });
//!         # std::thread::spawn(move || { std::thread::sleep(at - Instant::now()); waker.wake() });
//!         0
//!     }
//!
//!     fn forget(&self, _: u64) {} // A wake too many does no harm.
//! }
//!
//! static TIMERS: Tokio = Tokio();
//! assert!(set_timers(&TIMERS).is_ok());
//! ```

pub use crate::sync::{set_timers, Timers};
