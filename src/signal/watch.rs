//! Whether a signal has come since something was over.
//!
//! The thread of `registry.rs` looks at a signal after it has come. A receiver may have gone since.
//! Whether it was there when the signal came decides between it and the default action, so the
//! signal's handler itself has to look.
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

/// Looks at each signal of one number as it comes.
pub(super) struct Watch {
    came: Arc<AtomicBool>,
    action: SigId,
}

impl Watch {
    /// Looks for a signal that comes from now on. The signal is caught already.
    pub(super) fn start(signal: i32) -> Self {
        Self::look(signal, || true)
    }

    /// Looks for a signal that comes when `subscriber` is over. The signal is caught already.
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

    /// Ends the watch. Returns whether what it looked for came; a signal already dealt with counts.
    ///
    /// A signal wakes the thread that deals with it before its handler gets here. Taking `note` out
    /// drops it, and so waits for the handlers that still run it.
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
