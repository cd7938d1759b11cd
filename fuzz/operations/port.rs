//! A channel with all its handles, beside its model.

use gochan::{bounded, make, unbounded, Chan, Receiver, Sender};

use crate::{
    channel::{Channel, Side},
    panic::survive,
    program::{Direction, Kind},
    value::Value,
};

#[derive(Clone)]
enum Handle {
    Both(Chan<Value>),
    Send(Sender<Value>),
    Recv(Receiver<Value>),
}

impl Handle {
    fn has(&self, side: Side) -> bool {
        match self {
            Handle::Both(_) => true,
            Handle::Send(_) => side == Side::Send,
            Handle::Recv(_) => side == Side::Recv,
        }
    }
}

pub struct Port {
    /// `None`: nil.
    pub model: Option<Channel>,
    handles: Vec<Handle>,
}

impl Port {
    pub fn open(kind: Kind) -> Self {
        let pair = |(tx, rx)| vec![Handle::Send(tx), Handle::Recv(rx)];
        let (cap, handles) = match kind {
            Kind::Nil => return Self { model: None, handles: vec![Handle::Both(Chan::nil())] },
            Kind::Bounded0 => (Some(0), vec![Handle::Both(make(0))]),
            Kind::Bounded1 => (Some(1), pair(bounded(1))),
            Kind::Bounded2 => (Some(2), vec![Handle::Both(make(2))]),
            Kind::Bounded3 => (Some(3), pair(bounded(3))),
            Kind::Unbounded => (None, pair(unbounded())),
        };
        Self { model: Some(Channel::open(cap)), handles }
    }

    /// A handle that sends, if there is one left.
    pub fn sender(&self) -> Option<Sender<Value>> {
        self.handles.iter().find_map(|handle| match handle {
            Handle::Both(chan) => Some(chan.sender()),
            Handle::Send(tx) => Some(tx.clone()),
            Handle::Recv(_) => None,
        })
    }

    /// A handle that receives, if there is one left.
    pub fn receiver(&self) -> Option<Receiver<Value>> {
        self.handles.iter().find_map(|handle| match handle {
            Handle::Both(chan) => Some(chan.receiver()),
            Handle::Recv(rx) => Some(rx.clone()),
            Handle::Send(_) => None,
        })
    }

    pub fn is_ready(&self, side: Side) -> bool {
        self.model.as_ref().is_some_and(|model| model.is_ready(side))
    }

    pub fn is_closed(&self) -> bool {
        self.model.as_ref().is_some_and(|model| model.closed)
    }

    pub fn clone_handle(&mut self, at: usize) {
        let handle = self.handles.get(at).or(self.handles.first()).cloned();
        self.handles.extend(handle);
    }

    /// Makes another handle of this one, and drops this one.
    pub fn narrow_handle(&mut self, at: usize, to: Direction) {
        let Some(Handle::Both(chan)) = self.handles.get(at) else { return };
        self.handles.push(match to {
            Direction::Send => Handle::Send(chan.into()),
            Direction::Recv => Handle::Recv(chan.into()),
        });
        self.drop_handle(at);
    }

    pub fn drop_handle(&mut self, at: usize) {
        if at >= self.handles.len() {
            return;
        }
        let handle = self.handles.swap_remove(at);
        survive(|| drop(handle));
        let Some(model) = &mut self.model else { return };
        let has = |side| self.handles.iter().any(|handle| handle.has(side));
        model.closed |= !has(Side::Send) || !has(Side::Recv);
        if !has(Side::Recv) {
            model.values.clear();
        }
    }

    /// What each handle says of the channel is what the model knows.
    pub fn check(&self) {
        let (len, cap) = self.model.as_ref().map_or((0, Some(0)), |m| (m.values.len(), m.cap));
        let state = (len, cap, len == 0, cap == Some(len), self.is_closed(), self.model.is_none());
        macro_rules! state {
            ($c:expr) => {
                ($c.len(), $c.cap(), $c.is_empty(), $c.is_full(), $c.is_closed(), $c.is_nil())
            };
        }
        for handle in &self.handles {
            let told = match handle {
                Handle::Both(c) => state!(c),
                Handle::Send(c) => state!(c),
                Handle::Recv(c) => state!(c),
            };
            assert_eq!(told, state, "len, cap, is_empty, is_full, is_closed, is_nil");
        }
    }
}
