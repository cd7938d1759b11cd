//! How a thread waits for a peer that is in its critical section, and for how long.

use std::time::{Duration, Instant};

use super::{pause, pauses_in, Backoff, Snooze};

#[test]
fn a_snooze_pauses_then_yields_then_naps() {
    let table = [
        (0, Snooze::Pause),
        (31, Snooze::Pause),
        (32, Snooze::Yield),
        (63, Snooze::Yield),
        (64, Snooze::Nap),
        (u32::MAX, Snooze::Nap),
    ];
    for (snoozes, next) in table {
        assert_eq!(Backoff::next(snoozes), next, "after {snoozes}");
    }
}

#[test]
fn a_peer_is_given_up_after_ten_naps() {
    let mut backoff = Backoff::new();
    assert!(!backoff.has_snoozed());
    assert_eq!((0..).take_while(|_| backoff.snooze()).count(), 73);
    assert!(backoff.has_snoozed() && !backoff.snooze() && !backoff.pause());
}

#[test]
fn pauses_come_before_yields() {
    let mut backoff = Backoff::new();
    assert_eq!((0..).take_while(|_| backoff.pause()).count(), 32);
    assert!(backoff.has_snoozed());
}

#[test]
fn progress_starts_over_with_pauses() {
    let mut backoff = Backoff::new();
    (0..40).for_each(|_| backoff.snooze_unless(|| false));
    assert!(!backoff.pause());
    backoff.snooze_unless(|| true);
    // `snooze_unless` has done the first of the 32.
    assert_eq!((0..).take_while(|_| backoff.pause()).count(), 31);
}

#[test]
fn lost_races_are_no_snoozes_until_there_are_many() {
    let mut backoff = Backoff::new();
    let start = Instant::now();
    (0..16).for_each(|_| backoff.spin());
    // 0.5 us, 1 us and 14 times 2 us make 29.5 us. The bound is a third of that, since the length
    // of a pause may be measured wrong.
    assert!(start.elapsed() > Duration::from_micros(10));
    assert!(!backoff.has_snoozed());
    backoff.spin();
    assert!(backoff.has_snoozed());
}

#[test]
fn pauses_are_counted_by_their_time() {
    assert_eq!(pauses_in(Duration::ZERO), 1);
    // A pause takes from 1 ns to 1 us.
    let millisecond = pauses_in(Duration::from_millis(1));
    assert!((1_000..=1_000_000).contains(&millisecond), "{millisecond}");
    assert!((9..=10).contains(&(millisecond / pauses_in(Duration::from_micros(100)))));
    let start = Instant::now();
    pause(millisecond);
    assert!(start.elapsed() > Duration::from_micros(300));
}
