//! Waiting at a queue (`core/queue`): those in line are served before anybody else, by whoever comes.
//!
//! When all who serve have gone on, a side that could go on has nobody in line. For a publisher serves the other side's line after its own step, a
//! newcomer its own side's before it, and each service may be what the other side waits for, so that one goes on until
//! neither has anything to do.

#![allow(unsafe_code)]

#[cfg(all(test, not(any(loom, shuttle))))]
#[path = "tests/buffered.rs"]
mod tests;

use std::mem::MaybeUninit;

use super::{apart::Apart, queue::Queue, Channel, Ends, Look, Received, Sent, Side};
use crate::{
    error::TryRecvError,
    sync::{mutant, Arc, Backoff, SPINS},
    wait::{Entry, Lined, Outcome, Place, WaitSide, Why},
};

/// How many services a thread does in a row for others.
const SERVED_BY_ONE: usize = 16;

#[repr(C)]
pub(crate) struct Buffered<T, Q> {
    ends: Apart<Ends>,
    queue: Q,
    senders: Apart<WaitSide<T>>,
    /// Last, without room: what is read here is a cache line away from the allocation's end.
    receivers: WaitSide<T>,
    _end: MaybeUninit<[u64; 2]>,
}

impl<T, Q: Queue<T>> Buffered<T, Q> {
    /// A channel where it stays: as a value that is dropped if there is no memory for it, it would be made elsewhere and
    /// copied.
    #[inline(always)]
    #[track_caller]
    pub(super) fn shared(queue: Q) -> Arc<Self> {
        let channel = Arc::into_raw(Arc::new(MaybeUninit::new(Self {
            queue,
            senders: Apart::new(WaitSide::new()),
            receivers: WaitSide::new(),
            _end: MaybeUninit::uninit(),
            ends: Apart::new(Ends::new()),
        })));
        // SAFETY: the same type but for the wrapper, which has the same layout, and initialized.
        unsafe { Arc::from_raw(channel.cast()) }
    }

    fn line(&self, side: Side) -> &WaitSide<T> {
        match side {
            Side::Send => &self.senders,
            Side::Recv => &self.receivers,
        }
    }

    /// Sends the value, if there is room for it and nobody waits for room.
    #[inline(always)]
    pub(super) fn send_now(&self, value: T) -> Result<(), T> {
        if Q::BOUNDED && self.senders.is_waited_on() {
            return Err(value);
        }
        self.queue.push_now(value)?;
        if self.receivers.is_waited_on() && !mutant("serves_nobody") {
            return self.serve_receivers();
        }
        Ok(())
    }

    #[cold]
    #[inline(never)]
    fn serve_receivers(&self) -> Result<(), T> {
        self.serve(Side::Recv);
        Ok(())
    }

    /// Receives a value, if one is there and nobody waits for one.
    #[inline(always)]
    pub(super) fn recv_now(&self) -> Option<T> {
        if self.receivers.is_waited_on() || mutant("takes_the_second") {
            return None;
        }
        let value = self.queue.pop_now()?;
        if Q::BOUNDED && self.senders.is_waited_on() && !mutant("serves_nobody") {
            return self.serve_senders(value);
        }
        Some(value)
    }

    /// Gives the value back when they are served: the caller has nothing to keep meanwhile.
    #[cold]
    #[inline(never)]
    fn serve_senders(&self, value: T) -> Option<T> {
        self.serve(Side::Send);
        Some(value)
    }

    /// Called after each step of the other side, and before each step of this one: those in line go first.
    #[inline(always)]
    fn serve_line(&self, side: Side) {
        let waits = side == Side::Recv || Q::BOUNDED;
        if waits && self.line(side).is_waited_on() && !mutant("serves_nobody") {
            self.serve(side);
        }
    }

    /// Serves those in line, until neither side has both somebody there and something for it, or for long enough: one that was
    /// served goes on with it (`settle`).
    #[cold]
    #[inline(never)]
    fn serve(&self, side: Side) {
        if self.receivers.is_deserted() {
            return self.drop_rest();
        }
        for _ in 0..if mutant("chain_breaks_at_a_server") { 1 } else { SERVED_BY_ONE } {
            let next = [side, side.other()].into_iter().find(|&side| self.waits(side));
            let Some(side) = next else { break };
            if !self.line(side).serve(|slot| self.complete(side, slot)) {
                break;
            }
        }
        self.queue.tidy();
    }

    /// Called by whoever has had the lock of a line: others may have left a service to it.
    fn look_after(&self, side: Side) {
        if self.waits(side) && !mutant("leaves_no_duty") {
            self.serve(side);
        }
    }

    /// True if somebody stands in line and there is something for it.
    fn waits(&self, side: Side) -> bool {
        self.line(side).is_waited_on() && self.queue.has_something(side)
    }

    /// Does the operation of the one that stands in line with `slot`.
    fn complete(&self, side: Side, slot: &mut Option<T>) -> bool {
        match side {
            Side::Send => self.queue.push(slot, Look::Locked).is_ok(),
            Side::Recv => self.queue.pop(slot, Look::Locked).is_ok(),
        }
    }

    /// The mistake `takes_the_second`: what comes first is put back at the end.
    fn take_second(&self, slot: &mut Option<T>, look: Look) -> Received {
        let mut first = None;
        self.queue.pop(&mut first, look)?;
        if self.queue.pop(slot, look).is_err() {
            *slot = first;
            return Ok(());
        }
        self.queue.push(&mut first, look).map_err(|_| TryRecvError::Closed)
    }
}

impl<T, Q: Queue<T>> Channel<T> for Buffered<T, Q> {
    fn try_send(&self, value: &mut Option<T>, look: Look) -> Sent {
        self.serve_line(Side::Send);
        let sent = self.queue.push(value, look);
        if sent.is_ok() {
            self.serve_line(Side::Recv);
        }
        sent
    }

    fn try_recv(&self, slot: &mut Option<T>, look: Look) -> Received {
        if mutant("takes_the_second") && !self.is_closed() {
            return self.take_second(slot, look);
        }
        self.serve_line(Side::Recv);
        let received = self.queue.pop(slot, look);
        if received.is_ok() {
            self.serve_line(Side::Send);
        }
        received
    }

    fn close(&self) -> bool {
        let closed = self.queue.close();
        if closed {
            self.receivers.wake_all();
            self.senders.wake_all();
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

    /// Drops what is left in a closed channel, all of it even if a value's `Drop` panics.
    fn drop_rest(&self) {
        let rest = Rest(self);
        rest.drop_values();
        std::mem::forget(rest);
    }

    fn cap(&self) -> Option<usize> {
        self.queue.cap()
    }

    /// Links `entry` and looks again.
    fn line_up(&self, side: Side, entry: &Entry<T>, place: &Place<'_>) -> Lined {
        if side == Side::Send && !Q::BOUNDED {
            return Lined::Ready;
        }
        self.line(side).line_up(entry, place);
        if self.queue.at_rest(side).is_some() || mutant("no_second_look") {
            Lined::Waiting
        } else {
            Lined::Ready
        }
    }

    fn withdraw(&self, side: Side, entry: &Entry<T>) {
        self.line(side).withdraw(entry);
        self.look_after(side);
    }

    /// Goes on with the services that follow from its own, should the one that served it not come to it.
    fn settle(&self, side: Side, _: Outcome) {
        if !mutant("chain_breaks_at_a_server") {
            self.look_after(side.other());
            self.look_after(side);
        }
    }

    fn waiting(&self, side: Side) -> usize {
        let count = self.line(side).count();
        self.look_after(side);
        count
    }

    fn blocked(&self, side: Side) -> Vec<Why> {
        let reasons = self.line(side).reasons();
        self.look_after(side);
        reasons
    }

    fn looks_ready(&self, side: Side) -> bool {
        self.queue.looks_ready(side)
    }

    fn looks_worthwhile(&self, side: Side) -> bool {
        self.queue.looks_worthwhile(side)
    }

    fn version(&self, _: Side) -> u64 {
        self.queue.version()
    }

    fn at_rest(&self, side: Side) -> Option<u64> {
        self.queue.at_rest(side)
    }

    fn holds_many(&self) -> bool {
        self.queue.holds_many()
    }

    fn ends(&self) -> &Ends {
        &self.ends
    }
}

/// The values that nobody receives any more.
struct Rest<'a, T, Q: Queue<T>>(&'a Buffered<T, Q>);

impl<T, Q: Queue<T>> Rest<'_, T, Q> {
    // A function of its own, since its frame has room for a value, which may be large.
    #[inline(never)]
    fn drop_values(&self) {
        let Self(channel) = self;
        let mut backoff = Backoff::new();
        loop {
            let mut value = None;
            match channel.queue.pop(&mut value, Look::Exact) {
                Ok(()) => drop(value),
                Err(TryRecvError::Closed) => return,
                // A sender is in the middle of its step. If it is stopped there it sees, when it goes on, that it has to drop the
                // value itself; if it has gone on, its stamp is about to be seen.
                Err(TryRecvError::Empty) => {
                    channel.receivers.desert();
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
