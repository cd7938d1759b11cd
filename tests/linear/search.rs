//! Looks for an order of the calls that the contract allows and that agrees with real time (Wing
//! and Gong), and goes through each state once (Lowe): what is left to do depends only on which
//! calls have taken effect and on what they left.

use std::collections::HashSet;

use super::{history::History, spec::State};

pub fn is_linearizable(history: &History) -> bool {
    let mut seen = HashSet::new();
    let mut open = vec![State::new(history)];
    while let Some(state) = open.pop() {
        let left: Vec<_> = (0..history.records.len()).filter(|&id| !state.is_done(id)).collect();
        // A call that returned before the latest begin of what has taken effect had to come before
        // that.
        let is_late = |&id: &usize| history.records[id].end < state.now();
        if left.is_empty() {
            return true;
        }
        if left.iter().any(is_late) || !seen.insert(state.clone()) {
            continue;
        }
        // The last one in is tried first. That is the call that began first, and most often it took
        // effect first.
        open.extend(left.iter().rev().filter_map(|&id| state.after(history, id)));
    }
    false
}

#[track_caller]
pub fn check(history: &History) {
    assert!(is_linearizable(history), "not linearizable:\n{history}");
}
