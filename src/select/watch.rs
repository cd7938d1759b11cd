//! The questions that a select asks its channels. They do not depend on the values' types.

use std::{cell::Cell, time::Instant};

use super::{Case, Limit};
use crate::{
    core::{Amount, Readiness, Side, WaitStyle},
    sync::{full_fence, mutant},
};

/// The side of a channel on which a case operates.
pub(crate) struct Watch<'a> {
    /// `None`: nil, or switched off. It never becomes ready.
    channel: Option<&'a dyn Readiness>,
    side: Side,
    /// The channel's version at the last look.
    version: Cell<u64>,
}

impl<'a> Watch<'a> {
    pub(super) fn new(channel: Option<&'a dyn Readiness>, side: Side) -> Self {
        Self { channel, side, version: Cell::new(0) }
    }

    pub(super) fn side(&self) -> Side {
        self.side
    }

    /// Switches the case off.
    pub(super) fn end(&mut self) {
        self.channel = None;
    }

    /// True if the side may have become ready, or unready, since the last call.
    fn has_moved(&self) -> bool {
        let version = self.channel.map_or(0, |channel| channel.version(self.side));
        self.version.replace(version) != version
    }

    /// True if the side has nothing to do and, if `still` is set, has had nothing to do since the
    /// last call.
    fn at_rest(&self, still: bool) -> bool {
        match self.channel.map_or(Some(0), |channel| channel.at_rest(self.side)) {
            Some(version) => self.version.replace(version) == version || !still,
            None => false,
        }
    }

    /// Returns false if a try would certainly fail, or would gain less than `amount`.
    pub(super) fn looks_ready(&self, amount: Amount) -> bool {
        self.channel.is_some_and(|channel| channel.looks_ready(self.side, amount))
    }

    fn wait_style(&self) -> WaitStyle {
        self.channel.map_or(WaitStyle::YieldInQueue, Readiness::wait_style)
    }

    fn ready_at(&self) -> Option<Instant> {
        self.channel.and_then(Readiness::ready_at)
    }
}

/// True if there was an instant at which no case had anything to do: between the first looks, which
/// are spread over time, and the second ones, which find that nothing has moved.
pub(super) fn at_rest(cases: &[&dyn Case]) -> bool {
    // Another thread sees what this one has done before, or this one sees what the other has done.
    full_fence();
    let rest = |still| cases.iter().all(|case| case.watch().at_rest(still));
    rest(false) && (mutant("rests_after_one_look") || rest(true))
}

/// True if a case may have become ready, or unready, since the last call: others are faster. If
/// none has, though one looks ready, a peer is in the middle of its step.
pub(super) fn have_moved(cases: &[&dyn Case]) -> bool {
    cases.iter().fold(false, |moved, case| case.watch().has_moved() | moved)
}

/// False if a try of each case would certainly fail, or would gain less than `amount`.
pub(super) fn any_looks_ready(cases: &[&dyn Case], amount: Amount) -> bool {
    cases.iter().any(|case| case.watch().looks_ready(amount))
}

/// Where the select polls. Several cases are watched from outside of their queues, unless a partner
/// has to find one in its queue.
pub(super) fn wait_style(cases: &[&dyn Case]) -> WaitStyle {
    match cases {
        [case] => case.watch().wait_style(),
        _ if cases.iter().any(|case| case.watch().wait_style() == WaitStyle::Meet) => {
            WaitStyle::Meet
        }
        _ => WaitStyle::YieldOutside,
    }
}

/// The instant at which to wake up without a claim.
pub(super) fn earliest(cases: &[&dyn Case], limit: Limit) -> Option<Instant> {
    cases.iter().filter_map(|case| case.watch().ready_at()).chain(limit.deadline()).min()
}
