//! Four small services on gochan channels, written so that their threads can be model-checked, and
//! a fifth with a mistake that the model checkers find.
//!
//! The only thing that makes them checkable is [`threads`]: threads come from there instead of
//! `std`.

pub mod threads;

use std::time::Duration;

use gochan::{select, tick, Chan, Receiver, Sender};

/// Works on jobs until it is told to die, and confirms on the same channel when it has cleaned up.
pub fn confirming_worker(jobs: &Receiver<u32>, die: &Chan<()>, clean_up: impl FnOnce(u32)) {
    let mut sum = 0;
    loop {
        select! {
            recv(jobs) -> job => sum += job,
            recv(die) => {
                clean_up(sum);
                die.send(());
                return;
            }
        }
    }
}

/// Looks only once a round whether it should die, and otherwise waits for a job. If it is told in
/// between, and no job comes, it sleeps for ever.
pub fn forgetful_worker(jobs: &Receiver<u32>, die: &Receiver<()>) -> u32 {
    let mut sum = 0;
    while die.try_recv().is_err() {
        sum += jobs.recv();
    }
    sum
}

/// Hands out numbers, each once, until `die` is closed.
pub fn unique_ids(ids: &Sender<u32>, die: &Receiver<()>) {
    let mut next = 0;
    loop {
        select! {
            send(ids, next) => next += 1,
            recv(die) => return,
        }
    }
}

/// Does jobs until there are no more.
pub fn pool_worker(jobs: &Receiver<u32>, results: &Sender<u32>) {
    for job in jobs {
        results.send(job * 2);
    }
}

/// Beats once a second, if a listener is there, until `die` is closed.
pub fn heartbeat(beats: &Sender<()>, die: &Receiver<()>) {
    let every_second = tick(Duration::from_secs(1));
    loop {
        select! {
            recv(every_second) => {
                // A listener that is late misses a beat; it must not hold up the next one.
                let _ = beats.try_send(());
            }
            recv(die) => return,
        }
    }
}
