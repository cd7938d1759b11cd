//! The questions that a select asks its channels. They do not depend on the values' types.

use std::time::Instant;

use super::{Case, Limit};
use crate::{
    core::{Amount, Readiness, Side, WaitStyle},
    sync::{full_fence, mutant},
};

/// What a case tells of the side of the channel on which it operates: see
/// [`Readiness`](crate::core::Readiness). Without a channel (nil, or switched off) it never becomes
/// ready.
pub(crate) trait Watch {
    /// Returns the channel and the side, if there is a channel.
    fn channel(&self) -> Option<(&dyn Readiness, Side)>;

    fn looks_ready(&self, amount: Amount) -> bool {
        self.channel().is_some_and(|(channel, side)| channel.looks_ready(side, amount))
    }

    fn version(&self) -> u64 {
        self.channel().map_or(0, |(channel, side)| channel.version(side))
    }

    fn at_rest(&self) -> Option<u64> {
        self.channel().map_or(Some(0), |(channel, side)| channel.at_rest(side))
    }

    fn wait_style(&self) -> WaitStyle {
        self.channel().map_or(WaitStyle::YieldInQueue, |(channel, _)| channel.wait_style())
    }

    fn ready_at(&self) -> Option<Instant> {
        self.channel().and_then(|(channel, _)| channel.ready_at())
    }
}

/// True if there was an instant at which no case had anything to do: between the first looks, which
/// are spread over time, and the second ones, which find that nothing has moved.
pub(super) fn at_rest(cases: &[&dyn Case]) -> bool {
    // Another thread sees what this one has done before, or this one sees what the other has done.
    full_fence();
    // Each number only grows, so the sum stays the same only if all do.
    let look = || cases.iter().try_fold(0_u64, |sum, case| Some(sum.wrapping_add(case.at_rest()?)));
    let first = look();
    first.is_some() && (mutant("rests_after_one_look") || look() == first)
}

/// Returns a number that differs from an earlier one if a case may have become ready in between. If
/// it does not, though a case looks ready, a peer is in the middle of its step.
pub(super) fn version(cases: &[&dyn Case]) -> u64 {
    // Each version only grows, so the sum stays the same only if all do.
    cases.iter().fold(0, |sum, case| sum.wrapping_add(case.version()))
}

/// False if a try of each case would certainly fail, or would gain less than `amount`.
pub(super) fn any_looks_ready(cases: &[&dyn Case], amount: Amount) -> bool {
    cases.iter().any(|case| case.looks_ready(amount))
}

/// Where the select polls. Several cases are watched from outside of their queues, unless a partner
/// has to find one in its queue.
pub(super) fn wait_style(cases: &[&dyn Case]) -> WaitStyle {
    match cases {
        [case] => case.wait_style(),
        _ if cases.iter().any(|case| case.wait_style() == WaitStyle::Meet) => WaitStyle::Meet,
        _ => WaitStyle::YieldOutside,
    }
}

/// The instant at which to wake up without a claim.
pub(super) fn earliest(cases: &[&dyn Case], limit: Limit) -> Option<Instant> {
    cases.iter().filter_map(|case| case.ready_at()).chain(limit.deadline()).min()
}
