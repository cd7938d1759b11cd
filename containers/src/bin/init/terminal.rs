//! The terminal, which the command has as long as it runs. The keyboard speaks to it alone: in one
//! group with it, this program would hear Ctrl-C as well, and pass it on to a command that has it
//! already.
//!
//! This program takes the terminal from the background too: it blocks SIGTTOU, which would stop it
//! there.

use std::{collections::HashMap, io::stdin, process};

use gochan::signal;
use nix::{
    sys::signal::{raise, SigSet, Signal as Named},
    unistd::{self, getpgrp, tcgetpgrp, tcsetpgrp},
};
use procfs::process::{all_processes, Stat};
use rustix::process::{kill_current_process_group, kill_process_group, Pid, Signal};

const CAN_WAIT: [Named; 3] = [Named::SIGTSTP, Named::SIGTTIN, Named::SIGTTOU];

pub struct Terminal {
    /// The command, whose group has its number.
    command: Pid,
}

/// This program's group is in the foreground of its terminal.
pub fn is_here() -> bool {
    // Both are 0 where the group is one of outside of the container.
    tcgetpgrp(stdin()) == Ok(getpgrp())
}

impl Terminal {
    /// For a command in a group of its own.
    pub fn given_to(command: Pid) -> Self {
        let terminal = Self { command };
        terminal.give();
        terminal
    }

    /// The command has been stopped by this signal, so the whole job stops; whoever has started it
    /// takes it from there, until SIGCONT comes.
    pub fn command_has_stopped(&self, signal: i32) {
        let asked = [Named::SIGTTIN as i32, Named::SIGTTOU as i32].contains(&signal);
        // It asked before the terminal was its own, at its start or since the job is in the
        // foreground again. Or nobody would continue it.
        if self.is_in_foreground() && (asked || !stops(signal)) {
            self.give();
            let _ = kill_process_group(self.command, Signal::CONT);
        } else if stops(signal) {
            self.take_back();
            stop(signal);
        }
    }

    /// SIGCONT has come, perhaps with the terminal.
    pub fn continued(&self) {
        if is_here() {
            self.give();
        }
    }

    /// For those who come after the command.
    pub fn take_back(&self) {
        if self.is_with_command() {
            let _ = tcsetpgrp(stdin(), getpgrp());
        }
    }

    fn is_in_foreground(&self) -> bool {
        is_here() || self.is_with_command()
    }

    fn is_with_command(&self) -> bool {
        tcgetpgrp(stdin()) == Ok(self.group())
    }

    /// The command's.
    fn group(&self) -> unistd::Pid {
        unistd::Pid::from_raw(self.command.as_raw_pid())
    }

    /// If this fails the command is in the background, and may still not need the terminal.
    fn give(&self) {
        let _ = tcsetpgrp(stdin(), self.group());
    }
}

/// This signal would stop this program. The system spares process 1, and a job without a shell all
/// but SIGSTOP.
fn stops(signal: i32) -> bool {
    let spared = || signal::ignored(signal) || is_orphaned(getpgrp());
    process::id() != 1 && (signal == Named::SIGSTOP as i32 || !spared())
}

/// Nobody in the session of this process group has one of its members as a child, without being
/// one.
fn is_orphaned(group: unistd::Pid) -> bool {
    let stats =
        all_processes().into_iter().flatten().filter_map(|process| process.ok()?.stat().ok());
    let stats: HashMap<i32, Stat> = stats.map(|stat| (stat.pid, stat)).collect();
    let members = stats.values().filter(|stat| stat.pgrp == group.as_raw());
    !members.into_iter().any(|member| {
        let parent = stats.get(&member.ppid);
        parent.is_some_and(|p| p.pgrp != member.pgrp && p.session == member.session)
    })
}

/// Stops this program as this signal stops others, and the rest of its group: a shell that waits
/// for it must stop too, or the one that waits for that shell sees nothing.
fn stop(signal: i32) {
    // This program first. The others may have been continued before it stops, which takes back what
    // waits here.
    let own = wait_to_stop(signal);
    if let Some(signal) = Signal::from_named_raw(signal) {
        let _ = kill_current_process_group(signal);
    }
    own.into_iter().for_each(let_in);
}

/// Stops this program only, if this is a signal for that.
pub fn stop_alone(signal: i32) {
    wait_to_stop(signal).into_iter().for_each(let_in);
}

/// The signal waits for this thread, not for the one that reads signals. `None` if it is none that
/// can wait, as SIGSTOP cannot.
fn wait_to_stop(signal: i32) -> Option<Named> {
    let signal = Named::try_from(signal).ok().filter(|signal| CAN_WAIT.contains(signal))?;
    raise(signal).ok().map(|()| signal)
}

fn let_in(signal: Named) {
    let this_one = SigSet::from(signal);
    this_one.thread_unblock().expect("a set of signals");
    this_one.thread_block().expect("a set of signals");
}
