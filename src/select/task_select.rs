//! The engine of `select_async!`: a list of cases, which one future owns.
#![allow(unsafe_code)]

use std::{
    fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

use super::{
    case::{BoundCase, Case, CaseRef},
    task::{Cases, Task},
    Limit, Order,
};
use crate::wait::Reason;

/// A list of cases, as nested pairs. Each case is part of the list itself.
pub trait CaseList {
    /// The outcomes: that of the winner, and `None` for all others.
    type Outputs;

    /// Puts the cases into `room`, which has as many places.
    fn collect<'s>(&'s self, room: &mut [Option<CaseRef<'s>>]);
    /// Takes the outcomes.
    fn take_outputs(&self) -> Self::Outputs;
}

impl CaseList for () {
    type Outputs = ();

    fn collect<'s>(&'s self, _: &mut [Option<CaseRef<'s>>]) {}

    fn take_outputs(&self) {}
}

impl<C: BoundCase, Rest: CaseList> CaseList for (C, Rest) {
    type Outputs = (Option<C::Output>, Rest::Outputs);

    fn collect<'s>(&'s self, room: &mut [Option<CaseRef<'s>>]) {
        if let Some((first, rest)) = room.split_first_mut() {
            *first = Some(self.0.as_case());
            self.1.collect(rest);
        }
    }

    fn take_outputs(&self) -> Self::Outputs {
        (self.0.take_output(), self.1.take_outputs())
    }
}

struct SelectCases<L, const N: usize> {
    list: L,
    fair: bool,
    limit: Limit,
}

// SAFETY: the cases are part of the list, and their entries, with the cells, are part of the cases.
unsafe impl<L: CaseList, const N: usize> Cases for SelectCases<L, N> {
    type Output = L::Outputs;
    const REASON: Reason = Reason::Select;

    fn limit(&self) -> Limit {
        self.limit
    }

    fn with(
        &self,
        run: impl FnOnce(&[&dyn Case], Order<'_>) -> Poll<Option<usize>>,
    ) -> Poll<L::Outputs> {
        let mut room: [_; N] = std::array::from_fn(|_| None);
        self.list.collect(&mut room);
        let cases = room.map(|case| case.expect("the list has N cases").0);
        let mut indices = [0; N];
        let is_random = self.fair && N > 1;
        let order = if is_random { Order::random(&mut indices) } else { Order::Source };
        run(&cases, order).map(|_| self.list.take_outputs())
    }
}

/// The future of `select_async!`.
pub struct SelectTask<L: CaseList, const N: usize>(Task<SelectCases<L, N>>);

/// Makes the future of `select_async!`.
#[track_caller]
pub fn select_async<L: CaseList, const N: usize>(
    list: L,
    _: [(); N],
    fair: bool,
    limit: Limit,
) -> SelectTask<L, N> {
    SelectTask(Task::new(SelectCases { list, fair, limit }))
}

impl<L: CaseList, const N: usize> Future for SelectTask<L, N> {
    type Output = L::Outputs;

    #[track_caller]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<L::Outputs> {
        // SAFETY: pinned, as the whole is.
        let task = unsafe { self.as_ref().map_unchecked(|this| &this.0) };
        task.poll(cx)
    }
}

impl<L: CaseList, const N: usize> fmt::Debug for SelectTask<L, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SelectTask").field("cases", &N).finish_non_exhaustive()
    }
}
