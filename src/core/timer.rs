//! The channel of a timer: a deadline that each receive compares with the clock.
//!
//! No thread runs for a timer: a blocked receiver sleeps until the deadline by itself, and an
//! instant becomes a value only when it is received. So no stale instant can be received after a
//! stop or a reset. Missed ticks accumulate only with `MissedTickBehavior::Burst`.

use std::time::{Duration, Instant};

use super::{
    channel::{Amount, Channel, Effort, Readiness, Side, TryRecv, TrySend},
    handle_counts::HandleCounts,
};
use crate::{
    error::{TryRecvError, TrySendError},
    sync::{clock, mutant, Mutex},
    wait::{BlockedAt, Enqueued, LinkPermit, Outcome, Place, WaitSide},
};

pub(crate) struct Timer<T> {
    state: Mutex<State>,
    receivers: WaitSide<T>,
    /// Fills an empty slot with the scheduled instant, as the channel's value.
    fill: fn(&mut Option<T>, Instant),
    handle_counts: HandleCounts,
}

struct State {
    schedule: Schedule,
    /// How many times the schedule was set or an instant received.
    changes: u64,
}

/// When a timer fires.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Schedule {
    /// Whether the timer is set, not stopped and, if it fires once, not received.
    pub(crate) pending: bool,
    /// The next instant, or `None` if that is too far in the future to represent.
    pub(crate) next: Option<Instant>,
    /// The time between two instants, or `None` if the timer fires once.
    pub(crate) period: Option<Duration>,
    pub(crate) missed: MissedTickBehavior,
}

/// The treatment of ticks that a receiver of a [`Ticker`](crate::Ticker) did not take in time.
///
/// Go has no such choice; its rule is [`Skip`](Self::Skip). The names are tokio's.
///
/// # Examples
///
/// ```
/// use gochan::{MissedTickBehavior, Ticker};
/// use std::time::Duration;
///
/// let ticker = Ticker::new(Duration::from_millis(10));
/// assert_eq!(ticker.missed_tick_behavior(), MissedTickBehavior::Skip);
/// ticker.set_missed_tick_behavior(MissedTickBehavior::Delay);
/// assert_eq!(ticker.missed_tick_behavior(), MissedTickBehavior::Delay);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum MissedTickBehavior {
    /// Every tick is received, late ones one right after the other.
    Burst,
    /// The next tick comes a whole period after the late one was received.
    Delay,
    /// Missed ticks are dropped and the ticks keep their phase. Go's rule.
    #[default]
    Skip,
}

impl Schedule {
    /// Makes a schedule that fires once, `duration` from now.
    pub(crate) fn after(duration: Duration) -> Self {
        Self::once(clock::now().checked_add(duration))
    }

    /// Makes a schedule that fires once, at `instant`.
    pub(crate) fn at(instant: Instant) -> Self {
        Self::once(Some(instant))
    }

    fn once(next: Option<Instant>) -> Self {
        Self { pending: true, next, period: None, missed: MissedTickBehavior::Skip }
    }

    /// Makes a schedule that fires every `period` from now on.
    pub(crate) fn every(period: Duration, missed: MissedTickBehavior) -> Self {
        let next = clock::now().checked_add(period);
        Self { pending: true, next, period: Some(period), missed }
    }

    /// Returns the pending instant, if there is one.
    fn due(&self) -> Option<Instant> {
        self.next.filter(|_| self.pending)
    }

    /// Returns true if this fires earlier than `other`.
    fn is_before(&self, other: &Self) -> bool {
        match (self.due(), other.due()) {
            (Some(due), Some(other)) => due < other,
            (due, _) => due.is_some(),
        }
    }

    /// Returns true if the instant has come.
    fn is_due(&self) -> bool {
        self.due().is_some_and(|due| clock::now() >= due)
    }

    /// Takes the instant that has come, and moves on to the next one.
    fn fire(&mut self) -> Option<Instant> {
        let due = self.due()?;
        let now = clock::now();
        if now < due {
            return None;
        }
        match self.period {
            None => self.pending = false,
            Some(period) => {
                self.next = match self.missed {
                    MissedTickBehavior::Burst => due.checked_add(period),
                    MissedTickBehavior::Delay => now.checked_add(period),
                    MissedTickBehavior::Skip => next_in_phase(due, period, now),
                }
            }
        }
        Some(due)
    }
}

/// Returns the first instant after `now` that is a whole number of periods after `due`.
fn next_in_phase(due: Instant, period: Duration, now: Instant) -> Option<Instant> {
    let late = (now - due).as_nanos() % period.as_nanos();
    // Less than a period, which is a `Duration`.
    let late = Duration::new((late / 1_000_000_000) as u64, (late % 1_000_000_000) as u32);
    now.checked_add(period - late)
}

impl<T> Timer<T> {
    #[inline(always)] // Made in place, not copied.
    pub(crate) fn new(schedule: Schedule, fill: fn(&mut Option<T>, Instant)) -> Self {
        Self {
            state: Mutex::new(State { schedule, changes: 0 }),
            receivers: WaitSide::new(),
            fill,
            handle_counts: HandleCounts::new(),
        }
    }

    /// Returns the current schedule.
    pub(crate) fn schedule(&self) -> Schedule {
        self.state.lock().schedule
    }

    /// Changes the schedule. Returns true if an instant was still to be received.
    pub(crate) fn set(&self, change: impl FnOnce(&mut Schedule)) -> bool {
        let mut state = self.state.lock();
        let before = state.schedule;
        change(&mut state.schedule);
        state.changes += 1;
        let earlier = state.schedule.is_before(&before);
        drop(state);
        // A receiver that sleeps until a later instant has to learn of an earlier one. In all other
        // cases it wakes at the old instant and checks again.
        if earlier && !mutant("reset_wakes_nobody") {
            self.receivers.notify_queued();
        }
        before.pending || mutant("stop_says_yes")
    }
}

impl<T> Readiness for Timer<T> {
    fn looks_ready(&self, side: Side, _: Amount) -> bool {
        side == Side::Recv && self.state.lock().schedule.is_due()
    }

    fn version(&self, _: Side) -> u64 {
        let state = self.state.lock();
        state.changes << 1 | u64::from(state.schedule.is_due())
    }

    fn at_rest(&self, _: Side) -> Option<u64> {
        let state = self.state.lock();
        (!state.schedule.is_due()).then_some(state.changes)
    }

    fn ready_at(&self) -> Option<Instant> {
        self.schedule().due()
    }
}

impl<T> Channel<T> for Timer<T> {
    fn try_send(&self, _: &mut Option<T>, _: Effort) -> TrySend {
        // There is no handle that could send.
        Err(TrySendError::Full(()))
    }

    fn try_recv(&self, slot: &mut Option<T>, _: Effort) -> TryRecv {
        let mut state = self.state.lock();
        let fired = state.schedule.fire().ok_or(TryRecvError::Empty)?;
        state.changes += 1;
        drop(state);
        (self.fill)(slot, fired);
        Ok(())
    }

    fn close(&self) -> bool {
        false
    }

    fn is_closed(&self) -> bool {
        false
    }

    fn enqueue(&self, side: Side, place: Place<'_, T>, permit: &LinkPermit<'_>) -> Enqueued {
        // At the end also after a hint: `notify_queued` relies on it.
        self.receivers.enqueue(place, &permit.at_the_end());
        if self.looks_ready(side, Amount::One) {
            Enqueued::Retry
        } else {
            Enqueued::Waiting
        }
    }

    fn dequeue(&self, _: Side, place: Place<'_, T>) {
        self.receivers.dequeue(place);
    }

    fn serve_on(&self, side: Side, _: Outcome) {
        if self.looks_ready(side, Amount::One) {
            self.receivers.wake_one();
        }
    }

    fn waiting(&self, side: Side) -> usize {
        match side {
            Side::Send => 0,
            Side::Recv => self.receivers.count(),
        }
    }

    fn blocked(&self, side: Side) -> Vec<BlockedAt> {
        match side {
            Side::Send => Vec::new(),
            Side::Recv => self.receivers.reasons(),
        }
    }

    fn handle_counts(&self) -> &HandleCounts {
        &self.handle_counts
    }
}
