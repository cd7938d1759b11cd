//! A ring whose peer stays in the middle of its step: the index is moved, the stamp is not written.

use super::Ring;
use crate::{
    core::{buffer::Buffer, Channel, Look, Side},
    error::{TryRecvError, TrySendError},
    sync::Ordering::SeqCst,
    wait::Who,
};

/// With these many values, after as many laps.
fn ring(cap: usize, values: usize, laps: usize) -> Ring<usize> {
    let ring = Ring::new(cap);
    for i in 0..laps * cap {
        ring.put(i, Who::NEW, Look::Hasty).unwrap();
        assert_eq!(ring.take(Who::NEW, Look::Hasty), Ok(i));
    }
    (0..values).for_each(|i| ring.put(i, Who::NEW, Look::Hasty).unwrap());
    ring
}

/// Begins a step; gives its ticket.
fn begin(ring: &Ring<usize>, side: Side) -> u64 {
    let index = if side == Side::Send { &ring.tail } else { &ring.head };
    let ticket = index.load(SeqCst);
    index.store(ring.next(ticket), SeqCst);
    ticket
}

#[test]
fn a_slot_is_being_freed_while_a_receiver_is_in_it() {
    for (cap, laps) in [(1, 0), (2, 0), (2, 3), (3, 2), (5, 1)] {
        let ring = ring(cap, cap, laps);
        let tail = ring.tail.load(SeqCst);
        assert!(!ring.slot_is_being_freed(tail));
        let before = ring.version(Side::Send);
        let ticket = begin(&ring, Side::Recv);
        assert!(ring.slot_is_being_freed(tail));
        assert!(ring.at_rest(Side::Send).is_none() && !ring.looks_ready(Side::Send, Who::NEW));
        // A try takes the receiver for absent in the end.
        for look in [Look::Hasty, Look::Exact] {
            assert_eq!(ring.put(7, Who::NEW, look), Err(TrySendError::Full(7)));
        }
        let between = ring.version(Side::Send);
        ring.slot(ticket).stamp.store(2 * (ticket + ring.lap()), SeqCst);
        let after = ring.version(Side::Send);
        assert!(before != between && between != after && after != before);
        assert_eq!(ring.put(7, Who::NEW, Look::Exact), Ok(()));
    }
}

#[test]
fn a_slot_is_being_filled_while_a_sender_is_in_it() {
    for (cap, laps) in [(1, 0), (2, 0), (2, 3), (3, 2), (5, 1)] {
        let ring = ring(cap, 0, laps);
        let head = ring.head.load(SeqCst);
        assert_eq!(ring.slot_is_being_filled(head), Err(TryRecvError::Empty));
        let before = ring.version(Side::Recv);
        let ticket = begin(&ring, Side::Send);
        assert_eq!(ring.slot_is_being_filled(head), Ok(()));
        assert!(ring.at_rest(Side::Recv).is_none() && !ring.looks_ready(Side::Recv, Who::NEW));
        for look in [Look::Hasty, Look::Exact] {
            assert_eq!(ring.take(Who::NEW, look), Err(TryRecvError::Empty));
        }
        // The value that is being sent came before the close.
        ring.close();
        for look in [Look::Hasty, Look::Exact] {
            assert_eq!(ring.take(Who::NEW, look), Err(TryRecvError::Empty));
        }
        let between = ring.version(Side::Recv);
        // SAFETY: the ticket is this thread's, and the slot is empty.
        unsafe { ring.slot(ticket).fill(7) };
        ring.slot(ticket).stamp.store(2 * ticket + 1, SeqCst);
        let after = ring.version(Side::Recv);
        assert!(before != between && between != after && after != before);
        assert_eq!(ring.take(Who::NEW, Look::Exact), Ok(7));
        assert_eq!(ring.take(Who::NEW, Look::Hasty), Err(TryRecvError::Closed));
    }
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
    for (cap, several) in [(1, 1), (9, 1), (16, 2), (100, 12), (128, 16), (1000, 16)] {
        for used in [0, 1, cap / 2, cap - several + 1, cap - 1, cap, cap + several] {
            let ring = Ring::new(cap);
            let send = |i| ring.put(i, Who::NEW, Look::Hasty).unwrap();
            let take = || ring.take(Who::NEW, Look::Hasty).unwrap();
            for i in 0..used {
                send(i);
                take();
            }
            (0..cap).for_each(send);
            for taken in 0..=cap {
                assert_eq!(ring.looks_ready(Side::Send, Who::NEW), taken > 0);
                assert_eq!(ring.looks_worthwhile(Side::Send, Who::NEW), taken >= several);
                assert_eq!(ring.looks_worthwhile(Side::Recv, Who::NEW), taken < cap);
                if taken < cap {
                    take();
                }
            }
            (0..cap).for_each(send);
            ring.close();
            assert!(ring.looks_worthwhile(Side::Send, Who::NEW));
        }
    }
}
