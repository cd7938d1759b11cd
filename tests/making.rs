//! Making a channel costs the same whatever its capacity: no memory is touched before it holds a
//! value.
//!
//! One test only, since it looks at the memory of the whole process.
#![cfg(target_os = "linux")]

use gochan::{make, Chan};

/// Bytes of the process that are in memory.
fn resident() -> usize {
    let statm = std::fs::read_to_string("/proc/self/statm").expect("Linux has it");
    let pages = statm.split(' ').nth(1).expect("the second number").parse::<usize>();
    pages.expect("a number") * 4096
}

/// What a channel of this capacity adds to the resident memory, as it is made and after one value
/// went through it.
fn cost<T: Default>(cap: usize) -> usize {
    let before = resident();
    let chan: Chan<T> = make(cap);
    chan.send(T::default());
    drop(chan.recv());
    assert_eq!((chan.cap(), chan.len()), (Some(cap), 0));
    resident().saturating_sub(before)
}

#[test]
fn a_channel_of_any_capacity_touches_no_memory_before_it_is_used() {
    const LITTLE: usize = 1 << 20;
    make::<u64>(1).send(1); // What a thread needs for its first channel.
    let costs = [
        ("u8, 1", cost::<u8>(1)),
        ("u8, 10^4", cost::<u8>(10_000)),
        ("u8, 10^7", cost::<u8>(10_000_000)),
        ("u64, 10^7", cost::<u64>(10_000_000)),
        ("[u64; 32], 10^6", cost::<[u64; 32]>(1_000_000)),
        ("(), 10^7", cost::<()>(10_000_000)),
        ("(), usize::MAX", cost::<()>(usize::MAX)),
    ];
    for (what, bytes) in costs {
        println!("{what}: {bytes} bytes");
        assert!(bytes < LITTLE, "{what} touches {bytes} bytes");
    }
}
