//! What the input says. libFuzzer prints it for an input that fails.

use arbitrary::{Arbitrary, Result, Unstructured};

/// How many channels there are.
pub const CHANNELS: usize = 4;
/// The most cases of a select.
pub const CASES: usize = 6;

#[derive(Arbitrary, Clone, Copy, Debug)]
pub enum Kind {
    Nil,
    Bounded0,
    Bounded1,
    Bounded2,
    Bounded3,
    Unbounded,
}

#[derive(Debug)]
pub struct Program {
    pub channels: [Kind; CHANNELS],
    pub steps: Vec<Step>,
}

/// As many steps as the input is long: a derived `Vec` asks a byte before each whether to go on,
/// and half of them say no.
impl<'a> Arbitrary<'a> for Program {
    fn arbitrary(input: &mut Unstructured<'a>) -> Result<Self> {
        let (channels, mut steps) = (input.arbitrary()?, Vec::new());
        while !input.is_empty() {
            steps.push(input.arbitrary()?);
        }
        Ok(Self { channels, steps })
    }
}

/// A channel, by its number.
#[derive(Arbitrary, Clone, Copy, Debug)]
pub struct At(u8);

impl At {
    pub fn index(self) -> usize {
        usize::from(self.0) % CHANNELS
    }
}

/// A small number. Nearly all values of a byte are above any capacity here, and act alike.
#[derive(Arbitrary, Clone, Copy, Debug)]
pub struct Few(u8);

impl Few {
    pub fn get(self) -> usize {
        usize::from(self.0) % 5
    }
}

#[derive(Arbitrary, Debug)]
pub enum Step {
    Send { at: At, by: SendBy, spiteful: bool },
    Recv { at: At, by: RecvBy },
    Select { cases: [Option<SelectCase>; CASES], by: SelectBy },
    Seldom(Seldom),
}

/// What would leave no channel open for long if it came as often as the others.
#[derive(Arbitrary, Debug)]
pub enum Seldom {
    Close {
        at: At,
        ok: bool,
    },
    /// Clones one of the channel's handles.
    Clone {
        at: At,
        handle: Few,
    },
    /// Makes of one of its handles one that can do less.
    Narrow {
        at: At,
        handle: Few,
        to: Direction,
    },
    Drop {
        at: At,
        handle: Few,
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
    Many(Few),
    Iter(Few),
    TryIter(Few),
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
