//! The process group of a program: the program, and those that it has started and that have not
//! left it.

use std::{collections::BTreeMap, io};

use procfs::process::{all_processes, Stat};
use rustix::{
    io::Errno,
    process::{kill_process_group, test_kill_process_group, Pid, Signal},
};

#[derive(Clone, Copy)]
pub struct Group {
    /// The first process, which has the same number.
    pub leader: Pid,
}

impl Group {
    /// Sends a signal to all members. A group without members is no error.
    pub fn send(self, signal: Signal) -> io::Result<()> {
        match kill_process_group(self.leader, signal) {
            Err(error) if error != Errno::SRCH => Err(error.into()),
            _ => Ok(()),
        }
    }

    /// Whether all members have ended, and have been waited for.
    pub fn is_gone(self) -> bool {
        test_kill_process_group(self.leader) == Err(Errno::SRCH)
    }

    /// The numbers and names of the members that have not ended.
    pub fn living(self) -> BTreeMap<i32, String> {
        let stats = all_processes().into_iter().flatten();
        let stats = stats.filter_map(|process| process.ok()?.stat().ok());
        let living = stats.filter(|stat| stat.pgrp == self.leader.as_raw_pid() && lives(stat));
        living.map(|stat| (stat.pid, stat.comm)).collect()
    }
}

/// Whether the process lives. If its first thread ends before the others, it looks like one that
/// has ended.
fn lives(process: &Stat) -> bool {
    !matches!(process.state, 'Z' | 'X') || process.num_threads > 1
}
