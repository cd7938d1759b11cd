//! Runs a program on channels and on their models.

use std::time::{Duration, Instant};

use gochan::{Receiver, RecvTimeoutError, SendTimeoutError, Sender, TryRecvError, TrySendError};

use crate::{
    channel::Side,
    panic::expect_panic,
    port::Port,
    program::{Kind, RecvBy, Seldom, SendBy, Step, CHANNELS},
    select,
    value::{self, Value},
};

/// What became of a send or a receive. Values are gone by then, and stand for themselves by their
/// numbers.
#[derive(Debug, PartialEq)]
pub enum Outcome {
    Sent,
    /// Handed back: the channel is closed.
    Refused(usize),
    Received(usize),
    /// Closed and drained.
    Drained,
    /// No room, no value, or the time was up.
    Nothing(Option<usize>),
}

pub struct Machine {
    pub ports: [Port; CHANNELS],
}

impl Machine {
    pub fn new(kinds: &[Kind; CHANNELS]) -> Self {
        value::begin();
        Self { ports: kinds.map(Port::open) }
    }

    pub fn run(mut self, steps: &[Step]) {
        for step in steps {
            self.step(step);
            self.check();
        }
        // The last handles go, and what is left goes with them.
        for at in 0..CHANNELS {
            for _ in 0..=steps.len() + 1 {
                self.ports[at].drop_handle(0);
            }
        }
        self.check();
    }

    fn check(&self) {
        self.ports.iter().for_each(Port::check);
        let models = || self.ports.iter().filter_map(|port| port.model.as_ref());
        value::check(|id| models().any(|model| model.values.contains(&id)));
    }

    fn step(&mut self, step: &Step) {
        match *step {
            Step::Send { at, by, spiteful } => self.send(at.index(), by, spiteful),
            Step::Recv { at, by } => self.recv(at.index(), by),
            Step::Select { ref cases, by } => select::run(self, cases, by),
            Step::Seldom(Seldom::Close { at, ok }) => self.close(at.index(), ok),
            Step::Seldom(Seldom::Clone { at, handle }) => {
                self.ports[at.index()].clone_handle(handle.get());
            }
            Step::Seldom(Seldom::Narrow { at, handle, to }) => {
                self.ports[at.index()].narrow_handle(handle.get(), to);
            }
            Step::Seldom(Seldom::Drop { at, handle }) => {
                self.ports[at.index()].drop_handle(handle.get());
            }
        }
    }

    fn send(&mut self, at: usize, by: SendBy, spiteful: bool) {
        let port = &self.ports[at];
        let Some(tx) = port.sender() else { return };
        let blocks = matches!(by, SendBy::Send | SendBy::SendOk);
        if blocks && !port.is_ready(Side::Send) {
            return;
        }
        let value = Value::new(spiteful);
        if matches!(by, SendBy::Send) && port.is_closed() {
            return expect_panic("send on closed channel", || tx.send(value));
        }
        let id = value.id();
        let outcome = send(&tx, value, by);
        assert_eq!(outcome, self.take_effect(at, Side::Send, Some(id)));
    }

    fn recv(&mut self, at: usize, by: RecvBy) {
        let Some(rx) = self.ports[at].receiver() else { return };
        let ready = self.ports[at].is_ready(Side::Recv);
        match by {
            RecvBy::Recv | RecvBy::RecvOk if !ready => {}
            RecvBy::Many(limit) if ready => self.recv_many(at, &rx, limit.get()),
            RecvBy::Many(_) => {}
            // A step of the loop on an open channel that has no value would block.
            RecvBy::Iter(count) => {
                for _ in 0..count.get() {
                    if self.ports[at].is_ready(Side::Recv) {
                        self.expect_recv(at, received(rx.iter().next()));
                    }
                }
            }
            RecvBy::TryIter(count) => self.try_iter(at, &rx, count.get()),
            _ => self.expect_recv(at, recv(&rx, by)),
        }
    }

    fn expect_recv(&mut self, at: usize, outcome: Outcome) {
        assert_eq!(outcome, self.take_effect(at, Side::Recv, None));
    }

    /// Takes what is there, and says nothing else.
    fn expect_all(&mut self, at: usize, values: Vec<Value>, limit: usize) {
        let there = self.ports[at].model.as_ref().map_or(0, |model| model.values.len());
        assert_eq!(values.len(), there.min(limit));
        values.into_iter().for_each(|value| self.expect_recv(at, received(Some(value))));
    }

    fn recv_many(&mut self, at: usize, rx: &Receiver<Value>, limit: usize) {
        let mut values = Vec::new();
        assert_eq!(rx.recv_many(&mut values, limit), values.len());
        self.expect_all(at, values, limit);
    }

    fn try_iter(&mut self, at: usize, rx: &Receiver<Value>, limit: usize) {
        self.expect_all(at, rx.try_iter().take(limit).collect(), limit);
    }

    fn close(&mut self, at: usize, ok: bool) {
        let port = &mut self.ports[at];
        let Some(tx) = port.sender() else { return };
        let closes = port.model.as_mut().map(|model| !std::mem::replace(&mut model.closed, true));
        match (ok, closes) {
            (true, _) => assert_eq!(tx.close_ok(), closes == Some(true)),
            (false, Some(true)) => tx.close(),
            (false, Some(false)) => expect_panic("close of closed channel", || tx.close()),
            (false, None) => expect_panic("close of nil channel", || tx.close()),
        }
    }

    /// What a send or a receive does to the model.
    pub fn take_effect(&mut self, at: usize, side: Side, sends: Option<usize>) -> Outcome {
        let ready = self.ports[at].is_ready(side);
        let Some(model) = self.ports[at].model.as_mut().filter(|_| ready) else {
            return Outcome::Nothing(sends);
        };
        match (sends, model.writer()) {
            (Some(id), _) if model.closed => Outcome::Refused(id),
            (Some(id), _) => {
                model.values.push(id);
                Outcome::Sent
            }
            (None, Some(id)) => {
                model.take(id);
                Outcome::Received(id)
            }
            (None, None) => Outcome::Drained,
        }
    }
}

fn send(tx: &Sender<Value>, value: Value, by: SendBy) -> Outcome {
    match by {
        SendBy::Send => {
            tx.send(value);
            Outcome::Sent
        }
        SendBy::SendOk => tx.send_ok(value).map_or_else(|e| refused(e.0), |()| Outcome::Sent),
        SendBy::TrySend => match tx.try_send(value) {
            Ok(()) => Outcome::Sent,
            Err(TrySendError::Full(value)) => Outcome::Nothing(value.finish()),
            Err(TrySendError::Closed(value)) => refused(value),
        },
        SendBy::Timeout => timed_send(tx.send_timeout(value, Duration::ZERO)),
        SendBy::Deadline => timed_send(tx.send_deadline(value, Instant::now())),
    }
}

fn timed_send(sent: Result<(), SendTimeoutError<Value>>) -> Outcome {
    match sent {
        Ok(()) => Outcome::Sent,
        Err(SendTimeoutError::Timeout(value)) => Outcome::Nothing(value.finish()),
        Err(SendTimeoutError::Closed(value)) => refused(value),
    }
}

pub fn refused(value: Value) -> Outcome {
    Outcome::Refused(value.finish().expect("no send hands back the zero value"))
}

fn recv(rx: &Receiver<Value>, by: RecvBy) -> Outcome {
    match by {
        RecvBy::Recv => received(Some(rx.recv())),
        RecvBy::TryRecv => match rx.try_recv() {
            Err(TryRecvError::Empty) => Outcome::Nothing(None),
            value => received(value.ok()),
        },
        RecvBy::Timeout => timed_recv(rx.recv_timeout(Duration::ZERO)),
        RecvBy::Deadline => timed_recv(rx.recv_deadline(Instant::now())),
        _ => received(rx.recv_ok()),
    }
}

fn timed_recv(value: Result<Value, RecvTimeoutError>) -> Outcome {
    match value {
        Err(RecvTimeoutError::Timeout) => Outcome::Nothing(None),
        value => received(value.ok()),
    }
}

/// The zero value says the same as none.
pub fn received(value: Option<Value>) -> Outcome {
    value.and_then(Value::finish).map_or(Outcome::Drained, Outcome::Received)
}
