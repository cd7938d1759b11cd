//! A ring whose peer is stopped in the middle of its step.

use super::Ring;
use crate::{
    core::{queue::Queue, tests::popped, Amount, Effort, Side},
    error::{TryRecvError, TrySendError},
};

const LOOKS: [Effort; 3] = [Effort::Weak, Effort::Strong, Effort::UnderLock];

fn push(ring: &Ring<usize>, value: usize) -> Result<(), TrySendError<()>> {
    ring.push(&mut Some(value), Effort::Strong)
}

fn pop(ring: &Ring<usize>) -> Result<usize, TryRecvError> {
    popped(ring, Effort::Strong)
}

/// Makes a ring with `values` values, after `laps` laps.
fn ring(cap: usize, values: usize, laps: usize) -> Ring<usize> {
    let ring = Ring::new(cap);
    for i in 0..laps * cap {
        push(&ring, i).unwrap();
        assert_eq!(pop(&ring), Ok(i));
    }
    (0..values).for_each(|i| push(&ring, i).unwrap());
    ring
}

/// Begins a send: claims its ticket. The result fills the slot.
fn begin_push(ring: &Ring<usize>) -> impl FnOnce(usize) + '_ {
    let tail = ring.tail.look();
    let slot = ring.free(tail).expect("room");
    assert!(ring.tail.claim(tail, slot.next()));
    // SAFETY: the slot is free, and the ticket this thread's.
    move |value| unsafe { slot.put(value) }
}

/// Begins a receive: claims its ticket. The result takes the value.
fn begin_pop(ring: &Ring<usize>) -> impl FnOnce() -> usize + '_ {
    let head = ring.head.look();
    let slot = ring.full(head).expect("a value");
    assert!(ring.head.claim(head, slot.next()));
    // SAFETY: the slot is full, and the ticket this thread's.
    move || unsafe { slot.take() }
}

const RINGS: [(usize, usize); 5] = [(1, 0), (2, 0), (2, 3), (3, 2), (5, 1)];

#[test]
fn a_slot_is_not_free_before_its_stamp() {
    for (cap, laps) in RINGS {
        let ring = ring(cap, cap, laps);
        let rest = ring.at_rest(Side::Send);
        let version = ring.version();
        let finish = begin_pop(&ring);
        // There is room as soon as the receiver continues.
        assert!(rest.is_some() && ring.at_rest(Side::Send).is_none());
        assert!(!ring.can_proceed(Side::Send) && ring.len() == cap - 1);
        for effort in LOOKS {
            assert_eq!(ring.push(&mut Some(7), effort), Err(TrySendError::Full(())));
        }
        assert_eq!(finish(), 0);
        assert!(ring.can_proceed(Side::Send) && ring.version() != version);
        assert_eq!((push(&ring, 7), push(&ring, 8)), (Ok(()), Err(TrySendError::Full(()))));
        assert!(ring.at_rest(Side::Send).is_some());
    }
}

#[test]
fn a_value_is_not_there_before_its_stamp() {
    for (cap, laps) in RINGS {
        let ring = ring(cap, 0, laps);
        let version = ring.version();
        let finish = begin_push(&ring);
        assert!(ring.at_rest(Side::Recv).is_none() && !ring.can_proceed(Side::Recv));
        for effort in LOOKS {
            assert_eq!(popped(&ring, effort), Err(TryRecvError::Empty));
        }
        assert_eq!(ring.len(), 1);
        finish(7);
        assert!(ring.can_proceed(Side::Recv) && ring.version() != version);
        assert_eq!((pop(&ring), pop(&ring)), (Ok(7), Err(TryRecvError::Empty)));
        assert!(ring.at_rest(Side::Recv).is_some());
    }
}

#[test]
fn values_behind_a_late_one_come_after_it() {
    for (cap, laps) in [(2, 0), (3, 4), (4, 1), (40, 2)] {
        let ring = ring(cap, 0, laps);
        let finish = begin_push(&ring);
        (1..cap).for_each(|i| push(&ring, i).unwrap());
        assert_eq!((push(&ring, 8), ring.len()), (Err(TrySendError::Full(())), cap));
        for close in [false, true] {
            // A close does not hide the values.
            assert!(!close || ring.close());
            for effort in LOOKS {
                assert_eq!(popped(&ring, effort), Err(TryRecvError::Empty));
            }
            assert!(ring.at_rest(Side::Recv).is_none() && !ring.can_proceed(Side::Recv));
        }
        finish(0);
        assert!((0..cap).all(|i| pop(&ring) == Ok(i)));
        assert_eq!((pop(&ring), ring.len()), (Err(TryRecvError::Closed), 0));
    }
}

#[test]
fn a_close_moves_the_version_of_a_ring_that_was_used() {
    for (cap, values, laps) in [(1, 0, 3), (2, 1, 1), (3, 3, 2)] {
        let ring = ring(cap, values, laps);
        let before = ring.version();
        ring.close();
        assert_ne!(ring.version(), before);
    }
}

#[test]
fn a_sender_that_pauses_waits_for_room_for_several() {
    for (cap, several) in [(1, 1), (7, 1), (9, 2), (100, 25), (128, 32), (1000, 32)] {
        for used in [0, 1, cap / 2, cap - several + 1, cap - 1, cap, cap + several] {
            let ring = Ring::new(cap);
            let send = |i| push(&ring, i).unwrap();
            let take = || pop(&ring).unwrap();
            for i in 0..used {
                send(i);
                take();
            }
            (0..cap).for_each(send);
            for taken in 0..=cap {
                assert_eq!(ring.looks_ready(Side::Send, Amount::One), taken > 0);
                assert_eq!(ring.looks_ready(Side::Send, Amount::Batch), taken >= several);
                assert_eq!(ring.looks_ready(Side::Recv, Amount::Batch), taken < cap);
                if taken < cap {
                    take();
                }
            }
            (0..cap).for_each(send);
            ring.close();
            assert!(ring.looks_ready(Side::Send, Amount::Batch));
        }
    }
}
