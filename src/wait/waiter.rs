//! One blocked operation, of a thread or of a task.
//!
//! The word goes from `WAITING`, perhaps through `PARKED`, to exactly one outcome, and stays there.
//! `PARKED` means that the claimer has to wake the owner; before that the owner looks at its word
//! by itself. A waiter may be *served*: another thread completes the case for it. The word is
//! `SERVED` meanwhile, and the owner always waits for the end of the service.
//!
//! A task that is polled again takes the word back from `PARKED` to `WAITING`, and so may exchange
//! its waker. Its claimer moves the waker out, between `SERVED` and the outcome: a clone would be
//! the user's code, under a lock.
//!
//! The claim, or the end of a service, is the claimer's last access. After it the owner may
//! continue and drop the waiter, even before the claiming function returns. So these functions take
//! a pointer: a reference would have to stay valid until they return.
#![allow(unsafe_code)]

use std::{panic::Location, ptr, task, time::Instant};

use super::{BlockedAt, Polling, Reason};
use crate::sync::{clock, mutant, AtomicUsize, Backoff, Ordering, Parker, Rank, UnsafeCell};

/// Undecided; the owner runs.
const WAITING: usize = 0;
/// Undecided; the owner sleeps.
const PARKED: usize = 4;

/// Undecided; another thread completes a case for the owner, or takes its waker.
const SERVED: usize = 8;

/// The lowest two bits of a decided word; the case is above them.
const ABORTED: usize = 1;
const HINT: usize = 2;
const DELIVERED: usize = 3;

/// How a wait ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The value of this case has changed hands.
    Delivered(usize),
    /// This case is worth a retry.
    Hint(usize),
    /// The owner gave up.
    Aborted,
}

impl Outcome {
    /// Returns the case that a claimer named.
    pub(crate) fn case(self) -> Option<usize> {
        match self {
            Outcome::Delivered(case) | Outcome::Hint(case) => Some(case),
            Outcome::Aborted => None,
        }
    }

    fn to_word(self) -> usize {
        match self {
            Outcome::Delivered(case) => case << 2 | DELIVERED,
            Outcome::Hint(case) => case << 2 | HINT,
            Outcome::Aborted => ABORTED,
        }
    }

    fn of_word(word: usize) -> Option<Self> {
        match word & 3 {
            DELIVERED => Some(Outcome::Delivered(word >> 2)),
            HINT => Some(Outcome::Hint(word >> 2)),
            ABORTED => Some(Outcome::Aborted),
            _ => None,
        }
    }
}

/// What wakes the owner of a waiter.
enum Sleeper {
    Thread(Parker),
    Task(task::Waker),
}

/// The state of a task's waiter, for the task that is polled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rest {
    /// The wait is not decided. A claimer wakes the task.
    Asleep,
    /// Another thread is about to decide the wait. It may wake the task by an earlier waker.
    Busy,
    /// The wait is decided.
    Decided,
}

/// A thread, or a task, that waits for exactly one of its cases to win.
///
/// The word comes first: in a [`WaiterCell`](super::WaiterCell) it is close to the rest that a
/// claimer needs.
#[repr(C)]
pub(crate) struct Waiter {
    word: AtomicUsize,
    /// Written by the owner before the word becomes `PARKED`. While it is, claimers read it.
    sleeper: UnsafeCell<Option<Sleeper>>,
    /// Whether the owner is a task.
    is_task: bool,
    /// Whether the waiter is in one queue only. It then never makes way for another waiter.
    single_case: bool,
    rank: Rank,
    reason: Reason,
    location: &'static Location<'static>,
}

// SAFETY: the owner writes the sleeper only while the word is not `PARKED`, and others touch it
// only while it is, or in a service that began then. A thread or a task can be woken from anywhere.
unsafe impl Sync for Waiter {}

impl Waiter {
    /// Makes a waiter of a thread for `cases` cases.
    pub(crate) fn new(cases: usize, blocked_at: BlockedAt) -> Self {
        Self {
            word: AtomicUsize::new(WAITING),
            sleeper: UnsafeCell::new(None),
            is_task: false,
            single_case: cases == 1,
            rank: Rank::new(),
            reason: blocked_at.reason,
            location: blocked_at.location,
        }
    }

    /// Makes a waiter of a task for `cases` cases.
    pub(crate) fn of_task(cases: usize, blocked_at: BlockedAt) -> Self {
        Self { is_task: true, ..Self::new(cases, blocked_at) }
    }

    /// Returns true if the owner is a task.
    pub(crate) fn is_task(&self) -> bool {
        self.is_task
    }

    /// Returns what the waiter does, and where.
    pub(crate) fn blocked_at(&self) -> BlockedAt {
        BlockedAt { reason: self.reason, location: self.location }
    }

    /// Decides the wait. Returns `None` if it was decided before, or another thread is about to
    /// decide it.
    ///
    /// # Safety
    ///
    /// The caller holds the lock of a queue in which the waiter is, or is its owner. After the
    /// claim the waiter may be gone.
    pub(crate) unsafe fn claim(this: *const Self, outcome: Outcome) -> Option<Wake> {
        // SAFETY: by the contract.
        unsafe { Self::change(this, outcome.to_word()) }
    }

    /// Begins to complete a case for the owner. Returns `None` if the wait was decided before, or
    /// another thread is about to decide it.
    ///
    /// # Safety
    ///
    /// The caller holds the lock of a queue in which the waiter is, and calls `finish_service`
    /// before it releases it.
    pub(crate) unsafe fn begin_service(this: *const Self) -> Option<Wake> {
        // SAFETY: by the contract.
        unsafe { Self::change(this, SERVED) }
    }

    /// Ends a service. The caller wakes the owner after it.
    ///
    /// # Safety
    ///
    /// The caller has begun the service, and not finished it. After this the waiter may be gone.
    pub(crate) unsafe fn finish_service(this: *const Self, outcome: Outcome) {
        // ORDERING: Release; pairs with the Acquire loads in `outcome`: the owner sees the value
        // that was put into its entry or taken out of it.
        let release = if mutant("relaxed_finish") { Ordering::Relaxed } else { Ordering::Release };
        // SAFETY: the owner waits for the end of the service.
        unsafe { Self::word(this) }.store(outcome.to_word(), release);
    }

    /// Changes an undecided word. Returns the duty to wake the owner, if it sleeps.
    ///
    /// # Safety
    ///
    /// The contract of `claim`.
    unsafe fn change(this: *const Self, to: usize) -> Option<Wake> {
        // SAFETY: the waiter is alive, by the contract, until the exchange below.
        let word = unsafe { Self::word(this) };
        // SAFETY: as above.
        let is_task = unsafe { (*this).is_task };
        // ORDERING: Acquire, also on failure; pairs with the Release that sets `PARKED`: the
        // sleeper is there.
        let mut seen = word.load(Ordering::Acquire);
        loop {
            let (sleeper, next) = match seen {
                WAITING => (None, to),
                PARKED if is_task => (None, SERVED),
                // SAFETY: undecided, so the waiter is alive.
                PARKED => (unsafe { &*this }.thread(), to),
                _ => return None,
            };
            // ORDERING: Release; pairs with the Acquire loads in `outcome`: the owner sees the
            // value that was put into its entry or taken out of it. Acquire: the claimer sees what
            // the owner wrote before it waited.
            let success =
                if mutant("relaxed_claim") { Ordering::Relaxed } else { Ordering::AcqRel };
            match word.compare_exchange(seen, next, success, Ordering::Acquire) {
                // SAFETY: the exchange has begun a service, and this ends it if `to` is an outcome.
                Ok(PARKED) if is_task => return Some(unsafe { Self::take_waker(this, to) }),
                Ok(_) => return Some(Wake(sleeper)),
                Err(now) => seen = now,
            }
        }
    }

    /// Returns the handle of the thread that sleeps. The word is `PARKED`, and the caller holds a
    /// lock without which the owner does not continue.
    fn thread(&self) -> Option<Sleeper> {
        // SAFETY: the owner, a thread, has written it before it set `PARKED`, and does not change
        // it afterwards.
        self.sleeper.with(|sleeper| match unsafe { &*sleeper } {
            Some(Sleeper::Thread(parker)) => Some(Sleeper::Thread(parker.clone())),
            _ => None,
        })
    }

    /// Moves the waker out, and stores `to`.
    ///
    /// # Safety
    ///
    /// The caller has changed the word from `PARKED` to `SERVED`. After this the waiter may be
    /// gone, if `to` is an outcome.
    unsafe fn take_waker(this: *const Self, to: usize) -> Wake {
        // SAFETY: the owner waits for the end of `SERVED`.
        let sleeper = unsafe { &(*this).sleeper };
        // SAFETY: only the thread that has set `SERVED` touches the waker until it ends that.
        let waker = sleeper.with_mut(|sleeper| unsafe { &mut *sleeper }.take());
        if to != SERVED {
            // ORDERING: Release; as in `finish_service`.
            // SAFETY: the owner waits for the end of `SERVED`.
            unsafe { Self::word(this) }.store(to, Ordering::Release);
        }
        Wake(waker)
    }

    /// # Safety
    ///
    /// The word is used only while the waiter is alive.
    unsafe fn word<'a>(this: *const Self) -> &'a AtomicUsize {
        // SAFETY: in bounds; makes a pointer only.
        let word = unsafe { ptr::addr_of!((*this).word) };
        // SAFETY: initialized, and alive by the contract.
        unsafe { &*word }
    }

    /// Returns true if `self` keeps its place when it meets `other`, and `other` has to leave its
    /// queues and join them again. Of two waiters that are in several queues exactly one keeps its
    /// place. So two selects that meet cannot displace each other for ever.
    ///
    /// A task that sleeps keeps its place as well: it may never run again, and does not move while
    /// the other waiter comes again.
    pub(crate) fn outranks(&self, other: &Waiter) -> bool {
        let stays = other.single_case || other.is_task && other.is_parked();
        !stays && (self.single_case || self.rank.get() < other.rank.get())
    }

    fn is_parked(&self) -> bool {
        // ORDERING: Acquire; orders nothing, since a later claim decides.
        self.word.load(Ordering::Acquire) == PARKED
    }

    /// Gives up, unless a claimer was first.
    pub(crate) fn abort(&self) -> Outcome {
        let mut backoff = Backoff::new();
        loop {
            if let Some(outcome) = self.outcome() {
                return outcome;
            }
            // SAFETY: this is the owner.
            let aborted = unsafe { Self::claim(self, Outcome::Aborted) }.is_some();
            if aborted || mutant("leaves_while_served") && !self.is_decided() {
                return Outcome::Aborted;
            }
            if !self.is_decided() {
                // Another thread serves the waiter: a few instructions.
                backoff.snooze();
            }
        }
    }

    /// Returns true once a claimer, perhaps the owner, has decided the wait.
    pub(crate) fn is_decided(&self) -> bool {
        self.outcome().is_some()
    }

    /// Returns the decision, once there is one.
    fn outcome(&self) -> Option<Outcome> {
        // ORDERING: Acquire; pairs with the Release in `change` and in `finish_service`.
        Outcome::of_word(self.word.load(Ordering::Acquire))
    }

    /// Waits for a claim, at most until `deadline`: polls while `polling` allows, then sleeps.
    // Inlined, like everything it calls up to the yield: after a switch of threads the processor
    // mispredicts each return.
    #[inline(always)]
    pub(crate) fn wait(&self, polling: &mut Polling, deadline: Option<Instant>) -> Outcome {
        loop {
            if let Some(outcome) = self.outcome() {
                return outcome;
            }
            if !polling.step_in_queue() {
                return polling.sleep(|| self.sleep(deadline));
            }
            // Only yields take so long that the deadline has to be checked; pauses do not.
            if polling.pauses_are_over()
                && deadline.is_some_and(|deadline| clock::now() >= deadline)
            {
                return self.abort();
            }
        }
    }

    /// Does what `sleep` does before it parks.
    #[cfg(test)]
    pub(super) fn falls_asleep(&self) {
        self.set_thread();
        // ORDERING: Release; as in `sleep`.
        self.word.store(PARKED, Ordering::Release);
    }

    /// Stores the handle of this thread, the owner.
    fn set_thread(&self) {
        let thread = Some(Sleeper::Thread(Parker::current()));
        // SAFETY: the word is not `PARKED`, so the owner alone touches this.
        self.sleeper.with_mut(|sleeper| unsafe { *sleeper = thread });
    }

    #[cold]
    #[inline(never)]
    fn sleep(&self, deadline: Option<Instant>) -> Outcome {
        self.set_thread();
        // ORDERING: Release; pairs with the Acquire in `change`: after `PARKED` the sleeper is
        // there.
        let order = (Ordering::Release, Ordering::Relaxed);
        let mut backoff = Backoff::new();
        while self.word.compare_exchange(WAITING, PARKED, order.0, order.1) == Err(SERVED) {
            backoff.snooze();
        }
        loop {
            if let Some(outcome) = self.outcome() {
                return outcome;
            }
            if deadline.is_some_and(|deadline| clock::now() >= deadline) {
                return self.abort();
            }
            self.park(deadline);
            if mutant("trusts_the_wake") && deadline.is_some() {
                return self.abort();
            }
        }
    }

    fn park(&self, deadline: Option<Instant>) {
        self.sleeper.with(|sleeper| {
            // SAFETY: written by `set_thread`, and only read after it.
            if let Some(Sleeper::Thread(parker)) = unsafe { &*sleeper } {
                parker.park(deadline);
            }
        });
    }

    /// Lets the task, the owner, sleep until a claimer wakes it by `waker`. May run the waker's
    /// code, which may panic: the wait is then not decided, and the task runs.
    pub(crate) fn rest(&self, waker: &task::Waker) -> Rest {
        // ORDERING: Acquire; what the owner does now comes after the claims that have failed.
        // Relaxed: `state` looks again.
        let order = (Ordering::Acquire, Ordering::Relaxed);
        match self.word.compare_exchange(PARKED, WAITING, order.0, order.1) {
            Ok(_) | Err(WAITING) => {}
            Err(_) => return self.state(),
        }
        let old = self.set_waker(waker);
        // ORDERING: Release; pairs with the Acquire in `change`: after `PARKED` the waker is there.
        let order = (Ordering::Release, Ordering::Relaxed);
        let rest = self.word.compare_exchange(WAITING, PARKED, order.0, order.1);
        // The drop of a waker is the user's code.
        drop(old);
        if rest.is_ok() {
            Rest::Asleep
        } else {
            self.state()
        }
    }

    /// Stores a clone of `waker`, unless it is the one that is stored. Returns the old one.
    fn set_waker(&self, waker: &task::Waker) -> Option<Sleeper> {
        // SAFETY: the word is not `PARKED`, so the owner alone touches this.
        let is_same = self.sleeper.with(|sleeper| match unsafe { &*sleeper } {
            Some(Sleeper::Task(old)) => old.will_wake(waker) || mutant("stale_waker"),
            _ => false,
        });
        if is_same {
            return None;
        }
        let new = Some(Sleeper::Task(waker.clone()));
        // SAFETY: the word is not `PARKED`, so the owner alone touches this.
        self.sleeper.with_mut(|sleeper| std::mem::replace(unsafe { &mut *sleeper }, new))
    }

    /// Returns the state of a wait that is not `WAITING`.
    fn state(&self) -> Rest {
        if self.is_decided() {
            Rest::Decided
        } else {
            Rest::Busy
        }
    }
}

/// The duty to wake a claimed waiter, after the lock is released.
#[must_use = "a claimed waiter sleeps until it is woken"]
pub(crate) struct Wake(Option<Sleeper>);

impl Wake {
    /// Wakes the waiter, if it sleeps.
    #[inline]
    pub(crate) fn wake(self) {
        match self.0 {
            Some(Sleeper::Thread(parker)) => parker.unpark(),
            Some(Sleeper::Task(waker)) => waker.wake(),
            None => {}
        }
    }

    /// Returns true if there is a task to wake.
    pub(crate) fn is_of_task(&self) -> bool {
        matches!(self.0, Some(Sleeper::Task(_)))
    }

    #[cfg(test)]
    pub(super) fn is_needed(&self) -> bool {
        self.0.is_some()
    }
}
