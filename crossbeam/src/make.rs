//! How channels are made.

use std::time::{Duration, Instant};

use crate::{receiver::Receiver, sender::Sender};

/// Makes a channel without a bound.
///
/// # Examples
///
/// ```
/// let (tx, rx) = gochan_crossbeam::unbounded();
/// tx.send("hello").unwrap();
/// assert_eq!(rx.recv(), Ok("hello"));
/// ```
pub fn unbounded<T>() -> (Sender<T>, Receiver<T>) {
    let (tx, rx) = gochan::unbounded();
    (Sender::new(tx), Receiver::of_channel(rx))
}

/// Makes a channel with room for `cap` messages. With 0, a send waits until a receiver takes the
/// message.
///
/// # Panics
///
/// Panics if the buffer would be larger than an allocation can be.
///
/// # Examples
///
/// ```
/// let (tx, rx) = gochan_crossbeam::bounded(1);
/// tx.send("hello").unwrap();
/// assert!(tx.try_send("again").is_err());
/// assert_eq!(rx.recv(), Ok("hello"));
/// ```
#[track_caller]
pub fn bounded<T>(cap: usize) -> (Sender<T>, Receiver<T>) {
    let (tx, rx) = gochan::bounded(cap);
    (Sender::new(tx), Receiver::of_channel(rx))
}

/// Makes a receiver that gives one instant after `duration`. It never disconnects.
///
/// # Examples
///
/// ```
/// use gochan_crossbeam::{after, never, select};
/// use std::time::Duration;
///
/// let quiet = never::<u8>();
/// select! {
///     recv(quiet) -> _ => unreachable!(),
///     recv(after(Duration::from_millis(5))) -> due => assert!(due.is_ok()),
/// }
/// ```
pub fn after(duration: Duration) -> Receiver<Instant> {
    Receiver::of_timer(gochan::after(duration))
}

/// Makes a receiver that gives one instant at `when`, or at once if that is past. It never
/// disconnects.
///
/// # Examples
///
/// ```
/// use std::time::Instant;
///
/// let now = Instant::now();
/// assert_eq!(gochan_crossbeam::at(now).recv(), Ok(now));
/// ```
pub fn at(when: Instant) -> Receiver<Instant> {
    Receiver::of_timer(gochan::at(when))
}

/// Makes a receiver that gives an instant every `period`, the first after one period. It never
/// disconnects, and holds one instant at most. A period of zero is a nanosecond here.
///
/// # Examples
///
/// ```
/// use gochan_crossbeam::tick;
/// use std::time::Duration;
///
/// let ticks = tick(Duration::from_millis(2));
/// let first = ticks.recv().unwrap();
/// assert!(ticks.recv().unwrap() >= first + Duration::from_millis(2));
/// ```
pub fn tick(period: Duration) -> Receiver<Instant> {
    // gochan's `tick` of zero is nil, as Go's; crossbeam's is always ready.
    Receiver::of_timer(gochan::tick(period.max(Duration::from_nanos(1))))
}

/// Makes a receiver that never gives a message, and never disconnects.
///
/// # Examples
///
/// ```
/// use gochan_crossbeam::{never, select};
///
/// select! {
///     recv(never::<u8>()) -> _ => unreachable!(),
///     default => {}
/// }
/// ```
pub const fn never<T>() -> Receiver<T> {
    Receiver::of_channel(gochan::Receiver::nil())
}
