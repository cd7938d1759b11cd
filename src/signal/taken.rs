//! One signal that was taken from the system: who is notified, and what happens if nobody is.

use std::mem;

use super::{
    action::{Before, Fallback},
    watch::Watch,
    weak_cancel::WeakCancel,
    Signal,
};
use crate::{
    core::{Channel, Core},
    sender::Sender,
    sync::Arc,
};

/// Who wants to know.
#[derive(Clone)]
pub(super) enum Subscriber {
    Channel(Sender<Signal>),
    Context(WeakCancel),
}

impl Subscriber {
    /// Runs in signal handlers too: it loads an atomic and no more. So it does not ask `is_closed`,
    /// which waits for whoever has the channel's turn, and that may be the thread that the handler
    /// has interrupted.
    pub(super) fn is_over(&self) -> bool {
        match self {
            Subscriber::Channel(sender) => sender.core().is_some_and(Core::is_closed),
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

/// What becomes of it.
pub(super) enum Now {
    /// It does what it did before; with a watch, once that has seen it: what arrives until then
    /// came earlier.
    AsBefore(Option<Watch>),
    Ignored,
    /// Someone is told, or was there when it came.
    Notified(Vec<Notified>),
}

pub(super) struct Notified {
    subscriber: Subscriber,
    /// Looks for a signal that comes too late for the subscriber.
    late: Watch,
}

/// What a signal still has to do, once the table is unlocked.
pub(super) enum Rest {
    Act(Before),
    End(Vec<WeakCancel>),
}

impl Taken {
    pub(super) fn new(signal: i32, before: Before) -> Self {
        let fallback = Arc::new(Fallback::new(before));
        Self { signal, before, now: Now::AsBefore(None), fallback }
    }

    /// What its handler does once the thread that deals with signals is gone.
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

    /// Sends the signal to everyone who is left.
    pub(super) fn arrives(&mut self, signal: Signal) -> Rest {
        let mut ends = Vec::new();
        match &self.now {
            Now::Ignored | Now::AsBefore(None) => {}
            Now::AsBefore(Some(_)) => drop(self.reset()),
            Now::Notified(all) => {
                for one in all {
                    match &one.subscriber {
                        // Who is slow misses it.
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

    /// From now on nothing happens. Gives what was, to be dropped once the table is unlocked.
    pub(super) fn ignore(&mut self) -> Now {
        self.fallback.ignore(true);
        mem::replace(&mut self.now, Now::Ignored)
    }

    /// It does not arrive here any more: the same happens as before, unless it is ignored. Gives
    /// what was.
    pub(super) fn lose(&mut self) -> Option<Now> {
        let ignored = matches!(self.now, Now::Ignored);
        (!ignored).then(|| mem::replace(&mut self.now, Now::AsBefore(None)))
    }

    /// From now on the same happens as before, also for what came when everyone was over. Gives
    /// what was.
    pub(super) fn reset(&mut self) -> Now {
        self.fallback.ignore(false);
        // First, so that none comes between the watches.
        let since = Watch::start(self.signal);
        let came = match &self.now {
            Now::AsBefore(since) => since.as_ref().map_or(true, Watch::came),
            Now::Ignored => false,
            Now::Notified(all) => all.iter().all(|one| one.late.came()),
        };
        mem::replace(&mut self.now, Now::AsBefore((!came).then_some(since)))
    }

    /// Forgets who is over. Gives them.
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
