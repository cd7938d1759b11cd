//! Waiting at a queue (`core/queue`). Each thread that operates on the queue serves its waiters
//! first.
//!
//! Once all services are done, a side that can proceed has no waiter in the queue. A publisher
//! serves the other side after its own step. A thread that arrives serves its own side before its
//! step. Each service may let the other side proceed, so services continue until neither side can.

#![allow(unsafe_code)]

#[cfg(all(test, not(any(loom, shuttle))))]
#[path = "tests/buffered.rs"]
mod tests;

use std::mem::MaybeUninit;

use super::{
    channel::{Amount, Channel, Effort, Readiness, Side, TryRecv, TrySend, WaitStyle},
    handle_counts::HandleCounts,
    padded::Padded,
    queue::Queue,
};
use crate::{
    error::TryRecvError,
    sync::{mutant, Arc, Backoff, SPINS},
    wait::{vacant, wake_each, BlockedAt, Enqueued, LinkPermit, Outcome, Place, Service, WaitSide},
};

/// The most services that a thread does in a row.
const SERVED_BY_ONE: usize = 16;

#[repr(C)]
pub(crate) struct Buffered<T, Q> {
    handle_counts: Padded<HandleCounts>,
    queue: Q,
    senders: Padded<WaitSide<T>>,
    /// The last field, without padding: `_end` keeps it away from the end of the allocation.
    receivers: WaitSide<T>,
    _end: MaybeUninit<[u64; 2]>,
}

impl<T, Q: Queue<T>> Buffered<T, Q> {
    /// Makes a channel in place. Without `MaybeUninit` the compiler makes the value elsewhere and
    /// copies it, since it has to drop the value if the allocation fails.
    #[inline(always)]
    #[track_caller]
    pub(super) fn shared(queue: Q) -> Arc<Self> {
        let channel = Arc::into_raw(Arc::new(MaybeUninit::new(Self {
            queue,
            senders: Padded::new(WaitSide::new()),
            receivers: WaitSide::new(),
            _end: vacant(),
            handle_counts: Padded::new(HandleCounts::new()),
        })));
        // SAFETY: the same type but for the wrapper, which has the same layout, and initialized.
        unsafe { Arc::from_raw(channel.cast()) }
    }

    fn waiters(&self, side: Side) -> &WaitSide<T> {
        match side {
            Side::Send => &self.senders,
            Side::Recv => &self.receivers,
        }
    }

    /// Sends the value, if there is room for it and no sender waits for room.
    #[inline(always)]
    pub(super) fn send_now(&self, value: T) -> Result<(), T> {
        if Q::BOUNDED && self.senders.has_waiters() {
            return Err(value);
        }
        self.queue.push_now(value)?;
        if self.receivers.has_waiters() && !mutant("serves_nobody") {
            return self.serve_receivers();
        }
        Ok(())
    }

    #[cold]
    #[inline(never)]
    fn serve_receivers(&self) -> Result<(), T> {
        self.serve(Side::Recv, 1);
        Ok(())
    }

    /// Receives a value, if one is there and no receiver waits for one.
    #[inline(always)]
    pub(super) fn recv_now(&self) -> Option<T> {
        if self.receivers.has_slots() || mutant("takes_the_second") {
            return None;
        }
        let value = self.queue.pop_now()?;
        if Q::BOUNDED && self.senders.has_waiters() && !mutant("serves_nobody") {
            return self.serve_senders(value);
        }
        Some(value)
    }

    /// Serves the senders, then returns `value`, so that the caller has nothing to keep meanwhile.
    #[cold]
    #[inline(never)]
    fn serve_senders(&self, value: T) -> Option<T> {
        self.serve(Side::Send, 0);
        Some(value)
    }

    /// As `Core::try_first`.
    #[inline(always)]
    pub(super) fn try_first(&self, side: Side, slot: &mut Option<T>) -> Option<bool> {
        let is_done = match side {
            Side::Send => {
                *slot = self.send_now(slot.take()?).err();
                slot.is_none()
            }
            Side::Recv => {
                *slot = self.recv_now();
                slot.is_some()
            }
        };
        if !is_done && self.looks_ready(side, Amount::One) {
            return None;
        }
        Some(is_done)
    }

    /// Serves the waiters of the caller's own side, if there are any, before its step.
    #[inline(always)]
    fn serve_own(&self, side: Side) {
        let waits = side == Side::Recv || Q::BOUNDED;
        if waits && self.waiters(side).has_slots() && !mutant("serves_nobody") {
            self.serve(side, 0);
        }
    }

    /// Serves the waiters of the other side, if there are any, after a step that lets one of them
    /// proceed.
    #[inline(always)]
    fn serve_others(&self, side: Side) {
        let waits = side == Side::Recv || Q::BOUNDED;
        if waits && self.waiters(side).has_waiters() && !mutant("serves_nobody") {
            self.serve(side, 1);
        }
    }

    /// Serves waiters with slots until none on either side can proceed, at most `SERVED_BY_ONE`
    /// threads: a thread that was served continues (`serve_on`), but a task may never run again.
    /// Then hints receivers without slots: one for each of the `published` values of the caller,
    /// and for each value that was sent meanwhile.
    #[cold]
    #[inline(never)]
    fn serve(&self, side: Side, mut published: usize) {
        if self.receivers.is_abandoned() {
            return self.drop_rest();
        }
        let mut threads = if mutant("chain_breaks_at_a_server") { 1 } else { SERVED_BY_ONE };
        // A receiver that joins the queue later needs no hint: it looks at the buffer.
        let mut hints = true;
        while threads > 0 {
            let next = [side, side.other()].into_iter().find(|&side| self.waits(side));
            let Some(side) = next else { break };
            let (service, has_bare) = self.waiters(side).serve(|slot| self.complete(side, slot));
            match service {
                Service::Nobody | Service::OfThread => threads -= 1,
                Service::OfTask => {}
                Service::Left => break,
            }
            match side {
                Side::Send => (published, hints) = (published + 1, true),
                Side::Recv => hints = has_bare,
            }
        }
        if hints {
            self.hint_tasks(published);
        }
        self.queue.reclaim();
    }

    /// Hints at most `count` tasks that wait for a value, as long as one is there. Other publishers
    /// that find the lock taken meanwhile leave their hints to the caller.
    fn hint_tasks(&self, mut count: usize) {
        while count > 0 && self.receivers.has_bare() && self.queue.can_proceed(Side::Recv) {
            match self.receivers.hint_bare() {
                Service::OfTask | Service::OfThread => count -= 1,
                Service::Nobody | Service::Left => return,
            }
            if self.receivers.take_left() && !mutant("leaves_no_duty") {
                count = count.max(self.queue.len());
            }
        }
    }

    /// Does the services that other threads have left to the caller while it held the lock of this
    /// queue.
    fn serve_what_was_left(&self, side: Side) {
        if self.waits(side) && !mutant("leaves_no_duty") {
            self.serve(side, 0);
        }
        if side == Side::Recv && self.receivers.take_left() {
            self.hint_tasks(self.queue.len());
        }
    }

    /// Returns true if a waiter with a slot is in the queue and could proceed.
    fn waits(&self, side: Side) -> bool {
        self.waiters(side).has_slots() && self.queue.can_proceed(side)
    }

    /// Completes the operation of a waiter, whose slot is `slot`.
    fn complete(&self, side: Side, slot: &mut Option<T>) -> bool {
        match side {
            Side::Send => self.queue.push(slot, Effort::UnderLock).is_ok(),
            Side::Recv => self.queue.pop(slot, Effort::UnderLock).is_ok(),
        }
    }
}

impl<T, Q: Queue<T>> Readiness for Buffered<T, Q> {
    fn looks_ready(&self, side: Side, amount: Amount) -> bool {
        self.queue.looks_ready(side, amount)
    }

    fn version(&self, _: Side) -> u64 {
        self.queue.version()
    }

    fn at_rest(&self, side: Side) -> Option<u64> {
        self.queue.at_rest(side)
    }

    fn wait_style(&self) -> WaitStyle {
        match self.queue.is_large() {
            false => WaitStyle::YieldInQueue,
            true => WaitStyle::YieldOutside,
        }
    }
}

impl<T, Q: Queue<T>> Channel<T> for Buffered<T, Q> {
    fn try_send(&self, value: &mut Option<T>, effort: Effort) -> TrySend {
        self.serve_own(Side::Send);
        let sent = self.queue.push(value, effort);
        if sent.is_ok() {
            self.serve_others(Side::Recv);
        }
        sent
    }

    fn try_recv(&self, slot: &mut Option<T>, effort: Effort) -> TryRecv {
        self.serve_own(Side::Recv);
        let mut received = self.queue.pop(slot, effort);
        if mutant("takes_the_second") && received.is_ok() && self.queue.push(slot, effort).is_ok() {
            received = self.queue.pop(slot, effort);
        }
        if received.is_ok() {
            self.serve_others(Side::Send);
        }
        received
    }

    fn close(&self) -> bool {
        let closed = self.queue.close();
        if closed {
            wake_each([&|| self.receivers.wake_closed(), &|| self.senders.wake_closed()]);
        }
        closed
    }

    fn is_closed(&self) -> bool {
        self.queue.is_closed()
    }

    fn len(&self) -> usize {
        self.queue.len()
    }

    fn holds_any(&self) -> bool {
        self.queue.holds_any()
    }

    /// Drops the values left in a closed channel, all of them even if the `Drop` of one panics.
    fn drop_rest(&self) {
        let rest = Rest(self);
        rest.drop_values();
        std::mem::forget(rest);
    }

    fn cap(&self) -> Option<usize> {
        self.queue.cap()
    }

    /// Links the entry, then checks the queue again. A sender that waits for room hints one more
    /// task that waits for a value: the task that was hinted last may never run.
    fn enqueue(&self, side: Side, place: Place<'_, T>, permit: &LinkPermit<'_>) -> Enqueued {
        if side == Side::Send && !Q::BOUNDED {
            return Enqueued::Retry;
        }
        self.waiters(side).enqueue(place, permit);
        if self.queue.at_rest(side).is_none() && !mutant("no_second_look") {
            return Enqueued::Retry;
        }
        if side == Side::Send {
            self.hint_tasks(1);
        }
        Enqueued::Waiting
    }

    fn dequeue(&self, side: Side, place: Place<'_, T>) {
        self.waiters(side).dequeue(place);
        self.serve_what_was_left(side);
    }

    /// Does the services that follow from the caller's operation, in case the thread that served it
    /// does not.
    fn serve_on(&self, side: Side, _: Outcome) {
        if mutant("chain_breaks_at_a_server") {
            return;
        }
        self.serve_what_was_left(side.other());
        self.serve_what_was_left(side);
        if side == Side::Recv && !mutant("keeps_the_hint") {
            self.hint_tasks(1);
        }
    }

    fn waiting(&self, side: Side) -> usize {
        let count = self.waiters(side).count();
        self.serve_what_was_left(side);
        count
    }

    fn blocked(&self, side: Side) -> Vec<BlockedAt> {
        let reasons = self.waiters(side).reasons();
        self.serve_what_was_left(side);
        reasons
    }

    fn handle_counts(&self) -> &HandleCounts {
        &self.handle_counts
    }
}

/// The values that no receiver takes any more.
struct Rest<'a, T, Q: Queue<T>>(&'a Buffered<T, Q>);

impl<T, Q: Queue<T>> Rest<'_, T, Q> {
    // A function of its own, since its frame has room for a value, which may be large.
    #[inline(never)]
    fn drop_values(&self) {
        let Self(channel) = self;
        let mut backoff = Backoff::new();
        loop {
            let mut value = None;
            match channel.queue.pop(&mut value, Effort::Strong) {
                Ok(()) => drop(value),
                Err(TryRecvError::Closed) => return,
                // A sender is in the middle of its step. If it is stopped there, it finds the
                // channel abandoned when it continues, and drops the value itself. If it has
                // continued, its stamp is about to become visible.
                Err(TryRecvError::Empty) => {
                    channel.receivers.abandon();
                    if !backoff.snooze() && SPINS {
                        return;
                    }
                }
            }
        }
    }
}

impl<T, Q: Queue<T>> Drop for Rest<'_, T, Q> {
    fn drop(&mut self) {
        self.drop_values();
    }
}
