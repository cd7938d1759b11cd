//! The real machine: std's atomics, parking_lot's locks, the system's clock.

use std::{
    cell::Cell,
    io,
    sync::atomic::AtomicU64 as Counter,
    thread::Builder,
    time::{Duration, Instant},
};

pub(crate) use super::cell::UnsafeCell;
#[cfg(gochan_chaos)]
pub(crate) use super::chaos::{AtomicPtr, AtomicU64, AtomicU8, AtomicUsize, Mutex};
#[cfg(gochan_tsan)]
pub(crate) use super::tsan_arc::Arc;
#[cfg(not(gochan_chaos))]
pub(crate) use parking_lot::Mutex;
#[cfg(not(gochan_chaos))]
pub(crate) use std::sync::atomic::{AtomicPtr, AtomicU64, AtomicU8, AtomicUsize};
#[cfg(not(gochan_tsan))]
pub(crate) use std::sync::Arc;
pub(crate) use std::{
    hint::spin_loop,
    sync::atomic::Ordering,
    thread::{yield_now, Scope},
};

/// A count of handles.
pub(crate) type Count = AtomicUsize;

/// Whether the blocks of the unbounded channel have only a few slots.
pub(crate) const SMALL_BLOCKS: bool = false;

/// Whether blocked operations poll for a while before they park.
pub(crate) const SPINS: bool = true;

/// How many times a thread pauses for a peer that is in the middle of its step. After that it
/// treats the peer as stopped.
pub(crate) const PAUSES: u32 = 32;

/// Fences each half of the handshake of waiters and publishers, under loom only.
///
/// The accesses of the handshake are SeqCst, and need no fence here. loom treats them as AcqRel.
#[inline(always)]
pub(crate) fn store_load_fence() {}

/// Orders all earlier accesses of this thread before all its later ones, as seen by threads that do
/// the same.
pub(crate) fn full_fence() {
    // ORDERING: SeqCst; pairs with the same fence of the other thread.
    std::sync::atomic::fence(Ordering::SeqCst);
}

/// Sleeps for long enough that a preempted thread of any priority can run.
pub(crate) fn nap() {
    std::thread::sleep(Duration::from_micros(50));
}

thread_local!(static WAIT_HISTORY: Cell<[u16; 4]> = const { Cell::new([0; 4]) });

/// Returns what this thread has stored for `wait/history.rs`, zeros at first.
pub(crate) fn load_wait_history() -> [u16; 4] {
    WAIT_HISTORY.try_with(Cell::get).unwrap_or_default()
}

pub(crate) fn store_wait_history(words: [u16; 4]) {
    // While the thread's locals are destroyed there is nothing worth keeping.
    let _ = WAIT_HISTORY.try_with(|history| history.set(words));
}

/// How many operations of tasks may be ready in a row, before the executor runs other tasks. No
/// runtime says where the poll of a task begins, so this counts for each thread.
pub(crate) mod budget {
    use std::cell::Cell;

    const OPERATIONS: u8 = 128;

    thread_local!(static SPENT: Cell<u8> = const { Cell::new(0) });

    /// Returns true if an operation may be ready now. After a false the count begins anew.
    pub(crate) fn is_left() -> bool {
        let is_left = |spent: &Cell<u8>| spent.get() < OPERATIONS || spent.replace(0) == 0;
        SPENT.try_with(is_left).unwrap_or(true)
    }

    /// Counts an operation that was ready. One that was not begins the count anew.
    pub(crate) fn spend(was_ready: bool) {
        let _ = SPENT.try_with(|spent| spent.set(if was_ready { spent.get() + 1 } else { 0 }));
    }
}

/// Runs `f` in a thread of its own. Drops `f` and returns an error if the system has no thread
/// left.
pub(crate) fn try_spawn(f: impl FnOnce() + Send + 'static) -> io::Result<()> {
    Builder::new().spawn(f).map(drop)
}

/// Runs `f` in a thread of its own.
#[track_caller]
pub(crate) fn spawn(f: impl FnOnce() + Send + 'static) {
    begun(try_spawn(f));
}

/// Runs `f` in a thread of `scope`.
#[track_caller]
pub(crate) fn spawn_scoped<'scope>(
    scope: &'scope Scope<'scope, '_>,
    f: impl FnOnce() + Send + 'scope,
) {
    begun(Builder::new().spawn_scoped(scope, f).map(drop));
}

#[track_caller]
fn begun(thread: io::Result<()>) {
    if let Err(error) = thread {
        panic!("no thread can be started: {error}");
    }
}

/// Runs `f` in a thread that debuggers and `ps` show under this name, of at most 15 bytes.
#[cfg(all(feature = "signal", any(unix, windows)))]
pub(crate) fn spawn_named(name: &str, f: impl FnOnce() + Send + 'static) -> io::Result<()> {
    Builder::new().name(name.to_string()).spawn(f).map(drop)
}

/// The clock of the crate.
pub(crate) mod clock {
    use super::Instant;

    /// Returns the current instant.
    #[inline]
    pub(crate) fn now() -> Instant {
        Instant::now()
    }
}

/// The place where one thread sleeps. The thread's public park token stays the user's.
#[derive(Clone)]
pub(crate) struct Parker(Arc<Inner>);

struct Inner {
    woken: parking_lot::Mutex<bool>,
    changed: parking_lot::Condvar,
}

impl Parker {
    /// Returns the current thread's parker; a fresh one while the thread's locals are destroyed.
    pub(crate) fn current() -> Self {
        thread_local!(static PARKER: Parker = Parker::new());
        PARKER.try_with(Parker::clone).unwrap_or_else(|_| Parker::new())
    }

    fn new() -> Self {
        Self(Arc::new(Inner {
            woken: parking_lot::Mutex::new(false),
            changed: parking_lot::Condvar::new(),
        }))
    }

    /// Sleeps until `unpark` or `deadline`. May return early, because of a wake meant for an
    /// earlier sleep, so the caller checks and sleeps again.
    pub(crate) fn park(&self, deadline: Option<Instant>) {
        #[cfg(test)]
        fault::strike();
        let mut woken = self.0.woken.lock();
        while !*woken {
            match deadline {
                None => self.0.changed.wait(&mut woken),
                Some(deadline) => {
                    if self.0.changed.wait_until(&mut woken, deadline).timed_out() {
                        break;
                    }
                }
            }
        }
        *woken = false;
    }

    pub(crate) fn unpark(&self) {
        *self.0.woken.lock() = true;
        self.0.changed.notify_one();
    }
}

/// Orders its owners by their addresses.
pub(crate) struct Rank(u8);

impl Rank {
    pub(crate) fn new() -> Self {
        Self(0)
    }

    /// Returns the address, which stays the same while the rank does not move.
    pub(crate) fn get(&self) -> usize {
        std::ptr::from_ref(&self.0) as usize
    }
}

/// A sequence of random numbers, all from one draw while they are small.
pub(crate) struct Draws(u64);

impl Draws {
    #[inline]
    pub(crate) fn new() -> Self {
        Self(random())
    }

    /// Returns a random number below `n`. `n` is not 0.
    #[inline]
    pub(crate) fn below(&mut self, n: usize) -> usize {
        // The product of the numbers up to this one is so far below 2^64 that no bias shows.
        if n > 16 {
            self.0 = random();
        }
        // The draw is a fraction. The fraction of its product with `n` is the next draw.
        let product = u128::from(self.0) * n as u128;
        self.0 = product as u64;
        (product >> 64) as usize
    }
}

/// Returns a random number. Each thread has a sequence of its own.
#[inline]
fn random() -> u64 {
    thread_local!(static STATE: Cell<u64> = const { Cell::new(0) });
    let random = STATE.try_with(|state| {
        let next = xorshift(if state.get() == 0 { seed() } else { state.get() });
        state.set(next);
        next
    });
    // While the thread's locals are destroyed each number comes from a seed of its own.
    random.unwrap_or_else(|_| xorshift(seed()))
}

fn xorshift(mut x: u64) -> u64 {
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    x
}

/// Returns a seed, never 0: splitmix64 of a counter, with the lowest bit set.
#[cold]
#[inline(never)]
fn seed() -> u64 {
    static COUNTER: Counter = Counter::new(0x9E37_79B9_7F4A_7C15);
    // ORDERING: Relaxed; only the value of the counter matters.
    let mut z = COUNTER.fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::Relaxed);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    (z ^ (z >> 31)) | 1
}

/// A sleep that panics, to test what unwinding out of a wait leaves behind.
#[cfg(test)]
pub(crate) mod fault {
    use std::cell::Cell;

    thread_local!(static ARMED: Cell<bool> = const { Cell::new(false) });

    /// Makes the next sleep of this thread panic.
    pub(crate) fn arm() {
        ARMED.set(true);
    }

    pub(super) fn strike() {
        if ARMED.replace(false) {
            panic!("fault injected into a sleep");
        }
    }
}
