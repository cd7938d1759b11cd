//! Where threads run.
//!
//! The cost of a message often depends on the placement more than on the library. Between two cores
//! cache lines travel, on one core threads switch. So each table keeps to one placement.

use clap::ValueEnum;
use std::io;

/// One table for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Placement {
    /// Senders on one half of the cores, receivers on the other
    Split,
    /// All threads on one core, as under `taskset -c 0`
    One,
    /// Where the scheduler likes
    Free,
    /// As `free`, beside one computing process for each core
    Busy,
}

/// A side of a channel.
#[derive(Clone, Copy)]
pub enum Side {
    Send,
    Recv,
}

/// What each thread does first: it goes to the cores of its side.
#[derive(Clone, Copy)]
pub struct Sides(Option<[system::Cores; 2]>);

impl Placement {
    pub fn name(self) -> String {
        self.to_possible_value().expect("no placement is skipped").get_name().to_owned()
    }

    pub fn description(self) -> &'static str {
        match self {
            Self::Split => "senders on one half of the cores, receivers on the other",
            Self::One => "all threads on one core",
            Self::Free => "threads not pinned",
            Self::Busy => "threads not pinned, beside a computing process for each core",
        }
    }

    /// Places this process, before it has other threads and before a library asks for the number of
    /// cores.
    pub fn apply(self) -> io::Result<Sides> {
        match self {
            Self::Free | Self::Busy => Ok(Sides(None)),
            Self::One => system::stay_on_one().map(|()| Sides(None)),
            Self::Split => system::halves().map(|halves| Sides(Some(halves))),
        }
    }
}

impl Sides {
    /// Moves the calling thread. Threads that it starts begin on the same cores.
    pub fn place(&self, side: Side) {
        if let Self(Some(halves)) = self {
            system::pin(&halves[side as usize]).expect("these cores were allowed a moment ago");
        }
    }
}

#[cfg(target_os = "linux")]
mod system {
    use nix::{
        sched::{sched_getaffinity, sched_setaffinity, CpuSet},
        unistd::Pid,
    };
    use std::io;

    pub type Cores = CpuSet;

    /// Stays on the last core, because many systems take their interrupts on the first.
    pub fn stay_on_one() -> io::Result<()> {
        let last = allowed()?.pop().expect("this thread runs on some core");
        pin(&set(&[last])?)
    }

    pub fn halves() -> io::Result<[Cores; 2]> {
        let cores = allowed()?;
        if cores.len() < 2 {
            return Err(io::Error::other("there is only one core"));
        }
        let (senders, receivers) = cores.split_at(cores.len() / 2);
        Ok([set(senders)?, set(receivers)?])
    }

    pub fn pin(cores: &Cores) -> io::Result<()> {
        Ok(sched_setaffinity(Pid::from_raw(0), cores)?)
    }

    fn allowed() -> io::Result<Vec<usize>> {
        let cores = sched_getaffinity(Pid::from_raw(0))?;
        Ok((0..CpuSet::count()).filter(|core| cores.is_set(*core).unwrap_or(false)).collect())
    }

    fn set(cores: &[usize]) -> io::Result<Cores> {
        let mut set = CpuSet::new();
        cores.iter().try_for_each(|core| set.set(*core))?;
        Ok(set)
    }
}

#[cfg(not(target_os = "linux"))]
mod system {
    use std::io;

    #[derive(Clone, Copy)]
    pub struct Cores;

    pub fn stay_on_one() -> io::Result<()> {
        Err(io::Error::other("threads can be pinned on Linux only"))
    }

    pub fn halves() -> io::Result<[Cores; 2]> {
        Err(io::Error::other("threads can be pinned on Linux only"))
    }

    pub fn pin(_: &Cores) -> io::Result<()> {
        Ok(())
    }
}
