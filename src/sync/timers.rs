//! Wakes for tasks that wait with a deadline.
//!
//! A wake means: look at the clock. So a wake that comes late, early or twice does no harm, and no
//! timer ever claims anything.

use std::{
    collections::BTreeMap,
    panic::{catch_unwind, AssertUnwindSafe},
    task::Waker,
    thread,
    time::Instant,
};

use parking_lot::{Condvar, Mutex, MutexGuard};

use super::OnceLock;

/// A source of wakes for tasks that wait with a deadline.
///
/// Without one of your own, the library starts one thread when the first task waits with a
/// deadline: in a receive from a timer or from the channel of a context with a deadline, or in a
/// `select_async!` with `default(timeout)`. A runtime has timers, and [`set_timers`] makes the
/// library use them.
pub trait Timers: Sync {
    /// Arranges a wake of `waker` at `at`, and returns a number for it. A wake that is early, late
    /// or superfluous does no harm.
    fn wake_at(&self, at: Instant, waker: Waker) -> u64;

    /// Forgets the wake of this number, which may have happened.
    fn forget(&self, number: u64);
}

static TIMERS: OnceLock<&'static dyn Timers> = OnceLock::new();

/// Makes tasks that wait with a deadline use `timers` instead of a thread of the library's.
///
/// # Errors
///
/// Returns `timers` if some are set, or in use, already.
pub fn set_timers(timers: &'static dyn Timers) -> Result<(), &'static dyn Timers> {
    TIMERS.set(timers)
}

/// A wake that is arranged. Dropping it forgets the wake.
pub(crate) struct Alarm {
    at: Instant,
    waker: Waker,
    number: u64,
}

impl Alarm {
    pub(crate) fn new(at: Instant, waker: &Waker) -> Self {
        let timers = TIMERS.get_or_init(|| &TIMER_THREAD);
        Self { at, waker: waker.clone(), number: timers.wake_at(at, waker.clone()) }
    }

    /// Returns true if this alarm wakes `waker` at `at`.
    pub(crate) fn is_for(&self, at: Instant, waker: &Waker) -> bool {
        self.at == at && self.waker.will_wake(waker)
    }
}

impl Drop for Alarm {
    fn drop(&mut self) {
        if let Some(timers) = TIMERS.get() {
            timers.forget(self.number);
        }
    }
}

/// The library's own timers: one thread, which is started with the first wake.
struct TimerThread {
    wakes: Mutex<Wakes>,
    changed: Condvar,
}

struct Wakes {
    /// By number, and by instant: the number tells wakes of the same instant apart.
    instants: BTreeMap<u64, Instant>,
    wakers: BTreeMap<(Instant, u64), Waker>,
    made: u64,
    runs: bool,
}

static TIMER_THREAD: TimerThread = TimerThread {
    wakes: Mutex::new(Wakes {
        instants: BTreeMap::new(),
        wakers: BTreeMap::new(),
        made: 0,
        runs: false,
    }),
    changed: Condvar::new(),
};

impl Timers for TimerThread {
    fn wake_at(&self, at: Instant, waker: Waker) -> u64 {
        let mut wakes = self.wakes.lock();
        if !wakes.runs {
            let begun = thread::Builder::new().name("gochan timers".into()).spawn(run);
            if let Err(error) = begun {
                drop(wakes);
                panic!("no thread can be started: {error}");
            }
            wakes.runs = true;
        }
        wakes.made += 1;
        let number = wakes.made;
        wakes.instants.insert(number, at);
        wakes.wakers.insert((at, number), waker);
        if wakes.wakers.keys().next() == Some(&(at, number)) {
            self.changed.notify_one();
        }
        number
    }

    fn forget(&self, number: u64) {
        let mut wakes = self.wakes.lock();
        let waker = wakes.instants.remove(&number).map(|at| wakes.wakers.remove(&(at, number)));
        // The drop of a waker is the user's code: not under the lock.
        drop(wakes);
        drop(waker);
    }
}

fn run() {
    let mut wakes = TIMER_THREAD.wakes.lock();
    loop {
        match take_due(&mut wakes) {
            Some(waker) => MutexGuard::unlocked(&mut wakes, || {
                // A waker that panics has reported it. The other tasks are woken all the same.
                let _ = catch_unwind(AssertUnwindSafe(|| waker.wake()));
            }),
            None => match wakes.wakers.keys().next() {
                Some(&(at, _)) => drop(TIMER_THREAD.changed.wait_until(&mut wakes, at)),
                None => TIMER_THREAD.changed.wait(&mut wakes),
            },
        }
    }
}

fn take_due(wakes: &mut Wakes) -> Option<Waker> {
    let (&(at, number), _) = wakes.wakers.first_key_value()?;
    if at > Instant::now() {
        return None;
    }
    wakes.instants.remove(&number);
    wakes.wakers.remove(&(at, number))
}
