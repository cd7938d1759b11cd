//! Every transition of a thread's history, and what the history decides.

use super::*;

const NEW: History = History { processor: EXCLUSIVE, in_vain: 0, brief: 0, skips: 0, fruitless: 0 };

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
        // While the thread polls briefly, and while it always polls wholly.
        for (in_vain, brief) in [(3, 2), (0, 0)] {
            if brief > 0 && matches!(observation, WaitBegins) {
                continue; // In the other table.
            }
            let [before, after] =
                [before, after].map(|state| History { in_vain, brief, ..history(state) });
            assert_eq!(before.next(observation), after, "{before:?}, {observation:?}");
        }
    }
}

/// Those in vain, and the brief ones to come.
type Pollings = (u8, u8);

const SHORT: Observation = SleepTook(WORTH);
const MEDIUM: Observation = SleepTook(Duration::from_nanos(40_001));
const LONGEST_MEDIUM: Observation = SleepTook(LONG);
const LONG_SLEEP: Observation = SleepTook(Duration::from_nanos(1_000_001));

#[test]
fn every_transition_between_whole_and_brief_polling() {
    // Before, what happens, after.
    let table: &[(Pollings, Observation, Pollings)] = &[
        // Each whole polling in vain doubles the brief ones before the next.
        ((0, 0), SHORT, (3, 8)),
        ((1, 0), MEDIUM, (4, 16)),
        ((2, 0), LONGEST_MEDIUM, (5, 32)),
        ((3, 0), MEDIUM, (6, 64)),
        ((5, 0), SHORT, (6, 64)),
        ((0, 0), LONG_SLEEP, (6, 64)),
        // A brief one says nothing.
        ((2, 3), MEDIUM, (2, 3)),
        ((2, 1), LONG_SLEEP, (2, 1)),
        // After so many a wait polls wholly. That it was not in vain counts as it begins.
        ((2, 3), WaitBegins, (2, 2)),
        ((2, 1), WaitBegins, (1, 0)),
        ((2, 0), WaitBegins, (1, 0)),
        ((1, 0), WaitBegins, (0, 0)),
        ((0, 0), WaitBegins, (0, 0)),
        // Polling wholly would have spared a short sleep after brief polling.
        ((2, 1), SHORT, (0, 0)),
        ((5, 30), SHORT, (0, 0)),
    ];
    for &(before, observation, after) in table {
        for rest in [NEW, history((SHARED, 5, 2))] {
            let [before, after] =
                [before, after].map(|(in_vain, brief)| History { in_vain, brief, ..rest });
            assert_eq!(before.next(observation), after, "{before:?}, {observation:?}");
        }
    }
}

#[test]
fn while_values_come_far_apart_few_waits_poll_wholly() {
    let mut history = NEW;
    let mut whole = 0;
    for _ in 0..1000 {
        history = if history.counts_waits() { history.next(WaitBegins) } else { history };
        whole += u32::from(history.yields() > FEW_YIELDS);
        history = history.next(MEDIUM);
    }
    assert!((15..=20).contains(&whole), "{whole}");
    // Waits that end while they poll bring whole polling back.
    let mut waits = 0;
    while history.counts_waits() {
        history = history.next(WaitBegins);
        waits += 1;
    }
    assert!(waits <= 70 && history == NEW, "{waits}, {history:?}");
}

#[test]
fn what_it_decides() {
    for processor in 0..=CONTENDED {
        let history = |skips| history((processor, skips, 1));
        assert_eq!(history(0).sleeps_at_once(), processor > 16);
        assert_eq!(history(0).counts_waits(), processor > 16);
        assert_eq!(history(0).times_yields(), processor <= 4);
        assert_eq!(history(0).is_contended(), processor == 112);
        for skips in 0..4 {
            assert_eq!(history(skips).pauses(), processor == 0 || skips <= 1);
            assert!(!History { brief: 1, ..history(skips) }.pauses());
        }
    }
    let [brief, whole] = [1, 0].map(|brief| History { in_vain: 1, brief, ..NEW });
    assert_eq!([NEW, brief, whole].map(History::yields), [128, 4, 256]);
    assert_eq!([NEW, brief, whole].map(History::counts_waits), [false, true, true]);
}

#[test]
fn it_is_kept_in_four_words() {
    assert_eq!(History::from_words([0; 4]), NEW);
    let other = History { processor: 7, in_vain: 2, brief: 5, skips: 9, fruitless: 3 };
    let words = other.to_words();
    assert_eq!([words[0], words[2], words[3]], [7, 9, 3]);
    assert_eq!(History::from_words(words), other);
}
