//! What channels do, one whole call after the other: the contract that histories are held to.
//!
//! A call takes effect at one instant between its begin and its end. A send and a receive that meet
//! on a channel of capacity 0 do so at the same instant, and at least one of them waits: two that
//! never wait cannot find each other.
//!
//! The crate's documentation allows three things beyond the plain meaning. `Nothing` stands for
//! `Full`, `Empty`, `Timeout` and the default of a select. It says that at one instant no case was
//! ready. A case also counts as not ready
//!
//! 1. on a channel of capacity 0, while it is open. A call that has begun may not be in the queue
//!    yet, or be on its way back to it ("is in no queue until it runs again"). A history does not
//!    show which;
//! 2. on a buffered channel, if the call that writes the value, or frees the slot, has claimed its
//!    position and not returned ("stopped in the few instructions in which it moves a value into a
//!    buffer or out of it"). No other call counts.
//!
//! `len` of an unbounded channel also counts a send that has not returned: receives may go past it
//! ("A value that another thread is in the middle of sending counts").
//!
//! All else is strict: `len` and `is_closed` are those of one instant, values come in the order of
//! their sends, a close takes effect at once for all, and a call times out only if at one instant
//! no case was ready.

use super::{
    channel::{Channel, Side},
    history::{Answer, Call, Case, History, Record},
};

/// Between two calls: what has taken effect, and what it left.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct State {
    /// A bit for each call that has taken effect.
    done: u64,
    /// No instant before this one is left: the latest begin of what has taken effect.
    now: usize,
    channels: Vec<Channel>,
}

impl State {
    pub fn new(history: &History) -> Self {
        assert!(history.records.len() <= 64);
        let open = |&cap| Channel::open(cap);
        Self { done: 0, now: 0, channels: history.capacities.iter().map(open).collect() }
    }

    pub fn is_done(&self, id: usize) -> bool {
        self.done & 1 << id != 0
    }

    /// No instant before this one is left.
    pub fn now(&self) -> usize {
        self.now
    }

    /// What is left after the call `id` took effect here, if it may.
    pub fn after(&self, history: &History, id: usize) -> Option<State> {
        let mut next = self.clone();
        let record = history.records.get(id)?;
        next.pass(record)?;
        let legal = match (&record.call, record.answer) {
            (Call::Move { .. }, Answer::Sent(case)) => next.send(case, id),
            (Call::Move { .. }, Answer::Received(case, from)) => {
                next.receive(history, case, from, id)
            }
            (Call::Move { .. }, Answer::Refused(case)) => next.channels[case.channel].closed,
            (Call::Move { .. }, Answer::Drained(case)) => {
                let channel = &next.channels[case.channel];
                channel.closed && channel.values.is_empty()
            }
            (Call::Move { cases, .. }, Answer::Nothing) => next.find_nothing(history, cases),
            (&Call::Close(channel), Answer::DidClose(did)) => {
                std::mem::replace(&mut next.channels[channel].closed, true) != did
            }
            (&Call::Len(channel), Answer::Len(len)) => next.is_len(history, channel, record, len),
            (&Call::IsClosed(channel), Answer::IsClosed(is)) => next.channels[channel].closed == is,
            _ => false,
        };
        legal.then_some(next)
    }

    /// The instant of `record` comes next, if there is one for it.
    fn pass(&mut self, record: &Record) -> Option<()> {
        let fresh = !self.is_done(record.id);
        self.done |= 1 << record.id;
        self.now = self.now.max(record.begin);
        (fresh && record.end > self.now).then_some(())
    }

    /// On capacity 0 it is the receive that takes the step, for both.
    fn send(&mut self, case: Case, id: usize) -> bool {
        let channel = &mut self.channels[case.channel];
        let legal = !channel.closed && channel.is_ready(Side::Send);
        channel.values.push(id);
        legal
    }

    fn receive(&mut self, history: &History, case: Case, from: usize, id: usize) -> bool {
        let channel = &mut self.channels[case.channel];
        if channel.cap == Some(0) {
            return !channel.closed && self.meet(history, case, from, id);
        }
        let legal = channel.writer() == Some(from);
        if legal {
            channel.take(id);
        }
        legal
    }

    fn meet(&mut self, history: &History, case: Case, from: usize, id: usize) -> bool {
        let Some(sender) = history.records.get(from) else { return false };
        let partner = Case { side: Side::Send, ..case };
        sender.answer == Answer::Sent(partner)
            && (sender.waits() || history.records[id].waits())
            && self.pass(sender).is_some()
            // The instant lies in both calls.
            && history.records[id].end > self.now
    }

    fn is_len(&self, history: &History, channel: usize, record: &Record, len: usize) -> bool {
        let sends =
            |other: &&Record| matches!(other.answer, Answer::Sent(case) if case.channel == channel);
        let is_on_its_way = |other: &&Record| !self.is_done(other.id) && other.begin < record.end;
        let on_their_way = history.records.iter().filter(sends).filter(is_on_its_way).count();
        let there = self.channels[channel].values.len();
        let may_be_passed = self.channels[channel].cap.is_none();
        (there..=there + if may_be_passed { on_their_way } else { 0 }).contains(&len)
    }

    /// Whether no case is ready now.
    fn find_nothing(&self, history: &History, cases: &[Case]) -> bool {
        cases.iter().all(|&case| self.is_unready(history, case))
    }

    fn is_unready(&self, history: &History, case: Case) -> bool {
        let channel = &self.channels[case.channel];
        let peer = match case.side {
            Side::Send if channel.closed => return false,
            Side::Send => channel.freer(),
            Side::Recv => channel.writer(),
        };
        let in_its_step = peer.is_some_and(|peer| history.records[peer].end > self.now);
        !channel.is_ready(case.side) || in_its_step
    }
}
