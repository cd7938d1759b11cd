//! Every process below this one: signals to all of them, and their ends.

use std::{collections::HashMap, io, process};

use gochan_containers::child::status_of;
use procfs::process::all_processes;
use rustix::{
    io::Errno,
    process::{
        getpid, kill_process, kill_process_group, set_child_subreaper, wait, Pid, Signal,
        WaitOptions, WaitStatus,
    },
};

/// Makes this process the parent of every process below it whose own parent ends. Process 1 is that
/// in any case. Comes before the start of the command.
pub fn adopt_orphans() {
    set_child_subreaper(Some(getpid())).expect("Linux 3.4 or newer");
}

/// The command and all that comes from it.
pub struct Processes {
    command: Pid,
    /// The status of the command, once it has ended.
    pub status: Option<u8>,
    /// The signal that has stopped the command, until it is dealt with.
    pub stopped: Option<i32>,
}

impl Processes {
    pub fn of(command: Pid) -> Self {
        Self { command, status: None, stopped: None }
    }

    /// Takes every end that is there; one SIGCHLD may stand for many. True once no process is left.
    /// Does not block.
    ///
    /// An error says that no process can be waited for.
    pub fn reap(&mut self) -> io::Result<bool> {
        loop {
            match wait(WaitOptions::NOHANG | WaitOptions::UNTRACED) {
                Ok(None) => return Ok(false),
                Ok(Some((pid, change))) => self.enter(pid, change),
                Err(Errno::INTR) => {}
                // No child, so no descendant: each whose parent ends becomes a child.
                Err(Errno::CHILD) => return Ok(true),
                Err(error) => return Err(error.into()),
            }
        }
    }

    fn enter(&mut self, pid: Pid, change: WaitStatus) {
        // Once the command has ended, its number may be another process's.
        if pid == self.command && self.status.is_none() {
            self.stopped = change.stopping_signal();
            self.status = status_of(change);
        }
    }
}

/// Sends a signal to every process below this one. One that has just ended does not matter, nor one
/// of another user.
pub fn send_to_all(signal: Signal) {
    if process::id() == 1 {
        // This number means all processes but for this one.
        let _ = kill_process_group(Pid::INIT, signal);
    } else {
        for process in descendants() {
            let _ = kill_process(process, signal);
        }
    }
}

/// Every process whose parent, or parent's parent and so on, is this process.
fn descendants() -> Vec<Pid> {
    let mut children: HashMap<i32, Vec<i32>> = HashMap::new();
    for process in all_processes().into_iter().flatten().flatten() {
        if let Ok(stat) = process.stat() {
            children.entry(stat.ppid).or_default().push(stat.pid);
        }
    }
    let mut found = Vec::new();
    let mut parents = vec![getpid().as_raw_pid()];
    while let Some(parent) = parents.pop() {
        for child in children.remove(&parent).unwrap_or_default() {
            found.extend(Pid::from_raw(child));
            parents.push(child);
        }
    }
    found
}
