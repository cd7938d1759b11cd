//! Work that stands or falls together: Go's `errgroup`.

mod member;
#[cfg(all(test, not(any(loom, shuttle))))]
mod tests;

use std::{error::Error, fmt};

pub use member::Panicked;

#[cfg(not(any(loom, shuttle)))]
use crate::sync::{spawn_scoped, Scope};
use crate::{
    chan::{make, Chan},
    context::{Cause, Context},
    sync::{spawn, Arc, AtomicUsize, Ordering},
    wait_group::WaitGroup,
};
pub(crate) use member::Member;
use member::Shared;

/// Runs members in threads, and gives the first error. Go's `errgroup.Group`.
///
/// The first member that fails, or panics, ends the group's [`context`](Self::context); the others
/// should watch it and return. [`wait`](Self::wait) waits for all of them.
///
/// | Go | here |
/// |---|---|
/// | `errgroup.WithContext(ctx)` | [`Group::with_context`], [`context`](Self::context) |
/// | `new(errgroup.Group)` | [`Group::new`] |
/// | `g.SetLimit(n)` | [`with_limit`](Self::with_limit), before the first member |
/// | `g.Go(f)`, `g.TryGo(f)` | [`go`](Self::go), [`try_go`](Self::try_go); in a scope [`go_scoped`](Self::go_scoped) |
/// | `g.Wait()` | [`wait`](Self::wait) |
/// | the same, in a task | [`track`](Self::track), [`wait_async`](Self::wait_async) |
///
/// # Examples
///
/// ```
/// use gochan::{select, Group};
///
/// let group = Group::new();
/// group.go(|| "x".parse::<i32>().map(drop));
/// let done = group.context().done();
/// group.go(move || -> Result<(), String> {
///     select! { recv(done) => Ok(()) }
/// });
/// assert_eq!(group.wait().unwrap_err().to_string(), "invalid digit found in string");
/// ```
pub struct Group {
    shared: Arc<Shared>,
    members: WaitGroup,
    /// A place for each member that may run at once; nil without a limit.
    places: Chan<()>,
    /// Not 0 if a member has started since the last wait.
    started: AtomicUsize,
}

impl Group {
    /// Makes a group with a context of its own.
    ///
    /// # Examples
    ///
    /// ```
    /// assert!(gochan::Group::new().wait().is_ok());
    /// ```
    #[must_use]
    pub fn new() -> Self {
        Self::with_context(&Context::background())
    }

    /// Makes a group whose context ends with `parent` as well. Go's `errgroup.WithContext`.
    ///
    /// # Examples
    ///
    /// ```
    /// use gochan::{Context, Group};
    ///
    /// let (parent, cancel) = Context::background().with_cancel();
    /// let group = Group::with_context(&parent);
    /// cancel.cancel();
    /// assert!(group.context().err().is_some());
    /// ```
    #[must_use]
    pub fn with_context(parent: &Context) -> Self {
        Self {
            shared: Arc::new(Shared::new(parent)),
            members: WaitGroup::new(),
            places: Chan::nil(),
            started: AtomicUsize::new(0),
        }
    }

    /// Lets at most `limit` members run at once, in place of a limit set before. Go's `g.SetLimit`.
    ///
    /// Set the limit before the first member is started, or after a [`wait`](Self::wait).
    ///
    /// # Panics
    ///
    /// Panics if `limit` is zero: no member could ever run. Panics if a member has been started,
    /// and no `wait` has returned since: the limit would not count it.
    ///
    /// # Examples
    ///
    /// ```
    /// use gochan::Group;
    ///
    /// let group = Group::new().with_limit(2);
    /// for _ in 0..10 {
    ///     group.go(|| Ok::<(), String>(())); // waits for a place
    /// }
    /// assert!(group.wait().is_ok());
    /// ```
    #[must_use]
    #[track_caller]
    pub fn with_limit(self, limit: usize) -> Self {
        assert!(limit > 0, "a group with a limit of zero");
        let active = self.members.count();
        // Members that have ended count too: whether this is a mistake must not depend on their
        // speed.
        // ORDERING: Relaxed; the owner of the group, which has it by value, has seen all calls.
        let started = self.started.load(Ordering::Relaxed) != 0 || active > 0;
        assert!(!started, "modify limit of a group with members: {active} are still active");
        Self { places: make(limit), ..self }
    }

    /// Returns the context that ends with the first failure, with its error as the cause, or when
    /// [`wait`](Self::wait) returns.
    ///
    /// # Examples
    ///
    /// ```
    /// assert!(gochan::Group::new().context().err().is_none());
    /// ```
    #[must_use]
    pub fn context(&self) -> &Context {
        self.shared.context()
    }

    /// Runs `f` in a thread. Blocks while as many members run as the limit allows. Go's `g.Go`.
    ///
    /// # Panics
    ///
    /// Panics if the system has no thread left: `f` is no member then, and does not run.
    ///
    /// # Examples
    ///
    /// ```
    /// use gochan::Group;
    ///
    /// let group = Group::new();
    /// group.go(|| Err("no"));
    /// assert_eq!(group.wait().unwrap_err().to_string(), "no");
    /// ```
    #[track_caller]
    pub fn go<E>(&self, f: impl FnOnce() -> Result<(), E> + Send + 'static)
    where
        E: Into<Box<dyn Error + Send + Sync>>,
    {
        self.take_place();
        let member = self.member();
        spawn(move || member.run(f));
    }

    /// Runs `f` in a thread of `scope`, so that it may borrow.
    ///
    /// # Panics
    ///
    /// Panics if the system has no thread left: `f` is no member then, and does not run.
    ///
    /// # Examples
    ///
    /// ```
    /// use gochan::Group;
    ///
    /// let (group, names) = (Group::new(), ["a", "b"]);
    /// std::thread::scope(|scope| {
    ///     group.go_scoped(scope, || if names.is_empty() { Err("nobody") } else { Ok(()) });
    ///     assert!(group.wait().is_ok());
    /// });
    /// ```
    #[cfg(not(any(loom, shuttle)))]
    #[track_caller]
    pub fn go_scoped<'scope, E>(
        &self,
        scope: &'scope Scope<'scope, '_>,
        f: impl FnOnce() -> Result<(), E> + Send + 'scope,
    ) where
        E: Into<Box<dyn Error + Send + Sync>>,
    {
        self.take_place();
        let member = self.member();
        spawn_scoped(scope, move || member.run(f));
    }

    /// Runs `f` in a thread, or returns false if as many members run as the limit allows. Go's
    /// `g.TryGo`.
    ///
    /// # Panics
    ///
    /// Panics if the system has no thread left: `f` is no member then, and does not run.
    ///
    /// # Examples
    ///
    /// ```
    /// use gochan::{make, Group};
    ///
    /// let (group, gate) = (Group::new().with_limit(1), make::<()>(0));
    /// let open = gate.receiver();
    /// assert!(group.try_go(move || Ok::<(), String>(drop(open.recv_ok()))));
    /// assert!(!group.try_go(|| Ok::<(), String>(())));
    /// gate.close();
    /// assert!(group.wait().is_ok());
    /// ```
    #[track_caller]
    pub fn try_go<E>(&self, f: impl FnOnce() -> Result<(), E> + Send + 'static) -> bool
    where
        E: Into<Box<dyn Error + Send + Sync>>,
    {
        if !self.places.is_nil() && self.places.try_send(()).is_err() {
            return false;
        }
        let member = self.member();
        spawn(move || member.run(f));
        true
    }

    /// Blocks until all members have returned, ends the context, and returns the first error. The
    /// error of a member that panicked is [`Panicked`]. Go's `g.Wait`.
    ///
    /// `Ok` means that each member has returned `Ok`. Any other end is a failure. A panic in a
    /// destructor of the member is one too, and so is a panic in the conversion of its error to a
    /// `Box<dyn Error>`.
    ///
    /// # Errors
    ///
    /// The error of the first member that failed.
    ///
    /// # Examples
    ///
    /// ```
    /// use gochan::{group::Panicked, Group};
    ///
    /// let group = Group::new();
    /// group.go(|| -> Result<(), String> { panic!("oh") });
    /// let error = group.wait().unwrap_err();
    /// assert!(error.is::<Panicked>());
    /// assert_eq!(error.to_string(), "a member of the group panicked: oh");
    /// ```
    #[track_caller]
    pub fn wait(&self) -> Result<(), Cause> {
        self.members.wait();
        self.outcome()
    }

    /// Ends the context after a wait, and returns the first error.
    pub(crate) fn outcome(&self) -> Result<(), Cause> {
        // ORDERING: Relaxed; see `with_limit`.
        self.started.store(0, Ordering::Relaxed);
        self.shared.outcome()
    }

    pub(crate) fn members(&self) -> &WaitGroup {
        &self.members
    }

    pub(crate) fn places(&self) -> &Chan<()> {
        &self.places
    }

    #[track_caller]
    fn take_place(&self) {
        if !self.places.is_nil() {
            self.places.send(());
        }
    }

    /// Makes another member, for which there is a place.
    fn member(&self) -> Member {
        let mut member = self.member_without_place();
        member.keep_place(self.places.clone());
        member
    }

    /// Makes another member, which takes its place later.
    pub(crate) fn member_without_place(&self) -> Member {
        // ORDERING: Relaxed; see `with_limit`.
        self.started.store(1, Ordering::Relaxed);
        Member::new(&self.shared, &self.members)
    }
}

impl Default for Group {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Group {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Group")
            .field("context", self.shared.context())
            .field("members", &self.members)
            .finish_non_exhaustive()
    }
}
