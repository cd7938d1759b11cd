//! The positions that receives have stepped over.
//!
//! A sender that is stopped between the claim of its position and the stamp would hold up every
//! receive behind it. So a receive that finds such a position waits for a moment, then notes it
//! here and moves on to the next one. The flag `OVERDUE` of the receivers' end tells receives to
//! look here.
//!
//! What keeps the values in order:
//!
//! - a receive that sees the flag looks here after it has seen the next value, and before it claims
//!   that one: the position of a value that was sent before is noted by then, and goes first;
//! - a receive that does not see the flag has exchanged its number before the flag was set. So a
//!   receive that sets the flag later sees all that was sent before the value of that receive.
//!   After it has set the flag, it checks its own position again, and takes the value if it is
//!   there;
//! - the positions are kept in order. Each is noted once, and taken out once, by the receive that
//!   gets its value.
//!
//! The flag is set before a position can be found here, and cleared under the lock when the last
//! one is taken out. The lock is taken only while a sender is late, and held for a few
//! instructions.
//!
//! A receive of the list may have claimed a position before it finds that the sender is late. So a
//! receive that is about to report a closed list as empty for good seals the table first: from then
//! on a receive keeps what it has claimed, and waits for the sender.
#![allow(unsafe_code)]

use std::mem::MaybeUninit;

use crate::sync::{mutant, AtomicU64, AtomicUsize, Mutex, Ordering};

/// How many senders may be late at once. A receive waits for the sender if there are more.
const MOST: usize = 4;

/// The positions that receives have stepped over, each with its place `P`.
pub(super) struct Overdue<P> {
    table: Mutex<Table<P>>,
    /// How many positions are noted, or `SEALED`. Changes under the lock, except for the seal.
    count: AtomicUsize,
    /// How many positions were taken out.
    found: AtomicU64,
}

/// The count of a table that notes no position any more.
const SEALED: usize = usize::MAX;

struct Table<P> {
    /// The first `count` are initialized. Writing the others would slow down the creation of a
    /// channel.
    noted: [MaybeUninit<(u64, P)>; MOST],
    count: usize,
}

impl<P: Copy> Table<P> {
    /// Returns the noted positions, in order.
    fn noted(&self) -> impl Iterator<Item = (u64, P)> + '_ {
        // SAFETY: `insert` has written that many, and `remove` keeps them together.
        self.noted[..self.count].iter().map(|noted| unsafe { noted.assume_init() })
    }

    fn insert(&mut self, position: u64, place: P) {
        let at = self.noted().take_while(|noted| noted.0 < position).count();
        self.noted.copy_within(at..self.count, at + 1);
        self.noted[at] = MaybeUninit::new((position, place));
        self.count += 1;
    }

    fn remove(&mut self, at: usize) {
        self.noted.copy_within(at + 1..self.count, at);
        self.count -= 1;
    }
}

impl<P: Copy> Overdue<P> {
    pub(super) fn new() -> Self {
        let table = Table { noted: [MaybeUninit::uninit(); MOST], count: 0 };
        Self { table: Mutex::new(table), count: AtomicUsize::new(0), found: AtomicU64::new(0) }
    }

    /// Notes a position, if there is room and `is_late` returns true. Returns whether it has.
    /// `is_late` is called under the lock, and ensures that the flag is set and that the position
    /// is the caller's.
    pub(super) fn note(
        &self,
        position: u64,
        place: P,
        is_late: impl FnOnce() -> bool,
        unflag: impl FnOnce(),
    ) -> bool {
        let mut table = self.table.lock();
        // The count comes after the flag: a receive that cannot seal sees the flag. The count
        // changes unless the empty table has been sealed.
        let notes = table.count < MOST
            && is_late()
            && (self.count_from(table.count, table.count + 1) || mutant("notes_what_is_sealed"));
        if notes {
            table.insert(position, place);
        } else if table.count == 0 {
            unflag();
        }
        notes
    }

    /// Takes out the first position for which `is_there` returns true: its value is the caller's.
    /// Calls `unflag` if no position is left.
    pub(super) fn find(
        &self,
        is_there: impl Fn(u64, P) -> bool,
        unflag: impl FnOnce(),
    ) -> Option<(u64, P)> {
        let mut table = self.table.lock();
        let (at, found) =
            table.noted().enumerate().find(|&(_, (at, place))| is_there(at, place))?;
        table.remove(at);
        self.count_from(table.count + 1, table.count);
        // ORDERING: Relaxed; counted under the lock.
        self.found.fetch_add(1, Ordering::Relaxed);
        if table.count == 0 {
            unflag();
        }
        Some(found)
    }

    /// Returns whether the value of a noted position has arrived.
    pub(super) fn any(&self, is_there: impl Fn(u64, P) -> bool) -> bool {
        self.table.lock().noted().any(|(position, place)| is_there(position, place))
    }

    /// Returns how many positions have been taken out.
    pub(super) fn found(&self) -> u64 {
        // ORDERING: SeqCst; after all that this thread has done.
        self.found.load(Ordering::SeqCst)
    }

    /// Calls `look` with the number of noted positions. No position is noted or taken out
    /// meanwhile.
    pub(super) fn count_with<R>(&self, look: impl FnOnce(usize) -> R) -> R {
        let table = self.table.lock();
        look(table.count)
    }

    /// Seals the table if no position is noted. Returns true if it is sealed.
    pub(super) fn seal(&self) -> bool {
        // ORDERING: SeqCst; pairs with the exchange in `count_from` by which another thread seals.
        self.count_from(0, SEALED) || self.count.load(Ordering::SeqCst) == SEALED
    }

    fn count_from(&self, count: usize, next: usize) -> bool {
        // ORDERING: SeqCst; a seal and the notes of positions are in one order, which all threads
        // see.
        let order = (Ordering::SeqCst, Ordering::Relaxed);
        self.count.compare_exchange(count, next, order.0, order.1).is_ok()
    }
}
