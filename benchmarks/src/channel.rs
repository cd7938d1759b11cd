//! Channels behind traits, so that every workload is written once.

use std::time::Duration;

/// `None` is unbounded.
pub type Capacity = Option<usize>;

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
