//! A list whose sender stays in its turn.

use std::ptr;

use super::{Block, List};
use crate::{
    core::{buffer::Buffer, Channel, Look, Side},
    error::{TryRecvError, TrySendError},
    sync::{Ordering::Acquire, FIRST_SLOTS},
    wait::Who,
};

const SLOTS: u64 = Block::<u64>::SLOTS;
const LOOKS: [Look; 2] = [Look::Hasty, Look::Exact];

/// Empty, after as many values.
fn list(used: u64) -> List<u64> {
    let list = List::new();
    for i in 0..used {
        list.put(i, Who::NEW, Look::Hasty).unwrap();
        assert_eq!(list.take(Who::NEW, Look::Hasty), Ok(i));
    }
    list
}

#[test]
fn a_value_is_not_there_before_its_stamp() {
    let second = FIRST_SLOTS + SLOTS;
    for used in [0, 1, FIRST_SLOTS - 2, FIRST_SLOTS, second - 2, second, second + SLOTS + 3] {
        let list = list(used);
        assert!(list.at_rest(Side::Recv).is_some());
        let before = list.version(Side::Recv);
        list.tail.take_turn(|tail, block| {
            assert!(list.at_rest(Side::Recv).is_none() && !list.looks_ready(Side::Recv, Who::NEW));
            // A try takes the sender for absent in the end.
            for look in LOOKS {
                assert_eq!(list.take(Who::NEW, look), Err(TryRecvError::Empty));
            }
            // SAFETY: the tail's block is alive while a slot of it is still to be written.
            let slot = unsafe { Block::slot(*block, tail) };
            // SAFETY: this thread has the turn, and the slot is empty.
            unsafe { slot.fill(7) };
            slot.set_stamp(tail + 1);
            // The sender has still its turn, but the value is there.
            assert_eq!(list.take(Who::NEW, Look::Exact), Ok(7));
            assert_eq!(
                (list.len(), list.take(Who::NEW, Look::Exact)),
                (0, Err(TryRecvError::Empty))
            );
            (tail + 1, ())
        });
        assert!(list.len() == 0 && list.at_rest(Side::Recv).is_some());
        assert_ne!(list.version(Side::Recv), before);
        list.close();
        for look in LOOKS {
            assert_eq!(list.take(Who::NEW, look), Err(TryRecvError::Closed));
        }
    }
}

#[test]
fn a_send_after_the_close_ends_its_turn() {
    let list = list(3);
    assert!(list.close() && !list.close());
    for _ in 0..2 {
        assert_eq!(list.put(7, Who::NEW, Look::Hasty), Err(TrySendError::Closed(7)));
        assert_eq!(list.take(Who::NEW, Look::Hasty), Err(TryRecvError::Closed));
    }
}

fn use_up(list: &List<u64>, slots: u64) -> *mut Block<u64> {
    for i in 0..slots {
        list.put(i, Who::NEW, Look::Hasty).unwrap();
        list.take(Who::NEW, Look::Hasty).unwrap();
    }
    // SAFETY: nobody else is there.
    list.tail.block.with_mut(|block| unsafe { *block })
}

/// In the steady state no block is allocated: the one that was emptied is the next to be filled.
#[test]
fn an_empty_block_is_used_again() {
    let list = list(2);
    let spare = || list.spare.load(Acquire).cast_const();
    let second = use_up(&list, FIRST_SLOTS);
    // The first one is too small.
    assert!(spare().is_null());
    let third = use_up(&list, SLOTS);
    assert!(ptr::eq(spare(), second) && !ptr::eq(second, third));
    assert!(ptr::eq(use_up(&list, SLOTS), second));
    assert!(ptr::eq(spare(), third));
}

/// A block of small values is about a page, one of large values has fewer slots.
#[test]
fn blocks_are_as_large_as_their_values_allow() {
    fn slots<T>() -> [u64; 2] {
        let [slots, lap] = [Block::<T>::SLOTS, Block::<T>::LAP];
        assert!(lap.is_power_of_two() && lap == slots + 1);
        assert_eq!(Block::<T>::START + FIRST_SLOTS, slots);
        assert_eq!(Block::<T>::layout(Block::<T>::START).0, FIRST_SLOTS);
        for position in [lap, lap + 1, 2 * lap] {
            assert_eq!(Block::<T>::layout(position).0, slots);
        }
        [slots, slots * (8 + std::mem::size_of::<T>() as u64)]
    }
    assert_eq!(slots::<()>()[0], 255);
    assert_eq!(slots::<u64>(), [255, 4080]);
    assert_eq!(slots::<[u64; 3]>(), [127, 4064]);
    assert_eq!(slots::<[u64; 15]>(), [31, 3968]);
    assert_eq!(slots::<[u64; 1000]>()[0], 31);
}
