//! A block of the unbounded channel: rows of seats, about a page of them.
//!
//! A row is a cache line, with a stamp and as many seats as fit; a large value has a row to itself. The stamp is the position
//! after that of the last value that is there, so blocks are used again without being cleaned.
//!
//! Positions are numbered by `STEP` to a row, a power of two, and by `LAP` to a block; those beyond a row's seats are
//! skipped. The first block is smaller than the others, since many channels carry few values: it has the last rows of
//! its lap, and the first send's position is `START`.
#![allow(unsafe_code)]

use std::{
    alloc::{alloc, dealloc, handle_alloc_error, Layout},
    mem::{align_of, size_of},
    ptr,
};

use super::{seat::Seat, stamp::Stamp};
use crate::sync::{fetch_to_write, AtomicPtr, SMALL_BLOCKS};

/// Bytes of a cache line.
const LINE: usize = 64;
/// The most bytes of rows in a block, unless that makes fewer than `LEAST_ROWS`.
const PAGE: usize = 4096;
const LEAST_ROWS: usize = 32;
/// The most seats in a row.
const MOST_SEATS: usize = 15;
/// How many rows ahead of a send lines are fetched.
const AHEAD: u64 = 1;

/// The head of a block; its rows come next in memory.
#[repr(align(16))]
pub(super) struct Block<T> {
    pub(super) next: AtomicPtr<Block<T>>,
    _seats: [Seat<T>; 0],
}

/// Where the value of one position is.
pub(super) struct Spot<'a, T> {
    pub(super) stamp: &'a Stamp,
    pub(super) seat: &'a Seat<T>,
}

impl<T> Block<T> {
    /// Where in a row the seats begin.
    const FIRST_SEAT: usize = size_of::<Stamp>().next_multiple_of(align_of::<Seat<T>>());
    /// Seats in a row.
    const SEATS: u64 = if SMALL_BLOCKS {
        2
    } else if size_of::<Seat<T>>() == 0 {
        MOST_SEATS as u64
    } else {
        let fit = LINE.saturating_sub(Self::FIRST_SEAT) / size_of::<Seat<T>>();
        if fit == 0 {
            1
        } else if fit > MOST_SEATS {
            MOST_SEATS as u64
        } else {
            fit as u64
        }
    };
    /// Positions from one row to the next.
    const STEP: u64 = Self::SEATS.next_power_of_two();
    /// Rows begin at multiples of it.
    const ROW_ALIGN: usize =
        if align_of::<Seat<T>>() > LINE { align_of::<Seat<T>>() } else { LINE };
    /// Bytes of a row.
    const ROW: usize = (Self::FIRST_SEAT + Self::SEATS as usize * size_of::<Seat<T>>())
        .next_multiple_of(Self::ROW_ALIGN);
    /// Rows of a block.
    const ROWS: u64 = {
        let mut rows = if SMALL_BLOCKS { 1 } else { PAGE / LINE };
        while rows > LEAST_ROWS && Self::ROW > PAGE / rows {
            rows /= 2;
        }
        rows as u64
    };
    /// Rows of the first block.
    const FIRST_ROWS: u64 = match 16 / Self::SEATS {
        _ if SMALL_BLOCKS => 1,
        rows if rows < 2 => 2,
        rows if rows > 8 => 8,
        rows => rows,
    };
    /// Positions from one block to the next.
    pub(super) const LAP: u64 = Self::ROWS * Self::STEP;
    /// The first position.
    pub(super) const START: u64 =
        Self::LAP - if SMALL_BLOCKS { 1 } else { Self::FIRST_ROWS * Self::STEP };

    /// The position after this one.
    #[inline]
    pub(super) fn next(position: u64) -> u64 {
        let skipped = if (position + 1) % Self::STEP == Self::SEATS % Self::STEP {
            Self::STEP - Self::SEATS
        } else {
            0
        };
        position + 1 + skipped
    }

    /// How many sends come before `position`; the same number too many for each.
    pub(super) fn count(position: u64) -> u64 {
        position / Self::STEP * Self::SEATS + position % Self::STEP
    }

    /// How many rows the block of `position` has.
    #[inline]
    fn rows(position: u64) -> u64 {
        if position < Self::LAP {
            Self::FIRST_ROWS
        } else {
            Self::ROWS
        }
    }

    #[track_caller]
    pub(super) fn layout(position: u64) -> Layout {
        let head = size_of::<Self>() + Self::ROW_ALIGN - align_of::<Self>();
        let bytes = (Self::rows(position) as usize).checked_mul(Self::ROW);
        bytes
            .and_then(|bytes| Layout::from_size_align(head + bytes, align_of::<Self>()).ok())
            .expect("capacity overflow: the values are too large for an unbounded channel")
    }

    /// A block for `position`, on the heap, never on the stack: it is large where `T` is.
    pub(super) fn allocate(position: u64) -> *mut Self {
        let layout = Self::layout(position);
        // SAFETY: a block is not of size zero.
        let block = unsafe { alloc(layout) }.cast::<Self>();
        if block.is_null() {
            handle_alloc_error(layout);
        }
        // SAFETY: inside the allocation; makes a pointer only.
        let next = unsafe { ptr::addr_of_mut!((*block).next) };
        // SAFETY: inside the allocation, and written for the first time.
        unsafe { next.write(AtomicPtr::new(ptr::null_mut())) };
        for index in 0..Self::rows(position) {
            // SAFETY: the allocation has so many rows.
            let row = unsafe { Self::row(block, index) };
            // SAFETY: memory for a row that holds nothing yet.
            unsafe { row.cast::<Stamp>().write(Stamp::new(0)) };
            for index in 0..Self::SEATS {
                // SAFETY: the row has so many seats.
                let seat = unsafe { Self::seat(row, index) };
                // SAFETY: memory for a seat that holds nothing yet.
                unsafe { Seat::init(seat) };
            }
        }
        block
    }

    /// Frees a block that no thread uses any more, or null.
    ///
    /// # Safety
    ///
    /// `block` is one that `allocate` gave for the lap of `position`, and is freed once. Its values have been moved out.
    pub(super) unsafe fn free(block: *mut Self, position: u64) {
        if !block.is_null() {
            // SAFETY: the layout that it was allocated with. Nothing in it needs to be dropped: values are `MaybeUninit`.
            unsafe { dealloc(block.cast(), Self::layout(position)) };
        }
    }

    /// The spot of `position`.
    ///
    /// # Safety
    ///
    /// `block` is that of `position`, and alive for as long as the spot is used.
    #[inline]
    pub(super) unsafe fn spot<'a>(block: *mut Self, position: u64) -> Spot<'a, T> {
        let missing = Self::ROWS - Self::rows(position);
        // SAFETY: a block has a row for each `STEP` of its positions.
        let row = unsafe { Self::row(block, position % Self::LAP / Self::STEP - missing) };
        // SAFETY: a row has a seat for each position that is not skipped.
        let seat = unsafe { Self::seat(row, position % Self::STEP) };
        // SAFETY: initialized by `allocate`, and alive by the contract.
        let stamp = unsafe { &*row.cast::<Stamp>() };
        // SAFETY: the same.
        let seat = unsafe { &*seat };
        Spot { stamp, seat }
    }

    /// Where the row of this index is.
    ///
    /// # Safety
    ///
    /// The block's memory has so many rows.
    #[inline]
    unsafe fn row(block: *mut Self, index: u64) -> *mut u8 {
        // SAFETY: behind the head, in the allocation.
        let rows = unsafe { block.add(1) }.cast::<u8>();
        let unused = (rows as usize).wrapping_neg() % Self::ROW_ALIGN;
        // SAFETY: inside the allocation, which has room for `unused`, by the contract.
        unsafe { rows.add(unused + index as usize * Self::ROW) }
    }

    /// Where in its row the seat of this index is.
    ///
    /// # Safety
    ///
    /// `row` is a row.
    #[inline]
    unsafe fn seat(row: *mut u8, index: u64) -> *mut Seat<T> {
        // SAFETY: inside the row, by the contract.
        let seats = unsafe { row.add(Self::FIRST_SEAT) }.cast::<Seat<T>>();
        // SAFETY: the same.
        unsafe { seats.add(index as usize) }
    }

    /// Has the processor fetch a line that later sends write to, once for each line if values are small. It is the receiver's
    /// still, and a send that waited for it would keep waiting all the locked instructions behind it.
    #[inline]
    pub(super) fn fetch_ahead(spot: &Spot<'_, T>, position: u64) {
        let is_first_in_row = position % Self::STEP == 0;
        let is_in_block = position % Self::LAP / Self::STEP + AHEAD < Self::ROWS;
        if Self::ROW == LINE && is_first_in_row && is_in_block {
            fetch_to_write(ptr::from_ref(spot.stamp) as usize + AHEAD as usize * LINE);
        }
    }
}
