//! A pool of workers: jobs go in, results come out, and the pool ends in one of two ways.
//!
//! - `drain`: close the jobs, and let the workers go on until none is left. Every job is done.
//! - `stop`: close `die`. Each worker finishes the job in hand and leaves; the other jobs come
//!   back.
//!
//! Neither takes longer than its deadline, and in the end every job is accounted for, by its id.
//!
//! Run it with `cargo run --example worker_pool`.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt, thread,
    time::{Duration, Instant},
};

use gochan::{after, bounded, select, Receiver, Sender};

struct Job {
    id: u32,
    takes: Duration,
}

struct Done {
    id: u32,
    square: u32,
}

fn perform(job: Job) -> Done {
    thread::sleep(job.takes);
    Done { id: job.id, square: job.id * job.id }
}

fn worker(jobs: Receiver<Job>, results: Sender<Done>, die: Receiver<()>) {
    loop {
        let job = select! {
            biased; // `die` first: once it is closed, no worker begins another job
            recv(die) => return,
            recv_ok(jobs) -> job => job,
        };
        // No job is left: they are closed and drained.
        let Some(job) = job else { return };
        // The results have no receiver any more: the deadline has passed, and the account was made
        // without us.
        if results.send_ok(perform(job)).is_err() {
            return;
        }
    }
}

struct Pool {
    jobs: Sender<Job>,
    /// The other end of `jobs`: what no worker takes is taken back from here.
    queue: Receiver<Job>,
    results: Receiver<Done>,
    die: Sender<()>,
    submitted: BTreeSet<u32>,
    done: BTreeMap<u32, u32>,
}

impl Pool {
    fn new(workers: usize, queue: usize) -> Pool {
        let (jobs, queue) = bounded(queue);
        let (done, results) = bounded(0);
        let (die, dying) = bounded(0);
        for _ in 0..workers {
            let (jobs, done, dying) = (queue.clone(), done.clone(), dying.clone());
            // No handle is kept to join the thread: a join knows no deadline. When the last worker
            // has left, the last sender of results is gone too, and `results` is closed.
            thread::spawn(move || worker(jobs, done, dying));
        }
        Pool { jobs, queue, results, die, submitted: BTreeSet::new(), done: BTreeMap::new() }
    }

    /// Hands in a job, waiting while the queue is full; gives it back if every worker has died.
    ///
    /// It collects results while it waits. Otherwise all workers could be waiting to hand over a
    /// result, and their caller to hand in a job, for ever.
    fn submit(&mut self, job: Job) -> Result<(), Job> {
        let id = job.id;
        let mut slot = Some(job);
        while slot.is_some() {
            select! {
                biased; // results only when the queue is full
                send_from(self.jobs, &mut slot) => {
                    self.submitted.insert(id);
                }
                recv_ok(self.results) -> done => match done {
                    Some(done) => self.enter(done),
                    None => break,
                },
            }
        }
        slot.map_or(Ok(()), Err)
    }

    /// Waits for one result; false if there is none to come, or none before the deadline.
    fn collect(&mut self, deadline: &Receiver<Instant>) -> bool {
        select! {
            recv_ok(self.results) -> done => match done {
                Some(done) => self.enter(done),
                None => return false,
            },
            recv(deadline) => return false,
        }
        true
    }

    fn enter(&mut self, done: Done) {
        self.done.insert(done.id, done.square);
    }

    /// Lets the workers do every job that was submitted, if they can within `limit`.
    fn drain(mut self, limit: Duration) -> Account {
        self.jobs.close();
        let deadline = after(limit);
        while self.collect(&deadline) {}
        self.account()
    }

    /// Lets the workers finish the jobs that they have in hand, if they can within `limit`.
    fn stop(mut self, limit: Duration) -> Account {
        // Not `close`: if every worker has died, `die` has no receiver, and is closed already.
        self.die.close_ok();
        let deadline = after(limit);
        while self.collect(&deadline) {}
        self.account()
    }

    fn account(mut self) -> Account {
        // A drain that has run out of time ends like a stop.
        self.die.close_ok();
        let queued: Vec<Job> = self.queue.try_iter().collect();
        // A result that waits to be received is a job done.
        while let Ok(done) = self.results.try_recv() {
            self.enter(done);
        }

        let mut unfinished = self.submitted.clone();
        unfinished.retain(|id| !self.done.contains_key(id));
        for job in &queued {
            unfinished.remove(&job.id);
        }
        Account { submitted: self.submitted, done: self.done, queued, unfinished }
    }
}

/// What became of the jobs: those submitted are those done, queued and unfinished, each in one
/// place.
struct Account {
    submitted: BTreeSet<u32>,
    done: BTreeMap<u32, u32>,
    /// Not done, and not begun: they could be submitted to another pool.
    queued: Vec<Job>,
    /// Not done, but begun: the worker was late, or it has panicked.
    unfinished: BTreeSet<u32>,
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut line = |what, ids: Vec<u32>| {
            write!(f, "\n  {what:<11}{:>3}:", ids.len())?;
            ids.iter().try_for_each(|id| write!(f, " {id}"))
        };
        line("submitted", self.submitted.iter().copied().collect())?;
        line("done", self.done.keys().copied().collect())?;
        line("not begun", self.queued.iter().map(|job| job.id).collect())?;
        line("unfinished", self.unfinished.iter().copied().collect())
    }
}

const WORKERS: usize = 4;

/// A pool that has been given twenty jobs of a few milliseconds, except that one may take an hour.
fn busy_pool(queue: usize, endless: Option<u32>) -> Pool {
    let mut pool = Pool::new(WORKERS, queue);
    for id in 1..=20 {
        let takes = match endless {
            Some(endless) if endless == id => Duration::from_secs(3600),
            _ => Duration::from_millis(u64::from(id % 5)),
        };
        if pool.submit(Job { id, takes }).is_err() {
            eprintln!("job {id} is refused: every worker has died");
        }
    }
    pool
}

fn main() {
    // The queue is shorter than the list of jobs: submitting waits for the workers.
    let pool = busy_pool(5, None);
    println!("drain:{}", pool.drain(Duration::from_secs(30)));

    // The queue holds them all; five results are enough.
    let mut pool = busy_pool(20, None);
    let deadline = after(Duration::from_secs(30));
    while pool.done.len() < 5 && pool.collect(&deadline) {}
    println!("stop:{}", pool.stop(Duration::from_secs(30)));

    // Job 3 does not end. The drain does.
    let pool = busy_pool(5, Some(3));
    println!("drain, out of time:{}", pool.drain(Duration::from_millis(300)));
}
