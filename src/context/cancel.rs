//! Ending a context by hand, and calling off what was to happen at its end.

use std::{error::Error, fmt};

use super::{
    node::{self, Call, Child, Due, Node, Outcome},
    Cause, ContextError,
};
use crate::{
    receiver::Receiver,
    sender::Sender,
    sync::{mutant, spawn, Arc, Mutex},
};

/// Ends the context it was made with. Go's `CancelFunc`, called when it is dropped.
///
/// ```
/// let (context, cancel) = gochan::Context::background().with_cancel();
/// drop(cancel);
/// assert!(context.err().is_some());
/// ```
#[must_use = "dropping the handle cancels"]
pub struct Cancel {
    node: Arc<Node>,
    /// Where the node is registered.
    parent: Option<(Arc<Node>, u64)>,
}

impl Cancel {
    /// Ends the context, and all that were made from it. The second time does nothing. Does not wait
    /// for those who work for it.
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

/// Ends the context it was made with, and says why. Go's `CancelCauseFunc`, called without a reason when
/// it is dropped.
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

    /// Ends the context, and all that were made from it, because of `cause`. The second time does
    /// nothing.
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

    pub(crate) fn end_because(&self, cause: Cause) {
        self.0.end(Some(cause));
    }

    /// Without a reason.
    pub(crate) fn end(&self) {
        self.0.cancel();
    }
}

/// Something that is to happen at the end of a context.
///
/// ```
/// let (context, _cancel) = gochan::Context::background().with_cancel();
/// let after = context.after_func(|| unreachable!());
/// assert!(after.stop());
/// ```
pub struct AfterFunc {
    call: Call,
    registered: Registered,
}

/// Where it is called off.
enum Registered {
    Nowhere,
    At(Arc<Node>, u64),
    /// With the thread that waits; it ends when this is closed.
    Thread(Sender<()>),
}

impl AfterFunc {
    /// Calls it off. False if it has begun, or was called off before. Does not wait for its end.
    ///
    /// ```
    /// let (context, cancel) = gochan::Context::background().with_cancel();
    /// let after = context.after_func(|| {});
    /// cancel.cancel();
    /// assert!(!after.stop());
    /// ```
    pub fn stop(&self) -> bool {
        let f = self.call.lock().take();
        match &self.registered {
            Registered::Nowhere => {}
            Registered::At(node, key) => node.unregister(*key),
            Registered::Thread(stop) => drop(stop.close_ok()),
        }
        f.is_some() || mutant("stop_says_yes")
    }
}

impl fmt::Debug for AfterFunc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AfterFunc")
    }
}

/// A node that ends with `parent`, at `due`, or by its handle.
pub(super) fn child(parent: Option<&Arc<Node>>, due: Option<Due>) -> (Arc<Node>, Cancel) {
    let inherited = parent.and_then(|parent| parent.due());
    let due = match (due, inherited) {
        (Some(own), Some(inherited)) if inherited.at <= own.at => Some(inherited.clone()),
        (own, inherited) => own.or_else(|| inherited.cloned()),
    };
    let node = Arc::new(Node::new(due));
    let Some(parent) = parent else {
        return (node.clone(), Cancel { node, parent: None });
    };
    let registered = match parent.register(Child::Node(node.clone())) {
        Ok(key) => Some((parent.clone(), key)),
        Err((outcome, _)) => {
            node.end(&outcome);
            None
        }
    };
    (node.clone(), Cancel { node, parent: registered })
}

/// Has `f` run when `node` ends; never, if there is none.
pub(super) fn after_func(node: Option<&Arc<Node>>, f: Box<dyn FnOnce() + Send>) -> AfterFunc {
    let call: Call = Arc::new(Mutex::new(Some(f)));
    let registered = match node {
        None => Registered::Nowhere,
        // Nobody comes along at a deadline, so a thread waits for it.
        Some(node) if node.due().is_some() => Registered::Thread(wait_for(node, &call)),
        Some(node) => match node.register(Child::Call(call.clone())) {
            Ok(key) => Registered::At(node.clone(), key),
            Err(_) => {
                node::run(&call);
                Registered::Nowhere
            }
        },
    };
    AfterFunc { call, registered }
}

/// A thread that does `call` at the end of `node`, or ends when what is returned is closed.
fn wait_for(node: &Node, call: &Call) -> Sender<()> {
    let (stop, stopped) = crate::chan::bounded::<()>(0);
    let (done, call): (Receiver<()>, Call) = (node.done().clone(), call.clone());
    spawn(move || {
        crate::select! {
            recv(done) => {}
            recv(stopped) => {}
        }
        // A handle that is dropped closes `stopped` too, and calls nothing off.
        if call.lock().is_some() {
            done.recv();
        }
        let f = call.lock().take();
        if let Some(f) = f {
            f();
        }
    });
    stop
}
