//! Runs the program of a test in a process of its own, and checks how it ends.

use std::{
    env,
    io::{BufRead, BufReader, Write},
    os::unix::process::ExitStatusExt,
    process::{exit, ExitStatus, Stdio},
};

use rustix::process::{kill_process, Pid, Signal};

/// Set in the process that runs the program.
const INSIDE: &str = "GOCHAN_SIGNAL_PROGRAM";

/// What the program exits with at its end. A test harness that runs nothing does not.
const DONE: i32 = 42;

const READY: &str = "the program is ready";

/// The test `name`, started again.
#[must_use]
pub struct Program {
    name: &'static str,
    under: &'static [&'static str],
    when_ready: Option<fn(u32)>,
    says: Option<&'static str>,
}

/// Runs `f` in a process of its own, which starts the calling test, `name`, again.
pub fn program(name: &'static str, f: impl FnOnce()) -> Program {
    if env::var_os(INSIDE).is_some() {
        let _dog = super::common::watchdog(120);
        f();
        exit(DONE);
    }
    Program { name, under: &[], when_ready: None, says: None }
}

/// Tells the test that the signal it is about may come now.
pub fn ready() {
    let mut out = std::io::stdout();
    writeln!(out, "{READY}").and_then(|()| out.flush()).unwrap();
}

/// Sends a signal to this thread.
pub fn raise(signal: i32) {
    signal_hook::low_level::raise(signal).unwrap();
}

/// Sends a signal to a process.
pub fn kill(pid: u32, signal: i32) {
    let pid = Pid::from_raw(i32::try_from(pid).unwrap()).unwrap();
    kill_process(pid, Signal::from_named_raw(signal).unwrap()).unwrap();
}

impl Program {
    /// Has this command start the program, whose words are the command's last arguments.
    pub fn under(self, command: &'static [&'static str]) -> Self {
        Self { under: command, ..self }
    }

    /// Calls `f` with its process when it is `ready`.
    pub fn when_ready(self, f: fn(u32)) -> Self {
        Self { when_ready: Some(f), ..self }
    }

    /// Expects this text once in what the program writes on its standard error.
    pub fn says_once(self, text: &'static str) -> Self {
        Self { says: Some(text), ..self }
    }

    #[track_caller]
    pub fn succeeds(self) {
        self.exits_with(DONE);
    }

    /// Expects that the program ends with this code, and not before it is `ready`.
    #[track_caller]
    pub fn exits_with(self, code: i32) {
        let (status, ready) = self.run();
        assert_eq!(status.code(), Some(code), "{status}");
        assert!(ready || code == DONE, "too early");
    }

    /// Expects that the program dies of this signal, and not before it is `ready`.
    #[track_caller]
    pub fn dies_of(self, signal: i32) {
        if env::var_os("GOCHAN_EMULATOR").is_some() {
            // What `/proc` says of the process is said of the emulator, which catches what ends a
            // process.
            return eprintln!("left out: {} needs the processor itself", self.name);
        }
        let (status, ready) = self.run();
        assert_eq!(status.signal(), Some(signal), "{status}");
        assert!(ready, "too early");
    }

    /// How the program ends, and whether it was ready before.
    fn run(self) -> (ExitStatus, bool) {
        let mut command = crate::common::command(self.under, env::current_exe().unwrap());
        command.args(["--exact", self.name, "--nocapture", "--test-threads=1"]);
        let mut process = command
            .env(INSIDE, "1")
            .env("RUST_BACKTRACE", "0")
            .stdout(Stdio::piped())
            .stderr(if self.says.is_some() { Stdio::piped() } else { Stdio::inherit() })
            .spawn()
            .unwrap();
        let mut ready = false;
        for line in BufReader::new(process.stdout.take().unwrap()).lines() {
            // The words stand behind the name of the test, or in a line of their own.
            if line.unwrap().contains(READY) {
                ready = true;
                self.when_ready.iter().for_each(|f| f(process.id()));
            }
        }
        let output = process.wait_with_output().unwrap();
        if let Some(text) = self.says {
            let all = String::from_utf8_lossy(&output.stderr);
            eprint!("{all}");
            assert_eq!(all.matches(text).count(), 1, "{} and it says:\n{all}", output.status);
        }
        (output.status, ready)
    }
}
