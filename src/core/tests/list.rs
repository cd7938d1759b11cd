//! A list whose peer is stopped in the middle of its step, and its blocks.

use std::mem::size_of;

use super::{recv::Claimed, Block, List, Slot};
use crate::{
    core::{
        queue::{end::OVERDUE, Queue},
        tests::popped,
        Effort, Side,
    },
    error::{TryRecvError, TrySendError},
    sync::Ordering::Acquire,
};

/// How many values the first block holds, and how many each other block.
const FIRST: u64 = 8;
const FULL: u64 = 255;
const LOOKS: [Effort; 3] = [Effort::Weak, Effort::Strong, Effort::UnderLock];

fn push(list: &List<u64>, value: u64) -> Result<(), TrySendError<()>> {
    list.push(&mut Some(value), Effort::Strong)
}

fn pop(list: &List<u64>) -> Result<u64, TryRecvError> {
    popped(list, Effort::Strong)
}

/// Makes an empty list through which `used` values have passed.
fn list(used: u64) -> List<u64> {
    let list = List::new();
    for i in 0..used {
        push(&list, i).unwrap();
        assert_eq!(pop(&list), Ok(i));
    }
    list
}

/// Begins a send: claims its position. The result fills the slot.
fn begin_push(list: &List<u64>) -> impl FnOnce(u64) + '_ {
    let mut tail = list.tail.end.look();
    while Block::<u64>::is_gap(tail) {
        list.append(tail);
        tail = list.tail.end.look();
    }
    let block = list.tail.block();
    assert!(list.tail.end.claim(tail, tail + 1));
    // SAFETY: the position is this thread's, and the block that of the position.
    let slot = unsafe { list.slot_to_fill(block, tail) };
    move |value| {
        // SAFETY: empty, and this thread's.
        unsafe { slot.put(value, Block::<u64>::full(tail)) };
        list.doorbells.ring(tail);
    }
}

/// Begins a receive: claims its position. The result takes the value.
fn begin_pop(list: &List<u64>) -> impl FnOnce() -> u64 + '_ {
    let mut head = list.head.place.end.look();
    while Block::<u64>::is_gap(head) {
        list.advance(head, Effort::Strong);
        head = list.head.place.end.look();
    }
    match list.full_at(head) {
        Some(Claimed::Full(full)) => move || full.take(),
        _ => panic!("a value"),
    }
}

const USED: [u64; 8] =
    [0, 1, FIRST - 1, FIRST, FIRST + 1, FIRST + FULL - 1, FIRST + FULL, FIRST + 2 * FULL + 3];

#[test]
fn a_value_is_not_there_before_its_stamp() {
    for used in USED {
        let list = list(used);
        assert!(list.at_rest(Side::Recv).is_some());
        let version = list.version();
        let finish = begin_push(&list);
        assert!(list.at_rest(Side::Recv).is_none());
        for effort in LOOKS {
            assert_eq!(popped(&list, effort), Err(TryRecvError::Empty));
        }
        assert_eq!(list.len(), 1);
        assert!(list.at_rest(Side::Recv).is_none() && !list.can_proceed(Side::Recv));
        finish(7);
        assert!(list.can_proceed(Side::Recv) && list.version() != version);
        assert_eq!((pop(&list), pop(&list)), (Ok(7), Err(TryRecvError::Empty)));
        assert!(list.len() == 0 && list.at_rest(Side::Recv).is_some());
    }
}

#[test]
fn a_late_value_holds_up_no_value_behind_it() {
    for used in USED {
        let list = list(used);
        let finish = begin_push(&list);
        let many = 1..3 * FULL;
        many.clone().for_each(|i| push(&list, i).unwrap());
        assert!(many.clone().all(|i| pop(&list) == Ok(i)));
        assert_eq!((pop(&list), list.len()), (Err(TryRecvError::Empty), 1));
        many.clone().for_each(|i| push(&list, i).unwrap());
        list.close();
        finish(0);
        // The late value comes first.
        assert!((0..many.end).all(|i| pop(&list) == Ok(i)));
        assert_eq!((pop(&list), list.len()), (Err(TryRecvError::Closed), 0));
        assert_eq!(list.head.place.end.look() & OVERDUE, 0);
    }
}

#[test]
fn a_stopped_receiver_holds_up_no_other_thread() {
    for used in USED {
        let list = list(used);
        push(&list, 0).unwrap();
        let finish = begin_pop(&list);
        assert_eq!((pop(&list), list.len()), (Err(TryRecvError::Empty), 0));
        for _ in 0..3 {
            (1..FULL).for_each(|i| push(&list, i).unwrap());
            assert!((1..FULL).all(|i| pop(&list) == Ok(i)));
        }
        assert_eq!(finish(), 0);
    }
}

#[test]
fn values_left_are_dropped_with_the_list() {
    use std::rc::Rc;
    let value = Rc::new(());
    for used in [0, 3, 300] {
        let list = List::new();
        for i in 0..2 * used {
            list.push(&mut Some(value.clone()), Effort::Strong).unwrap();
            if i < used {
                popped(&list, Effort::Strong).unwrap();
            }
        }
        assert_eq!(Rc::strong_count(&value), used + 1);
        drop(list);
        assert_eq!(Rc::strong_count(&value), 1);
    }
}

#[test]
fn a_send_after_the_close_changes_nothing() {
    for used in USED {
        let list = list(used);
        assert!(list.close() && !list.close());
        for _ in 0..2 {
            assert_eq!(push(&list, 7), Err(TrySendError::Closed(())));
            assert_eq!(pop(&list), Err(TryRecvError::Closed));
        }
    }
}

fn use_up(list: &List<u64>, slots: u64) -> *mut Slot<u64> {
    for i in 0..slots {
        push(list, i).unwrap();
        pop(list).unwrap();
    }
    list.tail.block().0
}

/// In the steady state no block is allocated: the block that was emptied is filled next.
#[test]
fn an_empty_block_is_used_again() {
    let list = list(2);
    let spare = || list.blocks.spare.load(Acquire);
    let second = use_up(&list, FIRST);
    // The first block is too small.
    assert!(spare().is_null());
    let third = use_up(&list, FULL);
    assert!(spare() == second && second != third);
    assert_eq!(use_up(&list, FULL), second);
    assert_eq!(spare(), third);
}

/// A pinned thread may read any block.
#[test]
fn no_block_is_used_again_while_a_thread_is_pinned() {
    let list = list(2);
    let spare = || list.blocks.spare.load(Acquire);
    let pin = list.blocks.pin();
    use_up(&list, 3 * FULL);
    assert!(spare().is_null());
    drop(pin);
    use_up(&list, FULL);
    assert!(!spare().is_null() && list.blocks.left.load(Acquire).is_null());
}

/// A block of small values is a page, one of large values has at least 31 of them, and the first
/// block is small.
#[test]
fn blocks_are_as_large_as_their_values_allow() {
    fn check<T>(slots: u64) {
        let lap = Block::<T>::LAP;
        assert_eq!(lap, slots + 1);
        // A slot and a mark for each value, and a head.
        let rest = |first| {
            let (bytes, count) = (Block::<T>::layout(first).0.size(), lap - 1 - first % lap);
            bytes - count as usize * (size_of::<Slot<T>>() + 1)
        };
        let head = 2 * size_of::<usize>() + 8;
        assert_eq!([rest(Block::<T>::START), rest(lap)], [head; 2]);
    }
    check::<()>(511);
    check::<u8>(255);
    check::<u64>(255);
    check::<[u64; 2]>(255);
    check::<[u64; 3]>(127);
    check::<[u64; 15]>(31);
    check::<[u64; 1000]>(31);
}

/// Each position has a slot of its own, and the head is behind the slots.
#[test]
fn slots_do_not_overlap() {
    #[repr(align(256))]
    struct Wide(#[allow(dead_code)] u8);

    fn check<T>() {
        for begin in [Block::<T>::START, Block::<T>::LAP, 3 * Block::<T>::LAP] {
            let block = Block::<T>::allocate(begin);
            let mut ends = 0;
            for position in begin..Block::<T>::gap(begin) {
                // SAFETY: its block, and alive.
                let slot = std::ptr::from_ref(unsafe { block.slot(position) }) as usize;
                assert!(slot >= ends && slot % std::mem::align_of::<T>() == 0);
                ends = slot + size_of::<Slot<T>>();
            }
            // SAFETY: alive.
            let head = std::ptr::from_ref(unsafe { block.head() }) as usize;
            assert!(head >= ends);
            ends = head + size_of::<crate::core::queue::list::block::Head<T>>();
            for position in (begin..Block::<T>::gap(begin)).rev() {
                // SAFETY: its block, and alive.
                assert_eq!(std::ptr::from_ref(unsafe { block.mark(position) }) as usize, ends);
                ends += 1;
            }
            // SAFETY: alive.
            assert_eq!(unsafe { block.first() }, begin);
            // SAFETY: no thread uses it.
            unsafe { block.free() };
        }
    }
    check::<u8>();
    check::<u32>();
    check::<u64>();
    check::<[u64; 2]>();
    check::<[u8; 57]>();
    check::<[u64; 100]>();
    check::<Wide>();
}
