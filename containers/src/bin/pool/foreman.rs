//! The foreman hands the jobs out, and writes down what becomes of each. One thread does both, so
//! that at every moment a job is in one place: in the queue, in the foreman's hand, with a worker,
//! or in the books.

use std::{collections::BTreeSet, mem, time::Duration};

use gochan::{after, make, select, Chan, Context, Receiver};
use gochan_containers::console::say;

use crate::{
    account::Fates,
    job::{Job, Plan},
    worker::{self, Report},
    Mode,
};

pub struct Foreman {
    /// Where jobs come from; nil once there are no more.
    queue: Chan<Job>,
    /// The next one to be handed out.
    hand: Option<Job>,
    /// Without a buffer: what was sent is in a worker's hands.
    work: Chan<Job>,
    begun: BTreeSet<u64>,
    reports: Chan<Report>,
    fates: Fates,
    /// Ends when the pool is to stop.
    stop: Context,
}

impl Foreman {
    pub fn new(queue: Chan<Job>, stop: &Context) -> Self {
        Self {
            queue,
            hand: None,
            work: make(0),
            begun: BTreeSet::new(),
            reports: make(0),
            fates: Fates::default(),
            stop: stop.clone(),
        }
    }

    /// Starts one more worker.
    pub fn hire(&self, plan: Plan) {
        worker::start(self.work.receiver(), self.reports.sender(), plan, self.stop.done());
    }

    /// Hands out jobs until the pool is told to stop, and then for at most `limit`, or not at all.
    /// Every job that was accepted has its fate in what it returns.
    pub fn run(mut self, mode: Mode, limit: Duration) -> Fates {
        let mut stop = self.stop.done();
        let mut deadline = Receiver::nil();
        while !self.has_nothing_left() {
            let next = self.hand.as_ref().map(|job| job.id);
            select! {
                recv_ok(self.queue) -> job, if next.is_none() => match job {
                    Some(job) => self.hand = Some(job),
                    None => self.queue = Chan::nil(),
                },
                send_from(self.work, &mut self.hand) => self.begun.extend(next),
                recv_ok(self.reports) -> report => report.into_iter().for_each(|r| self.enter(r)),
                recv(stop) => {
                    stop = Receiver::nil();
                    self.begin_to_stop(mode);
                    deadline = after(limit);
                }
                recv(deadline) => break,
            }
        }
        self.close_the_books()
    }

    /// Refuses what comes from now on.
    fn begin_to_stop(&mut self, mode: Mode) {
        self.queue.close();
        say(self.stop.cause().map_or_else(String::new, |cause| format!("stopping: {cause}")));
        if mode == Mode::Abandon {
            self.give_up_queue();
        }
    }

    fn give_up_queue(&mut self) {
        self.fates.not_begun.extend(self.hand.take().map(|job| job.id));
        // Nil: it has been drained. To receive from it would block for ever.
        if !self.queue.is_nil() {
            // Not `try_iter`, which does not wait for a sender that still puts down what was
            // accepted.
            self.fates.not_begun.extend(mem::take(&mut self.queue).into_iter().map(|job| job.id));
        }
    }

    fn enter(&mut self, (id, outcome): Report) {
        self.begun.remove(&id);
        match outcome {
            Ok(()) => {
                self.fates.done.insert(id);
            }
            Err(panic) => {
                say(format_args!("job {id} panicked: {panic}"));
                self.fates.failed.insert(id);
            }
        }
    }

    fn has_nothing_left(&self) -> bool {
        self.queue.is_nil() && self.hand.is_none() && self.begun.is_empty()
    }

    fn close_the_books(mut self) -> Fates {
        self.give_up_queue();
        // A report that waits to be received is a job done.
        while let Ok(report) = self.reports.try_recv() {
            self.enter(report);
        }
        self.fates.unfinished = self.begun;
        self.fates
    }
}
