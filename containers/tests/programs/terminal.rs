//! `init` at a terminal, below a shell with job control.

use std::{
    fs::File,
    io::{Read, Write},
    process::{Child, Command},
    thread,
    time::Duration,
};

use gochan::{unbounded, Receiver};
use nix::{
    pty::openpty,
    unistd::{tcgetpgrp, Pid},
};
use procfs::process::Process;

use crate::{
    common::{wait_until, watchdog},
    place::{everywhere, Place},
    running::kill_tree,
};

const INIT: &str = env!("CARGO_BIN_EXE_init");

/// What the keyboard sends.
const CTRL_C: &str = "\x03";
const CTRL_Z: &str = "\x1a";

const PROMPT: &str = "ready> ";

/// An interactive shell.
struct Shell {
    process: Child,
    terminal: File,
    output: Receiver<String>,
    seen: String,
}

impl Shell {
    fn start() -> Self {
        let pty = openpty(None, None).unwrap();
        let terminal = File::from(pty.master);
        let slave = File::from(pty.slave);
        let mut shell = Command::new("setsid");
        shell
            .args(["--ctty", "bash", "--norc", "--noprofile", "-i"])
            .env("PS1", PROMPT)
            .stdin(slave.try_clone().unwrap())
            .stdout(slave.try_clone().unwrap())
            .stderr(slave);
        let process = shell.spawn().unwrap();
        let output = read(terminal.try_clone().unwrap());
        let mut shell = Self { process, terminal, output, seen: String::new() };
        shell.wait_for(PROMPT);
        shell
    }

    fn type_in(&mut self, text: &str) {
        self.terminal.write_all(text.as_bytes()).unwrap();
    }

    /// Waits until the terminal shows this, after what was waited for before.
    #[track_caller]
    fn wait_for(&mut self, text: &str) {
        while !self.seen.contains(text) {
            match self.output.recv_timeout(Duration::from_secs(20)) {
                Ok(more) => self.seen.push_str(&more),
                Err(_) => panic!("the terminal does not show {text:?}: {:?}", self.seen),
            }
        }
        self.seen = self.seen.split_once(text).unwrap().1.to_owned();
    }

    /// Waits until the process of this name has the keyboard.
    #[track_caller]
    fn wait_for_foreground(&self, name: &str) {
        wait_until(|| {
            let group = tcgetpgrp(&self.terminal).map_or(0, Pid::as_raw);
            let leader = Process::new(group).and_then(|process| process.stat());
            leader.is_ok_and(|leader| leader.comm == name && leader.state == 'S')
        });
    }

    /// Waits until the shell reads the next line, and says the status of the last one. What is
    /// typed before that it may throw away.
    #[track_caller]
    fn wait_for_status(&mut self, status: u8) {
        self.wait_for(PROMPT);
        self.type_in("echo status=$?.\n");
        self.wait_for(&format!("status={status}."));
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        kill_tree(Pid::from_raw(self.process.id().try_into().unwrap()));
        let _ = self.process.wait();
    }
}

/// What the terminal shows, as it comes.
fn read(mut terminal: File) -> Receiver<String> {
    let (sender, output) = unbounded();
    thread::spawn(move || {
        let mut buffer = [0; 1024];
        while let Ok(length @ 1..) = terminal.read(&mut buffer) {
            if sender.send_ok(String::from_utf8_lossy(&buffer[..length]).into_owned()).is_err() {
                return;
            }
        }
    });
    output
}

#[test]
fn ctrl_z_stops_the_job_and_fg_goes_on_with_it() {
    let _dog = watchdog(60);
    let mut shell = Shell::start();
    shell.type_in(&format!("{INIT} -- sleep 1000\n"));
    for _ in 0..3 {
        shell.wait_for_foreground("sleep");
        shell.type_in(CTRL_Z);
        shell.wait_for("Stopped");
        shell.wait_for_status(148);
        shell.wait_for(PROMPT);
        shell.type_in("fg\n");
    }
    shell.wait_for_foreground("sleep");
    shell.type_in(CTRL_C);
    shell.wait_for_status(130);
}

/// The shell in between waits for `init`, and the interactive one for the shell in between.
#[test]
fn ctrl_z_stops_a_script_that_waits_for_it() {
    let _dog = watchdog(60);
    let mut shell = Shell::start();
    shell.type_in(&format!("sh -c '{INIT} -- sleep 1000; exit 7'\n"));
    shell.wait_for_foreground("sleep");
    shell.type_in(CTRL_Z);
    shell.wait_for("Stopped");
    shell.wait_for(PROMPT);
    shell.type_in("fg\n");
    shell.wait_for_foreground("sleep");
    shell.type_in("\x1c");
    shell.wait_for_status(7);
}

#[test]
fn in_the_background_it_goes_on_without_the_terminal_and_asks_for_it() {
    let _dog = watchdog(60);
    let mut shell = Shell::start();
    shell.type_in(&format!("{INIT} -- cat\n"));
    shell.wait_for_foreground("cat");
    shell.type_in(CTRL_Z);
    shell.wait_for("Stopped");
    shell.wait_for(PROMPT);
    shell.type_in("bg\n");
    shell.wait_for(PROMPT);
    // It reads, and so it is stopped again.
    shell.type_in("until jobs -l | grep 'tty input'; do :; done; echo \"asked\"\n");
    shell.wait_for("\nasked");
    shell.wait_for(PROMPT);
    shell.type_in("fg\n");
    shell.wait_for_foreground("cat");
    shell.type_in("one \"line\"\n");
    shell.wait_for("one \"line\"\r\none \"line\"");
    shell.type_in("\x04");
    shell.wait_for_status(0);
}

#[test]
fn whoever_comes_after_the_command_has_the_terminal_back() {
    let _dog = watchdog(60);
    let mut shell = Shell::start();
    shell.type_in(&format!("sh -c '{INIT} -- true; read line; echo \"read=$line.\"'\n"));
    shell.wait_for_foreground("sh");
    shell.type_in("text\n");
    shell.wait_for("read=text.");
    shell.wait_for_status(0);
}

/// No process could continue a process 1: the command goes on, as it would alone.
#[test]
fn as_process_1_ctrl_z_has_no_effect() {
    let _dog = watchdog(60);
    if !everywhere().contains(&Place::Container) {
        return;
    }
    let words = Place::Container.command(INIT);
    let words = [words.get_program()].into_iter().chain(words.get_args());
    let words: Vec<&str> = words.map(|word| word.to_str().unwrap()).collect();
    let mut shell = Shell::start();
    shell.type_in(&format!("{} -- cat\n", words.join(" ")));
    shell.wait_for_foreground("cat");
    shell.type_in(CTRL_Z);
    shell.wait_for("^Z");
    // The terminal shows what is typed, and then what `cat` writes.
    shell.type_in("text\n");
    shell.wait_for("text\r\ntext");
    shell.type_in(CTRL_C);
    shell.wait_for_status(130);
}
