//! One context that can end, in the tree of those that end with it.
//!
//! - `ended` is written once, under the lock of `state`. After the deadline the first thread that
//!   asks for the outcome writes it, so it never changes;
//! - a node is registered with its parent while its handle lives. It registers under the parent's
//!   lock, and finds either that the parent has ended or a place among the children: no child is
//!   forgotten;
//! - a tree ends from the top down, without recursion. A node holds no lock while its children end.

use std::{collections::BTreeMap, mem, panic::RefUnwindSafe, time::Instant};

use super::{
    after::{self, Call},
    Cause, ContextError,
};
use crate::{
    core::Core,
    receiver::Receiver,
    sync::{clock, mutant, Arc, Mutex},
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

/// A node or a call that ends with a context.
pub(super) enum Child {
    Node(Arc<Node>),
    Call(Arc<Call>),
}

pub(super) struct Node {
    done: Receiver<()>,
    due: Option<Due>,
    state: Mutex<State>,
}

// No user code runs under the lock: a panic leaves the tree intact.
impl RefUnwindSafe for Node {}

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

    /// Returns the outcome, if there is one. If the deadline has come, records that as the outcome.
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

    /// Makes `child` end with this node. Returns the child's key, or the outcome of this node if it
    /// has ended.
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
        // Dropped without the lock: it may own user values.
        drop(child);
    }

    /// Ends this node, unless it has ended, and all nodes and calls that end with it.
    pub(super) fn end(&self, outcome: &Outcome) {
        let mut calls = Vec::new();
        // The nodes are dropped after the calls have run, since dropping them drops user values,
        // which may panic.
        let mut nodes = self.end_alone(outcome, &mut calls);
        let mut next = 0;
        while let Some(node) = nodes.get(next).cloned() {
            nodes.extend(node.end_alone(outcome, &mut calls));
            next += 1;
        }
        // Last: a function that runs here must find all contexts ended.
        after::run_all(calls);
    }

    /// Ends this node, and returns the nodes that have to end with it. The calls to run go to
    /// `calls`.
    fn end_alone(&self, outcome: &Outcome, calls: &mut Vec<Arc<Call>>) -> Vec<Arc<Node>> {
        let mut state = self.state.lock();
        if self.look(&mut state).is_none() || mutant("cancel_overwrites") {
            state.ended = Some(outcome.clone());
        }
        let children = mem::take(&mut state.children);
        drop(state);
        if let Some(core) = self.done.core() {
            core.end();
        }
        let mut nodes = Vec::new();
        for child in children.into_values() {
            match child {
                Child::Node(node) => nodes.push(node),
                Child::Call(call) => calls.push(call),
            }
        }
        nodes
    }
}
