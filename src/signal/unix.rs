//! Signals on Unix: handlers note each one with its sender, and wake a thread.
#![allow(unsafe_code)]

use std::io;

use signal_hook::{
    low_level::{channel::Channel, siginfo::Origin, unregister},
    SigId,
};
use signal_hook_registry::register_sigaction;

use super::{
    action::Fallback,
    descriptor::{self, End, Mark},
    name::HIGHEST,
    Signal,
};
use crate::sync::{Arc, AtomicUsize, Ordering};

const LOST: &str = "gochan::signal: its file descriptors were closed; \
    signals do what they did before, until the next call\n";

/// Catches signals.
pub(super) struct Hook {
    line: Arc<Line>,
    actions: Vec<SigId>,
}

/// The signals that are caught, as they arrive.
pub(super) struct Arrivals {
    line: Arc<Line>,
    hears: End,
}

/// The path from the handlers to the thread.
struct Line {
    /// The senders of the signals that the thread has not dispatched, by number.
    arrived: Vec<Channel<Option<u32>>>,
    rings: End,
    hears: Mark,
    /// Not 0 once there is no thread to wake.
    over: AtomicUsize,
}

pub(super) fn open() -> io::Result<(Hook, Arrivals)> {
    let (rings, hears) = descriptor::pair()?;
    let arrived = (0..=HIGHEST).map(|_| Channel::new()).collect();
    let line = Line { arrived, rings, hears: hears.mark(), over: AtomicUsize::new(0) };
    let line = Arc::new(line);
    Ok((Hook { line: line.clone(), actions: Vec::new() }, Arrivals { line, hears }))
}

impl Line {
    fn is_over(&self) -> bool {
        // ORDERING: SeqCst; pairs with the exchange in `lose` and the store in `Hook::drop`.
        self.over.load(Ordering::SeqCst) != 0
    }

    /// Checks whether the descriptor of the handlers is lost.
    fn is_lost(&self) -> bool {
        if !self.is_over() && !self.rings.mark().is_intact() {
            self.lose();
        }
        self.is_over()
    }

    /// Marks the descriptors as lost. Reports that once.
    fn lose(&self) {
        // ORDERING: SeqCst; pairs with the `fetch_or` in `arrives`.
        if self.over.swap(1, Ordering::SeqCst) == 0 {
            descriptor::say(LOST);
        }
    }

    /// Passes the signal to the thread, or, if the thread is lost, acts by `fallback`. Runs in a
    /// signal handler.
    fn arrives(&self, signal: i32, sender: Option<u32>, fallback: &Fallback) {
        if !self.is_lost() {
            let arrived = &self.arrived[signal as usize];
            // If five are there already, this one is merged with them.
            arrived.send(sender);
            if !self.rings.ring() {
                self.lose();
            }
            // The thread may have checked for the last time already. The side that takes the signal
            // out deals with it. ORDERING: SeqCst, and no mere load; pairs with the swap in `lose`:
            // either this sees the swap, or the thread's last look, which comes after it, finds
            // what was sent above.
            let is_over = self.over.fetch_or(0, Ordering::SeqCst) != 0;
            if !is_over || arrived.recv().is_none() {
                return;
            }
        }
        fallback.act(signal);
    }

    /// Dispatches the signals that have arrived, from the lowest number to the highest.
    fn look(&self, dispatch: &mut impl FnMut(Signal)) {
        for (number, arrived) in (0..).zip(&self.arrived) {
            while let Some(sender) = arrived.recv() {
                dispatch(Signal::new(number, sender));
            }
        }
    }
}

impl Hook {
    /// Makes `signal` arrive here from now on. It must not be one of `signal-hook`'s `FORBIDDEN`.
    pub(super) fn catch(&mut self, signal: i32, fallback: Arc<Fallback>) -> io::Result<()> {
        let line = self.line.clone();
        // SAFETY: `info` is the system's.
        let origin = |info: &libc::siginfo_t| unsafe { Origin::extract(info) };
        let arrives = move |info: &libc::siginfo_t| {
            let sender = origin(info).process.and_then(|process| u32::try_from(process.pid).ok());
            line.arrives(signal, sender, &fallback);
        };
        // SAFETY: `arrives` is safe in a signal handler. The origin, the channel and the default
        // action are `signal-hook`'s, made for handlers. All else is atomics and calls of fstat,
        // send and write. It takes no lock, waits for no thread, allocates nothing, frees nothing
        // and does not panic: a number that was registered is in the range.
        let action = unsafe { register_sigaction(signal, arrives) };
        self.actions.push(action.map_err(|error| io::Error::from(error.kind()))?);
        Ok(())
    }

    /// Returns whether there is no thread left to which signals arrive.
    pub(super) fn is_lost(&self) -> bool {
        if !self.line.hears.is_intact() {
            self.line.lose();
        }
        self.line.is_lost()
    }
}

impl Drop for Hook {
    fn drop(&mut self) {
        for action in self.actions.drain(..) {
            unregister(action);
        }
        // ORDERING: SeqCst; pairs with the load in `is_over`, after the ring below.
        self.line.over.store(1, Ordering::SeqCst);
        if self.line.rings.mark().is_intact() {
            // Makes the thread, if there is one, return.
            self.line.rings.ring();
        }
    }
}

impl Arrivals {
    /// Blocks until the line is lost. Signals that came before are dispatched by then.
    pub(super) fn each(self, mut dispatch: impl FnMut(Signal)) {
        while !self.line.is_over() && self.hears.hear() {
            self.line.look(&mut dispatch);
        }
        self.line.lose();
        self.hears.leak();
        self.line.look(&mut dispatch);
    }
}
