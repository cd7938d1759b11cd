//! Waiting in a task until a group's work is done.

use std::{
    fmt,
    future::Future,
    panic::Location,
    pin::Pin,
    task::{ready, Context, Poll},
};

use crate::{
    context::Cause,
    group::Group,
    receiver::Receiver,
    select::{Boxed, ReceiveVia},
    wait_group::WaitGroup,
};

/// The future of [`WaitGroup::wait_async`].
#[must_use = "a future does nothing until it is awaited"]
pub struct WaitGroupWait<'a> {
    group: &'a WaitGroup,
    location: &'static Location<'static>,
    /// From the first poll on.
    waits: Option<Boxed<ReceiveVia<Receiver<()>>>>,
}

impl WaitGroup {
    /// Waits in a task until nothing is under way, as [`wait`](Self::wait) does in a thread. Go's
    /// `wg.Wait`.
    ///
    /// The wait begins with the first poll, and ends at the first zero after it. A drop of the
    /// future ends the wait, and changes nothing for the group.
    ///
    /// See [`future`](crate::future) for tasks.
    ///
    /// # Examples
    ///
    /// ```
    /// let group = gochan::WaitGroup::new();
    /// group.go(|| {});
    /// pollster::block_on(group.wait_async());
    /// ```
    #[track_caller]
    pub fn wait_async(&self) -> WaitGroupWait<'_> {
        WaitGroupWait { group: self, location: Location::caller(), waits: None }
    }
}

impl WaitGroupWait<'_> {
    #[cfg(feature = "futures")]
    pub(super) fn is_done(&self) -> bool {
        self.waits.as_ref().is_some_and(Boxed::is_done)
    }
}

impl Future for WaitGroupWait<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let Self { group, location, waits } = &mut *self;
        let waits =
            waits.get_or_insert_with(|| Boxed::new(ReceiveVia::new(group.finished()), location));
        waits.poll(cx).map(drop)
    }
}

impl fmt::Debug for WaitGroupWait<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WaitGroupWait").field("group", self.group).finish_non_exhaustive()
    }
}

/// The future of [`Group::wait_async`].
#[must_use = "a future does nothing until it is awaited"]
pub struct GroupWait<'a> {
    group: &'a Group,
    members: WaitGroupWait<'a>,
}

impl Group {
    /// Waits in a task until all members have returned, ends the context, and returns the first
    /// error, as [`wait`](Self::wait) does in a thread. Go's `g.Wait`.
    ///
    /// A drop of the future ends the wait, and changes nothing for the group: its context goes on.
    ///
    /// See [`future`](crate::future) for tasks.
    ///
    /// # Errors
    ///
    /// The error of the first member that failed.
    ///
    /// # Examples
    ///
    /// ```
    /// let group = gochan::Group::new();
    /// group.go(|| Err("no"));
    /// let error = pollster::block_on(group.wait_async()).unwrap_err();
    /// assert_eq!(error.to_string(), "no");
    /// ```
    #[track_caller]
    pub fn wait_async(&self) -> GroupWait<'_> {
        GroupWait { group: self, members: self.members().wait_async() }
    }
}

impl GroupWait<'_> {
    #[cfg(feature = "futures")]
    pub(super) fn is_done(&self) -> bool {
        self.members.is_done()
    }
}

impl Future for GroupWait<'_> {
    type Output = Result<(), Cause>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Cause>> {
        ready!(Pin::new(&mut self.members).poll(cx));
        Poll::Ready(self.group.outcome())
    }
}

impl fmt::Debug for GroupWait<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GroupWait").field("group", self.group).finish_non_exhaustive()
    }
}
