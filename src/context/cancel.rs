//! Ending a context by hand.

use std::{error::Error, fmt};

use super::{
    node::{Child, Due, Node, Outcome},
    Cause, Context, ContextError,
};
use crate::sync::Arc;

/// Ends the context that it was made with, at the latest when it is dropped. Go's `CancelFunc`.
///
/// [Keep it](crate::context#keep-the-handle) as long as the context is to live: a pattern `_` drops
/// it at once. Neither [`cancel`](Self::cancel) nor the drop panics, even if the system has no
/// thread left for functions of [`Context::after_func`].
///
/// # Examples
///
/// ```
/// let (context, cancel) = gochan::Context::background().with_cancel();
/// drop(cancel);
/// assert!(context.err().is_some());
/// ```
#[must_use = "dropping the handle cancels"]
pub struct Cancel {
    context: Context,
    /// The node of `context`.
    node: Arc<Node>,
    /// The parent with which the node is registered, and the node's key there.
    parent: Option<(Arc<Node>, u64)>,
}

impl Cancel {
    /// Ends the context and all contexts made from it. A second call does nothing. Does not wait
    /// for the threads that work for it.
    ///
    /// When it returns, [`done`](Context::done) is closed for all of them, and their functions of
    /// [`Context::after_func`] can no longer be called off. Functions for which the system has no
    /// thread left run here, one after the other, before it returns.
    ///
    /// # Examples
    ///
    /// ```
    /// let (context, cancel) = gochan::Context::background().with_cancel();
    /// cancel.cancel();
    /// cancel.cancel();
    /// assert!(context.done().is_closed());
    /// ```
    pub fn cancel(&self) {
        self.end(None);
    }

    /// Returns the context that the handle was made with.
    ///
    /// # Examples
    ///
    /// ```
    /// use gochan::Context;
    ///
    /// struct Server {
    ///     stop: gochan::context::Cancel,
    /// }
    ///
    /// let server = Server { stop: Context::background().with_cancel().1 };
    /// assert!(server.stop.context().err().is_none());
    /// server.stop.cancel();
    /// assert!(server.stop.context().err().is_some());
    /// ```
    #[must_use]
    pub fn context(&self) -> &Context {
        &self.context
    }

    fn end(&self, cause: Option<Cause>) {
        self.node.end(&Outcome { error: ContextError::Canceled, cause });
    }
}

impl Drop for Cancel {
    fn drop(&mut self) {
        self.cancel();
        if let Some((parent, key)) = self.parent.take() {
            parent.unregister(key);
        }
    }
}

impl fmt::Debug for Cancel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Cancel")
    }
}

/// Ends the context that it was made with, for a reason. Its drop ends the context without a
/// reason. Go's `CancelCauseFunc`.
///
/// [Keep it](crate::context#keep-the-handle) as long as the context is to live: a pattern `_` drops
/// it at once. Neither [`cancel`](Self::cancel) nor the drop panics, as with [`Cancel`].
///
/// # Examples
///
/// ```
/// let (context, cancel) = gochan::Context::background().with_cancel_cause();
/// cancel.cancel(std::io::Error::other("disk full"));
/// assert_eq!(context.cause().unwrap().to_string(), "disk full");
/// ```
#[derive(Debug)]
#[must_use = "dropping the handle cancels"]
pub struct CancelCause(Cancel);

impl CancelCause {
    pub(super) fn new(cancel: Cancel) -> Self {
        Self(cancel)
    }

    /// Ends the context and all contexts made from it, because of `cause`. A second call does
    /// nothing. In all else it is like [`Cancel::cancel`].
    ///
    /// # Examples
    ///
    /// ```
    /// let (context, cancel) = gochan::Context::background().with_cancel_cause();
    /// cancel.cancel("first");
    /// cancel.cancel("second");
    /// assert_eq!(context.cause().unwrap().to_string(), "first");
    /// ```
    pub fn cancel(&self, cause: impl Into<Box<dyn Error + Send + Sync>>) {
        self.end_because(Cause::from(cause.into()));
    }

    /// Returns the context that the handle was made with.
    ///
    /// # Examples
    ///
    /// ```
    /// let (_, cancel) = gochan::Context::background().with_cancel_cause();
    /// cancel.cancel("disk full");
    /// assert_eq!(cancel.context().cause().unwrap().to_string(), "disk full");
    /// ```
    #[must_use]
    pub fn context(&self) -> &Context {
        self.0.context()
    }

    pub(crate) fn end_because(&self, cause: Cause) {
        self.0.end(Some(cause));
    }

    /// Ends the context without a reason.
    pub(crate) fn end(&self) {
        self.0.cancel();
    }
}

/// Makes a context that ends with `parent`, at `due`, or by the returned handle.
pub(super) fn child(parent: &Context, due: Option<Due>) -> Cancel {
    let above = parent.node.as_ref();
    let inherited = above.and_then(|above| above.due());
    let due = match (due, inherited) {
        (Some(own), Some(inherited)) if inherited.at <= own.at => Some(inherited.clone()),
        (own, inherited) => own.or_else(|| inherited.cloned()),
    };
    let node = Arc::new(Node::new(due));
    let registered = above.and_then(|above| register(above, &node));
    let context = Context { node: Some(node.clone()), values: parent.values.clone() };
    Cancel { context, node, parent: registered }
}

/// Makes `node` end with `parent`, at once if that has ended.
fn register(parent: &Arc<Node>, node: &Arc<Node>) -> Option<(Arc<Node>, u64)> {
    match parent.register(Child::Node(node.clone())) {
        Ok(key) => Some((parent.clone(), key)),
        Err((outcome, _)) => {
            node.end(&outcome);
            None
        }
    }
}
