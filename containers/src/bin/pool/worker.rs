//! A worker: a thread that does jobs.

use std::{
    any::Any,
    panic::{catch_unwind, AssertUnwindSafe},
    thread,
};

use gochan::{Receiver, Sender};

use crate::job::{Job, Plan};

/// What became of a job: its id, and what a panic in it said.
pub type Report = (u64, Result<(), String>);

/// Starts a worker. It ends when there are no more jobs, or when its report has no receiver.
pub fn start(work: Receiver<Job>, reports: Sender<Report>, plan: Plan, stopping: Receiver<()>) {
    thread::spawn(move || {
        for job in &work {
            // The job is gone whatever happens to it, and the worker keeps nothing of it: it goes
            // on.
            let outcome = catch_unwind(AssertUnwindSafe(|| plan.perform(&job, &stopping)));
            if reports.send_ok((job.id, outcome.map_err(message))).is_err() {
                return;
            }
        }
    });
}

fn message(panic: Box<dyn Any + Send>) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref().cloned()).unwrap_or_default()
}
