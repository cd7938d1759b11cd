//! The signals that this program is sent, and passes on.
//!
//! They are blocked, and two threads read them. The system keeps what is not read: none is lost,
//! and real-time signals of one number are not merged. And each keeps its default action, so that
//! this program can stop by SIGTSTP as others do.
//!
//! SIGCHLD is not read, nor are the signals that say that this program itself is at fault.

use std::{process, thread};

use gochan::{bounded, Receiver, Sender};
use gochan_containers::signals::sendable;
use nix::{
    errno::Errno,
    sys::{
        signal::{SigSet, Signal::*},
        signalfd::{SfdFlags, SignalFd},
    },
};
use rustix::process::Signal;

/// The signals that arrive, from any sender. Those that end the program have a channel of their
/// own: many others must not keep them waiting.
pub struct Arrivals {
    /// SIGTERM, SIGINT and SIGQUIT.
    pub ending: Receiver<Signal>,
    pub others: Receiver<Signal>,
}

impl Arrivals {
    /// Blocks the signals, also for the threads that start from now on, and reads them.
    pub fn listen() -> Self {
        let ending = SigSet::from_iter([SIGTERM, SIGINT, SIGQUIT]);
        let mut all = SigSet::all();
        let kept = [SIGCHLD, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS];
        kept.into_iter().for_each(|signal| all.remove(signal));
        // This replaces the set that was blocked before, in which SIGCHLD may have been.
        all.thread_set_mask().expect("a set of signals");
        let mut others = all;
        ending.iter().for_each(|signal| others.remove(signal));
        Self { ending: read(&ending), others: read(&others) }
    }
}

/// A channel of these signals as they arrive.
fn read(signals: &SigSet) -> Receiver<Signal> {
    let arrivals = SignalFd::with_flags(signals, SfdFlags::SFD_CLOEXEC).expect("a descriptor");
    // Without a buffer: signals that wait are with the system.
    let (sender, receiver) = bounded(0);
    thread::spawn(move || pass(&arrivals, &sender));
    receiver
}

fn pass(arrivals: &SignalFd, to: &Sender<Signal>) {
    loop {
        let arrival = match arrivals.read_signal() {
            Ok(arrival) => arrival.expect("the descriptor blocks"),
            Err(Errno::EINTR) => continue,
            Err(error) => panic!("signals cannot be read: {error}"),
        };
        // A signal that this program sends to its own group is for the others there.
        if arrival.ssi_pid == process::id() {
            continue;
        }
        let number = i32::try_from(arrival.ssi_signo).expect("the number of a signal");
        if to.send_ok(sendable(number).expect("one that has been asked for")).is_err() {
            return;
        }
    }
}
