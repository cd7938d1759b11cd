//! Functions that run at the end of a context, and how to call them off.
//!
//! - A function stays in its [`Call`] until it runs. The thread that takes it out runs or drops it:
//!   once.
//! - Once its context has ended, [`AfterFunc::stop`] no longer takes it out, and one thread makes
//!   it run: the one that ends the context, the one that waits for the deadline, or the one that
//!   registers it after the end.

use std::{
    fmt, mem,
    panic::{catch_unwind, AssertUnwindSafe, RefUnwindSafe},
};

use super::node::{Child, Node};
use crate::{
    chan::bounded,
    sender::Sender,
    sync::{mutant, spawn, try_spawn, Arc, Mutex},
};

/// A function that runs at the end of a context.
pub(super) struct Call(Mutex<Option<Box<dyn FnOnce() + Send>>>);

// A function is taken out before it runs, so its panic leaves nothing half-done here.
impl RefUnwindSafe for Call {}

impl Call {
    fn take(&self) -> Option<Box<dyn FnOnce() + Send>> {
        self.0.lock().take()
    }

    fn is_over(&self) -> bool {
        self.0.lock().is_none()
    }

    /// Runs the function here, unless another thread has taken it.
    fn run(&self) {
        let f = self.take();
        if let Some(f) = f {
            f();
        }
    }
}

/// Runs `call` in a thread of its own. Returns false if the system has none left: `call` is still
/// to run then.
fn start(call: &Arc<Call>) -> bool {
    let its = call.clone();
    call.is_over() || try_spawn(move || its.run()).is_ok()
}

/// Runs each call in a thread of its own. Calls for which the system has no thread left run here,
/// after all others have started.
pub(super) fn run_all(calls: Vec<Arc<Call>>) {
    let left: Vec<_> = calls.into_iter().filter(|call| !start(call)).collect();
    for call in left {
        // A thread may have ended meanwhile.
        if !start(&call) {
            contain(|| call.run());
        }
    }
}

/// Runs `f`, and contains its panic, even if the payload's destructor panics too.
pub(crate) fn contain(f: impl FnOnce()) {
    let Err(payload) = catch_unwind(AssertUnwindSafe(f)) else { return };
    if let Err(payload) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
        mem::forget(payload);
    }
}

/// A handle of a function that is to run at the end of a context.
///
/// # Examples
///
/// ```
/// let (context, _cancel) = gochan::Context::background().with_cancel();
/// let after = context.after_func(|| unreachable!());
/// assert!(after.stop());
/// ```
pub struct AfterFunc {
    call: Arc<Call>,
    /// `None` for a context that never ends.
    node: Option<Arc<Node>>,
    registered: Registered,
}

/// The place where the function is registered, until it is called off.
enum Registered {
    Nowhere,
    /// Registered with the node, under this key.
    Child(u64),
    /// Registered with the thread that waits, which ends when this channel is closed.
    Thread(Sender<()>),
}

impl AfterFunc {
    /// Calls the function off. Returns false if the context has ended, whether or not the function
    /// has begun to run, or if it was called off before. Does not wait for the end of the function.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let (context, cancel) = gochan::Context::background().with_timeout(Duration::from_secs(60));
    /// let (first, second) = (context.after_func(|| {}), context.after_func(|| {}));
    /// assert!(first.stop());
    /// cancel.cancel();
    /// assert!(!second.stop()); // It runs.
    /// ```
    pub fn stop(&self) -> bool {
        let ended = self.node.as_ref().is_some_and(|node| node.outcome().is_some());
        let f = if ended { None } else { self.call.take() };
        if f.is_some() {
            self.unregister();
        }
        f.is_some() || mutant("stop_says_yes")
    }

    fn unregister(&self) {
        match (&self.registered, &self.node) {
            (Registered::Child(key), Some(node)) => node.unregister(*key),
            (Registered::Thread(stop), _) => drop(stop.close_ok()),
            _ => {}
        }
    }
}

impl fmt::Debug for AfterFunc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AfterFunc")
    }
}

/// Makes `f` run when `node` ends. Never runs it if there is no node.
#[track_caller]
pub(super) fn after_func(node: Option<&Arc<Node>>, f: Box<dyn FnOnce() + Send>) -> AfterFunc {
    let call = Arc::new(Call(Mutex::new(Some(f))));
    let registered = match node {
        None => Registered::Nowhere,
        Some(node) => register(node, &call),
    };
    AfterFunc { call, node: node.cloned(), registered }
}

#[track_caller]
fn register(node: &Arc<Node>, call: &Arc<Call>) -> Registered {
    // No other thread acts at a deadline, so a new one waits for it.
    if node.due().is_some() {
        return Registered::Thread(wait_for(node, call.clone()));
    }
    match node.register(Child::Call(call.clone())) {
        Ok(key) => Registered::Child(key),
        Err(_) => {
            let call = call.clone();
            spawn(move || call.run());
            Registered::Nowhere
        }
    }
}

/// Starts a thread that runs `call` when `node` ends. The thread gives up if the returned channel
/// is closed before.
#[track_caller]
fn wait_for(node: &Node, call: Arc<Call>) -> Sender<()> {
    let (stop, stopped) = bounded::<()>(0);
    let done = node.done().clone();
    spawn(move || {
        crate::select! {
            recv(done) => {}
            recv(stopped) => {}
        }
        // The drop of the handle closes `stopped` too, but does not call the function off.
        if !call.is_over() {
            done.recv();
        }
        call.run();
    });
    stop
}
