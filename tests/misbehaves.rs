//! A program that misbehaves on request: `GOCHAN_MUTANT` names its seeded mistakes. `./check asan`
//! shows that the sanitizer reports them before it trusts its silence. Asked for none, as by
//! `cargo test`, the program does nothing.
// A wrong program can only be written with `unsafe`.
#![allow(unsafe_code)]

#[cfg(any(loom, shuttle))]
fn main() {}

#[cfg(not(any(loom, shuttle)))]
fn main() {
    match std::env::var("GOCHAN_MUTANT").as_deref() {
        Ok("leak") => leak(),
        Ok("use_after_free") => println!("{}", use_after_free()),
        // Others are the library's.
        _ => {}
    }
}

/// A value in the buffer of a channel whose handle nobody drops.
#[cfg(not(any(loom, shuttle)))]
fn leak() {
    // In a thread of its own: its stack is gone at the end, so nothing points to the channel any
    // more.
    let forgetful = std::thread::spawn(|| {
        let channel = gochan::make(1);
        channel.send(Box::new([7_u64; 100]));
        std::mem::forget(channel);
    });
    forgetful.join().unwrap();
}

/// A pointer travels through a channel, and the value that it points to is gone when it arrives.
#[cfg(not(any(loom, shuttle)))]
fn use_after_free() -> u64 {
    struct Address(*const u64);
    // SAFETY: it is an address, and the code that reads there answers for it.
    unsafe impl Send for Address {}

    let (tx, rx) = gochan::bounded(1);
    let sender = std::thread::spawn(move || {
        let value = Box::new(7);
        assert!(tx.send_ok(Address(std::ptr::from_ref(&*value))).is_ok());
    });
    sender.join().unwrap();
    let Some(Address(address)) = rx.recv_ok() else { unreachable!("the address was sent") };
    // SAFETY: none. That is the mistake that the sanitizer has to report.
    unsafe { address.read_volatile() }
}
