//! Every transition of a thread's history, and what the history decides.

use super::*;

const NEW: History = History { processor: EXCLUSIVE, slept_long: false, skips: 0, fruitless: 0 };

/// Processor, skips, fruitless phases.
type State = (u16, u16, u16);

fn history((processor, skips, fruitless): State) -> History {
    History { processor, skips, fruitless, ..NEW }
}

const FAST: Observation = YieldTook(SWITCHED);
const SLOW: Observation = YieldTook(Duration::from_nanos(701));
const SLICE: Observation = YieldTook(PREEMPTED);
const LONGER: Observation = YieldTook(Duration::from_nanos(1_000_001));

#[test]
fn every_transition() {
    let contended = CONTENDED;
    // Before, what happens, after.
    let table: &[(State, Observation, State)] = &[
        // A contended processor is tested again after a number of waits, by one timed yield.
        ((0, 0, 0), WaitBegins, (0, 0, 0)),
        ((4, 3, 2), WaitBegins, (4, 3, 2)),
        ((16, 0, 0), WaitBegins, (16, 0, 0)),
        ((17, 3, 2), WaitBegins, (4, 3, 2)),
        ((18, 3, 2), WaitBegins, (17, 3, 2)),
        ((contended, 0, 0), WaitBegins, (contended - 1, 0, 0)),
        // Alone on its processor a thread always pauses.
        ((0, 0, 3), PausesBegin, (0, 0, 3)),
        ((0, 1, 3), PausesBegin, (0, 1, 3)),
        ((0, 5, 3), PausesEnd, (0, 5, 3)),
        // On a shared processor the distance grows while pauses are in vain.
        ((1, 0, 0), PausesBegin, (1, 0, 0)),
        ((1, 0, 3), PausesBegin, (1, 0, 0)),
        ((1, 1, 3), PausesBegin, (1, 0, 3)),
        ((1, 2, 3), PausesBegin, (1, 2, 3)),
        ((1, 0, 0), PausesEnd, (1, 3, 1)),
        ((9, 0, 1), PausesEnd, (9, 5, 2)),
        ((9, 0, 4), PausesEnd, (9, 33, 5)),
        ((9, 0, 5), PausesEnd, (9, 65, 6)),
        ((9, 0, 6), PausesEnd, (9, 65, 6)),
        // Yields that are not timed count down to those that are.
        ((16, 7, 2), Yielded, (15, 7, 2)),
        ((5, 0, 0), Yielded, (4, 0, 0)),
        ((0, 0, 0), Yielded, (0, 0, 0)),
        // A timed yield tells the processor's state, and is one less to skip.
        ((4, 0, 0), FAST, (3, 0, 0)),
        ((0, 0, 0), FAST, (0, 0, 0)),
        ((0, 3, 1), FAST, (0, 2, 1)),
        ((0, 2, 1), FAST, (0, 1, 1)),
        ((0, 1, 1), FAST, (0, 1, 1)),
        ((0, 0, 0), SLOW, (16, 0, 0)),
        ((4, 3, 1), SLOW, (16, 2, 1)),
        ((4, 0, 0), SLICE, (16, 0, 0)),
        ((0, 3, 1), LONGER, (contended, 2, 1)),
    ];
    for &(before, observation, after) in table {
        for slept_long in [false, true] {
            let [before, after] =
                [before, after].map(|state| History { slept_long, ..history(state) });
            assert_eq!(before.next(observation), after, "{before:?}, {observation:?}");
        }
    }
}

#[test]
fn a_sleep_is_long_or_short_and_changes_nothing_else() {
    for before in [NEW, history((9, 5, 2)), history((CONTENDED, 0, 0))] {
        for (time, slept_long) in [(0, false), (1_000_000, false), (1_000_001, true)] {
            let sleep = SleepTook(Duration::from_nanos(time));
            assert_eq!(before.next(sleep), History { slept_long, ..before });
            // The last one counts.
            let long = History { slept_long: true, ..before };
            assert_eq!(long.next(sleep), before.next(sleep));
        }
    }
}

#[test]
fn what_it_decides() {
    for processor in 0..=CONTENDED {
        let history = |skips| history((processor, skips, 1));
        assert_eq!(history(0).sleeps_at_once(), processor > 16);
        assert_eq!(history(0).times_yields(), processor <= 4);
        assert_eq!(history(0).is_contended(), processor == 112);
        for skips in 0..4 {
            assert_eq!(history(skips).pauses(), processor == 0 || skips <= 1);
        }
    }
    let slept_long = History { slept_long: true, ..NEW };
    assert_eq!([NEW.yields(), slept_long.yields()], [256, 16]);
}

#[test]
fn it_is_kept_in_four_words() {
    assert_eq!(History::from_words([0; 4]), NEW);
    let other = History { processor: 7, slept_long: true, skips: 9, fruitless: 3 };
    assert_eq!(other.to_words(), [7, 1, 9, 3]);
    assert_eq!(History::from_words([7, 1, 9, 3]), other);
    assert_eq!(History::from_words([0, 2, 0, 0]).to_words(), [0, 1, 0, 0]);
}
