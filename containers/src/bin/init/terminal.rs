//! The terminal, which the command has as long as it runs. The keyboard speaks to the command
//! alone. In one group with it, this program would hear Ctrl-C as well, and pass it on to a command
//! that has it already.
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

/// Whether this program's group is in the foreground of its terminal.
pub fn is_here() -> bool {
    // Both are 0 where the group is outside of the container.
    tcgetpgrp(stdin()) == Ok(getpgrp())
}

impl Terminal {
    /// Gives the terminal to a command in a group of its own.
    pub fn given_to(command: Pid) -> Self {
        let terminal = Self { command };
        terminal.give();
        terminal
    }

    /// This signal has stopped the command, so the whole job stops. The shell that has started the
    /// job takes over, until SIGCONT comes.
    pub fn command_has_stopped(&self, signal: i32) {
        let asked = [Named::SIGTTIN as i32, Named::SIGTTOU as i32].contains(&signal);
        // The command asked before the terminal was its own: at its start, or when the job came
        // back to the foreground. Or no process would continue it.
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

    /// Takes the terminal back, for the programs that come after the command.
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

    /// The group of the command.
    fn group(&self) -> unistd::Pid {
        unistd::Pid::from_raw(self.command.as_raw_pid())
    }

    /// If this fails the command is in the background, and may still not need the terminal.
    fn give(&self) {
        let _ = tcsetpgrp(stdin(), self.group());
    }
}

/// Whether this signal would stop this program. The system spares process 1. A job without a shell
/// is stopped by SIGSTOP only.
fn stops(signal: i32) -> bool {
    let spared = || signal::ignored(signal) || is_orphaned(getpgrp());
    process::id() != 1 && (signal == Named::SIGSTOP as i32 || !spared())
}

/// Whether the group is without a parent: no process of its session, outside of the group, has one
/// of its members as a child.
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
    // This program first. The others may be continued before it stops, which takes the waiting
    // signal back.
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

/// Makes the signal wait for this thread, not for the one that reads signals. `None` for a signal
/// that cannot wait, such as SIGSTOP.
fn wait_to_stop(signal: i32) -> Option<Named> {
    let signal = Named::try_from(signal).ok().filter(|signal| CAN_WAIT.contains(signal))?;
    raise(signal).ok().map(|()| signal)
}

fn let_in(signal: Named) {
    let this_one = SigSet::from(signal);
    this_one.thread_unblock().expect("a set of signals");
    this_one.thread_block().expect("a set of signals");
}
