//! A watch that notes whether a signal comes after its subscriber is over, or after a reset.
//!
//! The thread of `registry.rs` deals with a signal some time after it has come, and the receiver
//! may be gone by then. The default action must happen only if the receiver was gone when the
//! signal came. So the signal's handler itself has to check.
#![allow(unsafe_code)]

use std::sync::{
    atomic::{AtomicBool, Ordering},
    Arc,
};

use signal_hook::{
    low_level::{register, unregister},
    SigId,
};

use super::subscriber::Subscriber;

/// Checks each signal of one number as it comes.
pub(super) struct Watch {
    came: Arc<AtomicBool>,
    action: SigId,
}

impl Watch {
    /// Notes a signal that comes from now on. The signal is caught already.
    pub(super) fn start(signal: i32) -> Self {
        Self::look(signal, || true)
    }

    /// Notes a signal that comes when `subscriber` is over. The signal is caught already.
    pub(super) fn for_end(signal: i32, subscriber: &Subscriber) -> Self {
        let subscriber = subscriber.clone();
        Self::look(signal, move || subscriber.is_over())
    }

    fn look(signal: i32, over: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        let came = Arc::new(AtomicBool::new(false));
        let noted = came.clone();
        let note = move || {
            if over() {
                // ORDERING: Release; pairs with the Acquire in `came`.
                noted.store(true, Ordering::Release);
            }
        };
        // SAFETY: `note` is safe in a signal handler: `over` is one of the two above, which load
        // one atomic at most (`Subscriber::is_over`: a number of the channel, or the count of a
        // context's handles), and this stores one. It takes no lock, waits for no thread, allocates
        // nothing, frees nothing and does not panic.
        let action = unsafe { register(signal, note) };
        Self { came, action: action.expect("a signal that is caught has a handler") }
    }

    /// Ends the watch. Returns whether such a signal has come. A signal that is already dealt with
    /// counts.
    ///
    /// The handlers of a signal wake the thread that deals with it before they run `note`. So this
    /// removes `note` first, which waits for the handlers that still run it.
    pub(super) fn came(&self) -> bool {
        unregister(self.action);
        // ORDERING: Acquire; pairs with the Release in `note`.
        self.came.load(Ordering::Acquire)
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        unregister(self.action);
    }
}
