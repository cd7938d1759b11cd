//! Processes that compute beside a run, one for each core, so that no core is idle.

use std::{env, io, process, process::Command, thread};

/// The neighbours, which go with this.
pub struct Neighbours(Vec<process::Child>);

impl Neighbours {
    pub fn start() -> io::Result<Self> {
        if cfg!(not(unix)) {
            return Err(io::Error::other("neighbours that end with their parent need Unix"));
        }
        let cores = thread::available_parallelism()?.get();
        let mut neighbours = Self(Vec::new());
        for _ in 0..cores {
            neighbours.0.push(Command::new(env::current_exe()?).arg("--compute").spawn()?);
        }
        Ok(neighbours)
    }
}

impl Drop for Neighbours {
    fn drop(&mut self) {
        for neighbour in &mut self.0 {
            let _ = neighbour.kill();
            let _ = neighbour.wait();
        }
    }
}

/// What a neighbour does, until its parent is gone.
#[cfg(unix)]
pub fn compute() {
    let parent = nix::unistd::getppid();
    while nix::unistd::getppid() == parent {
        for i in 0..1_000_000_u64 {
            std::hint::black_box(i);
        }
    }
}

#[cfg(not(unix))]
pub fn compute() {}
