//! One member at work, and how its group learns of its end.
//!
//! All user code runs where a panic is caught: the member, the conversion of its error,
//! destructors. The failure is recorded first, and values are dropped only after that.

use std::{
    any::Any,
    error::Error,
    fmt,
    panic::{catch_unwind, AssertUnwindSafe, RefUnwindSafe},
};

use crate::{
    chan::Chan,
    context::{contain, CancelCause, Cause, Context},
    sync::{Arc, Mutex},
    wait_group::WaitGroup,
};

/// The state that the members of a group share.
pub(super) struct Shared {
    cancel: CancelCause,
    first: Mutex<Option<Cause>>,
}

// A failure is recorded whole, and no user code runs under the lock.
impl RefUnwindSafe for Shared {}

impl Shared {
    pub(super) fn new(parent: &Context) -> Self {
        Self { cancel: parent.with_cancel_cause().1, first: Mutex::new(None) }
    }

    pub(super) fn context(&self) -> &Context {
        self.cancel.context()
    }

    /// Ends the context, and returns the first failure.
    pub(super) fn outcome(&self) -> Result<(), Cause> {
        self.cancel.end();
        match self.first.lock().clone() {
            None => Ok(()),
            Some(error) => Err(error),
        }
    }

    /// Records a failure, and ends the context, unless another came before.
    fn fail(&self, failure: Cause) {
        let mut first = self.first.lock();
        if first.is_some() {
            drop(first);
            return contain(|| drop(failure));
        }
        *first = Some(failure.clone());
        drop(first);
        self.cancel.end_because(failure);
    }
}

/// A member of a group. Its drop reports that it has ended.
pub(crate) struct Member {
    shared: Arc<Shared>,
    members: WaitGroup,
    places: Chan<()>,
    /// Whether it has begun, and its end is not reported yet.
    at_work: bool,
}

impl Member {
    /// Makes a member that has no place yet, or needs none.
    pub(super) fn new(shared: &Arc<Shared>, members: &WaitGroup) -> Self {
        members.add(1);
        Self {
            shared: shared.clone(),
            members: members.clone(),
            places: Chan::nil(),
            at_work: false,
        }
    }

    /// Keeps one of `places`, which it has taken, until it ends. Nil places are no limit.
    pub(crate) fn keep_place(&mut self, places: Chan<()>) {
        self.places = places;
    }

    /// Begins the work: from now on the group has to learn of its end.
    pub(super) fn begin(&mut self) {
        self.at_work = true;
    }

    pub(super) fn run<E>(mut self, f: impl FnOnce() -> Result<(), E>)
    where
        E: Into<Box<dyn Error + Send + Sync>>,
    {
        self.begin();
        // The group learns of a panic. The state that `f` shares with other code is the user's
        // concern.
        let f = AssertUnwindSafe(|| f().map_err(|error| Cause::from(error.into())));
        self.end(catch_unwind(f));
    }

    /// Reports the end of its work: a result, or a panic.
    pub(crate) fn end(&mut self, end: Result<Result<(), Cause>, Box<dyn Any + Send>>) {
        match end {
            Ok(result) => self.report(result),
            Err(payload) => {
                self.report(Err(Panicked::of(&*payload).into_cause()));
                contain(|| drop(payload));
            }
        }
    }

    fn report(&mut self, result: Result<(), Cause>) {
        self.at_work = false;
        if let Err(failure) = result {
            self.shared.fail(failure);
        }
    }
}

impl Drop for Member {
    fn drop(&mut self) {
        if self.at_work {
            // The thread unwinds, but not because of a panic.
            self.report(Err(Panicked(String::new()).into_cause()));
        }
        // The place first: a thread that waits for the group may go on to reuse it.
        if !self.places.is_nil() {
            let _ = self.places.try_recv();
        }
        self.members.done();
    }
}

/// The error of a member that panicked.
///
/// # Examples
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
    /// Returns the message of the panic, or an empty text if it had none.
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

    fn into_cause(self) -> Cause {
        let error: Box<dyn Error + Send + Sync> = Box::new(self);
        Cause::from(error)
    }
}

impl fmt::Display for Panicked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a member of the group panicked: {}", self.0)
    }
}

impl Error for Panicked {}
