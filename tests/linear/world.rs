//! The channels of a running program, and each call as the library has it.

use std::time::Duration;

use gochan::{
    bounded, select, unbounded, Receiver, RecvTimeoutError, SendTimeoutError, Sender, TryRecvError,
    TrySendError,
};

use super::{
    channel::Side,
    crew::yield_now,
    history::{recv, send, Answer, Call, Case, Limit, Record, Stamps},
};

/// Long enough for a partner that runs, short enough to run out if there is none.
const SOON: Duration = Duration::from_micros(20);

pub struct World {
    channels: Vec<(Sender<usize>, Receiver<usize>)>,
    stamps: Stamps,
}

impl World {
    pub fn new(capacities: &[Option<usize>]) -> Self {
        let open = |&capacity: &Option<usize>| capacity.map_or_else(unbounded, bounded);
        Self { channels: capacities.iter().map(open).collect(), stamps: Stamps::default() }
    }

    pub fn call(&self, id: usize, thread: usize, call: Call) -> Record {
        let begin = self.stamps.next();
        let answer = self.answer(&call, id);
        Record { id, thread, call, answer, begin, end: self.stamps.next() }
    }

    /// Returns when for so many looks no call has begun or ended.
    pub fn wait_until_calm(&self, looks: usize) {
        let (mut calm, mut count) = (0, self.stamps.count());
        while calm < looks {
            yield_now();
            let before = std::mem::replace(&mut count, self.stamps.count());
            calm = if before == count { calm + 1 } else { 0 };
        }
    }

    /// Receives what is left on a closed channel.
    pub fn drain(&self, channel: usize, thread: usize, records: &mut Vec<Record>) {
        let call = Call::Move { cases: vec![recv(channel)], limit: Limit::Now, select: false };
        loop {
            let record = self.call(records.len(), thread, call.clone());
            let is_value = matches!(record.answer, Answer::Received(..));
            records.push(record);
            if !is_value {
                return;
            }
        }
    }

    fn answer(&self, call: &Call, id: usize) -> Answer {
        match *call {
            Call::Move { ref cases, limit, select: true } => self.select(cases, limit, id),
            Call::Move { ref cases, limit, select: false } => match cases[0].side {
                Side::Send => self.send(cases[0], limit, id),
                Side::Recv => self.recv(cases[0], limit),
            },
            Call::Close(channel) => Answer::DidClose(self.channels[channel].0.close_ok()),
            Call::Len(channel) => Answer::Len(self.channels[channel].1.len()),
            Call::IsClosed(channel) => Answer::IsClosed(self.channels[channel].0.is_closed()),
        }
    }

    fn send(&self, case: Case, limit: Limit, id: usize) -> Answer {
        let tx = &self.channels[case.channel].0;
        match limit {
            Limit::Now => match tx.try_send(id) {
                Err(TrySendError::Full(_)) => Answer::Nothing,
                sent => of_send(case, sent),
            },
            Limit::Soon => match tx.send_timeout(id, SOON) {
                Err(SendTimeoutError::Timeout(_)) => Answer::Nothing,
                sent => of_send(case, sent),
            },
            Limit::Never => of_send(case, tx.send_ok(id)),
        }
    }

    fn recv(&self, case: Case, limit: Limit) -> Answer {
        let rx = &self.channels[case.channel].1;
        match limit {
            Limit::Now => match rx.try_recv() {
                Err(TryRecvError::Empty) => Answer::Nothing,
                received => of_recv(case, received.ok()),
            },
            Limit::Soon => match rx.recv_timeout(SOON) {
                Err(RecvTimeoutError::Timeout) => Answer::Nothing,
                received => of_recv(case, received.ok()),
            },
            Limit::Never => of_recv(case, rx.recv_ok()),
        }
    }

    /// One select for any choice of cases: those that do not take part are switched off.
    fn select(&self, cases: &[Case], limit: Limit, id: usize) -> Answer {
        let last = self.channels.len() - 1;
        let ((tx_a, rx_a), (tx_b, rx_b)) = (&self.channels[0], &self.channels[last]);
        let on = |case| cases.contains(&case);
        macro_rules! select_or {
            ($($or:tt)*) => {
                select! {
                    send_ok(tx_a, id) -> sent, if on(send(0)) => of_send(send(0), sent),
                    recv_ok(rx_a) -> value, if on(recv(0)) => of_recv(recv(0), value),
                    send_ok(tx_b, id) -> sent, if on(send(1)) => of_send(send(1), sent),
                    recv_ok(rx_b) -> value, if on(recv(1)) => of_recv(recv(1), value),
                    $($or)*
                }
            };
        }
        match limit {
            Limit::Now => select_or!(default => Answer::Nothing),
            Limit::Soon => select_or!(default(SOON) => Answer::Nothing),
            Limit::Never => select_or!(),
        }
    }
}

fn of_send<E>(case: Case, sent: Result<(), E>) -> Answer {
    sent.map_or(Answer::Refused(case), |()| Answer::Sent(case))
}

fn of_recv(case: Case, value: Option<usize>) -> Answer {
    value.map_or(Answer::Drained(case), |from| Answer::Received(case, from))
}
