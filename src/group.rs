//! Work that stands or falls together: Go's `errgroup`.

use std::{
    any::Any,
    error::Error,
    fmt,
    panic::{catch_unwind, AssertUnwindSafe},
};

#[cfg(not(any(loom, shuttle)))]
use crate::sync::Scope;
use crate::{
    chan::{make, Chan},
    context::{CancelCause, Cause, Context},
    sync::{spawn, Arc, Mutex},
    wait_group::WaitGroup,
};

/// Runs members in threads, and gives the first error. Go's `errgroup.Group`.
///
/// The first member that fails, or panics, ends the group's [`context`](Self::context); the others should
/// watch it and return. [`wait`](Self::wait) waits for all of them.
///
/// | Go | here |
/// |---|---|
/// | `errgroup.WithContext(ctx)` | [`Group::with_context`], [`context`](Self::context) |
/// | `new(errgroup.Group)` | [`Group::new`] |
/// | `g.SetLimit(n)` | [`with_limit`](Self::with_limit), before the first member |
/// | `g.Go(f)`, `g.TryGo(f)` | [`go`](Self::go), [`try_go`](Self::try_go); in a scope [`go_scoped`](Self::go_scoped) |
/// | `g.Wait()` | [`wait`](Self::wait) |
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
}

struct Shared {
    context: Context,
    cancel: CancelCause,
    first: Mutex<Option<Cause>>,
}

impl Group {
    /// A group with a context of its own.
    ///
    /// ```
    /// assert!(gochan::Group::new().wait().is_ok());
    /// ```
    #[must_use]
    pub fn new() -> Self {
        Self::with_context(&Context::background())
    }

    /// A group whose context ends with `parent` as well. Go's `errgroup.WithContext`.
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
        let (context, cancel) = parent.with_cancel_cause();
        let shared = Arc::new(Shared { context, cancel, first: Mutex::new(None) });
        Self { shared, members: WaitGroup::new(), places: Chan::nil() }
    }

    /// Lets at most `limit` members run at once. Go's `g.SetLimit`.
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
    ///
    /// # Panics
    ///
    /// If `limit` is zero: no member could ever run.
    #[must_use]
    #[track_caller]
    pub fn with_limit(self, limit: usize) -> Self {
        assert!(limit > 0, "a group with a limit of zero");
        Self { places: make(limit), ..self }
    }

    /// The context that ends with the first failure, with its error as the cause, or when
    /// [`wait`](Self::wait) returns.
    ///
    /// ```
    /// assert!(gochan::Group::new().context().err().is_none());
    /// ```
    #[must_use]
    pub fn context(&self) -> &Context {
        &self.shared.context
    }

    /// Runs `f` in a thread. Blocks while as many members run as the limit allows. Go's `g.Go`.
    ///
    /// ```
    /// use gochan::Group;
    ///
    /// let group = Group::new();
    /// group.go(|| Err("no"));
    /// assert_eq!(group.wait().unwrap_err().to_string(), "no");
    /// ```
    ///
    /// # Panics
    ///
    /// If the system has no thread left.
    pub fn go<E>(&self, f: impl FnOnce() -> Result<(), E> + Send + 'static)
    where
        E: Into<Box<dyn Error + Send + Sync>>,
    {
        self.take_place();
        let member = self.member();
        spawn(move || member.run(f));
    }

    /// The same in a thread of `scope`, so that `f` may borrow.
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
    ///
    /// # Panics
    ///
    /// If the system has no thread left.
    #[cfg(not(any(loom, shuttle)))]
    pub fn go_scoped<'scope, E>(
        &self,
        scope: &'scope Scope<'scope, '_>,
        f: impl FnOnce() -> Result<(), E> + Send + 'scope,
    ) where
        E: Into<Box<dyn Error + Send + Sync>>,
    {
        self.take_place();
        let member = self.member();
        scope.spawn(move || member.run(f));
    }

    /// Runs `f` in a thread, unless as many members run as the limit allows: then false. Go's `g.TryGo`.
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
    ///
    /// # Panics
    ///
    /// If the system has no thread left.
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

    /// Blocks until all members have returned, ends the context, and gives the first error. A member
    /// that panicked gives [`Panicked`]. Go's `g.Wait`.
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
    ///
    /// # Errors
    ///
    /// What the first member that failed has returned.
    pub fn wait(&self) -> Result<(), Cause> {
        self.members.wait();
        self.shared.cancel.end();
        match self.shared.first.lock().clone() {
            None => Ok(()),
            Some(error) => Err(error),
        }
    }

    fn take_place(&self) {
        if !self.places.is_nil() {
            self.places.send(());
        }
    }

    fn member(&self) -> Member {
        self.members.add(1);
        Member {
            shared: self.shared.clone(),
            members: self.members.clone(),
            places: self.places.clone(),
        }
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
            .field("context", &self.shared.context)
            .field("members", &self.members)
            .finish_non_exhaustive()
    }
}

/// The error of a member that panicked.
///
/// ```
/// use gochan::{group::Panicked, Group};
///
/// let group = Group::new();
/// group.go(|| -> Result<(), String> { panic!("oh") });
/// assert_eq!(group.wait().unwrap_err().downcast_ref::<Panicked>().unwrap().message(), "oh");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Panicked(String);

impl Panicked {
    /// What the panic said; empty if that was no text.
    ///
    /// See [`Panicked`] for an example.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0
    }

    fn of(payload: &(dyn Any + Send)) -> Self {
        let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
        Self(text.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap_or_default())
    }
}

impl fmt::Display for Panicked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a member of the group panicked: {}", self.0)
    }
}

impl Error for Panicked {}

/// A member at work; gone when it is dropped.
struct Member {
    shared: Arc<Shared>,
    members: WaitGroup,
    places: Chan<()>,
}

impl Member {
    fn run<E>(self, f: impl FnOnce() -> Result<(), E>)
    where
        E: Into<Box<dyn Error + Send + Sync>>,
    {
        // The group hears of a panic; what the member shares with others is the member's business.
        let failure = match catch_unwind(AssertUnwindSafe(f)) {
            Ok(Ok(())) => return,
            Ok(Err(error)) => error.into(),
            Err(payload) => Box::new(Panicked::of(&*payload)),
        };
        let failure = Cause::from(failure);
        let mut first = self.shared.first.lock();
        if first.is_some() {
            return;
        }
        *first = Some(failure.clone());
        drop(first);
        self.shared.cancel.end_because(failure);
    }
}

impl Drop for Member {
    fn drop(&mut self) {
        // The place first: who waits for the group may go on to reuse it.
        if !self.places.is_nil() {
            let _ = self.places.try_recv();
        }
        self.members.done();
    }
}
