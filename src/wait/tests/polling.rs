//! How often a wait looks before it sleeps, by the history of its thread.

use std::thread;

use super::Polling;
use crate::sync::{load_wait_history, store_wait_history};

/// The second word of a history in which the next wait polls briefly, the same after that wait, and
/// the word of a history in which every wait polls wholly.
const BRIEF: u16 = u16::from_ne_bytes([1, 9]);
const BRIEF_AFTER: u16 = u16::from_ne_bytes([1, 8]);
const WHOLE: u16 = 0;

/// Counts the looks between pauses and those between yields of a thread with this history, and
/// returns both with the history afterwards.
fn looks(
    history: [u16; 4],
    step: impl Fn(&mut Polling) -> bool + Send + 'static,
) -> (u32, u32, [u16; 4]) {
    let wait = move || {
        store_wait_history(history);
        let mut polling = Polling::new();
        let (mut pauses, mut yields) = (0, 0);
        while !polling.pauses_are_over() && step(&mut polling) {
            pauses += 1;
        }
        while step(&mut polling) {
            yields += 1;
        }
        // The polling stays spent.
        assert!(!step(&mut polling) && !polling.pause() && polling.pauses_are_over());
        (pauses, yields, load_wait_history())
    };
    thread::spawn(wait).join().unwrap()
}

#[test]
fn a_contended_processor_is_left_at_once() {
    for step in [Polling::step, Polling::step_in_queue] {
        assert_eq!(looks([112, WHOLE, 0, 0], step), (0, 0, [111, WHOLE, 0, 0]));
        assert_eq!(looks([17, BRIEF, 3, 2], step), (0, 0, [4, BRIEF, 3, 2]));
    }
}

#[test]
fn a_shared_processor_is_yielded_without_pauses_and_untimed_at_first() {
    // A timed yield may take a whole time slice, and then is the last one.
    let (pauses, yields, history) = looks([16, WHOLE, 2, 1], Polling::step);
    assert!(pauses <= 1 && (12..=128).contains(&(pauses + yields)), "{pauses}, {yields}");
    assert!(history[0] != 0 || history[2] <= 1);
    let (pauses, yields, history) = looks([16, BRIEF, 0, 1], Polling::step);
    assert_eq!((pauses + yields, history[0]), (4, 12));
}

#[test]
fn a_thread_alone_pauses_and_then_yields() {
    let (pauses, yields, history) = looks([0, WHOLE, 0, 0], Polling::step);
    // Two microseconds in bursts of at most 32 ns, or of one pause.
    assert!(pauses >= 2, "{pauses}");
    assert!((1..=128).contains(&yields), "{yields}");
    // Its pauses are never in vain.
    assert_eq!(history[3], 0);
    // In the queue each burst is four times as long, or one pause.
    let (in_queue, _, _) = looks([0, WHOLE, 0, 0], Polling::step_in_queue);
    assert!((2..=pauses).contains(&in_queue), "{in_queue} of {pauses}");
    let (again, yields, _) = looks([0, WHOLE, 0, 0], Polling::step);
    assert!(again == pauses && (1..=128).contains(&yields), "{again}, {yields}");
    let (first, more, history) = looks([0, BRIEF, 0, 0], Polling::step);
    assert!((1..=4).contains(&(first + more)), "{first}, {more}");
    assert_eq!(history[1], BRIEF_AFTER);
}

#[test]
fn pauses_in_vain_are_remembered() {
    let (pauses, _, history) = looks([5, WHOLE, 0, 2], Polling::step);
    assert!(pauses > 0 && history[3] == 1);
    let (pauses, _, history) = looks([5, WHOLE, 1, 2], Polling::step);
    assert!(pauses > 0 && history[3] == 3);
}

#[test]
fn a_spent_wait_does_not_look() {
    let mut polling = Polling::spent();
    assert!(!polling.pause() && !polling.step() && !polling.step_in_queue());
    assert!(polling.pauses_are_over());
}

#[test]
fn a_sleep_is_remembered() {
    let sleep = |time| {
        thread::spawn(move || {
            assert_eq!(Polling::new().sleep(|| thread::sleep(time)), ());
            load_wait_history()[1].to_ne_bytes()
        })
    };
    let long = sleep(std::time::Duration::from_millis(2));
    assert_eq!(long.join().unwrap(), [6, 64]);
}
