//! The real machine, slowed down at random: under `--cfg gochan_chaos` a thread may be delayed
//! before each access to shared state, so that other threads can run between any two of its steps.
//! `./check soak` uses it.
//!
//! `GOCHAN_SEED` decides which thread is delayed where. Most delays are short and rare; at a few
//! places in the source, different for each seed, they are long and frequent. The system's
//! scheduler still takes part, so a seed makes a failure likely to recur, not certain.

use std::{
    cell::Cell,
    panic::Location,
    sync::atomic::{self, AtomicU64 as Counter, Ordering},
    time::Duration,
};

/// One place in this many is slow.
const SLOW_PLACES: u64 = 12;

/// An atomic that may delay the thread before each access.
#[derive(Debug)]
pub(crate) struct Atomic<A>(A);

pub(crate) type AtomicU64 = Atomic<atomic::AtomicU64>;
pub(crate) type AtomicU8 = Atomic<atomic::AtomicU8>;
pub(crate) type AtomicUsize = Atomic<atomic::AtomicUsize>;
pub(crate) type AtomicPtr<T> = Atomic<atomic::AtomicPtr<T>>;

/// The operations that the crate uses.
macro_rules! operations {
    ([$($generic:ident)?] $atomic:ty, $value:ty, $($number:ident),*) => {
        impl$(<$generic>)? Atomic<$atomic> {
            pub(crate) fn new(value: $value) -> Self {
                Self(<$atomic>::new(value))
            }

            #[track_caller]
            pub(crate) fn load(&self, order: Ordering) -> $value {
                delay();
                self.0.load(order)
            }

            #[track_caller]
            pub(crate) fn store(&self, value: $value, order: Ordering) {
                delay();
                self.0.store(value, order);
            }

            #[allow(dead_code)]
            #[track_caller]
            pub(crate) fn swap(&self, value: $value, order: Ordering) -> $value {
                delay();
                self.0.swap(value, order)
            }

            #[allow(dead_code)]
            #[track_caller]
            pub(crate) fn compare_exchange(
                &self,
                current: $value,
                new: $value,
                success: Ordering,
                failure: Ordering,
            ) -> Result<$value, $value> {
                delay();
                self.0.compare_exchange(current, new, success, failure)
            }

            /// Fails spuriously now and then, as its contract permits.
            #[allow(dead_code)]
            #[track_caller]
            pub(crate) fn compare_exchange_weak(
                &self,
                current: $value,
                new: $value,
                success: Ordering,
                failure: Ordering,
            ) -> Result<$value, $value> {
                delay();
                if random() % 64 == 0 {
                    return Err(self.0.load(failure));
                }
                self.0.compare_exchange_weak(current, new, success, failure)
            }

            $(
                #[track_caller]
                pub(crate) fn $number(&self, value: $value, order: Ordering) -> $value {
                    delay();
                    self.0.$number(value, order)
                }
            )*
        }
    };
}

operations!([] atomic::AtomicU64, u64, fetch_add, fetch_or, fetch_and);
operations!([] atomic::AtomicU8, u8,);
operations!([] atomic::AtomicUsize, usize, fetch_add, fetch_sub);
operations!([T] atomic::AtomicPtr<T>, *mut T,);

/// A lock that may delay the thread before and after it is taken.
#[derive(Debug)]
pub(crate) struct Mutex<T>(parking_lot::Mutex<T>);

impl<T> Mutex<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(parking_lot::Mutex::new(value))
    }

    #[track_caller]
    pub(crate) fn try_lock(&self) -> Option<Guard<'_, T>> {
        delay();
        let guard = self.0.try_lock().map(Guard::new);
        delay();
        guard
    }

    #[track_caller]
    pub(crate) fn lock(&self) -> Guard<'_, T> {
        delay();
        let guard = Guard::new(self.0.lock());
        delay();
        guard
    }
}

/// A guard that counts as a lock of this thread while it lives.
pub(crate) struct Guard<'a, T>(parking_lot::MutexGuard<'a, T>);

impl<'a, T> Guard<'a, T> {
    fn new(guard: parking_lot::MutexGuard<'a, T>) -> Self {
        LOCKS.set(LOCKS.get() + 1);
        Self(guard)
    }
}

impl<T> std::ops::Deref for Guard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> std::ops::DerefMut for Guard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.0
    }
}

impl<T> Drop for Guard<'_, T> {
    fn drop(&mut self) {
        LOCKS.set(LOCKS.get() - 1);
    }
}

thread_local!(static LOCKS: Cell<usize> = const { Cell::new(0) });

/// Stops one thread at a chosen step, for `tests/stall.rs`. From its first use on there are no
/// random delays.
pub mod stop {
    use std::{
        cell::Cell,
        panic::Location,
        sync::atomic::{AtomicBool, Ordering::SeqCst},
        sync::Mutex,
        time::Duration,
    };

    /// The step at which a thread is stopped.
    #[derive(Clone, Copy, Debug)]
    pub struct Stopped {
        /// The place in the source.
        pub place: &'static Location<'static>,
        /// Whether the thread holds a lock.
        pub locked: bool,
    }

    pub(super) static IN_USE: AtomicBool = AtomicBool::new(false);
    static STOPPED: Mutex<Option<Stopped>> = Mutex::new(None);

    thread_local!(static LEFT: Cell<Option<usize>> = const { Cell::new(None) });

    /// Stops this thread before the step that comes after `steps` others.
    pub fn after(steps: usize) {
        IN_USE.store(true, SeqCst);
        LEFT.set(Some(steps));
    }

    /// Cancels the stop of this thread.
    pub fn never() {
        LEFT.set(None);
    }

    /// Returns where a thread is stopped, if one is.
    pub fn stopped() -> Option<Stopped> {
        *STOPPED.lock().unwrap()
    }

    /// Lets the stopped thread continue.
    pub fn go_on() {
        *STOPPED.lock().unwrap() = None;
    }

    pub(super) fn pass(place: &'static Location<'static>) {
        match LEFT.get() {
            Some(0) => LEFT.set(None),
            Some(left) => return LEFT.set(Some(left - 1)),
            None => return,
        }
        *STOPPED.lock().unwrap() = Some(Stopped { place, locked: super::LOCKS.get() > 0 });
        while stopped().is_some() {
            std::thread::sleep(Duration::from_micros(100));
        }
    }
}

/// Delays the thread at random.
#[track_caller]
fn delay() {
    if stop::IN_USE.load(Ordering::Relaxed) {
        return stop::pass(Location::caller());
    }
    let random = random();
    // How many of 1024 calls sleep, yield and pause.
    let (sleep, rest, pause) =
        if is_slow(Location::caller()) { (64, 256, 256) } else { (1, 32, 128) };
    let length = random >> 32;
    match random % 1024 {
        n if n < sleep => std::thread::sleep(Duration::from_micros(length % 200)),
        n if n < sleep + rest => std::thread::yield_now(),
        n if n < sleep + rest + pause => (0..length % 64).for_each(|_| std::hint::spin_loop()),
        _ => {}
    }
}

/// Returns true if this place in the source is slow with this seed.
fn is_slow(place: &Location<'_>) -> bool {
    let file =
        place.file().bytes().fold(0, |hash: u64, byte| hash.wrapping_mul(31) + u64::from(byte));
    let place = file ^ u64::from(place.line()) << 32 ^ u64::from(place.column());
    mix(place ^ seed()) % SLOW_PLACES == 0
}

/// Returns the next number of this thread's own sequence.
fn random() -> u64 {
    static THREADS: Counter = Counter::new(0);
    thread_local!(static STATE: Cell<u64> = const { Cell::new(0) });
    // `STATE` has no destructor, so it lives until the end of the thread.
    STATE.with(|state| {
        if state.get() == 0 {
            state.set(mix(seed() ^ mix(THREADS.fetch_add(1, Ordering::Relaxed))) | 1);
        }
        state.set(state.get().wrapping_add(0x9E37_79B9_7F4A_7C15));
        mix(state.get())
    })
}

fn seed() -> u64 {
    static SEED: std::sync::OnceLock<u64> = std::sync::OnceLock::new();
    *SEED.get_or_init(|| {
        let seed = std::env::var("GOCHAN_SEED").ok();
        mix(seed.map_or(1, |seed| seed.parse().expect("GOCHAN_SEED is a number")))
    })
}

/// Applies the second half of splitmix64.
fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}
