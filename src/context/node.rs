//! One context that can end, in the tree of those that end with it.
//!
//! - `ended` is written once, under the lock of `state`; what the deadline says is written down by the
//!   first who looks, so the outcome never changes;
//! - a node is registered with its parent while its handle lives; whoever registers does so under the
//!   parent's lock, and finds either that the parent has ended or a place among the children: no child
//!   is forgotten;
//! - a tree ends from the top down without recursion, no lock held while others are told.

use std::{collections::BTreeMap, mem, time::Instant};

use super::{Cause, ContextError};
use crate::{
    core::Core,
    receiver::Receiver,
    sync::{clock, mutant, spawn, Arc, Mutex},
};

/// When a context ends at the latest, and why.
#[derive(Clone)]
pub(super) struct Due {
    pub(super) at: Instant,
    pub(super) cause: Option<Cause>,
}

/// How a context has ended.
#[derive(Clone)]
pub(super) struct Outcome {
    pub(super) error: ContextError,
    pub(super) cause: Option<Cause>,
}

impl Outcome {
    pub(super) fn cause(self) -> Cause {
        self.cause.unwrap_or_else(|| self.error.into_cause())
    }
}

/// What is to be done when a context ends; taken by whoever does it.
pub(super) type Call = Arc<Mutex<Option<Box<dyn FnOnce() + Send>>>>;

/// What ends with a context.
pub(super) enum Child {
    Node(Arc<Node>),
    Call(Call),
}

pub(super) struct Node {
    done: Receiver<()>,
    due: Option<Due>,
    state: Mutex<State>,
}

struct State {
    ended: Option<Outcome>,
    children: BTreeMap<u64, Child>,
    next_key: u64,
}

impl Node {
    pub(super) fn new(due: Option<Due>) -> Self {
        let done = Receiver::first(Core::done(due.as_ref().map(|due| due.at)));
        let state = State { ended: None, children: BTreeMap::new(), next_key: 0 };
        Self { done, due, state: Mutex::new(state) }
    }

    pub(super) fn done(&self) -> &Receiver<()> {
        &self.done
    }

    pub(super) fn due(&self) -> Option<&Due> {
        self.due.as_ref()
    }

    pub(super) fn outcome(&self) -> Option<Outcome> {
        self.look(&mut self.state.lock())
    }

    /// The outcome; if the deadline has come, that is it from now on.
    fn look(&self, state: &mut State) -> Option<Outcome> {
        if state.ended.is_none() {
            let due = self.due.as_ref().filter(|due| clock::now() >= due.at);
            state.ended = due.map(|due| Outcome {
                error: ContextError::DeadlineExceeded,
                cause: due.cause.clone(),
            });
        }
        state.ended.clone()
    }

    /// Has `child` end with this node: the key to call it off, or how this node has ended.
    pub(super) fn register(&self, child: Child) -> Result<u64, (Outcome, Child)> {
        let mut state = self.state.lock();
        let outcome = self.look(&mut state).filter(|_| !mutant("forgets_late_children"));
        if let Some(outcome) = outcome {
            return Err((outcome, child));
        }
        let key = state.next_key;
        state.next_key += 1;
        state.children.insert(key, child);
        Ok(key)
    }

    /// Forgets a child.
    pub(super) fn unregister(&self, key: u64) {
        let child = self.state.lock().children.remove(&key);
        // Dropped without the lock: it may own values of the user's.
        drop(child);
    }

    /// Ends this node, unless it has ended, and all that ends with it.
    pub(super) fn end(&self, outcome: &Outcome) {
        let (mut children, mut calls) = (self.end_alone(outcome), Vec::new());
        while let Some(child) = children.pop() {
            match child {
                Child::Node(node) => children.extend(node.end_alone(outcome)),
                Child::Call(call) => calls.push(call),
            }
        }
        // Last: a thread that cannot be spawned must not keep a context from ending.
        calls.iter().for_each(run);
    }

    /// Ends this node, and gives what has to end with it.
    fn end_alone(&self, outcome: &Outcome) -> Vec<Child> {
        let mut state = self.state.lock();
        if self.look(&mut state).is_none() || mutant("cancel_overwrites") {
            state.ended = Some(outcome.clone());
        }
        let children = mem::take(&mut state.children);
        drop(state);
        if let Some(core) = self.done.core() {
            core.end();
        }
        children.into_values().collect()
    }
}

/// Does it in a thread of its own, unless somebody else has taken it.
pub(super) fn run(call: &Call) {
    let f = call.lock().take();
    if let Some(f) = f {
        spawn(f);
    }
}
