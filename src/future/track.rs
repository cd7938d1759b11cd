//! Members of groups that are futures: they run in tasks, of any executor.
#![allow(unsafe_code)]

use std::{
    error::Error,
    fmt,
    future::Future,
    panic::{catch_unwind, AssertUnwindSafe, Location},
    pin::Pin,
    task::{ready, Context, Poll},
};

use super::place::Place;
use crate::{
    context::{contain, Cause},
    group::{self, Group},
    wait_group::{self, WaitGroup},
};

/// The future of [`WaitGroup::track`].
#[must_use = "a future does nothing until it is awaited, and counts as under way until it is dropped"]
pub struct Tracked<F> {
    /// Pinned. Dropped before the member ends.
    future: Option<F>,
    /// Until the future is done.
    member: Option<wait_group::Member>,
}

impl WaitGroup {
    /// Counts `future` as work under way, from now until it is done or dropped. Go's `wg.Go`, for a
    /// task: the future that it returns has the same output, and is given to any executor.
    ///
    /// The future is dropped before it counts as done. A panic in it goes on to its executor, and
    /// it is done when the executor drops it.
    ///
    /// # Panics
    ///
    /// Panics if the count would become larger than `isize::MAX`. The future that it returns panics
    /// if it is polled after it was done.
    ///
    /// # Examples
    ///
    /// ```
    /// let group = gochan::WaitGroup::new();
    /// let task = group.track(async { 7 });
    /// let other = group.clone();
    /// let waits = std::thread::spawn(move || other.wait());
    /// assert_eq!(pollster::block_on(task), 7);
    /// waits.join().unwrap();
    ///
    /// drop(group.track(async {})); // never polled, and done
    /// group.wait();
    /// ```
    #[track_caller]
    pub fn track<F: Future>(&self, future: F) -> Tracked<F> {
        Tracked { member: Some(wait_group::Member::of(self)), future: Some(future) }
    }
}

impl<F> Tracked<F> {
    fn project(self: Pin<&mut Self>) -> (Pin<&mut Option<F>>, &mut Option<wait_group::Member>) {
        // SAFETY: the future is not moved out of it.
        let this = unsafe { self.get_unchecked_mut() };
        // SAFETY: pinned, as the whole is. It is dropped in its place, and has no other reference.
        (unsafe { Pin::new_unchecked(&mut this.future) }, &mut this.member)
    }

    #[cfg(feature = "futures")]
    pub(super) fn is_done(&self) -> bool {
        self.member.is_none()
    }
}

impl<F: Future> Future for Tracked<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let (mut future, member) = self.project();
        let output = ready!(future.as_mut().as_pin_mut().expect(DONE).poll(cx));
        future.set(None);
        *member = None;
        Poll::Ready(output)
    }
}

impl<F> fmt::Debug for Tracked<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tracked").field("done", &self.member.is_none()).finish_non_exhaustive()
    }
}

/// The future of [`Group::track`].
#[must_use = "a future does nothing until it is awaited, and is a member until it is dropped"]
pub struct GroupTracked<F> {
    /// Pinned. Dropped before the member ends.
    future: Option<F>,
    place: Place,
    /// Until the future is done.
    member: Option<group::Member>,
}

impl Group {
    /// Makes `future` a member, from now until it is done or dropped. Go's `g.Go`, for a task: the
    /// future that it returns is given to any executor.
    ///
    /// A member that returns an error, or panics, fails as a member that is a thread does: the
    /// group keeps its error, and ends the context. A panic does not reach the executor. In a group
    /// with a limit, a member waits for a place first.
    ///
    /// A future that is dropped before it is done is a member that has ended, and has not failed:
    /// [`wait`](Self::wait) may then return `Ok`.
    ///
    /// # Panics
    ///
    /// The future that it returns panics if it is polled after it was done.
    ///
    /// # Examples
    ///
    /// ```
    /// use gochan::Group;
    ///
    /// let group = Group::new();
    /// let task = group.track(async { Err("no") });
    /// pollster::block_on(async {
    ///     task.await;
    ///     assert_eq!(group.wait_async().await.unwrap_err().to_string(), "no");
    /// });
    /// ```
    #[track_caller]
    pub fn track<F, E>(&self, future: F) -> GroupTracked<F>
    where
        F: Future<Output = Result<(), E>>,
        E: Into<Box<dyn Error + Send + Sync>>,
    {
        let place = Place::of(self.places(), Location::caller());
        GroupTracked { future: Some(future), place, member: Some(self.member_without_place()) }
    }
}

impl<F> GroupTracked<F> {
    fn project(
        self: Pin<&mut Self>,
    ) -> (Pin<&mut Option<F>>, &mut Place, &mut Option<group::Member>) {
        // SAFETY: the future is not moved out of it.
        let this = unsafe { self.get_unchecked_mut() };
        // SAFETY: pinned, as the whole is. It is dropped in its place, and has no other reference.
        (unsafe { Pin::new_unchecked(&mut this.future) }, &mut this.place, &mut this.member)
    }

    #[cfg(feature = "futures")]
    pub(super) fn is_done(&self) -> bool {
        self.member.is_none()
    }
}

impl<F, E> Future for GroupTracked<F>
where
    F: Future<Output = Result<(), E>>,
    E: Into<Box<dyn Error + Send + Sync>>,
{
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let (mut future, place, running) = self.project();
        let member = running.as_mut().expect(DONE);
        if let Some(places) = ready!(place.poll(cx)) {
            member.keep_place(places);
        }
        // The group learns of a panic. The state that the future shares with other code is the
        // user's concern.
        let end = match catch_unwind(AssertUnwindSafe(|| poll_to_end(future.as_mut(), cx))) {
            Ok(polled) => Ok(ready!(polled)),
            Err(payload) => Err(payload),
        };
        member.end(end);
        contain(|| future.set(None));
        *running = None;
        Poll::Ready(())
    }
}

/// Polls the future. Its end is that of all its code: the conversion of its error, its destructor.
fn poll_to_end<F, E>(
    mut future: Pin<&mut Option<F>>,
    cx: &mut Context<'_>,
) -> Poll<Result<(), Cause>>
where
    F: Future<Output = Result<(), E>>,
    E: Into<Box<dyn Error + Send + Sync>>,
{
    let result = ready!(future.as_mut().as_pin_mut().expect(DONE).poll(cx));
    let result = result.map_err(|error| Cause::from(error.into()));
    future.set(None);
    Poll::Ready(result)
}

impl<F> fmt::Debug for GroupTracked<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GroupTracked").field("done", &self.member.is_none()).finish_non_exhaustive()
    }
}

const DONE: &str = "a tracked future was polled after it was done";
