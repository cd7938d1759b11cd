//! Time in a model.
//!
//! Time passes when a thread waits for it: a thread that goes to sleep until an instant may find
//! that it has come. What other threads do before is up to the checker, so it explores both that
//! they come first and that they come too late. A ticker could then go on for ever alone, so after
//! `AT_ONCE` times a thread that lets time pass lets the others run first. After [`hold`] only
//! [`advance`] moves the clock.

use std::{
    sync::OnceLock,
    time::{Duration, Instant},
};

use super::{checker, yield_now, AtomicU64, Mutex, Ordering, Parker};

/// How often time may pass in one execution before another thread runs.
const AT_ONCE: u64 = 2;

struct Clock {
    nanos: AtomicU64,
    held: AtomicU64,
    passed: AtomicU64,
    sleepers: Mutex<Vec<Parker>>,
}

checker::lazy_static! {
    static ref CLOCK: Clock = Clock {
        nanos: AtomicU64::new(0),
        held: AtomicU64::new(0),
        passed: AtomicU64::new(0),
        sleepers: Mutex::new(Vec::new()),
    };
}

fn start() -> Instant {
    static START: OnceLock<Instant> = OnceLock::new();
    *START.get_or_init(Instant::now)
}

/// The model's current instant.
pub(crate) fn now() -> Instant {
    start() + Duration::from_nanos(CLOCK.nanos.load(Ordering::Acquire))
}

/// Stops the clock: from now on only `advance` moves it.
pub(crate) fn hold() {
    CLOCK.held.store(1, Ordering::Release);
}

/// Moves the clock on and wakes every thread that sleeps with a deadline.
pub(crate) fn advance(by: Duration) {
    CLOCK.nanos.fetch_add(nanos(by), Ordering::AcqRel);
    CLOCK.sleepers.lock().drain(..).for_each(|sleeper| sleeper.unpark());
}

/// Moves the clock on, up to `deadline`, instead of a sleep until then. False if the clock is held.
pub(super) fn pass_until(deadline: Instant) -> bool {
    if CLOCK.held.load(Ordering::Acquire) != 0 {
        return false;
    }
    if CLOCK.passed.fetch_add(1, Ordering::Relaxed) >= AT_ONCE {
        yield_now();
    }
    let left = deadline.saturating_duration_since(now());
    if !left.is_zero() {
        advance(left);
    }
    true
}

/// Registers `parker` for a wake when the clock moves; false if `deadline` has come. The look at
/// the clock comes after the registration, so an `advance` in between is seen.
pub(super) fn wake_at(parker: &Parker, deadline: Instant) -> bool {
    CLOCK.sleepers.lock().push(parker.clone());
    now() < deadline
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX / 4).min(u64::MAX / 4)
}
