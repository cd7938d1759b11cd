//! Children, and what they print.

use std::{
    io::{BufRead, BufReader, ErrorKind, Read},
    process::{Child, Command, ExitCode, ExitStatus, Output, Stdio},
    sync::mpsc::{channel, Receiver, RecvTimeoutError, Sender},
    thread,
    time::{Duration, Instant},
};

use crate::Result;

/// How a child ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum End {
    Passed,
    Failed,
    /// It took too long and was killed.
    TooLong,
}

/// A child that has ended, and all that it printed.
pub struct Ended {
    pub end: End,
    pub output: String,
}

impl Ended {
    /// Whether the child failed by itself, and says why. A run that takes too long does not count,
    /// nor does a text in the output of one that passes.
    pub fn failed_with(&self, text: &str) -> bool {
        self.end == End::Failed && self.output.contains(text)
    }
}

/// Where a line was printed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Stream {
    Out,
    Err,
}

/// Runs `command` with the terminal of its caller, and hands on its exit status.
pub fn code_of(command: &mut Command) -> Result<ExitCode> {
    let code = status(command)?.code().and_then(|code| u8::try_from(code).ok());
    Ok(code.map_or(ExitCode::FAILURE, ExitCode::from))
}

/// Runs `command` with the terminal of its caller, or with what it was given instead.
pub fn status(command: &mut Command) -> Result<ExitStatus> {
    Ok(command.status().map_err(|error| cannot_start(command, &error))?)
}

/// Runs `command`, and keeps each of its streams that has not been given away.
pub fn output(command: &mut Command) -> Result<Output> {
    Ok(command.output().map_err(|error| cannot_start(command, &error))?)
}

/// Runs `command`, for no longer than `limit`, and keeps what it prints.
pub fn capture(command: &mut Command, limit: Option<Duration>) -> Result<Ended> {
    let mut output = String::new();
    let end = watch(command, limit, |_, line| {
        output.push_str(line);
        output.push('\n');
    })?;
    Ok(Ended { end, output })
}

/// Runs `command`, for no longer than `limit`, and shows each line to `see` as it comes.
pub fn watch(
    command: &mut Command,
    limit: Option<Duration>,
    see: impl FnMut(Stream, &str),
) -> Result<End> {
    let deadline = limit.map(|limit| Instant::now() + limit);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|error| cannot_start(command, &error))?;
    let (lines, printed) = channel();
    read(Stream::Out, child.stdout.take().expect("it is piped"), lines.clone());
    read(Stream::Err, child.stderr.take().expect("it is piped"), lines);
    if !see_all(&printed, deadline, see) || !ends(&mut child, deadline)? {
        child.kill()?;
        child.wait()?;
        return Ok(End::TooLong);
    }
    Ok(if child.wait()?.success() { End::Passed } else { End::Failed })
}

/// Sends each line to `lines`, whatever bytes it has.
fn read(stream: Stream, pipe: impl Read + Send + 'static, lines: Sender<(Stream, String)>) {
    thread::spawn(move || {
        for line in BufReader::new(pipe).split(b'\n') {
            let Ok(line) = line else { return };
            let line = String::from_utf8_lossy(&line);
            if lines.send((stream, line.trim_end_matches('\r').into())).is_err() {
                return;
            }
        }
    });
}

/// Whether both pipes end before the deadline.
fn see_all(
    printed: &Receiver<(Stream, String)>,
    deadline: Option<Instant>,
    mut see: impl FnMut(Stream, &str),
) -> bool {
    loop {
        let next = match deadline {
            None => printed.recv().map_err(|_| RecvTimeoutError::Disconnected),
            Some(deadline) => printed.recv_timeout(left_until(deadline)),
        };
        match next {
            Ok((stream, line)) => see(stream, &line),
            Err(error) => return error == RecvTimeoutError::Disconnected,
        }
    }
}

/// Whether a child that has closed its pipes ends before the deadline.
fn ends(child: &mut Child, deadline: Option<Instant>) -> Result<bool> {
    let Some(deadline) = deadline else { return Ok(true) };
    while child.try_wait()?.is_none() {
        if left_until(deadline).is_zero() {
            return Ok(false);
        }
        thread::sleep(Duration::from_millis(10));
    }
    Ok(true)
}

fn left_until(deadline: Instant) -> Duration {
    deadline.saturating_duration_since(Instant::now())
}

fn cannot_start(command: &Command, error: &std::io::Error) -> String {
    let program = command.get_program().to_string_lossy();
    match (error.kind(), &*program) {
        (ErrorKind::NotFound, "cargo" | "rustc" | "rustup") => {
            format!("there is no {program}; install it: https://rustup.rs")
        }
        _ => format!("{program} cannot be started: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ended(end: End, output: &str) -> Ended {
        Ended { end, output: output.into() }
    }

    #[test]
    fn a_failure_counts_if_it_says_why() {
        assert!(ended(End::Failed, "thread panicked at").failed_with("panicked"));
        assert!(!ended(End::Failed, "error: could not compile").failed_with("panicked"));
    }

    #[test]
    fn neither_a_pass_nor_a_timeout_counts() {
        assert!(!ended(End::Passed, "thread panicked at").failed_with("panicked"));
        assert!(!ended(End::TooLong, "thread panicked at").failed_with("panicked"));
    }

    #[test]
    fn both_streams_of_a_failure_are_kept() {
        let ended = capture(Command::new("rustc").args(["-V", "--no-such-option"]), None).unwrap();
        assert_eq!(ended.end, End::Failed);
        assert!(ended.output.contains("no-such-option"));
        let ended = capture(Command::new("rustc").arg("-V"), None).unwrap();
        assert_eq!(ended.end, End::Passed);
        assert!(ended.output.starts_with("rustc "));
    }

    #[test]
    fn a_child_that_takes_too_long_is_killed() {
        let begin = Instant::now();
        let mut child = this_program("sleeps_when_asked");
        let ended = capture(child.env("XTASK_SLEEPS", "1"), Some(Duration::from_millis(200)));
        assert_eq!(ended.unwrap().end, End::TooLong);
        assert!(begin.elapsed() < Duration::from_secs(20));
    }

    /// The child of the test above.
    #[test]
    fn sleeps_when_asked() {
        if std::env::var_os("XTASK_SLEEPS").is_some() {
            thread::sleep(Duration::from_secs(60));
        }
    }

    fn this_program(test: &str) -> Command {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--nocapture", test]);
        command
    }

    #[test]
    fn a_missing_program_is_named() {
        let error = capture(&mut Command::new("no-such-program"), None).map(|_| ()).unwrap_err();
        assert!(error.to_string().starts_with("no-such-program cannot be started"));
        let error = output(&mut Command::new("no-such-program")).unwrap_err();
        assert!(error.to_string().starts_with("no-such-program cannot be started"));
    }
}
