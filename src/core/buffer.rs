//! What ring and list have in common: one side's step is told to the other side's line.

use super::{closing::Closing, turn::Turn, Channel, Look, Received, Sent, Side};
use crate::{
    error::TryRecvError,
    sync::mutant,
    wait::{Entry, Lined, Patience, Place, WaitSide, Who, SERVED_BY_ONE},
};

pub(super) trait Buffer<T>: Channel<T> {
    /// The line of this side; `None` if this side never waits.
    fn line(&self, side: Side) -> Option<&WaitSide<T>>;
    /// Sends; the receivers are still to be told.
    fn put(&self, value: &mut Option<T>, who: Who, look: Look) -> Sent;
    /// Receives into `slot`; the senders are still to be told.
    fn take(&self, slot: &mut Option<T>, who: Who, look: Look) -> Received;
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

    /// Called after each step of the other side: those who wait for it learn of it.
    #[inline]
    fn tell(&self, side: Side) {
        if self.line(side).is_some_and(WaitSide::is_waited_on) {
            self.serve(side);
        }
    }

    /// Serves those in line. A value that moves out makes room for a sender, and the other way round.
    /// Who is served passes nothing on: as long as somebody in line could go on, this does.
    #[cold]
    #[inline(never)]
    fn serve(&self, mut side: Side) {
        for _ in 0..SERVED_BY_ONE {
            let complete = |who, slot: &mut Option<T>| self.complete(side, who, slot);
            if !self.line(side).is_some_and(|line| line.serve(complete)) {
                // Somebody on this side is on its way, and passes on what is left.
                return self.hint(side.other());
            }
            if mutant("serves_once") {
                return;
            }
            if self.keeps_waiting(side.other()) {
                side = side.other();
            } else if !self.keeps_waiting(side) {
                return;
            }
        }
        // The rest is for the others; whoever looks passes it on.
        self.hint(Side::Send);
        self.hint(Side::Recv);
    }

    /// Has the first in line look for itself, if there is something to be had.
    fn hint(&self, side: Side) {
        if let Some(line) = self.line(side) {
            if self.keeps_waiting(side) && !mutant("server_leaves") {
                line.notify();
            }
        }
    }

    /// True if somebody stands in line and there is something to be had. The side may be reserved:
    /// for who is coming, or for who stands first and has to be told.
    fn keeps_waiting(&self, side: Side) -> bool {
        let Some(line) = self.line(side) else { return false };
        let admitted = !mutant("forgets_the_reserved") || line.would_admit(Who::NEW);
        line.is_waited_on() && self.is_ready(side) && admitted
    }

    /// Does the operation of who stands in line with `slot`.
    fn complete(&self, side: Side, who: Who, slot: &mut Option<T>) -> bool {
        match side {
            Side::Send => self.put(slot, who, Look::Hasty).is_ok(),
            Side::Recv => self.take(slot, who, Look::Hasty).is_ok(),
        }
    }

    /// Links `entry` and looks again.
    fn stand_in_line(&self, side: Side, entry: &Entry<T>, place: &Place<'_>) -> Lined {
        let Some(line) = self.line(side) else { return Lined::Ready };
        line.line_up(entry, place);
        let admitted = line.would_admit(Who::of(entry)) || self.is_closed();
        if self.is_ready(side) && admitted && !mutant("no_second_look") {
            Lined::Ready
        } else {
            Lined::Waiting
        }
    }

    /// `who` is done here: the next in line learns of what is left.
    fn pass_on(&self, side: Side, who: Who) {
        let Some(line) = self.line(side) else { return };
        line.release(who);
        if self.is_closed() {
            self.closing().make_way();
            line.notify_closed();
        } else if self.keeps_waiting(side) {
            self.serve(side);
        }
    }

    /// The channel has just been closed.
    fn tell_of_close(&self) {
        for line in [Side::Recv, Side::Send].into_iter().filter_map(|side| self.line(side)) {
            line.notify_closed();
        }
    }
}
