//! What the input says. libFuzzer prints it for an input that fails.

use arbitrary::Arbitrary;

/// How many channels there are.
pub const CHANNELS: usize = 4;

#[derive(Arbitrary, Clone, Copy, Debug)]
pub enum Kind {
    Nil,
    Bounded0,
    Bounded1,
    Bounded2,
    Bounded3,
    Unbounded,
}

#[derive(Arbitrary, Debug)]
pub struct Program {
    pub channels: [Kind; CHANNELS],
    pub steps: Vec<Step>,
}

/// A channel, by its number.
#[derive(Arbitrary, Clone, Copy, Debug)]
pub struct At(u8);

impl At {
    pub fn index(self) -> usize {
        usize::from(self.0) % CHANNELS
    }
}

#[derive(Arbitrary, Debug)]
pub enum Step {
    Send {
        at: At,
        by: SendBy,
        spiteful: bool,
    },
    Recv {
        at: At,
        by: RecvBy,
    },
    Select {
        cases: Vec<SelectCase>,
        by: SelectBy,
    },
    Close {
        at: At,
        ok: bool,
    },
    /// Clones one of the channel's handles.
    Clone {
        at: At,
        handle: u8,
    },
    /// Makes of one of its handles one that can do less.
    Narrow {
        at: At,
        handle: u8,
        to: Direction,
    },
    Drop {
        at: At,
        handle: u8,
    },
}

#[derive(Arbitrary, Clone, Copy, Debug)]
pub enum SendBy {
    Send,
    SendOk,
    TrySend,
    Timeout,
    Deadline,
}

#[derive(Arbitrary, Clone, Copy, Debug)]
pub enum RecvBy {
    Recv,
    RecvOk,
    TryRecv,
    Timeout,
    Deadline,
    Many(u8),
    Iter(u8),
    TryIter(u8),
}

#[derive(Arbitrary, Clone, Copy, Debug)]
pub enum Direction {
    Send,
    Recv,
}

#[derive(Arbitrary, Clone, Copy, Debug)]
pub enum SelectCase {
    Recv(At),
    Send {
        at: At,
        spiteful: bool,
    },
    /// Sends from a slot.
    SendFrom {
        at: At,
        spiteful: bool,
    },
}

#[derive(Arbitrary, Clone, Copy, Debug)]
pub enum SelectBy {
    /// The run-time form; blocks where a case is ready.
    Wait {
        biased: bool,
    },
    TryWait {
        biased: bool,
    },
    WaitTimeout {
        biased: bool,
    },
    /// The macro, with two places for each kind of case.
    Macro {
        timeout: bool,
    },
}
