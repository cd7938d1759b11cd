//! The run-time form of select in a task.
#![allow(unsafe_code)]

use std::{
    cell::{Cell, RefCell},
    fmt,
    future::Future,
    pin::Pin,
    task::{ready, Context, Poll},
};

use super::{
    case::Case,
    handled_case::HandledCase,
    task::{Cases, Task},
    Order, Select,
};
use crate::wait::Reason;

type Handled<'a, R> = Box<dyn HandledCase<'a, R> + 'a>;

/// The cases of a select, until one has won.
struct DynamicCases<'a, R> {
    cases: RefCell<Vec<Handled<'a, R>>>,
    /// Memory for the order of the cases.
    indices: Cell<Vec<u32>>,
    biased: bool,
}

// SAFETY: each case, with its entry and its cell, is in a box of its own. The boxes are taken out
// only once a case has won, when no entry is in a queue.
unsafe impl<'a, R> Cases for DynamicCases<'a, R> {
    /// The winner. All other cases are dropped.
    type Output = Handled<'a, R>;
    const REASON: Reason = Reason::Select;

    fn with(
        &self,
        run: impl FnOnce(&[&dyn Case], Order<'_>) -> Poll<Option<usize>>,
    ) -> Poll<Handled<'a, R>> {
        let winner = {
            let handled = self.cases.borrow();
            let cases: Vec<&dyn Case> = handled.iter().map(|case| case.case()).collect();
            let mut indices = self.indices.take();
            indices.resize(cases.len(), 0);
            let order = if self.biased { Order::Source } else { Order::random(&mut indices) };
            let winner = run(&cases, order);
            self.indices.set(indices);
            ready!(winner).expect("it has no limit")
        };
        let mut cases = self.cases.take();
        Poll::Ready(cases.swap_remove(winner))
    }
}

/// The future of [`Select::wait_async`].
///
/// It is not `Send`: the handlers need not be. It is polled where it was made, by a `block_on` or a
/// local executor. In a task that moves between threads take
/// [`select_async!`](crate::select_async).
#[must_use = "a future does nothing until it is awaited"]
pub struct Wait<'a, R>(Pin<Box<Task<DynamicCases<'a, R>>>>);

impl<'a, R> Select<'a, R> {
    /// Waits in a task until a case can proceed, completes it and returns its handler's result, as
    /// [`wait`](Self::wait) does in a thread. Go's `reflect.Select`.
    ///
    /// If the future is dropped before it is done, no case has won: each value is dropped, or back
    /// in its slot. One exception: a send whose value a receiver took before the task ran again has
    /// happened, and its slot is empty. The handler runs in the last poll, after all other cases
    /// were dropped.
    ///
    /// The future is not `Send`, since the handlers need not be.
    ///
    /// # Panics
    ///
    /// The poll panics with "send on closed channel" if a [`send`](Self::send) or
    /// [`send_from`](Self::send_from) wins and its channel is closed.
    ///
    /// # Examples
    ///
    /// ```
    /// use gochan::{make, Select};
    ///
    /// let chans: Vec<_> = (0..10).map(|_| make::<&str>(1)).collect();
    /// chans[7].send("hello");
    /// let won = pollster::block_on(async {
    ///     let mut select = Select::new();
    ///     for (i, c) in chans.iter().enumerate() {
    ///         select.recv(c, move |word| (i, word));
    ///     }
    ///     select.wait_async().await
    /// });
    /// assert_eq!(won, (7, "hello"));
    /// ```
    #[track_caller]
    pub fn wait_async(self) -> Wait<'a, R> {
        let Self { cases, biased } = self;
        let (cases, indices) = (RefCell::new(cases), Cell::default());
        Wait(Box::pin(Task::new(DynamicCases { cases, indices, biased })))
    }
}

impl<R> Wait<'_, R> {
    #[cfg(feature = "futures")]
    pub(crate) fn is_done(&self) -> bool {
        self.0.is_done()
    }
}

impl<R> Future for Wait<'_, R> {
    type Output = R;

    #[track_caller]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<R> {
        let winner = ready!(self.0.as_ref().poll(cx));
        if winner.is_refused() {
            drop(winner);
            panic!("send on closed channel");
        }
        Poll::Ready(winner.finish())
    }
}

impl<R> fmt::Debug for Wait<'_, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wait").finish_non_exhaustive()
    }
}
