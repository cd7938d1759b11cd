//! One signal that was taken from the system: its subscribers, and what happens without any.

use std::mem;

use super::{
    action::{Before, Fallback},
    watch::Watch,
    weak_cancel::WeakCancel,
    Signal,
};
use crate::{sender::Sender, sync::Arc};

/// A channel or a context that is notified of signals.
#[derive(Clone)]
pub(super) enum Subscriber {
    Channel(Sender<Signal>),
    Context(WeakCancel),
}

impl Subscriber {
    /// Whether nobody receives its signals any more. Runs in signal handlers too: `is_closed` of a
    /// channel loads one atomic, and waits for no thread that the handler may have interrupted.
    pub(super) fn is_over(&self) -> bool {
        match self {
            Subscriber::Channel(sender) => {
                sender.core().is_some_and(|core| core.channel().is_closed())
            }
            Subscriber::Context(ends) => ends.is_over(),
        }
    }

    fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (Subscriber::Channel(this), Subscriber::Channel(other)) => this.same_channel(other),
            _ => false,
        }
    }
}

/// A signal that was taken from the system.
pub(super) struct Taken {
    signal: i32,
    before: Before,
    now: Now,
    fallback: Arc<Fallback>,
}

/// What happens to the signal.
pub(super) enum Now {
    /// It does what it did before. With a watch, only once that has seen it: a signal that arrives
    /// until then came earlier.
    AsBefore(Option<Watch>),
    Ignored,
    /// A subscriber is told, or was there when it came.
    Notified(Vec<Notified>),
}

pub(super) struct Notified {
    subscriber: Subscriber,
    /// Looks for a signal that comes too late for the subscriber.
    late: Watch,
}

/// What is left to do for a signal once the table is unlocked.
pub(super) enum Rest {
    Act(Before),
    End(Vec<WeakCancel>),
}

impl Taken {
    pub(super) fn new(signal: i32, before: Before) -> Self {
        let fallback = Arc::new(Fallback::new(before));
        Self { signal, before, now: Now::AsBefore(None), fallback }
    }

    /// Returns what its handler does once the thread that deals with signals is gone.
    pub(super) fn fallback(&self) -> Arc<Fallback> {
        self.fallback.clone()
    }

    pub(super) fn add(&mut self, subscriber: &Subscriber) {
        let known = |one: &Notified| one.subscriber.is(subscriber);
        if matches!(&self.now, Now::Notified(all) if all.iter().any(known)) {
            return;
        }
        let late = Watch::for_end(self.signal, subscriber);
        let one = Notified { subscriber: subscriber.clone(), late };
        self.fallback.ignore(false);
        match &mut self.now {
            Now::Notified(all) => all.push(one),
            now => *now = Now::Notified(vec![one]),
        }
    }

    /// Sends the signal to every subscriber that is left.
    pub(super) fn arrives(&mut self, signal: Signal) -> Rest {
        let mut ends = Vec::new();
        match &self.now {
            Now::Ignored | Now::AsBefore(None) => {}
            Now::AsBefore(Some(_)) => drop(self.reset()),
            Now::Notified(all) => {
                for one in all {
                    match &one.subscriber {
                        // A slow receiver misses it.
                        Subscriber::Channel(sender) => drop(sender.try_send(signal)),
                        Subscriber::Context(context) => ends.push(context.clone()),
                    }
                }
                drop(self.bury());
            }
        }
        match self.now {
            Now::AsBefore(None) => Rest::Act(self.before),
            _ => Rest::End(ends),
        }
    }

    /// Ignores the signal. Returns the previous state, to be dropped once the table is unlocked.
    pub(super) fn ignore(&mut self) -> Now {
        self.fallback.ignore(true);
        mem::replace(&mut self.now, Now::Ignored)
    }

    /// Gives the signal up: the same happens as before it was taken, unless it is ignored. Returns
    /// the previous state.
    pub(super) fn lose(&mut self) -> Option<Now> {
        let ignored = matches!(self.now, Now::Ignored);
        (!ignored).then(|| mem::replace(&mut self.now, Now::AsBefore(None)))
    }

    /// Restores what happened before, even for a signal that came when every subscriber was over.
    /// Returns the previous state.
    pub(super) fn reset(&mut self) -> Now {
        self.fallback.ignore(false);
        // First, so that no signal comes between the watches.
        let since = Watch::start(self.signal);
        let came = match &self.now {
            Now::AsBefore(since) => since.as_ref().map_or(true, Watch::came),
            Now::Ignored => false,
            Now::Notified(all) => all.iter().all(|one| one.late.came()),
        };
        mem::replace(&mut self.now, Now::AsBefore((!came).then_some(since)))
    }

    /// Removes the subscribers that are over, and returns them.
    pub(super) fn bury(&mut self) -> Now {
        let Now::Notified(all) = &mut self.now else { return Now::Notified(Vec::new()) };
        let (over, left): (Vec<_>, _) =
            mem::take(all).into_iter().partition(|one| one.subscriber.is_over());
        if left.is_empty() {
            *all = over;
            return self.reset();
        }
        *all = left;
        Now::Notified(over)
    }

    pub(super) fn is_ignored(&self) -> bool {
        let before = self.before == Before::Ignored;
        match &self.now {
            Now::Ignored => true,
            Now::AsBefore(_) => before,
            Now::Notified(all) => before && all.iter().all(|one| one.subscriber.is_over()),
        }
    }
}
