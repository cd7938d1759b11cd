//! A ring whose peer stays in its turn.

use super::Ring;
use crate::{
    core::{buffer::Buffer, tests::taken, Channel, Look, Side},
    error::{TryRecvError, TrySendError},
};

const LOOKS: [Look; 2] = [Look::Hasty, Look::Exact];

/// With these many values, after as many laps.
fn ring(cap: usize, values: usize, laps: usize) -> Ring<usize> {
    let ring = Ring::new(cap);
    for i in 0..laps * cap {
        ring.put(&mut Some(i), Look::Hasty).unwrap();
        assert_eq!(taken(&ring, Look::Hasty), Ok(i));
    }
    (0..values).for_each(|i| ring.put(&mut Some(i), Look::Hasty).unwrap());
    ring
}

const RINGS: [(usize, usize); 5] = [(1, 0), (2, 0), (2, 3), (3, 2), (5, 1)];

#[test]
fn a_slot_is_not_free_before_its_stamp() {
    for (cap, laps) in RINGS {
        let ring = ring(cap, cap, laps);
        assert!(ring.at_rest(Side::Send).is_some());
        let before = ring.version(Side::Send);
        ring.head.take(|head| {
            assert!(ring.at_rest(Side::Send).is_none() && !ring.looks_ready(Side::Send));
            // A try takes the receiver for absent in the end.
            for look in LOOKS {
                assert_eq!(ring.put(&mut Some(7), look), Err(TrySendError::Full(())));
            }
            // SAFETY: this thread has the turn, and the slot is full.
            unsafe { ring.slots().spot(head).take(&mut None) };
            // The receiver has still its turn, but is done with the slot.
            assert!(ring.looks_ready(Side::Send));
            assert_eq!(ring.put(&mut Some(7), Look::Exact), Ok(()));
            assert_eq!(ring.len(), cap);
            (ring.slots().after(head, 1), ())
        });
        assert_eq!(ring.len(), cap);
        assert!(ring.at_rest(Side::Send).is_some() && ring.version(Side::Send) != before);
    }
}

#[test]
fn a_value_is_not_there_before_its_stamp() {
    for (cap, laps) in RINGS {
        let ring = ring(cap, 0, laps);
        assert!(ring.at_rest(Side::Recv).is_some());
        let before = ring.version(Side::Recv);
        ring.tail.take(|tail| {
            assert!(ring.at_rest(Side::Recv).is_none() && !ring.looks_ready(Side::Recv));
            for look in LOOKS {
                assert_eq!(taken(&ring, look), Err(TryRecvError::Empty));
            }
            // SAFETY: this thread has the turn, and the slot is empty.
            unsafe { ring.slots().spot(tail).fill(&mut Some(7)) };
            // The sender has still its turn, but the value is there.
            assert!(ring.looks_ready(Side::Recv));
            assert_eq!(taken(&ring, Look::Exact), Ok(7));
            assert_eq!((ring.len(), taken(&ring, Look::Exact)), (0, Err(TryRecvError::Empty)));
            (ring.slots().after(tail, 1), ())
        });
        assert_eq!(ring.len(), 0);
        assert!(ring.at_rest(Side::Recv).is_some() && ring.version(Side::Recv) != before);
        ring.close();
        for look in LOOKS {
            assert_eq!(taken(&ring, look), Err(TryRecvError::Closed));
        }
    }
}

/// Two of a kind looked at the same slot, and one was faster.
#[test]
fn a_turn_that_finds_nothing_ends_and_changes_nothing() {
    let full = ring(2, 2, 1);
    let empty = ring(2, 0, 1);
    for (ring, side) in [(&full, Side::Send), (&empty, Side::Recv)] {
        let before = (ring.version(side), ring.at_rest(side));
        let end = if side == Side::Send { &ring.tail } else { &ring.head };
        end.take(|ticket| (ticket, ()));
        assert_eq!((ring.version(side), ring.at_rest(side)), before);
    }
    assert_eq!(full.put(&mut Some(7), Look::Exact), Err(TrySendError::Full(())));
    assert_eq!(taken(&empty, Look::Exact), Err(TryRecvError::Empty));
}

#[test]
fn a_close_moves_the_version_of_a_ring_that_was_used() {
    for (cap, values, laps) in [(1, 0, 3), (2, 1, 1), (3, 3, 2)] {
        let ring = ring(cap, values, laps);
        let before = [Side::Send, Side::Recv].map(|side| ring.version(side));
        ring.close();
        for (side, before) in [Side::Send, Side::Recv].into_iter().zip(before) {
            assert_ne!(ring.version(side), before, "{side:?}");
        }
    }
}

#[test]
fn a_sender_that_pauses_waits_for_room_for_several() {
    for (cap, several) in [(1, 1), (7, 1), (9, 2), (100, 25), (128, 32), (1000, 32)] {
        for used in [0, 1, cap / 2, cap - several + 1, cap - 1, cap, cap + several] {
            let ring = Ring::new(cap);
            let send = |i| ring.put(&mut Some(i), Look::Hasty).unwrap();
            let take = || taken(&ring, Look::Hasty).unwrap();
            for i in 0..used {
                send(i);
                take();
            }
            (0..cap).for_each(send);
            for taken in 0..=cap {
                assert_eq!(ring.looks_ready(Side::Send), taken > 0);
                assert_eq!(ring.looks_worthwhile(Side::Send), taken >= several);
                assert_eq!(ring.looks_worthwhile(Side::Recv), taken < cap);
                if taken < cap {
                    take();
                }
            }
            (0..cap).for_each(send);
            ring.close();
            assert!(ring.looks_worthwhile(Side::Send));
        }
    }
}

/// A publisher that is stopped between its step and its look at the line leaves the rest to others.
#[test]
fn those_in_line_are_served_by_the_next_that_comes() {
    use crate::wait::tests::{receiver, sender};
    let ring = Ring::new(2);
    let waits = receiver();
    waits.stand(false, |entry, place| ring.line_up(Side::Recv, entry, place));
    ring.put(&mut Some(1), Look::Hasty).unwrap();
    assert_eq!(waits.hears(), None);
    let mut slot = None;
    assert_eq!(ring.try_recv(&mut slot, Look::Exact), Err(TryRecvError::Empty));
    assert_eq!((waits.value(), slot), (Some(1), None));

    (2..4).for_each(|i| ring.put(&mut Some(i), Look::Hasty).unwrap());
    let waits = sender(4);
    waits.stand(false, |entry, place| ring.line_up(Side::Send, entry, place));
    assert_eq!(taken(&ring, Look::Hasty), Ok(2));
    assert_eq!(waits.hears(), None);
    assert_eq!(ring.try_send(&mut Some(5), Look::Exact), Err(TrySendError::Full(())));
    assert!(waits.hears().is_some());
    assert_eq!([taken(&ring, Look::Hasty), taken(&ring, Look::Hasty)], [Ok(3), Ok(4)]);
}
