//! What a job is, and how long it takes.

use std::time::Duration;

use gochan::{after, select, Receiver};
use gochan_containers::console::say;

pub struct Job {
    pub id: u64,
}

/// How jobs go.
#[derive(Clone, Copy)]
pub struct Plan {
    pub takes: Duration,
    /// This one never ends.
    pub endless: Option<u64>,
    /// This one panics when the pool is told to stop.
    pub panics: Option<u64>,
}

impl Plan {
    /// Does the job. `stopping` closes when the pool is told to stop.
    pub fn perform(&self, job: &Job, stopping: &Receiver<()>) {
        if self.endless == Some(job.id) {
            say(format_args!("job {} does not end", job.id));
            select! {}
        }
        if self.panics == Some(job.id) {
            say(format_args!("job {} waits for the stop", job.id));
            stopping.recv();
            panic!("out of paper");
        }
        after(self.takes).recv_ok();
    }
}
