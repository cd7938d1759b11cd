//! The run-time form of select: a list of cases, each with a handler to call if it wins.

use std::{
    fmt,
    panic::{Location, RefUnwindSafe, UnwindSafe},
    time::{Duration, Instant},
};

use super::{
    case::Case,
    handled_case::{HandledCase, Receive, Send, SendFrom},
    run, Limit, Order, RecvFrom, SendTo,
};
use crate::{
    error::SendError,
    wait::{BlockedAt, Reason},
};

/// A select whose cases are put together at run time: Go's `reflect.Select`.
///
/// Each case has a handler. [`wait`](Self::wait) completes exactly one case, chosen at random among
/// those that are ready, calls its handler and returns the handler's result. The choice and the
/// operation are one step: no token can be lost between them.
///
/// The cases mean the same as in [`select!`](crate::select), which is shorter where the number of
/// cases is known.
///
/// A select is [`UnwindSafe`]: after a panic its channels are consistent, and a value that was not
/// sent is dropped or back in its slot. State that a handler borrows is as the handler left it.
///
/// # Examples
///
/// ```
/// use gochan::{make, Select};
///
/// let chans: Vec<_> = (0..10).map(|_| make::<&str>(1)).collect();
/// chans[7].send("hello");
///
/// let mut select = Select::new();
/// for (i, c) in chans.iter().enumerate() {
///     select.recv(c, move |word| (i, word));
/// }
/// assert_eq!(select.wait(), (7, "hello"));
/// ```
#[must_use = "a select does nothing until it is waited on"]
pub struct Select<'a, R> {
    pub(super) cases: Vec<Box<dyn HandledCase<'a, R> + 'a>>,
    pub(super) biased: bool,
}

impl<'a, R> Select<'a, R> {
    /// Creates a select without cases.
    ///
    /// ```
    /// let select = gochan::Select::<()>::new();
    /// assert!(select.is_empty());
    /// ```
    pub fn new() -> Self {
        Self { cases: Vec::new(), biased: false }
    }

    /// Tries the cases in the order in which they were added, not at random.
    ///
    /// ```
    /// use gochan::{make, Select};
    ///
    /// let (a, b) = (make(1), make(1));
    /// a.send(1);
    /// b.send(2);
    /// let mut select = Select::new();
    /// select.biased().recv(&a, |v| v).recv(&b, |v| v);
    /// assert_eq!(select.wait(), 1);
    /// ```
    pub fn biased(&mut self) -> &mut Self {
        self.biased = true;
        self
    }

    /// Adds a receive; `then` gets the value, or `T::default()` once the channel is closed and
    /// drained.
    ///
    /// ```
    /// use gochan::{make, Select};
    ///
    /// let c = make::<u32>(0);
    /// c.close();
    /// let mut select = Select::new();
    /// select.recv(&c, |v| v + 1);
    /// assert_eq!(select.wait(), 1);
    /// ```
    #[track_caller]
    pub fn recv<C>(&mut self, from: &'a C, then: impl FnOnce(C::Item) -> R + 'a) -> &mut Self
    where
        C: RecvFrom + ?Sized,
        C::Item: Default + 'a,
    {
        self.recv_ok(from, |value| then(value.unwrap_or_default()))
    }

    /// Adds a receive; `then` gets the value, or `None` once the channel is closed and drained.
    ///
    /// ```
    /// use gochan::{make, Select};
    ///
    /// let c = make::<u32>(0);
    /// c.close();
    /// let mut select = Select::new();
    /// select.recv_ok(&c, |v| v);
    /// assert_eq!(select.wait(), None);
    /// ```
    #[track_caller]
    pub fn recv_ok<C>(
        &mut self,
        from: &'a C,
        then: impl FnOnce(Option<C::Item>) -> R + 'a,
    ) -> &mut Self
    where
        C: RecvFrom + ?Sized,
        C::Item: 'a,
    {
        self.add(Receive { case: from.recv_case(), then })
    }

    /// Adds a send; `then` is called once `value` is sent.
    ///
    /// # Panics
    ///
    /// Waiting panics with "send on closed channel" if this case wins and the channel is closed.
    ///
    /// ```
    /// use gochan::{make, Select};
    ///
    /// let c = make(1);
    /// let mut select = Select::new();
    /// select.send(&c, 7, || "sent");
    /// assert_eq!(select.wait(), "sent");
    /// assert_eq!(c.recv(), 7);
    /// ```
    #[track_caller]
    pub fn send<C>(&mut self, to: &'a C, value: C::Item, then: impl FnOnce() -> R + 'a) -> &mut Self
    where
        C: SendTo + ?Sized,
        C::Item: 'a,
    {
        self.add(Send { case: to.send_case(value), then: |_| then(), reports: false })
    }

    /// Adds a send; `then` gets `Ok`, or the value back if the channel is closed.
    ///
    /// ```
    /// use gochan::{make, Select, SendError};
    ///
    /// let c = make(1);
    /// c.close();
    /// let mut select = Select::new();
    /// select.send_ok(&c, 7, |sent| sent);
    /// assert_eq!(select.wait(), Err(SendError(7)));
    /// ```
    #[track_caller]
    pub fn send_ok<C>(
        &mut self,
        to: &'a C,
        value: C::Item,
        then: impl FnOnce(Result<(), SendError<C::Item>>) -> R + 'a,
    ) -> &mut Self
    where
        C: SendTo + ?Sized,
        C::Item: 'a,
    {
        self.add(Send { case: to.send_case(value), then, reports: true })
    }

    /// Adds a send of the value in `slot`, which stays there unless this case wins. An empty slot
    /// switches the case off.
    ///
    /// # Panics
    ///
    /// Waiting panics with "send on closed channel" if this case wins and the channel is closed.
    /// The value is then back in its slot.
    ///
    /// ```
    /// use gochan::{make, Select};
    ///
    /// let (full, mut slot) = (make(0), Some(7));
    /// let mut select = Select::new();
    /// select.send_from(&full, &mut slot, || ());
    /// assert!(select.try_wait().is_err());
    /// assert_eq!(slot, Some(7));
    /// ```
    #[track_caller]
    pub fn send_from<C>(
        &mut self,
        to: &'a C,
        slot: &'a mut Option<C::Item>,
        then: impl FnOnce() -> R + 'a,
    ) -> &mut Self
    where
        C: SendTo + ?Sized,
        C::Item: 'a,
    {
        self.add(SendFrom { case: to.send_from_case(slot), then })
    }

    /// Returns the number of cases.
    ///
    /// ```
    /// use gochan::{after, Select};
    /// use std::time::Duration;
    ///
    /// let timeout = after(Duration::from_secs(1));
    /// let mut select = Select::new();
    /// select.recv_ok(&timeout, |_| ());
    /// assert_eq!(select.len(), 1);
    /// ```
    pub fn len(&self) -> usize {
        self.cases.len()
    }

    /// Returns true if there is no case.
    ///
    /// ```
    /// assert!(gochan::Select::<()>::new().is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        self.cases.is_empty()
    }

    /// Blocks until a case can proceed, completes it and returns its handler's result. Blocks for
    /// ever if no case ever can.
    ///
    /// # Panics
    ///
    /// Panics if a [`send`](Self::send) or [`send_from`](Self::send_from) wins and its channel is
    /// closed.
    ///
    /// ```
    /// use gochan::{after, make, Select};
    /// use std::time::Duration;
    ///
    /// let (quiet, timeout) = (make::<u32>(0), after(Duration::from_millis(1)));
    /// let mut select = Select::new();
    /// select.recv(&quiet, |_| "value").recv_ok(&timeout, |_| "timeout");
    /// assert_eq!(select.wait(), "timeout");
    /// ```
    #[track_caller]
    pub fn wait(self) -> R {
        match self.run(Limit::Never) {
            Ok(result) => result,
            Err(_) => unreachable!("a select without a limit returned without a winner"),
        }
    }

    /// Completes a case if one can proceed at once.
    ///
    /// # Errors
    ///
    /// Returns the select, with every value, if no case can proceed: Go's `default`.
    ///
    /// # Panics
    ///
    /// Panics if [`wait`](Self::wait) would.
    ///
    /// ```
    /// use gochan::{make, Select};
    ///
    /// let c = make::<u32>(0);
    /// let mut select = Select::new();
    /// select.recv(&c, |v| v);
    /// assert!(select.try_wait().is_err());
    /// ```
    #[track_caller]
    pub fn try_wait(self) -> Result<R, Self> {
        self.run(Limit::Now)
    }

    /// Blocks until a case can proceed, for at most `timeout`. A timeout too long to represent
    /// never ends.
    ///
    /// # Errors
    ///
    /// Returns the select, with every value, when the time is up.
    ///
    /// # Panics
    ///
    /// Panics if [`wait`](Self::wait) would.
    ///
    /// ```
    /// use gochan::{make, Select};
    /// use std::time::Duration;
    ///
    /// let c = make::<u32>(0);
    /// let mut select = Select::new();
    /// select.recv(&c, |v| v);
    /// assert!(select.wait_timeout(Duration::from_millis(1)).is_err());
    /// ```
    #[track_caller]
    pub fn wait_timeout(self, timeout: Duration) -> Result<R, Self> {
        self.run(Limit::after(timeout))
    }

    /// Blocks until a case can proceed, at most until `deadline`. A deadline in the past means now.
    ///
    /// # Errors
    ///
    /// Returns the select, with every value, when the time is up.
    ///
    /// # Panics
    ///
    /// Panics if [`wait`](Self::wait) would.
    ///
    /// ```
    /// use gochan::{make, Select};
    /// use std::time::Instant;
    ///
    /// let c = make(1);
    /// c.send(1);
    /// let mut select = Select::new();
    /// select.recv(&c, |v| v);
    /// assert_eq!(select.wait_deadline(Instant::now()).ok(), Some(1));
    /// ```
    #[track_caller]
    pub fn wait_deadline(self, deadline: Instant) -> Result<R, Self> {
        self.run(Limit::At(deadline))
    }

    #[track_caller]
    fn run(mut self, limit: Limit) -> Result<R, Self> {
        let blocked_at = BlockedAt { reason: Reason::Select, location: Location::caller() };
        let cases: Vec<&dyn Case> = self.cases.iter().map(|case| case.case()).collect();
        let mut indices = vec![0; cases.len()];
        let order = if self.biased { Order::Source } else { Order::random(&mut indices) };
        match run(&cases, order, limit, blocked_at) {
            Some(winner) => {
                let winner = self.cases.swap_remove(winner);
                // The losers' values are dropped before the handler runs, as in `select!`.
                drop(self);
                if winner.is_refused() {
                    drop(winner);
                    panic!("send on closed channel");
                }
                Ok(winner.finish())
            }
            None => Err(self),
        }
    }

    #[track_caller]
    fn add(&mut self, case: impl HandledCase<'a, R> + 'a) -> &mut Self {
        assert_room_after(self.cases.len());
        self.cases.push(Box::new(case));
        self
    }
}

/// Checks that a case can be added: the index of a case, and their number, is a `u32` everywhere.
#[track_caller]
pub(super) fn assert_room_after(cases: usize) {
    assert!(cases < u32::MAX as usize, "a select of more than 4294967295 cases");
}

// Channels and slots are consistent after a panic, and the select is gone. A handler may have
// changed state that it borrows, as the closure of `std::thread::spawn` may. That is up to its
// author, and documented.
impl<R> UnwindSafe for Select<'_, R> {}
// Through a shared reference to a select nothing runs or changes.
impl<R> RefUnwindSafe for Select<'_, R> {}

impl<R> Default for Select<'_, R> {
    fn default() -> Self {
        Self::new()
    }
}

impl<R> fmt::Debug for Select<'_, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Select").field("cases", &self.len()).field("biased", &self.biased).finish()
    }
}
