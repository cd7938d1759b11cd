//! The unbuffered channel: a send meets a receive.
//!
//! Two queues behind one lock. A thread that arrives takes the first partner in the other queue,
//! and the value moves straight between their entries. A thread that finds no partner joins its own
//! queue.
//!
//! - whenever the lock is free, at most one queue holds a waiter that could be claimed, unless both
//!   hold the same one (a select on both directions) or one of two was hinted away to come again;
//! - closed ⇒ a waiter that joins the queue leaves at once.

use super::{partner::PartnerPredictor, Channel, Effort, HandleCounts, Side, TryRecv, TrySend};
use crate::{
    error::{TryRecvError, TrySendError},
    sync::{mutant, AtomicU64, Mutex, Ordering},
    wait::{BlockedAt, Enqueued, Entry, LinkPermit, Outcome, WaitQueue},
};

/// The bits of a queue's summary; above them the number of arrivals.
const WAITING: u64 = 1;
const CLOSED: u64 = 2;
const ARRIVAL: u64 = 4;

pub(crate) struct Rendezvous<T> {
    meeting: Meeting<T>,
    handle_counts: HandleCounts,
}

/// Every operation needs all of it, so it is one cache line.
#[repr(align(64))]
struct Meeting<T> {
    /// A summary of each queue, so that a thread that finds no partner needs no lock. Written under
    /// the lock.
    senders: AtomicU64,
    receivers: AtomicU64,
    lines: Mutex<Registration<T>>,
}

struct Registration<T> {
    closed: bool,
    senders: WaitQueue<T>,
    receivers: WaitQueue<T>,
}

impl<T> Registration<T> {
    fn line(&mut self, side: Side) -> &mut WaitQueue<T> {
        match side {
            Side::Send => &mut self.senders,
            Side::Recv => &mut self.receivers,
        }
    }

    /// The queue of the partners of `side`.
    fn partners(&mut self, side: Side) -> &mut WaitQueue<T> {
        self.line(side.other())
    }
}

impl<T> Rendezvous<T> {
    pub(crate) fn new() -> Self {
        let lines =
            Registration { closed: false, senders: WaitQueue::new(), receivers: WaitQueue::new() };
        Self {
            meeting: Meeting {
                senders: AtomicU64::new(0),
                receivers: AtomicU64::new(0),
                lines: Mutex::new(lines),
            },
            handle_counts: HandleCounts::new(),
        }
    }

    /// Changes the queues under the lock, then brings the summaries up to date.
    fn change<R>(&self, change: impl FnOnce(&mut Registration<T>) -> R) -> R {
        let mut lines = self.meeting.lines.lock();
        let result = change(&mut lines);
        let closed = if lines.closed { CLOSED } else { 0 };
        for side in [Side::Send, Side::Recv] {
            let waiting = if lines.line(side).is_empty() { 0 } else { WAITING };
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

    /// Hints up to `count` waiters of this queue, for as long as this side looks ready.
    fn wake_some(&self, side: Side, count: usize) {
        for _ in 0..count {
            let waits = self.partners(side.other()) & WAITING != 0;
            if !waits || mutant("close_wakes_nobody") || !self.looks_ready(side) {
                return;
            }
            if let Some(wake) = self.change(|lines| lines.line(side).hint()) {
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

    /// The summary of the partners of `side`.
    fn partners(&self, side: Side) -> u64 {
        self.summary(side.other()).load(Ordering::Acquire)
    }
}

impl<T> Channel<T> for Rendezvous<T> {
    fn try_send(&self, value: &mut Option<T>, _: Effort) -> TrySend {
        if value.is_none() || !self.looks_ready(Side::Send) {
            return Err(TrySendError::Full(()));
        }
        let wake = self.change(|lines| {
            let late = mutant("meets_after_the_close") && !lines.receivers.is_empty();
            match lines.closed && !late {
                true => Err(TrySendError::Closed(())),
                false => lines.receivers.exchange(value).ok_or(TrySendError::Full(())),
            }
        })?;
        wake.wake();
        Ok(())
    }

    fn try_recv(&self, slot: &mut Option<T>, _: Effort) -> TryRecv {
        if !self.looks_ready(Side::Recv) {
            return Err(TryRecvError::Empty);
        }
        let wake = self.change(|lines| match lines.closed {
            true => Err(TryRecvError::Closed),
            false => lines.senders.exchange(slot).ok_or(TryRecvError::Empty),
        })?;
        wake.wake();
        Ok(())
    }

    fn close(&self) -> bool {
        let before = self.change(|lines| std::mem::replace(&mut lines.closed, true));
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

    fn len(&self) -> usize {
        0
    }

    fn cap(&self) -> Option<usize> {
        Some(0)
    }

    fn enqueue(&self, side: Side, entry: &Entry<T>, permit: &LinkPermit<'_>) -> Enqueued {
        let foresight = PartnerPredictor::of(self, side);
        foresight.fetch();
        let (lined, wake) = self.change(|lines| {
            if lines.closed {
                return (Enqueued::Retry, None);
            }
            let partners = lines.partners(side);
            foresight.learn((!partners.is_empty()).then(|| partners.first()));
            let (met, wake) = if permit.sole() {
                match entry.with_slot(|slot| partners.exchange(slot)) {
                    Some(wake) => (Enqueued::Completed, Some(wake)),
                    None => (Enqueued::Waiting, None),
                }
            } else {
                partners.meet(permit.waiter())
            };
            if met == Enqueued::Waiting {
                lines.line(side).push(entry, permit);
                self.arrive(side);
            }
            (met, wake)
        });
        if let Some(wake) = wake {
            wake.wake();
        }
        lined
    }

    fn dequeue(&self, side: Side, entry: &Entry<T>) {
        self.change(|lines| lines.line(side).remove(entry));
    }

    fn serve_on(&self, side: Side, outcome: Outcome) {
        if let Outcome::Hint(_) = outcome {
            self.wake_some(side, 1);
        }
    }

    fn waiting(&self, side: Side) -> usize {
        self.meeting.lines.lock().line(side).count()
    }

    fn blocked(&self, side: Side) -> Vec<BlockedAt> {
        // Room first: no allocation under the lock.
        let mut reasons = Vec::with_capacity(self.waiting(side));
        self.meeting.lines.lock().line(side).reasons(&mut reasons);
        reasons
    }

    fn looks_ready(&self, side: Side) -> bool {
        self.partners(side) & (WAITING | CLOSED) != 0
    }

    fn version(&self, side: Side) -> u64 {
        // A partner that leaves makes nothing ready.
        self.partners(side) & !WAITING
    }

    fn at_rest(&self, side: Side) -> Option<u64> {
        Some(self.partners(side)).filter(|partners| partners & (WAITING | CLOSED) == 0)
    }

    fn meets(&self) -> bool {
        true
    }

    fn handle_counts(&self) -> &HandleCounts {
        &self.handle_counts
    }
}
