//! A program that a test has started.

use std::{
    cell::OnceCell,
    io::{BufRead, BufReader, Read},
    os::unix::process::{CommandExt, ExitStatusExt},
    process::{Child, ChildStdout, Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

use gochan::{after, select, signal, unbounded, Receiver, RecvTimeoutError};
use nix::{
    sys::signal::{kill, killpg, Signal},
    unistd::Pid,
};
use procfs::process::{all_processes, Process, Stat};

use crate::{common::wait_until, place::Place};

pub struct Running {
    /// The program; in a container, the process that has made the container.
    child: Child,
    place: Place,
    process_1: OnceCell<Pid>,
    /// The output that is not read yet, until a test waits for a line or for the end.
    output: Option<ChildStdout>,
    /// The lines that no test has looked at.
    lines: Receiver<String>,
    /// The lines that a test has looked at.
    seen: Vec<String>,
    errors: Receiver<String>,
    is_over: bool,
}

/// After this time a test does not wait any longer.
const PATIENCE: Duration = Duration::from_secs(20);

/// How a program has ended.
#[derive(Debug)]
pub struct End {
    /// What a shell would say.
    pub status: i32,
    pub lines: Vec<String>,
    pub errors: Vec<String>,
}

impl Running {
    pub fn start(place: Place, program: &str, arguments: &[&str]) -> Self {
        let mut command = place.command(program);
        command.args(arguments);
        Self::spawn(place, command)
    }

    pub fn spawn(place: Place, mut command: Command) -> Self {
        // A group of its own, so that a test that fails can end what it has started.
        command.process_group(0).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let (output, errors) = (child.stdout.take(), lines(child.stderr.take()));
        let lines = Receiver::nil();
        Self {
            child,
            place,
            process_1: OnceCell::new(),
            output,
            lines,
            seen: Vec::new(),
            errors,
            is_over: false,
        }
    }

    /// The program's own number, as it is outside of the container.
    pub fn pid(&self) -> Pid {
        let child = Pid::from_raw(self.child.id().try_into().unwrap());
        let process_1 = || {
            wait_until(|| !children_of(child).is_empty());
            Pid::from_raw(children_of(child)[0].pid)
        };
        match self.place {
            Place::Plain => child,
            Place::Container => *self.process_1.get_or_init(process_1),
        }
    }

    pub fn send(&self, signal: Signal) {
        kill(self.pid(), signal).unwrap();
    }

    /// Whether it has a handler for this signal.
    pub fn hears(&self, signal: Signal) -> bool {
        let status = Process::new(self.pid().as_raw()).unwrap().status().unwrap();
        status.sigcgt >> (signal as i32 - 1) & 1 == 1
    }

    pub fn lives(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// Waits until it prints a line that contains this.
    #[track_caller]
    pub fn wait_for(&mut self, line: &str) {
        self.read();
        let late = Instant::now() + PATIENCE;
        while let Ok(printed) = self.lines.recv_deadline(late) {
            self.seen.push(printed);
            if self.seen.last().is_some_and(|printed| printed.contains(line)) {
                return;
            }
        }
        let errors: Vec<_> = self.errors.try_iter().collect();
        panic!("it does not print {line:?}: {:#?} {errors:#?}", self.seen);
    }

    /// Waits for the end of the program and of every process that has its output.
    #[track_caller]
    pub fn end(mut self) -> End {
        let status = self.wait(PATIENCE).expect("it ends");
        self.ended(status.code().or(status.signal().map(|signal| 128 + signal)).unwrap())
    }

    /// What `docker stop` does: SIGTERM, and SIGKILL when the grace period is over.
    #[track_caller]
    pub fn stop(mut self, grace: Duration) -> End {
        self.send(Signal::SIGTERM);
        if self.wait(grace).is_some() {
            return self.end();
        }
        self.send(Signal::SIGKILL);
        self.wait(PATIENCE).expect("SIGKILL ends it");
        // Not the status: some versions of `unshare` fail to pass SIGKILL on.
        self.ended(128 + Signal::SIGKILL as i32)
    }

    fn read(&mut self) {
        if self.output.is_some() {
            self.lines = lines(self.output.take());
        }
    }

    fn wait(&mut self, limit: Duration) -> Option<ExitStatus> {
        self.read();
        let (ends, late) = (signal::notify(&[signal::SIGCHLD]), after(limit));
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return Some(status);
            }
            select! {
                recv(ends) => {}
                recv(late) => return None,
            }
        }
    }

    #[track_caller]
    fn ended(&mut self, status: i32) -> End {
        let mut lines = std::mem::take(&mut self.seen);
        lines.extend(to_the_end(&self.lines));
        let errors = to_the_end(&self.errors);
        self.is_over = true;
        End { status, lines, errors }
    }
}

/// The rest of an output. No process that could write to it may be left.
#[track_caller]
fn to_the_end(lines: &Receiver<String>) -> Vec<String> {
    let late = Instant::now() + PATIENCE;
    let mut rest = Vec::new();
    loop {
        match lines.recv_deadline(late) {
            Ok(line) => rest.push(line),
            Err(RecvTimeoutError::Closed) => return rest,
            Err(RecvTimeoutError::Timeout) => panic!("a process is left: {rest:#?}"),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if self.is_over {
            return;
        }
        // The test fails. Descendants may have groups of their own, orphans are in the group of the
        // program. Its number is not used again yet, since the child is a zombie, or a process is
        // left in the group.
        let child = Pid::from_raw(self.child.id().try_into().unwrap());
        kill_tree(child);
        let _ = killpg(child, Signal::SIGKILL);
        let _ = self.child.wait();
    }
}

/// Ends this process and every process below it.
pub fn kill_tree(root: Pid) {
    children_of(root).iter().for_each(|child| kill_tree(Pid::from_raw(child.pid)));
    let _ = kill(root, Signal::SIGKILL);
}

/// The lines of an output as they come; closed when the last process that could write is gone.
fn lines(output: Option<impl Read + Send + 'static>) -> Receiver<String> {
    let (sender, lines) = unbounded();
    let output = BufReader::new(output.unwrap());
    thread::spawn(move || {
        for line in output.lines().map_while(Result::ok) {
            if sender.send_ok(line).is_err() {
                return;
            }
        }
    });
    lines
}

/// The processes whose parent this is, zombies too.
pub fn children_of(parent: Pid) -> Vec<Stat> {
    let stats = all_processes().unwrap().filter_map(|process| process.ok()?.stat().ok());
    stats.filter(|stat| stat.ppid == parent.as_raw()).collect()
}

/// Starts `program` with some signals ignored, or blocked, or both.
pub fn with_signals(how: &[&str], signals: &str, program: &str) -> Command {
    let mut command = Command::new("env");
    command.args(how.iter().map(|how| format!("--{how}-signal={signals}"))).arg(program);
    command
}
