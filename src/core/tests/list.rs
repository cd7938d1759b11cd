//! A list whose sender stays in the middle of its step: the tail is moved, the stamp is not written.

use std::ptr;

use super::{List, LAP};
use crate::{
    core::{block::BLOCK_SLOTS, buffer::Buffer, Channel, Look, Side},
    error::TryRecvError,
    sync::Ordering::{Acquire, SeqCst},
    wait::Who,
};

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
    for used in [0, 1, BLOCK_SLOTS - 2, BLOCK_SLOTS, 2 * BLOCK_SLOTS + 3] {
        let list = list(used);
        let before = list.version(Side::Recv);
        let position = list.tail.position.fetch_add(1, SeqCst);
        assert!(list.at_rest(Side::Recv).is_none() && !list.looks_ready(Side::Recv, Who::NEW));
        // A try takes the sender for absent in the end.
        for look in [Look::Hasty, Look::Exact] {
            assert_eq!(list.take(Who::NEW, look), Err(TryRecvError::Empty));
        }
        assert_eq!(list.len(), 1);
        // SAFETY: the tail's block is alive while a slot of it is still to be written.
        let block = unsafe { &*list.tail.block.load(Acquire) };
        let slot = &block.slots[(position % LAP) as usize];
        // SAFETY: the position is this thread's, and the slot is empty.
        unsafe { slot.fill(7) };
        slot.stamp.store(position + 1, SeqCst);
        assert_ne!(list.version(Side::Recv), before);
        assert_eq!(list.take(Who::NEW, Look::Exact), Ok(7));
    }
}

#[test]
fn a_close_waits_for_a_value_that_is_being_sent() {
    let list = list(3);
    let position = list.tail.position.fetch_add(1, SeqCst);
    list.close();
    for look in [Look::Hasty, Look::Exact] {
        assert_eq!(list.take(Who::NEW, look), Err(TryRecvError::Empty));
    }
    // SAFETY: the tail's block is alive while a slot of it is still to be written.
    let block = unsafe { &*list.tail.block.load(Acquire) };
    // SAFETY: the position is this thread's, and the slot is empty.
    unsafe { block.slots[position as usize].fill(7) };
    block.slots[position as usize].stamp.store(position + 1, SeqCst);
    assert_eq!(list.take(Who::NEW, Look::Hasty), Ok(7));
    assert_eq!(list.take(Who::NEW, Look::Hasty), Err(TryRecvError::Closed));
}

/// In the steady state no block is allocated: the one that was emptied is the next to be filled.
#[test]
fn an_empty_block_is_used_again() {
    let list = list(2);
    let first = list.tail.block.load(Acquire);
    assert!(list.spare.load(Acquire).is_null());
    let use_up = || {
        for i in 0..BLOCK_SLOTS {
            list.put(i, Who::NEW, Look::Hasty).unwrap();
            list.take(Who::NEW, Look::Hasty).unwrap();
        }
    };
    use_up();
    let second = list.tail.block.load(Acquire);
    assert!(ptr::eq(list.spare.load(Acquire), first) && !ptr::eq(second, first));
    use_up();
    assert!(ptr::eq(list.tail.block.load(Acquire), first));
    assert!(ptr::eq(list.spare.load(Acquire), second));
}
