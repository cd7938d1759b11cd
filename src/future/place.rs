//! The place of a task in a group with a limit.

use std::{
    panic::Location,
    task::{ready, Context, Poll},
};

use crate::{
    chan::Chan,
    select::{Boxed, SendVia},
};

/// How far a member has come to its place.
pub(super) enum Place {
    /// It needs none, or has it.
    Settled,
    Wanted(Chan<()>, &'static Location<'static>),
    Waiting(Waiting),
}

impl Place {
    /// Makes a place that is wanted among `places`, if these are not nil.
    pub(super) fn of(places: &Chan<()>, location: &'static Location<'static>) -> Self {
        match places.is_nil() {
            true => Place::Settled,
            false => Place::Wanted(places.clone(), location),
        }
    }

    /// Takes a place. Returns the places once it has one of them.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Chan<()>>> {
        if let Place::Wanted(places, location) = self {
            let send = SendVia::new(places.clone(), Some(()));
            *self = Place::Waiting(Waiting(Boxed::new(send, location)));
        }
        let Place::Waiting(Waiting(send)) = self else { return Poll::Ready(None) };
        let _ = ready!(send.poll(cx));
        let places = send.cases().via().clone();
        *self = Place::Settled;
        Poll::Ready(Some(places))
    }
}

/// A send among the places.
pub(super) struct Waiting(Boxed<SendVia<Chan<()>>>);

impl Drop for Waiting {
    /// Gives a place back that it was given after its last poll.
    fn drop(&mut self) {
        if self.0.is_done() {
            return;
        }
        let (send, mut unsent) = (self.0.give_up(), None);
        send.exchange(&mut unsent);
        if unsent.is_none() {
            let _ = send.via().try_recv();
        }
    }
}
