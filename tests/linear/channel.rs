//! What one channel holds between two calls, for a checker that goes through them one after the
//! other.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Send,
    Recv,
}

#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Channel {
    /// `None`: unbounded.
    pub cap: Option<usize>,
    /// The calls that sent what is in the buffer.
    pub values: Vec<usize>,
    /// The calls that made the last receives, as many as there are slots: they free what the next
    /// sends fill.
    receives: Vec<usize>,
    pub closed: bool,
}

impl Channel {
    pub fn open(cap: Option<usize>) -> Self {
        Self { cap, values: vec![], receives: vec![], closed: false }
    }

    /// The call that has to write what the next receive takes.
    pub fn writer(&self) -> Option<usize> {
        self.values.first().copied()
    }

    /// The call that has to free what the next send fills. The first `cap` sends find their slots
    /// free.
    pub fn freer(&self) -> Option<usize> {
        let free = self.cap? - self.values.len();
        self.receives.len().checked_sub(free).and_then(|at| self.receives.get(at)).copied()
    }

    /// Whether a buffered or closed channel lets this side go on.
    pub fn is_ready(&self, side: Side) -> bool {
        let room = self.cap.map_or(true, |cap| self.values.len() < cap);
        self.closed || if side == Side::Send { room } else { !self.values.is_empty() }
    }

    pub fn take(&mut self, by: usize) {
        self.values.remove(0);
        let Some(cap) = self.cap else { return };
        self.receives.push(by);
        if self.receives.len() > cap {
            self.receives.remove(0);
        }
    }
}
