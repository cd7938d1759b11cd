//! What the threads of a program did, and in which order calls began and ended.

use std::{
    fmt,
    sync::atomic::{AtomicUsize, Ordering::SeqCst},
};

use super::channel::Side;

/// One side of one channel, by the channel's number.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Case {
    pub channel: usize,
    pub side: Side,
}

pub const fn send(channel: usize) -> Case {
    Case { channel, side: Side::Send }
}

pub const fn recv(channel: usize) -> Case {
    Case { channel, side: Side::Recv }
}

/// How long a call waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// `try_`, or a select with `default`.
    Now,
    /// `_timeout`, or `default(timeout)`.
    Soon,
    Never,
}

/// A call. A plain operation is a select with one case, so they have one form.
#[derive(Clone, PartialEq, Eq)]
pub enum Call {
    Move { cases: Vec<Case>, limit: Limit, select: bool },
    Close(usize),
    Len(usize),
    IsClosed(usize),
}

/// What a call returned.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    Sent(Case),
    /// A send to a closed channel.
    Refused(Case),
    /// With the number of the call that sent the value.
    Received(Case, usize),
    /// A receive from a channel that is closed and has nothing left.
    Drained(Case),
    /// `Full`, `Empty`, `Timeout`, or the default of a select.
    Nothing,
    /// Whether this call closed the channel.
    DidClose(bool),
    Len(usize),
    IsClosed(bool),
}

/// A call that returned. What it sends, if it sends, is its own number in the history.
#[derive(Clone)]
pub struct Record {
    pub id: usize,
    pub thread: usize,
    pub call: Call,
    pub answer: Answer,
    pub begin: usize,
    pub end: usize,
}

impl Record {
    /// True if the call may wait in the queue, where a partner finds it.
    pub fn waits(&self) -> bool {
        matches!(self.call, Call::Move { limit, .. } if limit != Limit::Now)
    }
}

/// Numbers in the order in which they are asked for. All that counts is which of two events came
/// first, so no clock is read. Not the model checker's atomic: a stamp is no step of the program.
#[derive(Default)]
pub struct Stamps(AtomicUsize);

impl Stamps {
    /// One more than the stamp before.
    pub fn next(&self) -> usize {
        self.0.fetch_add(1, SeqCst)
    }

    /// How many there are: it stands still if nothing begins or ends.
    pub fn count(&self) -> usize {
        self.0.load(SeqCst)
    }
}

/// All calls of one run. The call with number `n` stands at `n`.
pub struct History {
    /// `None`: unbounded.
    pub capacities: Vec<Option<usize>>,
    pub records: Vec<Record>,
}

impl History {
    pub fn new(capacities: Vec<Option<usize>>, mut records: Vec<Record>) -> Self {
        records.sort_by_key(|record| record.id);
        assert!(records.iter().map(|record| record.id).eq(0..records.len()), "a call is missing");
        Self { capacities, records }
    }
}

impl fmt::Debug for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", if self.side == Side::Send { "send" } else { "recv" }, self.channel)
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Call::Move { cases, limit, select } => {
                write!(f, "{}{cases:?} {limit:?}", if *select { "select" } else { "" })
            }
            Call::Close(channel) => write!(f, "close{channel}"),
            Call::Len(channel) => write!(f, "len{channel}"),
            Call::IsClosed(channel) => write!(f, "is_closed{channel}"),
        }
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Answer::Sent(case) => write!(f, "{case:?} ok"),
            Answer::Refused(case) => write!(f, "{case:?} closed"),
            Answer::Received(case, from) => write!(f, "{case:?} got #{from}"),
            Answer::Drained(case) => write!(f, "{case:?} closed"),
            Answer::Nothing => write!(f, "full, empty or time out"),
            Answer::DidClose(did) => write!(f, "{did}"),
            Answer::Len(len) => write!(f, "{len}"),
            Answer::IsClosed(is) => write!(f, "{is}"),
        }
    }
}

/// In the order in which the calls began.
impl fmt::Display for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "capacities {:?}", self.capacities)?;
        let mut records: Vec<_> = self.records.iter().collect();
        records.sort_by_key(|record| record.begin);
        for Record { id, thread, call, answer, begin, end } in records {
            writeln!(f, "{begin:4} ..{end:4}  thread {thread}  #{id:<2} {call:?} -> {answer:?}")?;
        }
        Ok(())
    }
}
