//! One program, from its start to the end of its group.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, ErrorKind},
    mem,
    os::unix::process::{CommandExt, ExitStatusExt},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use gochan::{after, select, tick, Receiver, Sender};
use gochan_containers::{console::log, signals};
use rustix::process::{Pid, Signal};

use crate::{config::Program, ends::End, group::Group};

/// Goes to a program with the request to stop; its drop says that the program has been told.
pub type Told = Sender<()>;

/// How often to look for the processes that are left. One that ends as the child of a process
/// outside of the group does so without a notice.
const LOOK_EVERY: Duration = Duration::from_millis(50);

pub struct Running {
    program: Program,
    group: Group,
    /// The ends of processes, some of them of this program.
    ends: Receiver<End>,
    /// Whether the program itself has ended well, once it has ended.
    well: Option<bool>,
    /// Whether it was requested to stop.
    requested: bool,
    /// Ready when the group is to be killed; nil until it has been told to stop.
    out_of_time: Receiver<Instant>,
    /// Nil until the program itself has ended.
    looks: Receiver<Instant>,
    /// The processes that were killed.
    killed: BTreeMap<i32, String>,
    /// Whether the group has ended, or what is left of it belongs to another user.
    is_over: bool,
}

impl Running {
    /// Starts the program. An error says why it does not run.
    pub fn start(program: Program, ends: Receiver<End>) -> Result<Self, String> {
        let cannot = |error| format!("cannot start {}: {error}", program.name);
        let leader = Pid::from_child(&spawn(&program).map_err(cannot)?);
        log(format_args!("spawned: {} with pid {leader}", program.name));
        Ok(Self {
            program,
            group: Group { leader },
            ends,
            well: None,
            requested: false,
            out_of_time: Receiver::nil(),
            looks: Receiver::nil(),
            killed: BTreeMap::new(),
            is_over: false,
        })
    }

    /// Waits for the end of the group, and for requests to stop before it: at the first the program
    /// is told, at the second it is killed. True if the end is a good one.
    pub fn watch(mut self, stop: Receiver<Told>) -> bool {
        let mut up = after(self.program.start_wait);
        loop {
            select! {
                recv_ok(self.ends) -> end => end.into_iter().for_each(|end| self.enter(end)),
                recv(up) => if self.well.is_none() && !self.requested {
                    log(format_args!("running: {}", self.program.name));
                },
                recv_ok(stop) -> told => {
                    self.request();
                    drop(told);
                    up = Receiver::nil();
                }
                recv(self.out_of_time) => self.kill(),
                recv(self.looks) => self.look(),
            }
            if let Some(well) = self.well.filter(|_| self.is_over || self.group.is_gone()) {
                return self.report() && well;
            }
        }
    }

    fn request(&mut self) {
        if mem::replace(&mut self.requested, true) {
            self.kill();
        } else if self.out_of_time.is_nil() {
            self.tell();
        }
    }

    /// Asks the group to stop; from now on the time runs.
    fn tell(&mut self) {
        self.send(self.program.stop_signal);
        self.out_of_time = after(self.program.stop_wait);
    }

    fn kill(&mut self) {
        self.killed.append(&mut self.group.living());
        self.send(Signal::KILL);
    }

    /// Sends the signal and says so.
    fn send(&mut self, signal: Signal) {
        let name = &self.program.name;
        log(format_args!("stopping: {name} with {}", signals::name(signal)));
        if let Err(error) = self.group.send(signal) {
            log(format_args!("cannot signal: {name}: {error}"));
        }
    }

    fn enter(&mut self, end: End) {
        let (pid, by) = (end.pid.as_raw_pid(), end.status.signal());
        if by != Some(Signal::KILL.as_raw()) {
            // The process was faster.
            self.killed.remove(&pid);
        }
        if end.pid != self.group.leader || self.well.is_some() {
            return;
        }
        let what = if self.requested { "stopped" } else { "exited" };
        log(format_args!("{what}: {} ({})", self.program.name, end.status));
        // After a request to stop, the end by the signal for it is as good as status 0.
        let as_asked = self.requested && by == Some(self.program.stop_signal.as_raw());
        self.well = Some(end.status.success() || as_asked);
        self.looks = tick(LOOK_EVERY);
        if self.out_of_time.is_nil() && !self.group.living().is_empty() {
            self.tell();
        }
    }

    /// Looks whether a process is left that can end. Zombies have another parent, and what cannot
    /// be killed another user.
    fn look(&mut self) {
        let refused = |error: io::Error| error.kind() == ErrorKind::PermissionDenied;
        let killed = !self.killed.is_empty();
        self.is_over = self.group.living().is_empty()
            || killed && self.group.send(Signal::KILL).is_err_and(refused);
    }

    /// Names the processes that had to be killed, beside the program itself. True if there is none.
    fn report(&mut self) -> bool {
        self.ends.clone().try_iter().for_each(|end| self.enter(end));
        self.killed.remove(&self.group.leader.as_raw_pid());
        for (pid, name) in &self.killed {
            log(format_args!("killed: {}: {name} with pid {pid}", self.program.name));
        }
        self.killed.is_empty()
    }
}

fn spawn(program: &Program) -> Result<Child, String> {
    let (command, logfile) = (&program.command, &program.logfile);
    let open = || {
        let log = File::options().append(true).create(true).open(logfile)?;
        Ok((log.try_clone()?, log))
    };
    let (out, err) =
        open().map_err(|error: io::Error| format!("{}: {error}", logfile.display()))?;
    Command::new(&command[0])
        .args(&command[1..])
        .stdin(Stdio::null())
        .stdout(out)
        .stderr(err)
        // Ctrl-C is for the supervisor, which then stops its programs in its own way. What a
        // program leaves behind is found by its group.
        .process_group(0)
        .spawn()
        .map_err(|error| format!("{}: {error}", command[0]))
}
