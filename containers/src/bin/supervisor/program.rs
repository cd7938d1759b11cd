//! One program, from its start to its end.

use std::{
    fs::File,
    io,
    os::unix::process::{CommandExt, ExitStatusExt},
    process::{Child, Command, ExitStatus, Stdio},
};

use gochan::{after, select, signal, Receiver, Sender};
use gochan_containers::{child, console::log};
use nix::sys::signal::Signal;

use crate::config::Program;

/// Goes to a program with the request to stop; its drop says that the program has been told.
pub type Told = Sender<()>;

pub struct Running {
    program: Program,
    child: Child,
    /// Any child has ended, perhaps this one.
    ends: Receiver<signal::Signal>,
}

impl Running {
    /// An error says why it does not run.
    pub fn start(program: Program) -> Result<Self, String> {
        // Before the start, so that the end is not missed.
        let ends = signal::notify(&[signal::SIGCHLD]);
        match spawn(&program) {
            Ok(child) => {
                log(format_args!("spawned: {} with pid {}", program.name, child.id()));
                Ok(Self { program, child, ends })
            }
            Err(error) => Err(format!("cannot start {}: {error}", program.name)),
        }
    }

    /// Waits for the end, and for the request to stop before it. True if the end is a good one.
    pub fn watch(mut self, mut stop: Receiver<Told>) -> bool {
        let mut up = after(self.program.start_wait);
        let mut out_of_time = Receiver::nil();
        loop {
            if let Some(status) = child::ended(&mut self.child) {
                return self.end(status, stop.is_nil());
            }
            select! {
                recv(self.ends) => {}
                recv(up) => log(format_args!("running: {}", self.program.name)),
                recv_ok(stop) -> told => {
                    self.send(self.program.stop_signal);
                    drop(told);
                    out_of_time = after(self.program.stop_wait);
                    (stop, up) = (Receiver::nil(), Receiver::nil());
                }
                recv(out_of_time) => self.send(Signal::SIGKILL),
            }
        }
    }

    /// Sends the signal and says so.
    fn send(&self, signal: Signal) {
        let name = &self.program.name;
        log(format_args!("stopping: {name} with {signal}"));
        if let Err(error) = child::send(&self.child, signal as i32) {
            log(format_args!("cannot signal: {name}: {error}"));
        }
    }

    /// Logs the end. After a request to stop, the end by the signal for it is as good as status 0.
    fn end(&self, status: ExitStatus, requested: bool) -> bool {
        let what = if requested { "stopped" } else { "exited" };
        log(format_args!("{what}: {} ({status})", self.program.name));
        status.success() || requested && status.signal() == Some(self.program.stop_signal as i32)
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
        // Ctrl-C is for the supervisor, which then stops its programs in its own way.
        .process_group(0)
        .spawn()
        .map_err(|error| format!("{}: {error}", command[0]))
}
