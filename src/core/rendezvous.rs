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
    wait::{BlockedAt, Enqueued, Entry, LinkPermit, Outcome, WaitQueue},
};

/// The bits of a queue's summary. Above them is the number of arrivals, in units of `ARRIVAL`.
const WAITING: u64 = 1;
const CLOSED: u64 = 2;
const ARRIVAL: u64 = 4;

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
            let waiting = if queues.of(side).is_empty() { 0 } else { WAITING };
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

    /// Hints up to `count` waiters of this side, for as long as it looks ready.
    fn wake_some(&self, side: Side, count: usize) {
        for _ in 0..count {
            let waits = self.partners(side.other()) & WAITING != 0;
            if !waits || mutant("close_wakes_nobody") || !self.looks_ready(side, Amount::One) {
                return;
            }
            if let Some(wake) = self.change(|queues| queues.of(side).hint()) {
                wake.wake();
            }
        }
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
        // Without `WAITING`: a partner that leaves makes nothing ready.
        self.partners(side) & !WAITING
    }

    fn at_rest(&self, side: Side) -> Option<u64> {
        Some(self.partners(side)).filter(|partners| partners & (WAITING | CLOSED) == 0)
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
            let late = mutant("meets_after_the_close") && !queues.receivers.is_empty();
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
        self.wake_some(Side::Recv, usize::MAX);
        self.wake_some(Side::Send, usize::MAX);
        true
    }

    fn is_closed(&self) -> bool {
        self.partners(Side::Send) & CLOSED != 0
    }

    fn enqueue(&self, side: Side, entry: &Entry<T>, permit: &LinkPermit<'_>) -> Enqueued {
        let predictor = PartnerPredictor::of(self, side);
        predictor.prefetch();
        let (enqueued, wake) = self.change(|queues| {
            if queues.closed {
                return (Enqueued::Retry, None);
            }
            let partners = queues.partners(side);
            predictor.record((!partners.is_empty()).then(|| partners.first()));
            let (met, wake) = if permit.sole() {
                match entry.with_slot(|slot| partners.exchange(slot)) {
                    Some(wake) => (Enqueued::Completed, Some(wake)),
                    None => (Enqueued::Waiting, None),
                }
            } else {
                partners.meet(permit.waiter())
            };
            if met == Enqueued::Waiting {
                queues.of(side).push(entry, permit);
                self.arrive(side);
            }
            (met, wake)
        });
        if let Some(wake) = wake {
            wake.wake();
        }
        enqueued
    }

    fn dequeue(&self, side: Side, entry: &Entry<T>) {
        self.change(|queues| queues.of(side).remove(entry));
    }

    fn serve_on(&self, side: Side, outcome: Outcome) {
        if let Outcome::Hint(_) = outcome {
            self.wake_some(side, 1);
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
