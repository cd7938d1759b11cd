//! A list whose sender stays in its turn.

use std::ptr;

use super::{Block, List};
use crate::{
    core::{buffer::Buffer, tests::taken, Channel, Look, Side},
    error::{TryRecvError, TrySendError},
    sync::Ordering::Acquire,
};

/// How many values the first block holds, and each other one.
const FIRST: u64 = 14;
const FULL: u64 = 64 * 7;
const LOOKS: [Look; 2] = [Look::Hasty, Look::Exact];

/// Empty, after as many values.
fn list(used: u64) -> List<u64> {
    let list = List::new();
    for i in 0..used {
        list.put(&mut Some(i), Look::Hasty).unwrap();
        assert_eq!(taken(&list, Look::Hasty), Ok(i));
    }
    list
}

#[test]
fn a_value_is_not_there_before_its_stamp() {
    let second = FIRST + FULL;
    for used in [0, 1, FIRST - 2, FIRST, second - 2, second, second + FULL + 3] {
        let list = list(used);
        assert!(list.at_rest(Side::Recv).is_some());
        let before = list.version(Side::Recv);
        list.tail.take_turn(|tail, block| {
            assert!(list.at_rest(Side::Recv).is_none() && !list.looks_ready(Side::Recv));
            // A try takes the sender for absent in the end.
            for look in LOOKS {
                assert_eq!(taken(&list, look), Err(TryRecvError::Empty));
            }
            // SAFETY: the tail's block is alive while a value of it is still to come.
            let spot = unsafe { Block::spot(*block, tail) };
            // SAFETY: this thread has the turn, and the seat is empty.
            unsafe { spot.seat.fill(&mut Some(7)) };
            spot.stamp.set(tail + 1);
            // The sender has still its turn, but the value is there.
            assert_eq!(taken(&list, Look::Exact), Ok(7));
            assert_eq!((list.len(), taken(&list, Look::Exact)), (0, Err(TryRecvError::Empty)));
            (Block::<u64>::next(tail), ())
        });
        assert!(list.len() == 0 && list.at_rest(Side::Recv).is_some());
        assert_ne!(list.version(Side::Recv), before);
        list.close();
        for look in LOOKS {
            assert_eq!(taken(&list, look), Err(TryRecvError::Closed));
        }
    }
}

#[test]
fn a_send_after_the_close_ends_its_turn() {
    let list = list(3);
    assert!(list.close() && !list.close());
    for _ in 0..2 {
        assert_eq!(list.put(&mut Some(7), Look::Hasty), Err(TrySendError::Closed(())));
        assert_eq!(taken(&list, Look::Hasty), Err(TryRecvError::Closed));
    }
}

fn use_up(list: &List<u64>, slots: u64) -> *mut Block<u64> {
    for i in 0..slots {
        list.put(&mut Some(i), Look::Hasty).unwrap();
        taken(list, Look::Hasty).unwrap();
    }
    // SAFETY: nobody else is there.
    list.tail.block.with_mut(|block| unsafe { *block })
}

/// In the steady state no block is allocated: the one that was emptied is the next to be filled.
#[test]
fn an_empty_block_is_used_again() {
    let list = list(2);
    let spare = || list.spare.load(Acquire).cast_const();
    let second = use_up(&list, FIRST);
    // The first one is too small.
    assert!(spare().is_null());
    let third = use_up(&list, FULL);
    assert!(ptr::eq(spare(), second) && !ptr::eq(second, third));
    assert!(ptr::eq(use_up(&list, FULL), second));
    assert!(ptr::eq(spare(), third));
}

/// A block of small values is a page, one of large values has at least 32 of them, and the first block is small.
#[test]
fn blocks_are_as_large_as_their_values_allow() {
    /// Values in the first block, in a full one, and its bytes.
    fn sizes<T>() -> (u64, u64, usize) {
        let [start, lap] = [Block::<T>::START, Block::<T>::LAP];
        let [first, second, third] = [start, lap, 2 * lap].map(Block::<T>::count);
        (second - first, third - second, Block::<T>::layout(lap).size())
    }
    let page = 4096 + 64;
    assert_eq!(sizes::<()>(), (2 * 15, 64 * 15, page));
    assert_eq!(sizes::<u8>(), (2 * 15, 64 * 15, page));
    assert_eq!(sizes::<u32>(), (2 * 14, 64 * 14, page));
    assert_eq!(sizes::<u64>(), (FIRST, FULL, page));
    assert_eq!(sizes::<[u64; 2]>(), (5 * 3, 64 * 3, page));
    assert_eq!(sizes::<[u64; 3]>(), (8 * 2, 64 * 2, page));
    assert_eq!(sizes::<[u64; 7]>(), (8, 64, page));
    assert_eq!(sizes::<[u64; 8]>(), (8, 32, page));
    assert_eq!(sizes::<[u64; 1000]>(), (8, 32, 32 * 8064 + 64));
}

/// Each position has a seat of its own, in a row whose line it shares with no other row.
#[test]
fn seats_do_not_overlap() {
    #[repr(align(256))]
    struct Wide(#[allow(dead_code)] u8);

    fn check<T>() {
        for begin in [Block::<T>::START, Block::<T>::LAP] {
            let block = Block::<T>::allocate(begin);
            let (mut position, mut ends) =
                (begin, block as usize + std::mem::size_of::<Block<T>>());
            while position / Block::<T>::LAP == begin / Block::<T>::LAP {
                // SAFETY: its block, and alive.
                let spot = unsafe { Block::spot(block, position) };
                let stamp = ptr::from_ref(spot.stamp) as usize;
                let seat = ptr::from_ref(spot.seat) as usize;
                assert!(stamp % 64 == 0 && seat % std::mem::align_of::<T>() == 0);
                assert!(seat >= ends.max(stamp + 8));
                ends = seat + std::mem::size_of::<T>();
                position = Block::<T>::next(position);
            }
            assert!(ends <= block as usize + Block::<T>::layout(begin).size());
            // SAFETY: nobody uses it.
            unsafe { Block::free(block, begin) };
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
