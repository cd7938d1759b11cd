//! The libraries behind traits, so that every workload is written once.

use crate::{
    cells::{Cell, Workload},
    workloads::{alone, close, select, transfer, Run},
};
use std::time::Duration;

/// `None` is unbounded.
pub type Capacity = Option<usize>;

/// A library, and what it runs in each cell: nothing where it has no such channel or operation.
pub struct Library {
    pub name: &'static str,
    pub version: &'static str,
    pub run: fn(&Cell) -> Option<Run>,
}

/// One kind of channel: its handles, and how they are used in code that cannot fail.
pub trait Channel: 'static {
    type Tx: Send + 'static;
    type Rx: Send + 'static;
    fn make(capacity: Capacity) -> (Self::Tx, Self::Rx);
    fn send(tx: &Self::Tx, value: u64);
    fn recv(rx: &Self::Rx) -> u64;
}

/// A channel whose receivers can be shared, and that can be closed while they wait.
pub trait Close: Channel<Rx: Clone> {
    /// Closes in the way that the library offers; dropping the last sender is one.
    fn close(tx: Self::Tx) {
        drop(tx);
    }
    /// False once the channel is closed.
    fn recv_ok(rx: &Self::Rx) -> bool;
}

/// Selects over receivers.
pub trait Select: Channel {
    /// What a thread prepares once for many selects over the same receivers.
    type Over<'a>;
    fn over(rxs: &[Self::Rx]) -> Self::Over<'_>;
    fn of_four(over: &mut Self::Over<'_>) -> u64;
    fn of_two(over: &mut Self::Over<'_>) -> u64;
}

/// Selects that do not wait.
pub trait SelectDefault: Select {
    fn of_two_or_default(over: &mut Self::Over<'_>) -> Option<u64>;
}

/// Timers that are channels.
pub trait After: Channel {
    /// Makes a timer, and selects over it and the receiver.
    fn recv_or_after(rx: &Self::Rx, duration: Duration) -> Option<u64>;
}

/// The runs of a channel for one sender and one receiver.
pub fn one_to_one<C: Channel>(workload: Workload) -> Option<Run> {
    match workload {
        Workload::Spsc => Some(transfer::spsc::<C>),
        Workload::PingPong => Some(transfer::ping_pong::<C>),
        Workload::SameThread => Some(alone::same_thread::<C>),
        Workload::Make => Some(alone::make::<C>),
        _ => None,
    }
}

/// The runs of a channel whose senders can be cloned.
pub fn many_to_one<C: Channel<Tx: Clone>>(workload: Workload) -> Option<Run> {
    match workload {
        Workload::Mpsc => Some(transfer::mpsc::<C>),
        other => one_to_one::<C>(other),
    }
}

/// The runs of a channel whose receivers can be cloned, too.
pub fn many_to_many<C: Close + Channel<Tx: Clone, Rx: Clone>>(workload: Workload) -> Option<Run> {
    match workload {
        Workload::Spmc => Some(transfer::spmc::<C>),
        Workload::Mpmc => Some(transfer::mpmc::<C>),
        Workload::CloseCall => Some(close::call::<C>),
        Workload::CloseWoken => Some(close::woken::<C>),
        other => many_to_one::<C>(other),
    }
}

/// The runs of a channel that can be selected over.
pub fn selects<C: Select>(workload: Workload) -> Option<Run> {
    match workload {
        Workload::SelectFour => Some(select::four::<C>),
        Workload::SelectReady => Some(select::ready::<C>),
        _ => None,
    }
}

/// The run of a select that does not wait.
pub fn defaults<C: SelectDefault>(workload: Workload) -> Option<Run> {
    (workload == Workload::SelectDefault).then_some(select::default::<C>)
}

/// The run of a library with timers.
pub fn timers<C: After>(workload: Workload) -> Option<Run> {
    (workload == Workload::After).then_some(select::after::<C>)
}
