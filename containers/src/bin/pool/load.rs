//! Senders: threads that have jobs to offer.

use std::{
    sync::{
        atomic::{AtomicU64, Ordering::Relaxed},
        Arc,
    },
    thread::{self, JoinHandle},
};

use gochan::{SendError, Sender};

use crate::job::Job;

/// What a sender knows at the end.
pub struct Offered {
    pub accepted: Vec<u64>,
    pub refused: u64,
}

/// Starts so many senders. Together they offer the jobs 0, 1, 2 and so on.
pub fn start(senders: u16, jobs: &Sender<Job>) -> Vec<JoinHandle<Offered>> {
    let next = Arc::new(AtomicU64::new(0));
    let start = |_| {
        let (next, jobs) = (next.clone(), jobs.clone());
        thread::spawn(move || offer(&next, &jobs))
    };
    (0..senders).map(start).collect()
}

/// Offers jobs until the pool takes no more.
fn offer(next: &AtomicU64, jobs: &Sender<Job>) -> Offered {
    let mut accepted = Vec::new();
    loop {
        let id = next.fetch_add(1, Relaxed);
        match jobs.send_ok(Job { id }) {
            Ok(()) => accepted.push(id),
            Err(SendError(job)) => return Offered { accepted, refused: job.id },
        }
    }
}
