//! Timeouts and timers: `after`, `at`, `tick`, `Timer`, `Ticker`, by the rules of Go 1.23.
#![forbid(unsafe_code)]
#![cfg(not(any(loom, shuttle)))]

mod common;

#[path = "time/channels.rs"]
mod channels;
#[cfg(target_os = "linux")]
#[path = "time/cost.rs"]
mod cost;
#[path = "time/ticker.rs"]
mod ticker;
#[path = "time/timeouts.rs"]
mod timeouts;
#[path = "time/timer.rs"]
mod timer;

use std::{
    thread,
    time::{Duration, Instant},
};

const HOUR: Duration = Duration::from_secs(3600);
const TICK: Duration = Duration::from_millis(20);
const MS: Duration = Duration::from_millis(1);

/// Durations whose end no clock can tell, or nearly so.
const HUGE: [Duration; 4] = [
    Duration::MAX,
    Duration::from_secs(u64::MAX),
    Duration::from_secs(i64::MAX as u64),
    Duration::from_secs(1 << 40),
];

/// Sleeps until `deadline` has passed.
fn sleep_past(deadline: Instant) {
    while let Some(left) = deadline.checked_duration_since(Instant::now()) {
        thread::sleep(left + Duration::from_micros(1));
    }
}
