//! One signal that was taken from the system: who is notified, and what happens if nobody is.

use std::mem;

use super::{action::Before, ends::Ends, Signal};
use crate::{error::TrySendError, sender::Sender};

/// Who wants to know.
#[derive(Clone)]
pub(super) enum Subscriber {
    Channel(Sender<Signal>),
    Context(Ends),
}

impl Subscriber {
    fn is_over(&self) -> bool {
        match self {
            Subscriber::Channel(sender) => sender.is_closed(),
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
    before: Before,
    now: Now,
}

enum Now {
    AsBefore,
    Ignored,
    Notified(Vec<Subscriber>),
}

/// What a signal still has to do, once the table is unlocked.
pub(super) enum Rest {
    Act(Before),
    End(Vec<Ends>),
}

impl From<Before> for Taken {
    fn from(before: Before) -> Self {
        Self { before, now: Now::AsBefore }
    }
}

impl Taken {
    pub(super) fn add(&mut self, subscriber: &Subscriber) {
        match &mut self.now {
            Now::Notified(all) if all.iter().any(|one| one.is(subscriber)) => {}
            Now::Notified(all) => all.push(subscriber.clone()),
            now => *now = Now::Notified(vec![subscriber.clone()]),
        }
    }

    /// Sends the signal to everyone who is left.
    pub(super) fn arrives(&mut self, signal: Signal) -> Rest {
        let mut ends = Vec::new();
        match &mut self.now {
            Now::Ignored => return Rest::End(ends),
            Now::AsBefore => return Rest::Act(self.before),
            Now::Notified(all) => all.retain(|one| match one {
                Subscriber::Channel(sender) => {
                    !matches!(sender.try_send(signal), Err(TrySendError::Closed(_)))
                }
                Subscriber::Context(context) => {
                    let lives = !context.is_over();
                    lives.then(|| ends.push(context.clone()));
                    lives
                }
            }),
        }
        match &self.now {
            Now::Notified(all) if all.is_empty() => {
                self.now = Now::AsBefore;
                Rest::Act(self.before)
            }
            _ => Rest::End(ends),
        }
    }

    /// From now on nothing happens. Gives who was notified.
    pub(super) fn ignore(&mut self) -> Vec<Subscriber> {
        self.becomes(Now::Ignored)
    }

    /// From now on the same happens as before. Gives who was notified.
    pub(super) fn reset(&mut self) -> Vec<Subscriber> {
        self.becomes(Now::AsBefore)
    }

    fn becomes(&mut self, now: Now) -> Vec<Subscriber> {
        match mem::replace(&mut self.now, now) {
            Now::Notified(all) => all,
            Now::AsBefore | Now::Ignored => Vec::new(),
        }
    }

    /// Gives those who are over.
    pub(super) fn bury(&mut self) -> Vec<Subscriber> {
        let Now::Notified(all) = &mut self.now else { return Vec::new() };
        let (dead, live) = mem::take(all).into_iter().partition(Subscriber::is_over);
        *all = live;
        dead
    }

    pub(super) fn is_ignored(&self) -> bool {
        let before = self.before == Before::Ignored;
        match &self.now {
            Now::Ignored => true,
            Now::AsBefore => before,
            Now::Notified(all) => before && all.iter().all(Subscriber::is_over),
        }
    }
}
