//! The receivers' end of the list, and the values that receives have stepped over.
#![allow(unsafe_code)]

use super::{Block, Cursor, List};
use crate::{
    core::{
        queue::{
            end::{exact, plain, CLOSED, OVERDUE},
            slot::Slot,
        },
        Effort, TryRecv,
    },
    error::TryRecvError,
    sync::{mutant, AtomicU64, AtomicU8, Backoff, Ordering},
};

pub(super) struct Head<T> {
    pub(super) place: Cursor<T>,
    /// Senders have claimed all positions below this, and these are in the receivers' block or an
    /// earlier one.
    pub(super) known: AtomicU64,
}

/// A full slot that is the caller's to empty.
pub(super) struct Full<'a, T> {
    slot: &'a Slot<T>,
    mark: &'a AtomicU8,
}

impl<T> Full<'_, T> {
    #[inline(always)]
    pub(super) fn take(self) -> T {
        // SAFETY: full, and the caller's.
        let value = unsafe { self.slot.take() };
        self.mark();
        value
    }

    fn take_to(self, into: &mut Option<T>) {
        // SAFETY: full, and the caller's.
        unsafe { self.slot.take_to(into) };
        self.mark();
    }

    /// Marks the value as taken: from then on the block may be freed.
    #[inline(always)]
    fn mark(self) {
        // ORDERING: Release; pairs with the Acquire in `Block::is_used_up`.
        self.mark.store(1, Ordering::Release);
    }
}

/// The position that a receive has claimed.
pub(super) enum Claimed<'a, T> {
    Full(Full<'a, T>),
    /// The sender is in the middle of its step; the slot is in this block.
    Late(Block<T>),
}

/// The block of a late value. A receiver has claimed the slot and the sender has not filled it yet,
/// so the block is alive.
pub(super) struct Noted<T>(Block<T>);

impl<T> Clone for Noted<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Noted<T> {}

// SAFETY: a pointer into a block that is alive.
unsafe impl<T> Send for Noted<T> {}

impl<T> List<T> {
    /// Takes the next value out, if it is there and no other receiver is faster.
    #[inline(always)]
    pub(super) fn take_now(&self) -> Option<T> {
        let head = self.head.place.end.peek();
        // ORDERING: Acquire; pairs with the Release in `learn`.
        let is_claimed = head < self.head.known.load(Ordering::Acquire) || head < self.learn(head);
        if !is_claimed {
            return None;
        }
        match self.full_at(head)? {
            Claimed::Full(full) => Some(full.take()),
            Claimed::Late(block) => self.pop_late(head, block),
        }
    }

    /// Moves the next value, or a late one that has arrived, to `into`.
    #[cold]
    #[inline(never)]
    pub(super) fn take(&self, into: &mut Option<T>, effort: Effort) -> TryRecv {
        let mut backoff = Backoff::new();
        loop {
            exact(effort);
            let head = self.head.place.end.look();
            if effort == Effort::Weak && !self.rings_for(head) && !self.closes() {
                return Err(TryRecvError::Empty);
            }
            let next = match head & OVERDUE {
                0 => self.next(head, effort, &mut backoff),
                _ => self.late_or_next(head, effort, &mut backoff),
            };
            if let Some(full) = next? {
                full.take_to(into);
                return Ok(());
            }
        }
    }

    /// Claims the next value. Returns `None` if the caller has to try again.
    fn next(
        &self,
        head: u64,
        effort: Effort,
        backoff: &mut Backoff,
    ) -> Result<Option<Full<'_, T>>, TryRecvError> {
        let tail = self.tail.end.look();
        if Self::same(plain(tail), head) || mutant("closed_first") {
            return self.refusal(head, tail).map_or(Ok(None), Err);
        }
        if Block::<T>::is_gap(head) {
            self.advance(head, effort);
            return Ok(None);
        }
        match self.full_at(head) {
            Some(Claimed::Full(full)) => Ok(Some(full)),
            Some(Claimed::Late(block)) => Ok(self.wait_or_step_over(head, block)),
            None => {
                backoff.spin();
                Ok(None)
            }
        }
    }

    /// Takes out a late value that has arrived, or else claims the next one. Returns `None` if the
    /// caller has to try again.
    fn late_or_next(
        &self,
        head: u64,
        effort: Effort,
        backoff: &mut Backoff,
    ) -> Result<Option<Full<'_, T>>, TryRecvError> {
        let (place, position) = (&self.head.place, plain(head));
        let pin = self.blocks.pin();
        let (block, at_gap) = (place.block(), Block::<T>::is_gap(position));
        // SAFETY: alive, since this thread is pinned.
        let is_here =
            !at_gap && Block::<T>::gap(unsafe { block.first() }) == Block::<T>::gap(position);
        let next = match is_here {
            // SAFETY: the block of this position, and alive.
            true => unsafe { Self::full_in(block, position) },
            false => None,
        };
        // Only without a next value: each read of the senders' end takes its cache line away from
        // them.
        let is_empty = next.is_none() && Self::same(plain(self.tail.end.look()), position);
        if at_gap && !is_empty {
            drop(pin);
            self.advance(head, effort);
            return Ok(None);
        }
        if mutant("looks_for_late_ones_first") {
            if let Some(late) = self.find_late() {
                return Ok(Some(late));
            }
        }
        // Only now: each value that was sent before the next one has arrived by now.
        let late = self.find_late().filter(|_| !mutant("looks_for_late_ones_first"));
        if let Some(late) = late {
            return Ok(Some(late));
        }
        if is_empty {
            return self.refusal(head, self.tail.end.look()).map_or(Ok(None), Err);
        }
        if !is_here {
            return Ok(None);
        }
        let claim = || place.end.claim(head, head + 1);
        if next.is_some() {
            return Ok(next.filter(|_| claim()));
        }
        if backoff.pause() || self.overdue.note(position, Noted(block), claim, || self.unflag()) {
            return Ok(None);
        }
        if effort != Effort::Strong || !backoff.snooze() {
            return Err(TryRecvError::Empty);
        }
        Ok(None)
    }

    /// Returns the error of a receive that has seen these numbers and no late value in between.
    /// Returns `None` if the caller has to try again.
    fn refusal(&self, head: u64, tail: u64) -> Option<TryRecvError> {
        // Both ends only grow, so if they are the same, they were the same in between.
        if !Self::same(plain(tail), plain(head)) && !mutant("closed_first") {
            return None;
        }
        if tail & CLOSED == 0 {
            return Some(TryRecvError::Empty);
        }
        if self.overdue.seal() {
            return Some(TryRecvError::Closed);
        }
        // A position is noted. If the number is still `head`, the sender of that position was late
        // when `find_late` looked, so its send had not returned.
        (head & OVERDUE != 0 && self.head.place.end.look() == head).then_some(TryRecvError::Empty)
    }

    /// Returns whether a receive that sees this number would find a value. Does not read the
    /// senders' end.
    pub(super) fn rings_for(&self, head: u64) -> bool {
        // The slot after a gap has the next position.
        let next = plain(head) + u64::from(Block::<T>::is_gap(plain(head)));
        // ORDERING: Acquire; as in `take_now`.
        let known =
            next < self.head.known.load(Ordering::Acquire) || next < self.doorbells.heard(next);
        known || head & OVERDUE != 0 && self.overdue.any(Self::has_come)
    }

    /// Reads the doorbells, and returns a bound in the block of `head`: senders have claimed all
    /// positions below it.
    #[inline(always)]
    fn learn(&self, head: u64) -> u64 {
        let known = self.doorbells.heard(head).min(Block::<T>::gap(head) & !OVERDUE);
        // ORDERING: Release; pairs with the Acquire in `take_now`: the positions have been claimed.
        self.head.known.store(known, Ordering::Release);
        known
    }

    /// Claims this position for a receive, if no other receiver is faster.
    #[inline(always)]
    pub(super) fn full_at(&self, position: u64) -> Option<Claimed<'_, T>> {
        let block = self.head.place.block();
        if !self.head.place.end.claim(position, position + 1) {
            return None;
        }
        // SAFETY: the block of this position, by the order of the loads, and alive, since the value
        // is still to be taken.
        let full = unsafe { Self::full_in(block, position) };
        Some(full.map_or(Claimed::Late(block), Claimed::Full))
    }

    /// Returns the slot of this position, if the value is there.
    ///
    /// # Safety
    ///
    /// The block is that of the position, and alive.
    #[inline(always)]
    unsafe fn full_in<'a>(block: Block<T>, position: u64) -> Option<Full<'a, T>> {
        // SAFETY: by the contract.
        let slot = unsafe { block.slot(position) };
        if slot.stamp() != Block::<T>::full(position) {
            return None;
        }
        // SAFETY: by the contract.
        Some(Full { slot, mark: unsafe { block.mark(position) } })
    }

    /// Waits for the value of a position that this thread has claimed. Returns `None` if it is
    /// late, and is left to later receives.
    fn wait_or_step_over(&self, position: u64, block: Block<T>) -> Option<Full<'_, T>> {
        // SAFETY: the block of a position that this thread has claimed, and not marked.
        let full = || unsafe { Self::full_in(block, position) };
        let is_late = || full().is_none();
        // The flag first: once it is set, each receive looks for noted positions.
        let flag_and_look = || {
            self.head.place.end.flag(OVERDUE);
            is_late()
        };
        let mut backoff = Backoff::new();
        while is_late() {
            // No pause once a close has begun: another receive may be about to report the list as
            // empty for good.
            if !self.closes() && backoff.pause() {
                continue;
            }
            if self.overdue.note(position, Noted(block), flag_and_look, || self.unflag()) {
                return None;
            }
            backoff.snooze();
        }
        full()
    }

    #[cold]
    #[inline(never)]
    fn pop_late(&self, position: u64, block: Block<T>) -> Option<T> {
        self.wait_or_step_over(position, block).map(Full::take)
    }

    /// Takes out a late value, if one has arrived.
    fn find_late(&self) -> Option<Full<'_, T>> {
        let (position, Noted(block)) = self.overdue.find(Self::has_come, || self.unflag())?;
        // SAFETY: no other thread finds this position, so the block is alive until this one has
        // taken the value.
        unsafe { Self::full_in(block, position) }
    }

    /// Returns whether the value of a position that is noted is there. Called under the lock.
    pub(super) fn has_come(position: u64, Noted(block): Noted<T>) -> bool {
        // SAFETY: noted, so no receive has taken the value yet, and the block is alive.
        unsafe { Self::full_in(block, position) }.is_some()
    }

    fn unflag(&self) {
        self.head.place.end.unflag(OVERDUE);
    }

    /// Moves the receivers' end from this gap to the next block, which exists.
    pub(super) fn advance(&self, head: u64, effort: Effort) {
        let place = &self.head.place;
        let pin = self.blocks.pin();
        let block = place.block();
        // SAFETY: alive, since this thread is pinned.
        let left = if Block::<T>::gap(unsafe { block.first() }) == plain(head) {
            // SAFETY: alive, since this thread is pinned.
            place.go_on(head, block, unsafe { block.next() })
        } else {
            // Another receiver has done the first step.
            place.end.claim(head, head + 1);
            false
        };
        drop(pin);
        if left {
            // SAFETY: this thread has moved the end on, so no other one retires the block, which is
            // alive until it is reclaimed.
            unsafe { self.blocks.retire(block) };
            if effort != Effort::UnderLock {
                self.blocks.reclaim();
            }
        }
    }
}
