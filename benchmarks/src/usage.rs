//! What this process has used of the machine.

use nix::{
    sys::resource::{getrusage, UsageWho},
    sys::time::TimeValLike,
    time::{clock_gettime, ClockId},
};
use std::{ops::Sub, thread, time::Duration};

/// The usage of all threads, ended ones included.
#[derive(Clone, Copy, Debug, Default)]
pub struct Usage {
    /// User and system time.
    pub cpu: Duration,
    /// Voluntary context switches: how often a thread slept. A yield is not one.
    pub switches: u64,
}

impl Usage {
    /// Returns the usage since the process began.
    pub fn now() -> Self {
        let usage = getrusage(UsageWho::RUSAGE_SELF).expect("every process may ask for its usage");
        let cpu = usage.user_time() + usage.system_time();
        Self {
            cpu: Duration::from_nanos(cpu.num_nanoseconds() as u64),
            switches: usage.voluntary_context_switches() as u64,
        }
    }
}

impl Sub for Usage {
    type Output = Self;
    fn sub(self, before: Self) -> Self {
        Self { cpu: self.cpu - before.cpu, switches: self.switches - before.switches }
    }
}

/// Returns the CPU time of all threads but the calling one, ended ones included.
pub fn cpu_of_others() -> Duration {
    let now = |clock| clock_gettime(clock).expect("every process has these clocks");
    // The clock of the calling thread is read first, so that the difference is never negative.
    // What an interrupt between the two readings takes, some microseconds, is in it.
    let own = now(ClockId::CLOCK_THREAD_CPUTIME_ID);
    Duration::from(now(ClockId::CLOCK_PROCESS_CPUTIME_ID) - own)
}

/// How long the other threads must use next to no CPU time to count as asleep, and how much that
/// is.
const QUIET: Duration = Duration::from_millis(5);
const NOTHING: Duration = Duration::from_micros(150);
/// A library that never stops polling must not stop the run.
const PATIENCE: u32 = 400;

/// Returns when all other threads are asleep. The CPU time tells that for every
/// library.
pub fn wait_until_quiet() {
    for _ in 0..PATIENCE {
        let first = Usage::now();
        let before = Usage::now();
        // With thousands of threads the question itself takes a while.
        let asking = (before - first).cpu;
        thread::sleep(QUIET);
        if (Usage::now() - before).cpu < NOTHING + 2 * asking {
            return;
        }
    }
}
