//! One signal that the process catches: its subscribers, and what happens without any.

use std::mem;

use super::{
    action::{Fallback, Original},
    subscriber::Subscriber,
    watch::Watch,
    weak_cancel::WeakCancel,
    Signal,
};
use crate::sync::Arc;

/// A signal that has a handler of this module, for the rest of the process.
pub(super) struct Caught {
    signal: i32,
    original: Original,
    disposition: Disposition,
    fallback: Arc<Fallback>,
}

/// The present treatment of the signal.
pub(super) enum Disposition {
    /// The original disposition. With a watch, it applies from the first signal that the watch
    /// sees: all earlier ones came before the reset.
    Original(Option<Watch>),
    Ignored,
    /// There is a subscriber, or there was one when the last signal came.
    Subscribed(Vec<Subscription>),
}

pub(super) struct Subscription {
    subscriber: Subscriber,
    /// Notes whether a signal comes too late for the subscriber.
    late: Watch,
}

/// The effect of an arrival, once the table is unlocked.
pub(super) enum Effect {
    /// The original disposition.
    Act(Original),
    /// The end of these contexts.
    End(Vec<WeakCancel>),
}

impl Caught {
    pub(super) fn new(signal: i32, original: Original) -> Self {
        let fallback = Arc::new(Fallback::new(original));
        Self { signal, original, disposition: Disposition::Original(None), fallback }
    }

    /// Returns the action of the signal's handler once the thread that deals with signals is gone.
    pub(super) fn fallback(&self) -> Arc<Fallback> {
        self.fallback.clone()
    }

    pub(super) fn add(&mut self, subscriber: &Subscriber) {
        let known = |one: &Subscription| one.subscriber.is(subscriber);
        if matches!(&self.disposition, Disposition::Subscribed(all) if all.iter().any(known)) {
            return;
        }
        let late = Watch::for_end(self.signal, subscriber);
        let one = Subscription { subscriber: subscriber.clone(), late };
        self.fallback.ignore(false);
        match &mut self.disposition {
            Disposition::Subscribed(all) => all.push(one),
            other => *other = Disposition::Subscribed(vec![one]),
        }
    }

    /// Sends the signal to the channels that are left. Returns what is left to do.
    pub(super) fn arrives(&mut self, signal: Signal) -> Effect {
        let mut ends = Vec::new();
        match &self.disposition {
            Disposition::Ignored | Disposition::Original(None) => {}
            Disposition::Original(Some(_)) => drop(self.reset()),
            Disposition::Subscribed(all) => {
                for one in all {
                    match &one.subscriber {
                        // A slow receiver misses it.
                        Subscriber::Channel(sender) => drop(sender.try_send(signal)),
                        Subscriber::Context(context) => ends.push(context.clone()),
                    }
                }
                drop(self.prune());
            }
        }
        match self.disposition {
            Disposition::Original(None) => Effect::Act(self.original),
            _ => Effect::End(ends),
        }
    }

    /// Ignores the signal. Returns the previous disposition, to be dropped once the table is
    /// unlocked.
    pub(super) fn ignore(&mut self) -> Disposition {
        self.fallback.ignore(true);
        mem::replace(&mut self.disposition, Disposition::Ignored)
    }

    /// Restores the original disposition, unless the signal is ignored. Called when the thread that
    /// deals with signals is lost. Returns the previous disposition.
    pub(super) fn lose(&mut self) -> Option<Disposition> {
        let ignored = matches!(self.disposition, Disposition::Ignored);
        (!ignored).then(|| mem::replace(&mut self.disposition, Disposition::Original(None)))
    }

    /// Restores the original disposition, for signals that come from now on, and for one that came
    /// when every subscriber was over. Returns the previous disposition.
    pub(super) fn reset(&mut self) -> Disposition {
        self.fallback.ignore(false);
        // The new watch first, so that no signal comes between the watches.
        let since = Watch::start(self.signal);
        let came = match &self.disposition {
            Disposition::Original(since) => since.as_ref().map_or(true, Watch::came),
            Disposition::Ignored => false,
            Disposition::Subscribed(all) => all.iter().all(|one| one.late.came()),
        };
        mem::replace(&mut self.disposition, Disposition::Original((!came).then_some(since)))
    }

    /// Removes the subscriptions that are over, and returns them. Resets the signal if no other is
    /// left.
    pub(super) fn prune(&mut self) -> Disposition {
        let Disposition::Subscribed(all) = &mut self.disposition else {
            return Disposition::Subscribed(Vec::new());
        };
        let (over, left): (Vec<_>, _) =
            mem::take(all).into_iter().partition(|one| one.subscriber.is_over());
        if left.is_empty() {
            *all = over;
            return self.reset();
        }
        *all = left;
        Disposition::Subscribed(over)
    }

    pub(super) fn is_ignored(&self) -> bool {
        let originally = self.original == Original::Ignored;
        match &self.disposition {
            Disposition::Ignored => true,
            Disposition::Original(_) => originally,
            Disposition::Subscribed(all) => {
                originally && all.iter().all(|one| one.subscriber.is_over())
            }
        }
    }
}
