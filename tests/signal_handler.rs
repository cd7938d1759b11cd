//! What a signal's handler calls while it has interrupted a thread that sends on the channel of its
//! signals.
//!
//! This file stands in the place of the C library's functions that wait, and counts the calls.
#![cfg(all(target_os = "linux", feature = "signal"))]
// Functions of the C library, and the handlers that say where a handler of the library begins and
// ends.
#![allow(unsafe_code)]

mod common;

use std::{
    sync::{
        atomic::{AtomicI64, AtomicUsize, Ordering::SeqCst},
        mpsc,
    },
    thread,
    time::Duration,
};

use common::{wait_until, watchdog};
use gochan::{
    bounded,
    signal::{self, Signal, SIGUSR1},
    unbounded, Receiver, Sender,
};
use libc::{c_int, c_long, clockid_t, pthread_t, timespec, useconds_t};

const SIGNALS: usize = 2_000;

/// The thread that runs a handler now; 0 is nobody.
static IN_HANDLER: AtomicI64 = AtomicI64::new(0);
/// How many handlers have returned.
static HANDLED: AtomicUsize = AtomicUsize::new(0);
/// Calls to a function that waits: all of them, and those of a handler.
static WAITS: AtomicUsize = AtomicUsize::new(0);
static WAITS_IN_HANDLER: AtomicUsize = AtomicUsize::new(0);

fn this_thread() -> i64 {
    // SAFETY: the call has no arguments and cannot fail.
    i64::from(unsafe { libc::gettid() })
}

fn note() {
    WAITS.fetch_add(1, SeqCst);
    if IN_HANDLER.load(SeqCst) == this_thread() {
        WAITS_IN_HANDLER.fetch_add(1, SeqCst);
    }
}

/// The error number that the C library makes of what the system returns.
fn error_of(returned: c_long) -> c_int {
    match returned {
        0 => 0,
        _ => std::io::Error::last_os_error().raw_os_error().unwrap_or(libc::EINVAL),
    }
}

#[no_mangle]
extern "C" fn sched_yield() -> c_int {
    note();
    // SAFETY: the call has no arguments.
    unsafe { libc::syscall(libc::SYS_sched_yield) as c_int }
}

#[no_mangle]
extern "C" fn nanosleep(time: *const timespec, left: *mut timespec) -> c_int {
    note();
    // SAFETY: the arguments are those of the caller, who has promised what the system asks of them.
    unsafe { libc::syscall(libc::SYS_nanosleep, time, left) as c_int }
}

#[no_mangle]
extern "C" fn clock_nanosleep(
    clock: clockid_t,
    flags: c_int,
    time: *const timespec,
    left: *mut timespec,
) -> c_int {
    note();
    // SAFETY: the arguments are those of the caller, who has promised what the system asks of them.
    error_of(unsafe { libc::syscall(libc::SYS_clock_nanosleep, clock, flags, time, left) })
}

#[no_mangle]
extern "C" fn usleep(micros: useconds_t) -> c_int {
    let time = timespec {
        tv_sec: (micros / 1_000_000) as libc::time_t,
        tv_nsec: (micros % 1_000_000 * 1000) as libc::c_long,
    };
    nanosleep(&time, std::ptr::null_mut())
}

/// `f` runs in each handler of SIGUSR1, after those that were there before.
fn in_each_handler(f: fn()) -> signal_hook::SigId {
    // SAFETY: both callers give a function that loads and stores atomics, and asks for the thread's
    // number.
    unsafe { signal_hook::low_level::register(SIGUSR1, f) }.unwrap()
}

/// Sends a signal to a thread that has not been joined.
fn interrupt(thread: pthread_t) {
    // SAFETY: `thread` is valid until it is joined.
    assert_eq!(unsafe { libc::pthread_kill(thread, SIGUSR1) }, 0);
}

/// Two thousand signals interrupt a thread that sends, again and again, on the channel that they go
/// to.
fn signals_while_it_sends((sender, receiver): (Sender<Signal>, Receiver<Signal>)) {
    let enter = in_each_handler(|| IN_HANDLER.store(this_thread(), SeqCst));
    signal::notify_to(&sender, &[SIGUSR1]);
    let leave = in_each_handler(|| {
        IN_HANDLER.store(0, SeqCst);
        HANDLED.fetch_add(1, SeqCst);
    });
    let (name, named) = mpsc::channel();
    let before = HANDLED.load(SeqCst);
    thread::scope(|scope| {
        scope.spawn(|| {
            // SAFETY: the call has no arguments and cannot fail.
            name.send(unsafe { libc::pthread_self() }).unwrap();
            let value = "USR2".parse().unwrap();
            while HANDLED.load(SeqCst) < before + SIGNALS {
                let _ = sender.try_send(value);
                let _ = receiver.try_recv();
            }
        });
        let thread = named.recv().unwrap();
        for n in 1..=SIGNALS {
            interrupt(thread);
            wait_until(|| HANDLED.load(SeqCst) >= before + n);
        }
    });
    signal_hook::low_level::unregister(leave);
    signal_hook::low_level::unregister(enter);
    signal::ignore(&[SIGUSR1]);
}

#[test]
fn a_handler_that_interrupts_a_sender_does_not_wait() {
    let _dog = watchdog(120);
    let count = |wait: fn()| {
        let before = WAITS.load(SeqCst);
        wait();
        assert!(WAITS.load(SeqCst) > before, "this file does not stand in the C library's place");
    };
    count(thread::yield_now);
    count(|| thread::sleep(Duration::from_micros(1)));
    signals_while_it_sends(bounded(0));
    signals_while_it_sends(bounded(64));
    signals_while_it_sends(unbounded());
    assert_eq!(WAITS_IN_HANDLER.load(SeqCst), 0);
}
