//! Random programs do the same on a channel of crossbeam-channel, wherever the two mean the same.
#![cfg(not(any(loom, shuttle)))]

mod common;

use std::{
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use common::watchdog;
use proptest::{collection::vec, prelude::*, test_runner::TestRunner};

/// So long that it runs out only if an operation that can proceed does not.
const LONG: Duration = Duration::from_secs(5);

/// What an operation did.
#[derive(Debug, PartialEq)]
enum Outcome {
    Sent,
    Received(u32),
    /// Full, or empty.
    WouldBlock(Option<u32>),
    TimedOut(Option<u32>),
    Closed(Option<u32>),
    /// Whether this call closed the channel.
    DidClose(bool),
    /// `len`, `is_empty`, `is_full`.
    State(usize, bool, bool),
}

trait Tx: Clone + Send + 'static {
    fn try_send(&self, value: u32) -> Outcome;
    fn send_timeout(&self, value: u32, timeout: Duration) -> Outcome;
    fn state(&self) -> Outcome;
    /// Closes the channel. Where that takes the senders away each of them is `None` from then on.
    fn close(senders: &mut [Option<Self>], is_open: bool) -> Outcome;
}

trait Rx: Clone + Send + 'static {
    fn try_recv(&self) -> Outcome;
    fn recv_timeout(&self, timeout: Duration) -> Outcome;
    fn state(&self) -> Outcome;
}

/// The operations that both crates have under the same names; only "closed" is called differently.
macro_rules! operations {
    ($krate:ident, $Closed:ident, |$senders:ident, $is_open:ident| $close:expr) => {
        impl Tx for $krate::Sender<u32> {
            fn try_send(&self, value: u32) -> Outcome {
                match self.try_send(value) {
                    Ok(()) => Outcome::Sent,
                    Err($krate::TrySendError::Full(value)) => Outcome::WouldBlock(Some(value)),
                    Err($krate::TrySendError::$Closed(value)) => Outcome::Closed(Some(value)),
                }
            }

            fn send_timeout(&self, value: u32, timeout: Duration) -> Outcome {
                let start = Instant::now();
                match self.send_timeout(value, timeout) {
                    Ok(()) => Outcome::Sent,
                    Err($krate::SendTimeoutError::Timeout(value)) => {
                        assert!(start.elapsed() >= timeout, "timed out early");
                        Outcome::TimedOut(Some(value))
                    }
                    Err($krate::SendTimeoutError::$Closed(value)) => Outcome::Closed(Some(value)),
                }
            }

            fn state(&self) -> Outcome {
                Outcome::State(self.len(), self.is_empty(), self.is_full())
            }

            fn close($senders: &mut [Option<Self>], $is_open: bool) -> Outcome {
                Outcome::DidClose($close)
            }
        }

        impl Rx for $krate::Receiver<u32> {
            fn try_recv(&self) -> Outcome {
                match self.try_recv() {
                    Ok(value) => Outcome::Received(value),
                    Err($krate::TryRecvError::Empty) => Outcome::WouldBlock(None),
                    Err($krate::TryRecvError::$Closed) => Outcome::Closed(None),
                }
            }

            fn recv_timeout(&self, timeout: Duration) -> Outcome {
                let start = Instant::now();
                match self.recv_timeout(timeout) {
                    Ok(value) => Outcome::Received(value),
                    Err($krate::RecvTimeoutError::Timeout) => {
                        assert!(start.elapsed() >= timeout, "timed out early");
                        Outcome::TimedOut(None)
                    }
                    Err($krate::RecvTimeoutError::$Closed) => Outcome::Closed(None),
                }
            }

            fn state(&self) -> Outcome {
                Outcome::State(self.len(), self.is_empty(), self.is_full())
            }
        }
    };
}

operations!(gochan, Closed, |senders, _is_open| {
    senders.iter().flatten().next().is_some_and(|tx| tx.close_ok())
});
operations!(crossbeam_channel, Disconnected, |senders, is_open| {
    senders.iter_mut().for_each(|tx| *tx = None);
    is_open
});

#[derive(Clone, Copy, Debug)]
enum Op {
    TrySend,
    SendTimeout(Duration),
    TryRecv,
    RecvTimeout(Duration),
    CloneSender,
    CloneReceiver,
    DropSender,
    DropReceiver,
    Close,
    /// The partner receives while this thread sends, both ready to wait.
    SendToPartner,
    /// The partner sends while this thread receives.
    RecvFromPartner,
    /// The partner receives while this thread closes.
    CloseUnderPartner,
}

fn ops() -> impl Strategy<Value = Op> {
    let timeout = prop_oneof![3 => Just(Duration::ZERO), 1 => Just(Duration::from_millis(1))];
    prop_oneof![
        8 => Just(Op::TrySend),
        4 => timeout.clone().prop_map(Op::SendTimeout),
        6 => Just(Op::TryRecv),
        4 => timeout.prop_map(Op::RecvTimeout),
        1 => Just(Op::CloneSender),
        1 => Just(Op::CloneReceiver),
        1 => Just(Op::DropSender),
        1 => Just(Op::DropReceiver),
        1 => Just(Op::Close),
    ]
}

fn ops_for_two() -> impl Strategy<Value = Op> {
    prop_oneof![
        12 => ops(),
        6 => Just(Op::SendToPartner),
        6 => Just(Op::RecvFromPartner),
        1 => Just(Op::CloseUnderPartner),
    ]
}

/// From 0 to 4, and unbounded.
fn capacities() -> impl Strategy<Value = Option<usize>> {
    prop_oneof![5 => (0..5usize).prop_map(Some), 1 => Just(None)]
}

type Job = Box<dyn FnOnce() -> Outcome + Send>;

/// A thread that does as it is told, one job at a time.
struct Partner {
    jobs: mpsc::Sender<Job>,
    outcomes: mpsc::Receiver<Outcome>,
}

impl Partner {
    fn start() -> Self {
        let (jobs, job_list) = mpsc::channel::<Job>();
        let (results, outcomes) = mpsc::channel();
        thread::spawn(move || job_list.iter().try_for_each(|job| results.send(job())));
        Partner { jobs, outcomes }
    }

    fn run(&self, job: Job) -> Outcome {
        self.jobs.send(job).unwrap();
        self.outcomes.recv().expect("the partner panics")
    }

    /// Runs both jobs at the same time; the partner's outcome comes first.
    fn meet(&self, theirs: Job, ours: impl FnOnce() -> Outcome) -> [Outcome; 2] {
        self.jobs.send(theirs).unwrap();
        let outcome = ours();
        [self.outcomes.recv().expect("the partner panics"), outcome]
    }
}

/// A program at work on a channel of one of the two crates.
struct Machine<T, R> {
    partner: Partner,
    senders: Vec<Option<T>>,
    receivers: Vec<R>,
    closed: bool,
    values: u32,
    outcomes: Vec<Outcome>,
}

impl<T: Tx, R: Rx> Machine<T, R> {
    /// The handles of one channel are alike, so the last one stands for all. Without a handle
    /// nothing happens.
    fn send(&mut self, by_partner: bool, f: impl FnOnce(&T, u32) -> Outcome + Send + 'static) {
        self.values += 1;
        let value = self.values;
        self.outcomes.extend(self.senders.last().cloned().map(|tx| match tx {
            None => Outcome::Closed(Some(value)),
            Some(tx) if by_partner => self.partner.run(Box::new(move || f(&tx, value))),
            Some(tx) => f(&tx, value),
        }));
    }

    fn recv(&mut self, by_partner: bool, f: impl FnOnce(&R) -> Outcome + Send + 'static) {
        self.outcomes.extend(self.receivers.last().cloned().map(|rx| match by_partner {
            true => self.partner.run(Box::new(move || f(&rx))),
            false => f(&rx),
        }));
    }

    /// One thread sends while the other receives. Either waits for the other if need be, so there
    /// is but one outcome.
    fn meet(&mut self, partner_sends: bool) {
        self.values += 1;
        let value = self.values;
        let (Some(tx), Some(rx)) = (self.senders.last().cloned(), self.receivers.last().cloned())
        else {
            return;
        };
        let send =
            move || tx.map_or(Outcome::Closed(Some(value)), |tx| tx.send_timeout(value, LONG));
        let recv = move || rx.recv_timeout(LONG);
        self.outcomes.extend(match partner_sends {
            true => self.partner.meet(Box::new(send), recv),
            false => self.partner.meet(Box::new(recv), send),
        });
    }

    fn close(&mut self) -> Outcome {
        let is_open = !self.closed && !self.senders.is_empty() && !self.receivers.is_empty();
        self.closed = true;
        T::close(&mut self.senders, is_open)
    }

    fn step(&mut self, op: Op, by_partner: bool) {
        match op {
            Op::TrySend => self.send(by_partner, T::try_send),
            Op::SendTimeout(d) => self.send(by_partner, move |tx, value| tx.send_timeout(value, d)),
            Op::TryRecv => self.recv(by_partner, R::try_recv),
            Op::RecvTimeout(d) => self.recv(by_partner, move |rx| rx.recv_timeout(d)),
            Op::CloneSender => self.senders.extend(self.senders.last().cloned()),
            Op::CloneReceiver => self.receivers.extend(self.receivers.last().cloned()),
            Op::DropSender => drop(self.senders.pop()),
            Op::DropReceiver => drop(self.receivers.pop()),
            Op::Close => {
                let outcome = self.close();
                self.outcomes.push(outcome);
            }
            Op::SendToPartner => self.meet(false),
            Op::RecvFromPartner => self.meet(true),
            Op::CloseUnderPartner => {
                if let (false, Some(rx)) = (self.senders.is_empty(), self.receivers.last().cloned())
                {
                    self.partner.jobs.send(Box::new(move || rx.recv_timeout(LONG))).unwrap();
                    let closed = self.close();
                    let received = self.partner.outcomes.recv().expect("the partner panics");
                    self.outcomes.extend([closed, received]);
                }
            }
        }
        // crossbeam does not keep up to date what a sender sees after the last receiver is gone.
        let Some(rx) = self.receivers.last() else { return };
        self.outcomes.push(rx.state());
        if !self.closed {
            self.outcomes.extend(self.senders.last().and_then(Option::as_ref).map(T::state));
        }
    }

    /// Takes the values that are left, before and after the last sender goes.
    fn finish(mut self) -> Vec<Outcome> {
        let Some(rx) = self.receivers.pop() else { return self.outcomes };
        while let Outcome::Received(value) = rx.try_recv() {
            self.outcomes.push(Outcome::Received(value));
        }
        self.outcomes.push(rx.try_recv());
        self.senders.clear();
        self.outcomes.push(rx.try_recv());
        self.outcomes
    }
}

fn run<T: Tx, R: Rx>((tx, rx): (T, R), program: &[(Op, bool)]) -> Vec<Outcome> {
    let mut machine = Machine {
        partner: Partner::start(),
        senders: vec![Some(tx)],
        receivers: vec![rx],
        closed: false,
        values: 0,
        outcomes: Vec::new(),
    };
    program.iter().for_each(|&(op, by_partner)| machine.step(op, by_partner));
    machine.finish()
}

fn compare(capacity: Option<usize>, program: &[(Op, bool)]) -> Result<(), TestCaseError> {
    let ours = run(capacity.map_or_else(gochan::unbounded, gochan::bounded), program);
    let theirs = run(
        capacity.map_or_else(crossbeam_channel::unbounded, crossbeam_channel::bounded),
        program,
    );
    prop_assert_eq!(ours, theirs);
    Ok(())
}

/// Compares random programs made of `steps`.
fn compare_random_programs(cases: u32, steps: impl Strategy<Value = (Op, bool)>) {
    let _dog = watchdog(120);
    // In a failing program each operation may take `LONG`, and shrinking repeats it.
    let max_shrink_time = 20_000;
    let config = ProptestConfig {
        cases,
        max_shrink_time,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    let mut runner = TestRunner::new(config);
    let checked = runner
        .run(&(capacities(), vec(steps, 1..40)), |(capacity, program)| compare(capacity, &program));
    if let Err(error) = checked {
        panic!("{error}");
    }
}

#[test]
fn one_thread_sees_the_same() {
    compare_random_programs(1000, ops().prop_map(|op| (op, false)));
}

#[test]
fn two_threads_in_lock_step_see_the_same() {
    compare_random_programs(400, (ops_for_two(), any::<bool>()));
}
