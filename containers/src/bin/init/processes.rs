//! Every process below this one: signals to all of them, and their ends.

use std::{collections::HashMap, process};

use gochan_containers::child::status_of_signal;
use nix::{
    errno::Errno,
    sys::{
        prctl,
        signal::{kill, Signal},
        wait::{waitpid, WaitPidFlag, WaitStatus},
    },
    unistd::{getpid, Pid},
};
use procfs::process::all_processes;

/// From now on those whose parent has ended, at any depth below this process, are its children, as those of process 1
/// are in any case. Comes before the start of the command.
pub fn adopt_orphans() {
    prctl::set_child_subreaper(true).expect("Linux 3.4 or newer");
}

/// The command and all that comes from it.
pub struct Processes {
    command: Pid,
    /// The status of the command; it is there when all have ended.
    status: u8,
}

impl Processes {
    pub fn of(command: Pid) -> Self {
        Self { command, status: 0 }
    }

    /// Takes every end that is there; one SIGCHLD may stand for many. The status of the command once no process is
    /// left. Does not block.
    pub fn reap(&mut self) -> Option<u8> {
        loop {
            match waitpid(None, Some(WaitPidFlag::WNOHANG)) {
                Ok(WaitStatus::StillAlive) => return None,
                Ok(end) => self.enter(end),
                Err(Errno::EINTR) => {}
                // No child, so no descendant: each whose parent ends becomes a child.
                Err(_) => return Some(self.status),
            }
        }
    }

    fn enter(&mut self, end: WaitStatus) {
        match end {
            WaitStatus::Exited(pid, status) if pid == self.command => self.status = status as u8,
            WaitStatus::Signaled(pid, signal, _) if pid == self.command => {
                self.status = status_of_signal(signal as i32);
            }
            _ => {}
        }
    }
}

/// Sends a signal, by its number, to every process below this one. One that has just ended does not matter, nor one
/// that belongs to somebody else.
pub fn send_to_all(signal: i32) {
    let signal = Signal::try_from(signal).expect("a real-time signal is not asked for");
    if process::id() == 1 {
        let _ = kill(Pid::from_raw(-1), signal);
    } else {
        for process in descendants() {
            let _ = kill(process, signal);
        }
    }
}

/// Everyone whose parent, or parent's parent and so on, is this process.
fn descendants() -> Vec<Pid> {
    let mut children: HashMap<i32, Vec<i32>> = HashMap::new();
    for process in all_processes().into_iter().flatten().flatten() {
        if let Ok(stat) = process.stat() {
            children.entry(stat.ppid).or_default().push(stat.pid);
        }
    }
    let mut found = Vec::new();
    let mut parents = vec![getpid().as_raw()];
    while let Some(parent) = parents.pop() {
        for child in children.remove(&parent).unwrap_or_default() {
            found.push(Pid::from_raw(child));
            parents.push(child);
        }
    }
    found
}
