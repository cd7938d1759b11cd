//! Timers: handles of the timer core. No thread runs for them: a blocked receiver wakes by itself.

use std::{
    fmt,
    time::{Duration, Instant},
};

pub use crate::core::MissedTickBehavior;
use crate::{
    core::{Core, Schedule},
    receiver::Receiver,
    select::{RecvCase, RecvFrom, Sealed},
};

/// Returns a channel that gives one instant after `duration`: Go's `time.After`. The value is the
/// scheduled instant. The channel never closes. A `duration` that is too long to
/// represent never ends. Time is that of [`Instant`], which stands still on Linux while the system
/// is suspended.
///
/// # Examples
///
/// ```
/// use gochan::{after, make, select};
/// use std::time::Duration;
///
/// let quiet = make::<u8>(0);
/// select! {
///     recv(quiet) => unreachable!(),
///     recv(after(Duration::from_millis(5))) => {}
/// }
/// ```
#[must_use]
pub fn after(duration: Duration) -> Receiver<Instant> {
    receiver(Schedule::after(duration))
}

/// Returns a channel that gives one instant at `instant`, or at once if that is past.
///
/// # Examples
///
/// ```
/// use std::time::Instant;
///
/// let now = Instant::now();
/// assert_eq!(gochan::at(now).recv_ok(), Some(now));
/// ```
#[must_use]
pub fn at(instant: Instant) -> Receiver<Instant> {
    receiver(Schedule::at(instant))
}

/// Returns a channel that gives an instant every `period`, the first after one period: Go's
/// `time.Tick`. A slow receiver misses ticks. Returns the nil channel if `period` is zero, where
/// crossbeam's `tick` is always ready.
///
/// Time is that of [`Instant`], which stands still on Linux while the system is suspended.
///
/// # Examples
///
/// ```
/// use gochan::tick;
/// use std::time::Duration;
///
/// let ticks = tick(Duration::from_millis(2));
/// let first = ticks.recv_ok().unwrap();
/// assert!(ticks.recv_ok().unwrap() >= first + Duration::from_millis(2));
/// assert!(tick(Duration::ZERO).is_nil());
/// ```
#[must_use]
pub fn tick(period: Duration) -> Receiver<Instant> {
    if period.is_zero() {
        return Receiver::nil();
    }
    receiver(Schedule::every(period, MissedTickBehavior::default()))
}

fn receiver(schedule: Schedule) -> Receiver<Instant> {
    Receiver::first(Core::timer(schedule, |slot, due| *slot = Some(due)))
}

/// Changes when a timer's `channel` fires. Returns true if an instant was still to be received.
fn set(channel: &Receiver<Instant>, change: impl FnOnce(&mut Schedule)) -> bool {
    channel.core().and_then(Core::as_timer).is_some_and(|timer| timer.set(change))
}

/// One event in the future that can be stopped or moved: Go's `time.Timer`.
///
/// After [`stop`](Self::stop) or [`reset`](Self::reset) has returned, no instant from before the
/// call can be received.
///
/// # Examples
///
/// ```
/// use gochan::Timer;
/// use std::time::Duration;
///
/// let timer = Timer::new(Duration::from_secs(3600));
/// assert!(timer.reset(Duration::from_millis(1)));
/// timer.c().recv_ok();
/// assert!(!timer.stop());
/// ```
#[derive(Clone)]
pub struct Timer(Receiver<Instant>);

impl Timer {
    /// Makes a timer that fires after `duration`: Go's `time.NewTimer`. The timer never fires if
    /// `duration` is too long to represent.
    ///
    /// # Examples
    ///
    /// ```
    /// use gochan::Timer;
    /// use std::time::{Duration, Instant};
    ///
    /// let due = Instant::now() + Duration::from_millis(1);
    /// assert!(Timer::new(Duration::from_millis(1)).c().recv_ok() >= Some(due));
    /// ```
    #[must_use]
    pub fn new(duration: Duration) -> Self {
        Self(after(duration))
    }

    /// Returns the channel that gives the instant: Go's `t.C`.
    ///
    /// # Examples
    ///
    /// ```
    /// let timer = gochan::Timer::new(std::time::Duration::ZERO);
    /// assert!(timer.c().recv_ok().is_some());
    /// ```
    #[must_use]
    pub fn c(&self) -> &Receiver<Instant> {
        &self.0
    }

    /// Keeps the timer from firing. Returns true if that prevented a receive. Returns false if the
    /// instant was already received or the timer already stopped. Never blocks.
    ///
    /// # Examples
    ///
    /// ```
    /// let timer = gochan::Timer::new(std::time::Duration::from_secs(1));
    /// assert!(timer.stop());
    /// assert!(!timer.stop());
    /// ```
    pub fn stop(&self) -> bool {
        set(&self.0, |schedule| schedule.pending = false)
    }

    /// Makes the timer fire after `duration` from now instead. Returns true if an instant was still
    /// to be received: that instant is lost. Never blocks.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let timer = gochan::Timer::new(Duration::ZERO);
    /// assert!(timer.reset(Duration::from_secs(1)));
    /// assert!(timer.c().try_recv().is_err());
    /// ```
    pub fn reset(&self, duration: Duration) -> bool {
        set(&self.0, |schedule| *schedule = Schedule::after(duration))
    }
}

/// Events at a steady pace: Go's `time.Ticker`.
///
/// Unless another [`MissedTickBehavior`] is chosen, a slow receiver misses ticks: at most one is
/// pending, and the ticks keep their phase.
///
/// # Examples
///
/// ```
/// use gochan::Ticker;
/// use std::time::Duration;
///
/// let ticker = Ticker::new(Duration::from_millis(1));
/// let ticks: Vec<_> = ticker.c().iter().take(3).collect();
/// assert!(ticks[2] - ticks[0] >= Duration::from_millis(2));
/// ```
#[derive(Clone)]
pub struct Ticker(Receiver<Instant>);

impl Ticker {
    /// Makes a ticker whose first tick comes after one `period`: Go's `time.NewTicker`.
    ///
    /// # Panics
    ///
    /// Panics if `period` is zero.
    ///
    /// # Examples
    ///
    /// ```
    /// let ticker = gochan::Ticker::new(std::time::Duration::from_millis(1));
    /// assert!(ticker.c().recv_ok().is_some());
    /// ```
    #[must_use]
    #[track_caller]
    pub fn new(period: Duration) -> Self {
        assert!(!period.is_zero(), "non-positive interval for Ticker::new");
        Self(tick(period))
    }

    /// Returns the channel that gives the ticks: Go's `t.C`.
    ///
    /// # Examples
    ///
    /// ```
    /// let ticker = gochan::Ticker::new(std::time::Duration::from_millis(1));
    /// assert_eq!(ticker.c().cap(), Some(0));
    /// ```
    #[must_use]
    pub fn c(&self) -> &Receiver<Instant> {
        &self.0
    }

    /// Stops the ticker. Its channel does not close. Never blocks.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let ticker = gochan::Ticker::new(Duration::from_millis(1));
    /// ticker.stop();
    /// assert!(ticker.c().recv_timeout(Duration::from_millis(5)).is_err());
    /// ```
    pub fn stop(&self) {
        set(&self.0, |schedule| schedule.pending = false);
    }

    /// Makes the next tick come one `period` from now, and the later ones at that pace. Never
    /// blocks.
    ///
    /// # Panics
    ///
    /// Panics if `period` is zero.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let ticker = gochan::Ticker::new(Duration::from_secs(3600));
    /// ticker.reset(Duration::from_millis(1));
    /// assert!(ticker.c().recv_ok().is_some());
    /// ```
    #[track_caller]
    pub fn reset(&self, period: Duration) {
        assert!(!period.is_zero(), "non-positive interval for Ticker::reset");
        set(&self.0, |schedule| *schedule = Schedule::every(period, schedule.missed));
    }

    /// Returns what happens to ticks that are not received in time: Go's rule by default.
    ///
    /// # Examples
    ///
    /// ```
    /// use gochan::{MissedTickBehavior, Ticker};
    /// use std::time::Duration;
    ///
    /// let ticker = Ticker::new(Duration::from_secs(1));
    /// assert_eq!(ticker.missed_tick_behavior(), MissedTickBehavior::Skip);
    /// ```
    #[must_use]
    pub fn missed_tick_behavior(&self) -> MissedTickBehavior {
        let timer = self.0.core().and_then(Core::as_timer);
        timer.map_or_else(MissedTickBehavior::default, |timer| timer.schedule().missed)
    }

    /// Chooses what happens to ticks that are not received in time.
    ///
    /// # Examples
    ///
    /// ```
    /// use gochan::{MissedTickBehavior, Ticker};
    /// use std::time::Duration;
    ///
    /// let ticker = Ticker::new(Duration::from_secs(1));
    /// ticker.set_missed_tick_behavior(MissedTickBehavior::Burst);
    /// assert_eq!(ticker.missed_tick_behavior(), MissedTickBehavior::Burst);
    /// ```
    pub fn set_missed_tick_behavior(&self, behavior: MissedTickBehavior) {
        set(&self.0, |schedule| schedule.missed = behavior);
    }
}

/// The traits that both kinds of timer share.
macro_rules! timer_traits {
    ($($timer:ident),*) => {$(
        impl Sealed for $timer {}

        impl RecvFrom for $timer {
            type Item = Instant;

            fn recv_case(&self) -> RecvCase<'_, Instant> {
                self.0.recv_case()
            }
        }

        impl fmt::Debug for $timer {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_tuple(stringify!($timer)).field(&self.0).finish()
            }
        }
    )*};
}

timer_traits!(Timer, Ticker);
