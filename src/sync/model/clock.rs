//! Time in a model.
//!
//! Time passes when a thread waits for it: a sleep until an instant moves the clock to that
//! instant. The checker decides what other threads do before, so it explores runs in which they are
//! in time and runs in which they are too late. A ticker alone could tick for ever, so after
//! `AT_ONCE` moves of the clock each further one lets the other threads run first. After [`hold`]
//! only [`advance`] moves the clock.

use std::{
    sync::OnceLock,
    task::Waker,
    time::{Duration, Instant},
};

use super::{checker, yield_now, AtomicU64, Mutex, Ordering, Parker};

/// How many times the clock may move in one execution before a move lets other threads run first.
const AT_ONCE: u64 = 2;

struct Clock {
    nanos: AtomicU64,
    held: AtomicU64,
    passed: AtomicU64,
    sleepers: Mutex<Vec<Parker>>,
    wakers: Mutex<Vec<Waker>>,
}

checker::lazy_static! {
    static ref CLOCK: Clock = Clock {
        nanos: AtomicU64::new(0),
        held: AtomicU64::new(0),
        passed: AtomicU64::new(0),
        sleepers: Mutex::new(Vec::new()),
        wakers: Mutex::new(Vec::new()),
    };
}

fn start() -> Instant {
    static START: OnceLock<Instant> = OnceLock::new();
    *START.get_or_init(Instant::now)
}

/// Returns the model's current instant.
pub(crate) fn now() -> Instant {
    start() + Duration::from_nanos(CLOCK.nanos.load(Ordering::Acquire))
}

/// Stops the clock: from now on only `advance` moves it.
pub(crate) fn hold() {
    CLOCK.held.store(1, Ordering::Release);
}

/// Moves the clock forward and wakes every thread that sleeps with a deadline.
pub(crate) fn advance(by: Duration) {
    CLOCK.nanos.fetch_add(nanos(by), Ordering::AcqRel);
    CLOCK.sleepers.lock().drain(..).for_each(|sleeper| sleeper.unpark());
    let wakers = std::mem::take(&mut *CLOCK.wakers.lock());
    wakers.into_iter().for_each(Waker::wake);
}

/// Moves the clock forward to `deadline`, for a task that waits until then. If the clock is held,
/// registers `waker` for a wake when it moves.
pub(super) fn wake_task_at(waker: &Waker, deadline: Instant) {
    CLOCK.wakers.lock().push(waker.clone());
    if now() < deadline {
        pass_until(deadline);
    }
}

/// Moves the clock forward to `deadline`, in place of a sleep until then. Returns false if the
/// clock is held.
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

/// Registers `parker` for a wake when the clock moves. Returns false if `deadline` has come. Reads
/// the clock after the registration, so it sees an `advance` that came too early to wake `parker`.
pub(super) fn wake_at(parker: &Parker, deadline: Instant) -> bool {
    CLOCK.sleepers.lock().push(parker.clone());
    now() < deadline
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX / 4).min(u64::MAX / 4)
}
