//! A program that closes the library's descriptors, as one does that becomes a daemon.
// Descriptors of others can only be closed with `unsafe`.
#![allow(unsafe_code)]

use std::{
    io::{Read, Write},
    os::{fd::AsRawFd, unix::net::UnixStream},
};

use gochan::{
    signal::{self, *},
    Context,
};
use libc::c_int;

use super::{
    common::wait_until,
    die_of, next,
    own_process::{program, raise},
    settle, LONG,
};

const MESSAGE: &str = "gochan::signal: its file descriptors were closed";

/// The descriptors of this process but the first three.
fn open() -> Vec<c_int> {
    let entries = std::fs::read_dir("/proc/self/fd").unwrap();
    let numbers =
        entries.map(|entry| entry.unwrap().file_name().to_str().unwrap().parse().unwrap());
    let all: Vec<c_int> = numbers.collect();
    // The descriptor that has read the folder is closed by now.
    all.into_iter().filter(|fd| *fd > 2 && is_open(*fd)).collect()
}

fn is_open(fd: c_int) -> bool {
    // SAFETY: it reads the flags of any number.
    let flags = unsafe { libc::fcntl(fd, libc::F_GETFD) };
    flags != -1
}

/// Closes all descriptors, as a program does that becomes a daemon.
fn close_all() {
    for fd in open() {
        // SAFETY: they are the library's, which is what the tests are about; nobody else uses one.
        assert_eq!(unsafe { libc::close(fd) }, 0);
    }
}

/// Has this number stand for another file.
fn replace(fd: c_int, by: &UnixStream) {
    // SAFETY: `fd` is the library's, which is what the tests are about.
    assert_eq!(unsafe { libc::dup2(by.as_raw_fd(), fd) }, fd);
}

/// What `f` opens.
fn opened_by<R>(f: impl FnOnce() -> R) -> (Vec<c_int>, R) {
    let before = open();
    let result = f();
    let opened: Vec<_> = open().into_iter().filter(|fd| !before.contains(fd)).collect();
    assert_eq!(opened.len(), 2);
    (opened, result)
}

fn is_asleep() -> bool {
    super::resources::threads().contains(&("gochan signals".to_string(), 'S'))
}

fn is_told(signals: &gochan::Receiver<Signal>) {
    assert!(signals.recv_timeout(LONG).unwrap_err().is_closed());
}

#[test]
fn closed_descriptors_bring_the_default_back_and_are_reported_once() {
    program("lost::closed_descriptors_bring_the_default_back_and_are_reported_once", || {
        let signals = signal::notify(&[SIGWINCH, SIGTERM]);
        let (context, _stop) = signal::notify_context(&Context::background(), &[SIGTERM]);
        close_all();
        is_told(&signals);
        assert!(context.err().is_none());
        raise(SIGWINCH);
        die_of(SIGTERM);
    })
    .says_once(MESSAGE)
    .dies_of(SIGTERM);
}

/// The files are still open under other numbers, so nothing wakes the thread: the handler sees it.
#[test]
fn a_handler_sees_that_descriptors_were_closed_whose_files_are_open() {
    program("lost::a_handler_sees_that_descriptors_were_closed_whose_files_are_open", || {
        let (ends, _signals) = opened_by(|| signal::notify(&[SIGWINCH, SIGTERM]));
        for fd in ends {
            // SAFETY: it makes another number for the same file.
            assert!(unsafe { libc::dup(fd) } > 2);
            // SAFETY: it is the library's, which is what the test is about.
            assert_eq!(unsafe { libc::close(fd) }, 0);
        }
        raise(SIGWINCH);
        die_of(SIGTERM);
    })
    .says_once(MESSAGE)
    .dies_of(SIGTERM);
}

#[test]
fn a_file_that_has_the_descriptors_number_is_left_alone() {
    program("lost::a_file_that_has_the_descriptors_number_is_left_alone", || {
        let (ends, signals) = opened_by(|| signal::notify(&[SIGWINCH, SIGUSR1, SIGTERM]));
        let (mut near, far) = UnixStream::pair().unwrap();
        // The library cannot see a change between its look at a descriptor and its use, so none is
        // made then.
        wait_until(is_asleep);
        ends.iter().for_each(|fd| replace(*fd, &far));
        // The thread or a handler sees the change first: both do the same.
        raise(SIGWINCH);
        is_told(&signals);
        raise(SIGWINCH);
        near.write_all(b"mine").unwrap();
        let mut found = [0; 4];
        (&far).read_exact(&mut found).unwrap();
        assert_eq!(&found, b"mine", "the library has read of it");
        // The next `notify` opens new descriptors. The old numbers are not the library's to be
        // closed.
        let again = signal::notify(&[SIGUSR1]);
        raise(SIGUSR1);
        assert_eq!(next(&again), SIGUSR1);
        assert!(ends.iter().all(|fd| is_open(*fd)), "the library has closed it");
        near.set_nonblocking(true).unwrap();
        let error = near.read(&mut found).expect_err("the library has written to it");
        assert_eq!(error.kind(), std::io::ErrorKind::WouldBlock);
        die_of(SIGTERM);
    })
    .says_once(MESSAGE)
    .dies_of(SIGTERM);
}

/// The read that the thread is in is of the old file; the next would be of the new one.
#[test]
fn the_last_signal_that_the_thread_hears_is_received_and_the_new_file_left_alone() {
    program(
        "lost::the_last_signal_that_the_thread_hears_is_received_and_the_new_file_left_alone",
        || {
            let (ends, signals) = opened_by(|| signal::notify(&[SIGUSR1, SIGTERM]));
            let (mut near, far) = UnixStream::pair().unwrap();
            near.write_all(b"mine").unwrap();
            wait_until(is_asleep);
            replace(ends[1], &far);
            raise(SIGUSR1);
            assert_eq!(next(&signals), SIGUSR1);
            is_told(&signals);
            let mut found = [0; 4];
            (&far).read_exact(&mut found).unwrap();
            assert_eq!(&found, b"mine");
            die_of(SIGTERM);
        },
    )
    .says_once(MESSAGE)
    .dies_of(SIGTERM);
}

#[test]
fn after_closed_descriptors_notify_works_again_and_what_is_ignored_stays_ignored() {
    program(
        "lost::after_closed_descriptors_notify_works_again_and_what_is_ignored_stays_ignored",
        || {
            let signals = signal::notify(&[SIGUSR1, SIGTERM]);
            signal::ignore(&[SIGUSR2, SIGALRM]);
            close_all();
            is_told(&signals);
            raise(SIGUSR2);
            assert!(signal::ignored(SIGUSR2) && !signal::ignored(SIGUSR1));
            for _ in 0..3 {
                let signals = signal::notify(&[SIGUSR1]);
                raise(SIGUSR1);
                assert_eq!(next(&signals), SIGUSR1);
                raise(SIGUSR2);
                settle();
                close_all();
                raise(SIGUSR2);
                is_told(&signals);
            }
            // The reset takes effect without the thread.
            signal::reset(&[SIGALRM]);
            die_of(SIGALRM);
        },
    )
    .dies_of(SIGALRM);
}

/// The next thread finds no descriptor left either.
#[test]
fn after_closed_descriptors_notify_without_a_descriptor_left_is_refused_and_nothing_is_deaf() {
    program("lost::after_closed_descriptors_notify_without_a_descriptor_left_is_refused_and_nothing_is_deaf", || {
        use rustix::process::{setrlimit, Resource, Rlimit};
        let signals = signal::notify(&[SIGTERM]);
        close_all();
        is_told(&signals);
        let all = rustix::process::getrlimit(Resource::Nofile);
        setrlimit(Resource::Nofile, Rlimit { current: Some(0), ..all }).unwrap();
        std::panic::set_hook(Box::new(|_| ()));
        super::refuses("cannot listen", || drop(signal::notify(&[SIGTERM])));
        die_of(SIGTERM);
    })
    .says_once(MESSAGE)
    .dies_of(SIGTERM);
}
