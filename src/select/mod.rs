//! The engine behind every blocking operation: a receive or a send is a select with one case.
//!
//! 1. Try every case once, in random order.
//! 2. Poll for a moment, unless a case must be seen in the queue by its partner. A single case
//!    yields in its queue, where others complete it, unless its buffer holds many values.
//! 3. Join every queue, looking again after each. Poll the waiter's word for a moment, then sleep.
//! 4. Leave every queue, and finish the case that won, or start over.

mod case;
mod dynamic;
mod handled_case;
mod limit;
mod look;
mod macros;
mod operand;
mod operation;
mod task;
mod task_boxed;
mod task_cases;
mod task_dynamic;
mod task_select;
#[cfg(all(test, not(any(loom, shuttle))))]
mod tests;
mod watch;

pub use case::{BoundCase, CaseRef, OnStack, RecvCase, SendCase, SendFromCase};
pub use dynamic::Select;
pub use limit::Limit;
pub(crate) use operand::sealed::Sealed;
pub use operand::{RecvFrom, SendTo};
pub(crate) use operation::{
    append, recv, recv_until, send, send_from, send_until, try_recv, try_send,
};
pub(crate) use task::Task;
pub(crate) use task_boxed::Boxed;
pub(crate) use task_cases::{Receive, ReceiveVia, SendVia, Via};
pub use task_dynamic::Wait;
pub use task_select::{select_async, CaseList, SelectTask};

use std::{mem, panic::Location};

use crate::{
    core::{Amount, Effort, WaitStyle},
    sync::{clock, mutant, Backoff, Draws},
    wait::{BlockedAt, Enqueued, Outcome, Polling, Reason, Registration, WaiterCell},
};
use case::Case;
use watch::{any_looks_ready, at_rest, earliest, version, wait_style};

/// Completes one of `cases`, for `select!`, or none if none wins until `limit`.
#[track_caller]
pub fn select<const N: usize>(cases: [CaseRef<'_>; N], fair: bool, limit: Limit) {
    let cases = cases.map(|case| case.0);
    let mut order = [0; N];
    let order = if fair && N > 1 { Order::random(&mut order) } else { Order::Source };
    run(&cases, order, limit, BlockedAt { reason: Reason::Select, location: Location::caller() });
}

/// The order in which the cases are tried.
pub(crate) enum Order<'a> {
    /// As they are written.
    Source,
    /// At random; the slice is a permutation of the cases' indices.
    Random(&'a mut [u32]),
}

impl<'a> Order<'a> {
    /// Makes a random order, with `indices` as its memory.
    #[inline]
    pub(crate) fn random(indices: &'a mut [u32]) -> Self {
        indices.iter_mut().enumerate().for_each(|(i, index)| *index = i as u32);
        Order::Random(indices)
    }

    /// Iterates over the cases in this order. A partner that finds a select in the queue takes the
    /// case that joined the queue first.
    fn iter(&self, count: usize) -> impl Iterator<Item = usize> + '_ {
        (0..count).map(move |i| match self {
            Order::Source => i,
            Order::Random(indices) => indices[i] as usize,
        })
    }

    /// Finds the first case in this order for which `ready` is true.
    fn find(&mut self, count: usize, mut ready: impl FnMut(usize) -> bool) -> Option<usize> {
        let Order::Random(indices) = self else { return (0..count).find(|&case| ready(case)) };
        let mut draws = Draws::new();
        let mut left = &mut **indices;
        while !left.is_empty() {
            // Fisher-Yates, one step at a time.
            left.swap(0, draws.below(left.len()));
            let case = left[0] as usize;
            if ready(case) {
                return Some(case);
            }
            left = &mut left[1..];
        }
        None
    }
}

/// Completes one of `cases` and returns its index. `None`: at `limit`, at one instant, none was
/// ready.
pub(crate) fn run(
    cases: &[&dyn Case],
    mut order: Order<'_>,
    limit: Limit,
    blocked_at: BlockedAt,
) -> Option<usize> {
    if limit == Limit::Now && at_rest(cases) {
        return None;
    }
    if let Some(winner) = order.find(cases.len(), |case| cases[case].try_first()) {
        return Some(winner);
    }
    block(cases, wait_style(cases), order, limit, blocked_at)
}

/// Completes one of `cases`, which have just been tried in vain, or whose partners will find them
/// in the queue.
#[inline(never)]
fn block(
    cases: &[&dyn Case],
    style: WaitStyle,
    mut order: Order<'_>,
    limit: Limit,
    blocked_at: BlockedAt,
) -> Option<usize> {
    let _settled = ServeOn(cases);
    let mut tried = true;
    let mut returning = None;
    let mut backoff = Backoff::new();
    let mut looked_ready = false;
    let mut seen = 0;
    let mut moved = || mem::replace(&mut seen, version(cases)) != seen;
    loop {
        if limit.is_over() {
            return decide(cases, order, returning, blocked_at);
        }
        if !mem::take(&mut tried) {
            // The first try does not wait for a peer in the middle of its step.
            let effort = if backoff.has_snoozed() { Effort::Strong } else { Effort::Weak };
            if let Some(winner) = order.find(cases.len(), |case| cases[case].try_now(effort)) {
                return Some(winner);
            }
        }
        if looked_ready {
            // The try failed: others are faster, or a peer is in the middle of its step.
            backoff.snooze_unless(&mut moved);
        }
        let mut polling = Polling::new();
        looked_ready = style != WaitStyle::Meet && poll(cases, style, &mut polling, limit);
        if looked_ready {
            continue;
        }
        match wait(cases, &order, returning, &mut polling, limit, blocked_at) {
            WaitEnd::Won(_) if mutant("timeout_wins") && limit.is_over() => return None,
            WaitEnd::Won(winner) => return Some(winner),
            WaitEnd::Hinted(winner) if cases[winner].try_now(Effort::Weak) => return Some(winner),
            WaitEnd::Hinted(winner) => returning = Some(winner),
            _ if mutant("trusts_the_wake") => return None,
            WaitEnd::Ready | WaitEnd::Over => backoff.snooze_unless(&mut moved),
        }
    }
}

/// How many times a select looks for an instant at which nothing was ready before it joins the
/// queues to find one.
const ROUNDS: usize = 8;

/// Completes a case that is ready, after the limit. `None`: at one instant none was.
#[cold]
#[inline(never)]
fn decide(
    cases: &[&dyn Case],
    mut order: Order<'_>,
    returning: Option<usize>,
    blocked_at: BlockedAt,
) -> Option<usize> {
    let mut backoff = Backoff::new();
    // The tries are spread over time. If nothing moves from before the first to after the last
    // of them, there was an instant at which no case was ready.
    let spread = cases.len() > 1 && !mutant("default_after_one_look");
    // In the queue of an unbuffered channel a select may make a partner leave, and would be gone
    // when the partner comes back.
    let rounds = if wait_style(cases) == WaitStyle::Meet { usize::MAX } else { ROUNDS };
    for _ in 0..rounds {
        let before = if spread { version(cases) } else { 0 };
        if let Some(winner) = order.find(cases.len(), |case| cases[case].try_now(Effort::Strong)) {
            return Some(winner);
        }
        if !spread || version(cases) == before {
            return None;
        }
        backoff.snooze();
    }
    // The cases do not stop moving. A publisher serves the waiters before it goes on. So when a
    // select that is in every queue gives up, no publisher that has gone on has left it anything
    // to do.
    loop {
        let now = Limit::At(clock::now());
        match wait(cases, &order, returning, &mut Polling::spent(), now, blocked_at) {
            WaitEnd::Won(winner) => return Some(winner),
            WaitEnd::Over => return None,
            WaitEnd::Hinted(_) | WaitEnd::Ready => {
                backoff.snooze();
            }
        }
        if let Some(winner) = order.find(cases.len(), |case| cases[case].try_now(Effort::Strong)) {
            return Some(winner);
        }
    }
}

/// On drop, calls `serve_on` of each case, however the select ends.
struct ServeOn<'a>(&'a [&'a dyn Case]);

impl Drop for ServeOn<'_> {
    fn drop(&mut self) {
        self.0.iter().for_each(|case| case.serve_on());
    }
}

/// Watches the cases for a moment. True if it is time to try: one looks ready (for a batch, while
/// the thread only pauses), or the limit is over.
fn poll(cases: &[&dyn Case], style: WaitStyle, polling: &mut Polling, limit: Limit) -> bool {
    let yields = style == WaitStyle::YieldOutside;
    while if yields { polling.step() } else { polling.pause() } {
        let amount = if polling.pauses_are_over() { Amount::One } else { Amount::Batch };
        if any_looks_ready(cases, amount) {
            return true;
        }
        // Yields may take long; the pauses before them do not.
        if polling.pauses_are_over() && limit.is_over() {
            return true;
        }
    }
    false
}

/// How the wait of a select in its queues ended.
enum WaitEnd {
    /// This case is complete.
    Won(usize),
    /// A hint: this case is worth a retry.
    Hinted(usize),
    /// A case looked ready as it joined its queue.
    Ready,
    /// The deadline passed.
    Over,
}

/// Waits in every queue until a case is claimed or looks ready, or time is up.
// Inlined, like everything it calls: see `Waiter::wait`.
#[inline(always)]
fn wait(
    cases: &[&dyn Case],
    order: &Order<'_>,
    returning: Option<usize>,
    polling: &mut Polling,
    limit: Limit,
    blocked_at: BlockedAt,
) -> WaitEnd {
    let nowhere;
    let cell = match cases.first() {
        Some(case) => case.waiter_cell(),
        None => {
            nowhere = WaiterCell::new();
            &nowhere
        }
    };
    let waiter = cell.emplace(cases.len(), blocked_at);
    let mut registration = Registration::new(cases, &waiter);
    let in_vain = match registration.enter(order.iter(cases.len()), returning) {
        None => {
            // The waiter is in the queue now: a thread that sets a timer earlier finds it.
            waiter.wait(polling, earliest(cases, limit));
            WaitEnd::Over
        }
        Some((winner, Enqueued::Completed)) => return WaitEnd::Won(winner),
        Some(_) => WaitEnd::Ready,
    };
    match registration.leave() {
        Outcome::Delivered(winner) => WaitEnd::Won(winner),
        Outcome::Hint(winner) => WaitEnd::Hinted(winner),
        Outcome::Aborted => in_vain,
    }
}
