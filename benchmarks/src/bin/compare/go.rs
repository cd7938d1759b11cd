//! Go, as a child process that takes its turn in every round.

use gochan_benchmarks::{
    cells::Cell,
    usage::Usage,
    workloads::{Pattern, Sample, Workload},
};
use std::{
    env, fs,
    io::{self, BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    time::Duration,
};

pub const NAME: &str = "go";

/// The program's source, so that it can be built wherever this program runs.
const SOURCE: [(&str, &str); 3] = [
    ("go.mod", include_str!("../../../go/go.mod")),
    ("main.go", include_str!("../../../go/main.go")),
    ("workloads.go", include_str!("../../../go/workloads.go")),
];

/// Builds the Go program beside this one. An error says why that fails.
pub fn build() -> io::Result<PathBuf> {
    let own = env::current_exe()?;
    let folder = own.with_file_name("go-peer");
    fs::create_dir_all(&folder)?;
    SOURCE.iter().try_for_each(|(name, text)| fs::write(folder.join(name), text))?;
    let program = folder.join("peer");
    let built = go().args(["build", "-o"]).arg(&program).arg(".").current_dir(&folder).output()?;
    if built.status.success() {
        return Ok(program);
    }
    let output = String::from_utf8_lossy(&built.stderr).replace(&*folder.to_string_lossy(), "");
    Err(io::Error::other(format!("`go build` failed: {}", output.trim())))
}

/// Such as `go1.26.1`.
pub fn version() -> Option<String> {
    let output = go().arg("version").output().ok()?;
    String::from_utf8(output.stdout).ok()?.split_whitespace().nth(2).map(str::to_owned)
}

/// The toolchain that is there: it must not load another one.
fn go() -> Command {
    let mut go = Command::new(env::var_os("GO").unwrap_or("go".into()));
    go.env("GOTOOLCHAIN", "local");
    go
}

/// The running program.
pub struct Go {
    process: Child,
    tasks: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Go {
    /// Starts it. The process stays on the cores that this one may use now, and has as many
    /// threads.
    pub fn start(program: &Path) -> io::Result<Self> {
        let mut process =
            Command::new(program).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let tasks = process.stdin.take().expect("it is piped");
        let answers = BufReader::new(process.stdout.take().expect("it is piped"));
        Ok(Self { process, tasks, answers })
    }

    /// Whether Go has such a cell: all of its channels have a bound.
    pub fn can(cell: &Cell) -> bool {
        cell.workload.capacity.is_some()
    }

    pub fn run(&mut self, cell: &Cell, units: u64) -> Sample {
        self.ask(cell, units).expect("the Go program answers")
    }

    fn ask(&mut self, cell: &Cell, units: u64) -> io::Result<Sample> {
        let Workload { pattern, capacity, threads } = cell.workload;
        let capacity = capacity.expect("Go has no unbounded channel");
        writeln!(self.tasks, "{} {capacity} {} {units}", name(pattern), threads)?;
        let mut line = String::new();
        self.answers.read_line(&mut line)?;
        let numbers: Vec<u64> = line.split_whitespace().flat_map(str::parse).collect();
        let [units, elapsed, cpu, switches] = numbers[..] else {
            return Err(io::Error::other(format!("not a sample: {line:?}")));
        };
        let usage = Usage { cpu: Duration::from_nanos(cpu), switches };
        Ok(Sample { units, elapsed: Duration::from_nanos(elapsed), usage })
    }
}

impl Drop for Go {
    fn drop(&mut self) {
        // The program has nothing to save.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn name(pattern: Pattern) -> &'static str {
    match pattern {
        Pattern::Spsc => "spsc",
        Pattern::Mpsc => "mpsc",
        Pattern::Spmc => "spmc",
        Pattern::Mpmc => "mpmc",
        Pattern::PingPong => "ping-pong",
        Pattern::SameThread => "same-thread",
        Pattern::Make => "make",
        Pattern::SelectFour => "select-4",
        Pattern::SelectReady => "select-2-ready",
        Pattern::SelectDefault => "select-2-default",
        Pattern::After => "after-ready",
        Pattern::CloseCall => "close-call",
        Pattern::CloseWoken => "close-woken",
    }
}
