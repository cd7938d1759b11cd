//! A library, and the runs that each kind of channel has.

use crate::{
    channel::{After, Channel, Close, Select, SelectDefault},
    workloads::{alone, close, select, sparse, transfer, Pattern, Run, Workload},
};

/// A library, and what it runs for a workload: `None` where it has no such channel or operation.
#[derive(Clone, Copy)]
pub struct Library {
    pub name: &'static str,
    pub version: &'static str,
    pub run: fn(&Workload) -> Option<Run>,
    /// The same for values that come far apart.
    pub sparse: fn(&sparse::Task) -> Option<sparse::Run>,
}

/// The runs of a channel for one sender and one receiver.
pub fn one_to_one<C: Channel>(pattern: Pattern) -> Option<Run> {
    match pattern {
        Pattern::Spsc => Some(transfer::spsc::<C>),
        Pattern::PingPong => Some(transfer::ping_pong::<C>),
        Pattern::SameThread => Some(alone::same_thread::<C>),
        Pattern::Make => Some(alone::make::<C>),
        _ => None,
    }
}

/// The runs of a channel whose senders can be cloned.
pub fn many_to_one<C: Channel<Tx: Clone>>(pattern: Pattern) -> Option<Run> {
    match pattern {
        Pattern::Mpsc => Some(transfer::mpsc::<C>),
        other => one_to_one::<C>(other),
    }
}

/// The runs of a channel whose receivers can be cloned, too.
pub fn many_to_many<C: Close + Channel<Tx: Clone, Rx: Clone>>(pattern: Pattern) -> Option<Run> {
    match pattern {
        Pattern::Spmc => Some(transfer::spmc::<C>),
        Pattern::Mpmc => Some(transfer::mpmc::<C>),
        Pattern::CloseCall => Some(close::call::<C>),
        Pattern::CloseWoken => Some(close::woken::<C>),
        other => many_to_one::<C>(other),
    }
}

/// The runs of a channel that can be selected over.
pub fn selects<C: Select>(pattern: Pattern) -> Option<Run> {
    match pattern {
        Pattern::SelectFour => Some(select::four::<C>),
        Pattern::SelectReady => Some(select::ready::<C>),
        _ => None,
    }
}

/// The run of a select that does not wait.
pub fn defaults<C: SelectDefault>(pattern: Pattern) -> Option<Run> {
    (pattern == Pattern::SelectDefault).then_some(select::default::<C>)
}

/// The run of a library with timers.
pub fn timers<C: After>(pattern: Pattern) -> Option<Run> {
    (pattern == Pattern::After).then_some(select::after::<C>)
}
