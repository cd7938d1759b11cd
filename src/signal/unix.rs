//! Where signals come from: `signal-hook`, with the process that sent each.

use std::{collections::BTreeMap, io};

use signal_hook::iterator::{exfiltrator::WithOrigin, Handle, SignalsInfo};

use super::Signal;
use crate::sync::Mutex;

/// Takes signals from the system.
pub(super) struct Hook {
    handle: Handle,
    /// What the system has refused, and why. `signal-hook` panics if it is asked for one of them again.
    refused: Mutex<BTreeMap<i32, io::ErrorKind>>,
}

/// The signals that were taken, as they arrive.
pub(super) struct Arrivals(SignalsInfo<WithOrigin>);

pub(super) fn open() -> io::Result<(Hook, Arrivals)> {
    let signals = SignalsInfo::new([0_i32; 0])?;
    let hook = Hook { handle: signals.handle(), refused: Mutex::new(BTreeMap::new()) };
    Ok((hook, Arrivals(signals)))
}

impl Hook {
    /// From now on `signal` arrives here. It must not be one of `signal-hook`'s `FORBIDDEN`.
    pub(super) fn take(&self, signal: i32) -> io::Result<()> {
        let mut refused = self.refused.lock();
        if let Some(why) = refused.get(&signal) {
            return Err((*why).into());
        }
        self.handle.add_signal(signal).map_err(|error| {
            refused.insert(signal, error.kind());
            error.kind().into()
        })
    }
}

impl Arrivals {
    /// Blocks for the life of the process.
    pub(super) fn each(mut self, mut dispatch: impl FnMut(Signal)) {
        for origin in self.0.forever() {
            let pid = origin.process.and_then(|process| u32::try_from(process.pid).ok());
            dispatch(Signal::new(origin.signal, pid));
        }
    }
}
