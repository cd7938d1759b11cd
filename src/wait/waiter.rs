//! One blocked operation.
//!
//! The word goes from `WAITING`, perhaps through `PARKED`, to exactly one outcome, and stays there.
//! `PARKED` means that the claimer has to wake the owner; before that the owner polls its word. A
//! waiter may be *served*: another thread completes the case for it. The word is `SERVED`
//! meanwhile, and the owner always waits for the end of the service.
//!
//! The claim, or the end of a service, is the claimer's last access. After it the owner may
//! continue and drop the waiter, even before the claiming function returns. So these functions take
//! a pointer: a reference would have to stay valid until they return.
#![allow(unsafe_code)]

use std::{ptr, time::Instant};

use super::{BlockedAt, Polling};
use crate::sync::{clock, mutant, AtomicUsize, Backoff, OnceLock, Ordering, Parker, Rank};

/// Undecided; the owner polls.
const WAITING: usize = 0;
/// Undecided; the owner sleeps.
const PARKED: usize = 4;

/// Undecided; another thread completes a case for the owner.
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

/// A thread that waits for exactly one of its cases to win.
///
/// The word comes first: in a [`WaiterCell`](super::WaiterCell) it is close to the rest that a
/// claimer needs.
#[repr(C)]
pub(crate) struct Waiter {
    word: AtomicUsize,
    /// Set before the word becomes `PARKED`.
    parker: OnceLock<Parker>,
    /// Whether the waiter is in one queue only. It then never makes way for another waiter.
    single_case: bool,
    rank: Rank,
    blocked_at: BlockedAt,
}

impl Waiter {
    /// Makes a waiter for `cases` cases.
    pub(crate) fn new(cases: usize, blocked_at: BlockedAt) -> Self {
        Self {
            word: AtomicUsize::new(WAITING),
            parker: OnceLock::new(),
            single_case: cases == 1,
            rank: Rank::new(),
            blocked_at,
        }
    }

    /// Returns what the waiter does, and where.
    pub(crate) fn blocked_at(&self) -> BlockedAt {
        self.blocked_at
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
        // ORDERING: Acquire, also on failure; pairs with the Release that sets `PARKED`: the
        // parker is there.
        let mut seen = word.load(Ordering::Acquire);
        loop {
            let parker = match seen {
                WAITING => None,
                // SAFETY: undecided, so the waiter is alive.
                PARKED => unsafe { &(*this).parker }.get().cloned(),
                _ => return None,
            };
            // ORDERING: Release; pairs with the Acquire loads in `outcome`: the owner sees the
            // value that was put into its entry or taken out of it. Acquire: the claimer sees what
            // the owner wrote before it waited.
            let success =
                if mutant("relaxed_claim") { Ordering::Relaxed } else { Ordering::AcqRel };
            match word.compare_exchange(seen, to, success, Ordering::Acquire) {
                Ok(_) => return Some(Wake(parker)),
                Err(now) => seen = now,
            }
        }
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
    pub(crate) fn outranks(&self, other: &Waiter) -> bool {
        !other.single_case && (self.single_case || self.rank.get() < other.rank.get())
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
        self.parker.get_or_init(Parker::current);
        // ORDERING: Release; as in `sleep`.
        self.word.store(PARKED, Ordering::Release);
    }

    #[cold]
    #[inline(never)]
    fn sleep(&self, deadline: Option<Instant>) -> Outcome {
        let parker = self.parker.get_or_init(Parker::current);
        // ORDERING: Release; pairs with the Acquire in `change`: after `PARKED` the parker is
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
            parker.park(deadline);
            if mutant("trusts_the_wake") && deadline.is_some() {
                return self.abort();
            }
        }
    }
}

/// The duty to wake a claimed waiter, after the lock is released.
#[must_use = "a claimed waiter sleeps until it is woken"]
pub(crate) struct Wake(pub(super) Option<Parker>);

impl Wake {
    /// Wakes the waiter, if it sleeps.
    #[inline]
    pub(crate) fn wake(self) {
        if let Some(parker) = self.0 {
            parker.unpark();
        }
    }
}
