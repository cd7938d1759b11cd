//! Go's channels for Rust threads.

#![deny(missing_docs, unsafe_code)]
#![warn(unreachable_pub)]

mod chan;
mod core;
mod error;
mod iter;
mod private;
mod receiver;
mod select;
mod sender;
mod sync;
mod time;
mod wait;

#[doc(hidden)]
pub mod __private {
    pub use crate::private::*;
}

pub use chan::{bounded, make, unbounded, Chan};
pub use error::{RecvTimeoutError, SendError, SendTimeoutError, TryRecvError, TrySendError};
pub use iter::{IntoIter, Iter, TryIter};
pub use receiver::Receiver;
pub use select::{RecvFrom, Select, SendTo};
pub use sender::Sender;
pub use time::{after, at, tick, MissedTickBehavior, Ticker, Timer};
