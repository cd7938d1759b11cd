//! The types of futures: their sizes, and where they may go.

use std::mem::size_of;

use gochan::future::{Recv, RecvMany, RecvOk, Send, SendFrom, SendOk};

#[test]
fn a_receive_is_short_whatever_its_values() {
    assert!(size_of::<RecvOk<'_, u64>>() <= 128, "{}", size_of::<RecvOk<'_, u64>>());
    assert_eq!(size_of::<RecvOk<'_, [u8; 4096]>>(), size_of::<RecvOk<'_, u8>>());
    assert_eq!(size_of::<Recv<'_, u64>>(), size_of::<RecvOk<'_, u64>>());
}

#[test]
fn futures_move_between_threads() {
    fn moves<F: std::marker::Send + Sync>() {}
    moves::<Recv<'_, u8>>();
    moves::<RecvOk<'_, u8>>();
    moves::<RecvMany<'_, u8>>();
    moves::<Send<'_, u8>>();
    moves::<SendOk<'_, u8>>();
    moves::<SendFrom<'_, u8>>();
}
