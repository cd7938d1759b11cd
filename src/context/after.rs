//! What is to happen at the end of a context, and calling it off.
//!
//! - A function stays in its [`Call`] until it runs; whoever takes it out runs it, or drops it:
//!   once.
//! - At the end of its context it is out of reach of [`AfterFunc::stop`], and somebody sees to it:
//!   whoever ends the context, the thread that waits for a deadline, or whoever registers it too
//!   late.

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

// A function is taken out before it runs: a panic of it leaves nothing half-done here.
impl RefUnwindSafe for Call {}

impl Call {
    fn take(&self) -> Option<Box<dyn FnOnce() + Send>> {
        self.0.lock().take()
    }

    fn is_over(&self) -> bool {
        self.0.lock().is_none()
    }

    /// Does it here, unless somebody else has taken it.
    fn run(&self) {
        let f = self.take();
        if let Some(f) = f {
            f();
        }
    }
}

/// Does it in a thread of its own. False if there is none: then it is still to be done.
fn start(call: &Arc<Call>) -> bool {
    let its = call.clone();
    call.is_over() || try_spawn(move || its.run()).is_ok()
}

/// Does them, each in a thread of its own. Where the system has no thread left the others are done
/// here, when all that got one are under way.
pub(super) fn run_all(calls: Vec<Arc<Call>>) {
    let left: Vec<_> = calls.into_iter().filter(|call| !start(call)).collect();
    for call in left {
        // A thread may have ended meanwhile.
        if !start(&call) {
            contain(|| call.run());
        }
    }
}

/// Runs `f`. A panic of it ends here, whatever its payload does when it is dropped.
pub(crate) fn contain(f: impl FnOnce()) {
    let Err(payload) = catch_unwind(AssertUnwindSafe(f)) else { return };
    if let Err(payload) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
        mem::forget(payload);
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
    call: Arc<Call>,
    /// `None`: of a context that never ends.
    node: Option<Arc<Node>>,
    registered: Registered,
}

/// Where it is called off.
enum Registered {
    Nowhere,
    /// With the node, under this key.
    Child(u64),
    /// With the thread that waits; it ends when this is closed.
    Thread(Sender<()>),
}

impl AfterFunc {
    /// Calls it off. False if the context has ended, whether or not the function has begun to run,
    /// or if it was called off before. Does not wait for its end.
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

/// Has `f` run when `node` ends; never, if there is none.
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
    // Nobody comes along at a deadline, so a thread waits for it.
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

/// A thread that does `call` at the end of `node`, or ends when what is returned is closed.
#[track_caller]
fn wait_for(node: &Node, call: Arc<Call>) -> Sender<()> {
    let (stop, stopped) = bounded::<()>(0);
    let done = node.done().clone();
    spawn(move || {
        crate::select! {
            recv(done) => {}
            recv(stopped) => {}
        }
        // A handle that is dropped closes `stopped` too, and calls nothing off.
        if !call.is_over() {
            done.recv();
        }
        call.run();
    });
    stop
}
