//! What ring and list have in common: those in line are served before anybody else, by whoever comes.
//!
//! When all who serve have gone on, a side that could go on has nobody in line. For a publisher serves the other side's line after its own step, a
//! newcomer its own side's before it, and each service may be what the other side waits for, so that one goes on until
//! neither has anything to do.

use super::{closing::Closing, turn::Turn, Channel, Look, Received, Sent, Side};
use crate::{
    error::TryRecvError,
    sync::mutant,
    wait::{Entry, Lined, Patience, Place, WaitSide},
};

pub(super) trait Buffer<T>: Channel<T> {
    /// The line of this side; `None` if this side never waits.
    fn line(&self, side: Side) -> Option<&WaitSide<T>>;
    /// Sends; the receivers are still to be served.
    fn put(&self, value: &mut Option<T>, look: Look) -> Sent;
    /// Receives into `slot`; the senders are still to be served.
    fn take(&self, slot: &mut Option<T>, look: Look) -> Received;
    /// False if an operation on this side would certainly fail: a look that waits for nobody. A thread that has just made one
    /// possible gets true until it has been done, however old what it sees of the other end.
    fn has_something(&self, side: Side) -> bool;
    /// How far a close has come.
    fn closing(&self) -> &Closing;

    /// A receive that may have the number `head` has found nothing: the answer, or it is to look again.
    #[cold]
    fn refuse(&self, tail: &Turn, head: u64, look: Look, patience: &mut Patience) -> Received {
        if look == Look::Hasty && !self.closing().has_begun() {
            return Err(TryRecvError::Empty);
        }
        match tail.refusal(head) {
            Some(refusal) => Err(refusal),
            None if look == Look::Exact && patience.turn() => Ok(()),
            None => Err(TryRecvError::Empty),
        }
    }

    /// Whether this side has something to do: the look that ends in sleep.
    fn is_ready(&self, side: Side) -> bool {
        self.at_rest(side).is_none()
    }

    /// Called after each step of the other side, and before each step of this one: those in line go first.
    #[inline]
    fn serve_line(&self, side: Side) {
        if self.line(side).is_some_and(WaitSide::is_waited_on) && !mutant("serves_nobody") {
            self.serve(side);
        }
    }

    /// Serves those in line, until neither side has both somebody there and something for it.
    #[cold]
    #[inline(never)]
    fn serve(&self, side: Side) {
        while let Some(side) = [side, side.other()].into_iter().find(|&side| self.waits(side)) {
            if let Some(line) = self.line(side) {
                line.serve(|slot| self.complete(side, slot));
            }
            if mutant("serves_once") {
                return;
            }
        }
    }

    /// True if somebody stands in line and there is something for it.
    fn waits(&self, side: Side) -> bool {
        self.line(side).is_some_and(WaitSide::is_waited_on) && self.has_something(side)
    }

    /// Does the operation of the one that stands in line with `slot`.
    fn complete(&self, side: Side, slot: &mut Option<T>) -> bool {
        match side {
            Side::Send => self.put(slot, Look::Hasty).is_ok(),
            Side::Recv => self.take(slot, Look::Hasty).is_ok(),
        }
    }

    /// Links `entry` and looks again.
    fn stand_in_line(&self, side: Side, entry: &Entry<T>, place: &Place<'_>) -> Lined {
        let Some(line) = self.line(side) else { return Lined::Ready };
        line.line_up(entry, place);
        if self.is_ready(side) && !mutant("no_second_look") {
            Lined::Ready
        } else {
            Lined::Waiting
        }
    }

    /// A thread that was told to look is done here: it helps to wake, if that is why it was told.
    fn pass_on(&self, side: Side) {
        if let (Some(line), true) = (self.line(side), self.is_closed()) {
            self.closing().make_way();
            line.help_to_wake();
        }
    }

    /// The channel has just been closed.
    fn tell_of_close(&self) {
        for line in [Side::Recv, Side::Send].into_iter().filter_map(|side| self.line(side)) {
            line.wake_all();
        }
    }
}
