//! The unbuffered channel: a send meets a receive.
//!
//! Two queues behind one lock. A thread that arrives takes the first partner in the other queue,
//! and the value moves straight between their entries. A thread that finds no partner joins its own
//! queue.
//!
//! - while the lock is free, at most one queue holds a waiter that could be claimed. There are two
//!   exceptions: both queues hold the same waiter (a select on both directions), or one of two
//!   selects that met was hinted, and comes again (`WaitQueue::meet`);
//! - closed ⇒ a waiter that joins the queue leaves at once.

use super::{
    channel::{Amount, Channel, Effort, Readiness, Side, TryRecv, TrySend, WaitStyle},
    handle_counts::HandleCounts,
    partner::PartnerPredictor,
};
use crate::{
    error::{TryRecvError, TrySendError},
    sync::{mutant, AtomicU64, Mutex, Ordering},
    wait::{wake_each, BlockedAt, Enqueued, LinkPermit, Outcome, Place, WaitQueue},
};

/// The bits of a queue's summary: a waiter with a slot is in it, the channel is closed, a waiter
/// without a slot is in it. Above them is the number of arrivals, in units of `ARRIVAL`.
const WAITING: u64 = 1;
const CLOSED: u64 = 2;
const BARE: u64 = 4;
const ARRIVAL: u64 = 8;

pub(crate) struct Rendezvous<T> {
    meeting: Meeting<T>,
    handle_counts: HandleCounts,
}

/// The fields that every operation needs, in one cache line.
#[repr(align(64))]
struct Meeting<T> {
    /// A summary of each queue, so that a thread that finds no partner needs no lock. Written under
    /// the lock.
    senders: AtomicU64,
    receivers: AtomicU64,
    queues: Mutex<Queues<T>>,
}

struct Queues<T> {
    closed: bool,
    senders: WaitQueue<T>,
    receivers: WaitQueue<T>,
}

impl<T> Queues<T> {
    fn of(&mut self, side: Side) -> &mut WaitQueue<T> {
        match side {
            Side::Send => &mut self.senders,
            Side::Recv => &mut self.receivers,
        }
    }

    /// Returns the queue of the partners of `side`.
    fn partners(&mut self, side: Side) -> &mut WaitQueue<T> {
        self.of(side.other())
    }
}

impl<T> Rendezvous<T> {
    pub(crate) fn new() -> Self {
        let queues =
            Queues { closed: false, senders: WaitQueue::new(), receivers: WaitQueue::new() };
        Self {
            meeting: Meeting {
                senders: AtomicU64::new(0),
                receivers: AtomicU64::new(0),
                queues: Mutex::new(queues),
            },
            handle_counts: HandleCounts::new(),
        }
    }

    /// Changes the queues under the lock, then brings the summaries up to date.
    fn change<R>(&self, change: impl FnOnce(&mut Queues<T>) -> R) -> R {
        let mut queues = self.meeting.queues.lock();
        let result = change(&mut queues);
        let closed = if queues.closed { CLOSED } else { 0 };
        for side in [Side::Send, Side::Recv] {
            let with_slot = if queues.of(side).has_slots() { WAITING } else { 0 };
            let waiting = with_slot | if queues.of(side).has_bare() { BARE } else { 0 };
            // ORDERING: Relaxed; written under the lock.
            let arrivals = self.summary(side).load(Ordering::Relaxed) & !(ARRIVAL - 1);
            // ORDERING: Release; pairs with the Acquire in `partners`: a thread that sees the close
            // comes after all that its closer did.
            self.summary(side).store(arrivals | waiting | closed, Ordering::Release);
        }
        result
    }

    /// Counts one more arrival in the queue. Called under the lock.
    fn arrive(&self, side: Side) {
        // ORDERING: Relaxed; written under the lock, and published by `change`.
        let summary = self.summary(side).load(Ordering::Relaxed);
        self.summary(side).store(summary.wrapping_add(ARRIVAL), Ordering::Relaxed);
    }

    /// Hints a waiter of this side, if it looks ready. Returns false if there is none.
    fn wake_one(&self, side: Side) -> bool {
        let waits = self.partners(side.other()) & (WAITING | BARE) != 0;
        if !waits || mutant("close_wakes_nobody") || !self.looks_ready(side, Amount::One) {
            return false;
        }
        let wake = self.change(|queues| queues.of(side).hint());
        wake.map(|wake| wake.wake()).is_some()
    }

    fn summary(&self, side: Side) -> &AtomicU64 {
        match side {
            Side::Send => &self.meeting.senders,
            Side::Recv => &self.meeting.receivers,
        }
    }

    /// Returns the summary of the partners of `side`.
    fn partners(&self, side: Side) -> u64 {
        // ORDERING: Acquire; pairs with the Release in `change`: the caller sees what a closer did
        // before.
        self.summary(side.other()).load(Ordering::Acquire)
    }
}

impl<T> Readiness for Rendezvous<T> {
    fn looks_ready(&self, side: Side, _: Amount) -> bool {
        self.partners(side) & (WAITING | CLOSED) != 0
    }

    fn version(&self, side: Side) -> u64 {
        // Without `WAITING`: a partner that leaves makes nothing ready. Without `BARE`: a task that
        // waits to receive has to come again.
        self.partners(side) & !(WAITING | BARE)
    }

    fn at_rest(&self, side: Side) -> Option<u64> {
        let partners = self.partners(side) & !BARE;
        (partners & (WAITING | CLOSED) == 0).then_some(partners)
    }

    fn wait_style(&self) -> WaitStyle {
        WaitStyle::Meet
    }
}

impl<T> Channel<T> for Rendezvous<T> {
    fn try_send(&self, value: &mut Option<T>, _: Effort) -> TrySend {
        if value.is_none() || !self.looks_ready(Side::Send, Amount::One) {
            return Err(TrySendError::Full(()));
        }
        let wake = self.change(|queues| {
            let late = mutant("meets_after_the_close") && queues.receivers.has_slots();
            match queues.closed && !late {
                true => Err(TrySendError::Closed(())),
                false => queues.receivers.exchange(value).ok_or(TrySendError::Full(())),
            }
        })?;
        wake.wake();
        Ok(())
    }

    fn try_recv(&self, slot: &mut Option<T>, _: Effort) -> TryRecv {
        if !self.looks_ready(Side::Recv, Amount::One) {
            return Err(TryRecvError::Empty);
        }
        let wake = self.change(|queues| match queues.closed {
            true => Err(TryRecvError::Closed),
            false => queues.senders.exchange(slot).ok_or(TryRecvError::Empty),
        })?;
        wake.wake();
        Ok(())
    }

    fn close(&self) -> bool {
        let before = self.change(|queues| std::mem::replace(&mut queues.closed, true));
        if before {
            return false;
        }
        wake_each([&|| self.wake_one(Side::Recv), &|| self.wake_one(Side::Send)]);
        true
    }

    fn is_closed(&self) -> bool {
        self.partners(Side::Send) & CLOSED != 0
    }

    /// Meets a partner, or links the entry. A task that waits to receive is no partner: a sender
    /// joins its queue first, and then hints the task, which finds it there.
    fn enqueue(&self, side: Side, place: Place<'_, T>, permit: &LinkPermit<'_>) -> Enqueued {
        let predictor = PartnerPredictor::of(self, side);
        predictor.prefetch();
        let (enqueued, wake) = self.change(|queues| {
            if queues.closed {
                return (Enqueued::Retry, None);
            }
            let partners = queues.partners(side);
            predictor.record(partners.has_slots().then(|| partners.first()));
            let (met, wake) = match place {
                Place::WithSlot(entry) if permit.sole() => {
                    match entry.with_slot(|slot| partners.exchange(slot)) {
                        Some(wake) => (Enqueued::Completed, Some(wake)),
                        None => (Enqueued::Waiting, None),
                    }
                }
                Place::WithSlot(_) => partners.meet(permit.waiter()),
                // It comes again, and then takes the partner's value.
                Place::SlotUnused(_) | Place::Bare(_) => {
                    match partners.has_partner_of(permit.waiter()) {
                        true => (Enqueued::Retry, None),
                        false => (Enqueued::Waiting, None),
                    }
                }
            };
            if met != Enqueued::Waiting {
                return (met, wake);
            }
            let wake = match wake {
                None if !mutant("hints_no_task") => queues.partners(side).hint_bare(),
                wake => wake,
            };
            queues.of(side).push(place, permit);
            if let Place::WithSlot(_) = place {
                self.arrive(side);
            }
            (met, wake)
        });
        if let Some(wake) = wake {
            wake.wake();
        }
        enqueued
    }

    fn dequeue(&self, side: Side, place: Place<'_, T>) {
        self.change(|queues| queues.of(side).remove(place));
    }

    fn serve_on(&self, side: Side, outcome: Outcome) {
        // A close hints every waiter by itself.
        if !matches!(outcome, Outcome::Hint(_)) || self.is_closed() || mutant("keeps_the_hint") {
            return;
        }
        // Under the lock: the partner that has hinted the caller may not have brought the summary
        // up to date yet.
        let wake = self.change(|queues| {
            let has_partner = queues.partners(side).has_slots();
            has_partner.then(|| queues.of(side).hint()).flatten()
        });
        if let Some(wake) = wake {
            wake.wake();
        }
    }

    fn waiting(&self, side: Side) -> usize {
        self.meeting.queues.lock().of(side).count()
    }

    fn blocked(&self, side: Side) -> Vec<BlockedAt> {
        // Allocates before the lock is taken.
        let mut reasons = Vec::with_capacity(self.waiting(side));
        self.meeting.queues.lock().of(side).reasons(&mut reasons);
        reasons
    }

    fn handle_counts(&self) -> &HandleCounts {
        &self.handle_counts
    }
}
