//! A channel or a context that is notified of signals.

use super::{weak_cancel::WeakCancel, Signal};
use crate::sender::Sender;

#[derive(Clone)]
pub(super) enum Subscriber {
    Channel(Sender<Signal>),
    Context(WeakCancel),
}

impl Subscriber {
    /// Returns whether all receivers of its signals are gone. Runs in signal handlers too:
    /// `is_closed` of a channel loads one atomic, and waits for no thread that the handler may have
    /// interrupted.
    pub(super) fn is_over(&self) -> bool {
        match self {
            Subscriber::Channel(sender) => {
                sender.core().is_some_and(|core| core.channel().is_closed())
            }
            Subscriber::Context(context) => context.is_over(),
        }
    }

    /// Returns whether both are the same channel. Two contexts are never the same.
    pub(super) fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (Subscriber::Channel(this), Subscriber::Channel(other)) => this.same_channel(other),
            _ => false,
        }
    }
}
