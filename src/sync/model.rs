//! The model checker's machine: loom's threads, atomics and cells, and a clock that a model sets.

use std::time::Instant;

pub(crate) use loom::{
    cell::UnsafeCell,
    sync::{
        atomic::{fence, Ordering},
        Arc,
    },
    thread::yield_now,
};

/// An atomic all of whose accesses loom takes turns on.
///
/// loom 0.7 remembers one access of an atomic, the last. A thread that loads and then exchanges, as
/// almost every operation here does, thereby hides from it that another thread has loaded in
/// between, and the order in which the exchange comes first is never explored. Here a turn, a
/// relaxed addition that orders nothing, precedes each access, and no turn can hide another.
#[derive(Debug)]
pub(crate) struct Atomic<A> {
    turns: loom::sync::atomic::AtomicUsize,
    value: A,
}

impl<A> Atomic<A> {
    fn turn(&self) -> &A {
        self.turns.fetch_add(1, Ordering::Relaxed);
        &self.value
    }
}

/// Never loaded, so nothing is hidden.
pub(crate) type Count = loom::sync::atomic::AtomicUsize;

pub(crate) type AtomicU64 = Atomic<loom::sync::atomic::AtomicU64>;
pub(crate) type AtomicUsize = Atomic<loom::sync::atomic::AtomicUsize>;
pub(crate) type AtomicPtr<T> = Atomic<loom::sync::atomic::AtomicPtr<T>>;

/// The operations that the crate uses.
macro_rules! operations {
    ([$($generic:ident)?] $atomic:ty, $value:ty, $($number:ident),*) => {
        impl$(<$generic>)? Atomic<$atomic> {
            pub(crate) fn new(value: $value) -> Self {
                let turns = loom::sync::atomic::AtomicUsize::new(0);
                Self { turns, value: <$atomic>::new(value) }
            }

            pub(crate) fn load(&self, order: Ordering) -> $value {
                self.turn().load(order)
            }

            pub(crate) fn store(&self, value: $value, order: Ordering) {
                self.turn().store(value, order);
            }

            #[allow(dead_code)]
            pub(crate) fn swap(&self, value: $value, order: Ordering) -> $value {
                self.turn().swap(value, order)
            }

            #[allow(dead_code)]
            pub(crate) fn compare_exchange(
                &self,
                current: $value,
                new: $value,
                success: Ordering,
                failure: Ordering,
            ) -> Result<$value, $value> {
                self.turn().compare_exchange(current, new, success, failure)
            }

            /// Never fails without a reason: loom does not model that.
            #[allow(dead_code)]
            pub(crate) fn compare_exchange_weak(
                &self,
                current: $value,
                new: $value,
                success: Ordering,
                failure: Ordering,
            ) -> Result<$value, $value> {
                self.compare_exchange(current, new, success, failure)
            }

            $(
                #[allow(dead_code)]
                pub(crate) fn $number(&self, value: $value, order: Ordering) -> $value {
                    self.turn().$number(value, order)
                }
            )*
        }
    };
}

operations!([] loom::sync::atomic::AtomicU64, u64, fetch_add, fetch_or);
operations!([] loom::sync::atomic::AtomicUsize, usize, fetch_add, fetch_sub);
operations!([T] loom::sync::atomic::AtomicPtr<T>, *mut T,);

/// Small, so that a model crosses a block's end after two messages.
pub(crate) const BLOCK_SLOTS: u64 = 2;

/// A model explores each interleaving without waiting for it.
pub(crate) const SPINS: bool = false;

/// The fence that the real machine gets from the publisher's SeqCst read-modify-write.
pub(crate) fn dekker_light() {
    fence(Ordering::SeqCst);
}

/// Whether the mistake of this name is made on purpose, to show that a model sees it.
pub(crate) fn mutant(name: &str) -> bool {
    static MUTANT: std::sync::OnceLock<Option<String>> = std::sync::OnceLock::new();
    MUTANT.get_or_init(|| std::env::var("GOCHAN_MUTANT").ok()).as_deref() == Some(name)
}

/// Lets the others run.
pub(crate) fn spin_loop() {
    yield_now();
}

/// Lets the others run.
pub(crate) fn nap() {
    yield_now();
}

/// Nobody polls, so there is nothing to keep.
pub(crate) fn note() -> u8 {
    0
}

/// Nobody polls, so there is nothing to keep.
pub(crate) fn set_note(_: u8) {}

/// Orders those that hold one, by their making: addresses differ from one exploration to the next.
pub(crate) struct Rank(usize);

impl Rank {
    pub(crate) fn new() -> Self {
        // Not loom's: models that run side by side share it, and only the order matters.
        static MADE: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);
        Self(MADE.fetch_add(1, Ordering::Relaxed))
    }

    pub(crate) fn get(&self) -> usize {
        self.0
    }
}

/// Always the first: a model has to take the same path each time.
pub(crate) fn random(_: u32) -> u32 {
    0
}

/// A lock without poison.
#[derive(Debug)]
pub(crate) struct Mutex<T>(loom::sync::Mutex<T>);

impl<T> Mutex<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(loom::sync::Mutex::new(value))
    }

    pub(crate) fn lock(&self) -> loom::sync::MutexGuard<'_, T> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// Where one thread sleeps, for one wait.
///
/// Not loom's own `park`: loom wakes a parked thread by its name, so a wake that comes late would
/// end whatever the thread waits for by then, be it a lock.
#[derive(Clone)]
pub(crate) struct Parker(Arc<Bed>);

struct Bed {
    woken: loom::sync::Mutex<bool>,
    changed: loom::sync::Condvar,
}

impl Parker {
    pub(crate) fn current() -> Self {
        let woken = loom::sync::Mutex::new(false);
        Self(Arc::new(Bed { woken, changed: loom::sync::Condvar::new() }))
    }

    /// Sleeps until `unpark` or until the model's clock is moved. The caller looks at the clock.
    pub(crate) fn park(&self, deadline: Option<Instant>) {
        if deadline.is_some_and(|deadline| !clock::wake_at(self, deadline)) {
            return;
        }
        let mut woken = self.0.woken.lock().unwrap();
        while !*woken {
            woken = self.0.changed.wait(woken).unwrap();
        }
        *woken = false;
    }

    pub(crate) fn unpark(&self) {
        *self.0.woken.lock().unwrap() = true;
        self.0.changed.notify_one();
    }
}

/// A clock that stands still until the model moves it.
pub(crate) mod clock {
    use super::{AtomicU64, Instant, Mutex, Ordering, Parker};
    use std::{sync::OnceLock, time::Duration};

    struct Clock {
        nanos: AtomicU64,
        sleepers: Mutex<Vec<Parker>>,
    }

    loom::lazy_static! {
        static ref CLOCK: Clock = Clock {
            nanos: AtomicU64::new(0),
            sleepers: Mutex::new(Vec::new()),
        };
    }

    /// The model's current instant.
    pub(crate) fn now() -> Instant {
        static START: OnceLock<Instant> = OnceLock::new();
        let nanos = CLOCK.nanos.load(Ordering::Acquire);
        *START.get_or_init(Instant::now) + Duration::from_nanos(nanos)
    }

    /// Moves the clock on and wakes whoever sleeps with a deadline.
    pub(crate) fn advance(by: Duration) {
        CLOCK.nanos.fetch_add(by.as_nanos() as u64, Ordering::AcqRel);
        CLOCK.sleepers.lock().drain(..).for_each(|sleeper| sleeper.unpark());
    }

    /// Has `parker` woken when the clock moves; false if `deadline` has come. The look at the clock
    /// comes after the registration, so an `advance` in between is seen.
    pub(super) fn wake_at(parker: &Parker, deadline: Instant) -> bool {
        CLOCK.sleepers.lock().push(parker.clone());
        now() < deadline
    }
}
