//! The action for a signal without a subscriber.

use std::process;

#[cfg(unix)]
use signal_hook::consts::signal::*;
use signal_hook::low_level::{emulate_default_handler, exit};

use crate::sync::{AtomicUsize, Ordering};

/// The disposition of a signal before the process caught it here.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Original {
    Default,
    Ignored,
    /// Other code in the process catches it, and still does.
    Handled,
}

impl Original {
    /// Reads the disposition of a signal. Only right while the signal is not caught here.
    pub(super) fn of(signal: i32) -> Self {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        if is_in(&status, "SigIgn:", signal) || status.is_empty() && ignored_by_rust(signal) {
            Original::Ignored
        } else if is_in(&status, "SigCgt:", signal) {
            Original::Handled
        } else {
            Original::Default
        }
    }

    /// Does the default action, if that is the disposition. Other code that handles the signal is
    /// called by the system.
    pub(super) fn act(self, signal: i32) {
        if self == Original::Default {
            default(signal);
        }
    }
}

/// The action of a signal's handler once no thread deals with signals any more.
#[cfg_attr(not(unix), allow(dead_code))] // No thread is lost there.
pub(super) struct Fallback {
    original: Original,
    /// Not 0 if the signal is ignored.
    ignored: AtomicUsize,
}

#[cfg_attr(not(unix), allow(dead_code))]
impl Fallback {
    pub(super) fn new(original: Original) -> Self {
        Self { original, ignored: AtomicUsize::new(0) }
    }

    pub(super) fn ignore(&self, ignored: bool) {
        // ORDERING: SeqCst, as for all that handlers see. A signal after this call finds it.
        self.ignored.store(ignored.into(), Ordering::SeqCst);
    }

    /// Does the original action, unless the signal is ignored. Runs in signal handlers: it loads an
    /// atomic, and calls functions that are made for handlers.
    pub(super) fn act(&self, signal: i32) {
        if self.ignored.load(Ordering::SeqCst) == 0 {
            self.original.act(signal);
        }
    }
}

/// Returns whether `signal` is in the hexadecimal set that follows `field` in `status`.
fn is_in(status: &str, field: &str, signal: i32) -> bool {
    let set = status.lines().find_map(|line| line.strip_prefix(field));
    let set = set.and_then(|set| u128::from_str_radix(set.trim(), 16).ok()).unwrap_or(0);
    set >> (signal - 1) & 1 == 1
}

#[cfg(unix)]
fn ignored_by_rust(signal: i32) -> bool {
    signal == SIGPIPE
}

#[cfg(not(unix))]
fn ignored_by_rust(_: i32) -> bool {
    false
}

fn default(signal: i32) {
    // The system spares process 1; the emulation takes that for a failure and aborts.
    if process::id() != 1 && emulate_default_handler(signal).is_ok() || ends_nothing(signal) {
        return;
    }
    exit(128 + signal);
}

#[cfg(unix)]
fn ends_nothing(signal: i32) -> bool {
    let nothing = [SIGCHLD, SIGCONT, SIGURG, SIGWINCH];
    let stops = [SIGTSTP, SIGTTIN, SIGTTOU];
    nothing.contains(&signal) || stops.contains(&signal)
}

#[cfg(not(unix))]
fn ends_nothing(_: i32) -> bool {
    false
}
