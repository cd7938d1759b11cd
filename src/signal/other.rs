//! Signals outside of Unix: the C library's handlers set flags, and a thread polls them.

use std::{io, time::Duration};

use signal_hook::flag;

use super::{action::Fallback, Signal};
use crate::{
    sync::{Arc, AtomicUsize, Mutex, Ordering},
    time::tick,
};

const LOOK_EVERY: Duration = Duration::from_millis(50);

type Flags = Arc<Mutex<Vec<(i32, Arc<AtomicUsize>)>>>;

/// Catches signals.
pub(super) struct Hook(Flags);

/// The signals that are caught, as they arrive.
pub(super) struct Arrivals(Flags);

pub(super) fn open() -> io::Result<(Hook, Arrivals)> {
    let flags = Flags::default();
    Ok((Hook(flags.clone()), Arrivals(flags)))
}

impl Hook {
    /// Makes `signal` arrive here from now on. It must not be one of `signal-hook`'s `FORBIDDEN`.
    pub(super) fn catch(&mut self, signal: i32, _: Arc<Fallback>) -> io::Result<()> {
        let set = Arc::new(AtomicUsize::new(0));
        flag::register_usize(signal, set.clone(), 1)?;
        self.0.lock().push((signal, set));
        Ok(())
    }

    /// Returns false: there is no descriptor that could be closed.
    pub(super) fn is_lost(&self) -> bool {
        false
    }
}

impl Arrivals {
    /// Blocks for the life of the process.
    pub(super) fn each(self, mut dispatch: impl FnMut(Signal)) {
        for _ in &tick(LOOK_EVERY) {
            let flags = self.0.lock().clone();
            for (signal, set) in flags {
                // ORDERING: SeqCst, as in signal-hook's handler, which sets it.
                if set.swap(0, Ordering::SeqCst) == 1 {
                    dispatch(Signal::new(signal, None));
                }
            }
        }
    }
}
