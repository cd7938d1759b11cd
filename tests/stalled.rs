//! A waiter that was woken and does not run holds up nobody: it keeps what it was given, one value
//! or the room for one, and all else is anyone's.
#![cfg(all(target_os = "linux", not(any(loom, shuttle, gochan_bare))))]
// Only the system can stop one thread of several.
#![allow(unsafe_code)]

mod common;

use std::{
    os::unix::thread::JoinHandleExt,
    slice,
    sync::{
        atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
        Mutex, MutexGuard, PoisonError,
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use common::{wait_until, watchdog};
use gochan::{__private::blocked, bounded, select, unbounded, Receiver, Select, Sender};

const MANY: usize = 1000;

fn channels() -> [(Sender<usize>, Receiver<usize>); 3] {
    [bounded(MANY), bounded(MANY + 24), unbounded()]
}

/// A thread of this name, and whether it sleeps.
fn sleeps(name: &str) -> bool {
    let tasks = std::fs::read_dir("/proc/self/task").expect("Linux has it");
    tasks.flatten().any(|task| {
        let stat = std::fs::read_to_string(task.path().join("stat")).unwrap_or_default();
        stat.contains(&format!("({name}) S"))
    })
}

/// Runs `f` in a thread of this name, until it sleeps.
fn asleep<R: Send + 'static>(name: &str, f: impl FnOnce() -> R + Send + 'static) -> JoinHandle<R> {
    let thread = thread::Builder::new().name(name.into()).spawn(f).expect("a thread");
    wait_until(|| sleeps(name));
    thread
}

static HELD: AtomicBool = AtomicBool::new(false);
static STOPPED: AtomicUsize = AtomicUsize::new(0);

extern "C" fn hold(_: libc::c_int) {
    STOPPED.fetch_add(1, SeqCst);
    while HELD.load(SeqCst) {
        // SAFETY: it gives the processor away, and touches no memory.
        unsafe { libc::sched_yield() };
    }
    STOPPED.fetch_sub(1, SeqCst);
}

/// Stops threads until it is dropped.
struct Held(#[allow(dead_code)] MutexGuard<'static, ()>);

impl Held {
    fn new<R>(threads: &[JoinHandle<R>]) -> Self {
        static ONE: Mutex<()> = Mutex::new(());
        let one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
        HELD.store(true, SeqCst);
        // SAFETY: the handler loads and stores atomics, and yields.
        unsafe { libc::signal(libc::SIGUSR1, hold as *const () as libc::sighandler_t) };
        for thread in threads {
            // SAFETY: the thread has not been joined.
            assert_eq!(unsafe { libc::pthread_kill(thread.as_pthread_t(), libc::SIGUSR1) }, 0);
        }
        wait_until(|| STOPPED.load(SeqCst) == threads.len());
        Self(one)
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        HELD.store(false, SeqCst);
        wait_until(|| STOPPED.load(SeqCst) == 0);
    }
}

/// Drains by one of the ways that never wait. Each says that nothing is there only if nothing is.
fn drain(rx: &Receiver<usize>, way: usize) -> Vec<usize> {
    let mut values = vec![];
    loop {
        let value = match way {
            0 => rx.try_recv().ok(),
            1 => rx.recv_timeout(Duration::ZERO).ok(),
            2 => rx.recv_deadline(Instant::now()).ok(),
            3 => select! { recv_ok(rx) -> value => value, default => None },
            4 => {
                let mut one = Select::new();
                one.recv_ok(rx, |value| value);
                one.try_wait().ok().flatten()
            }
            _ => rx.try_iter().next(),
        };
        match value {
            Some(value) => values.push(value),
            None => break,
        }
    }
    assert_eq!(rx.len(), 0, "values were left by way {way}");
    values
}

#[test]
fn a_receiver_that_was_told_keeps_one_value_from_others() {
    let _dog = watchdog(60);
    for way in 0..6 {
        for (tx, rx) in channels() {
            let sleeper = asleep("one value", {
                let rx = rx.clone();
                move || rx.recv_ok().expect("a value")
            });
            let held = Held::new(slice::from_ref(&sleeper));
            for i in 0..MANY {
                assert!(tx.try_send(i).is_ok(), "full at {i} of {MANY}");
            }
            let mut values = drain(&rx, way);
            drop(held);
            values.insert(0, sleeper.join().unwrap());
            assert!(values.into_iter().eq(0..MANY));
        }
    }
}

#[test]
fn a_sender_that_was_told_keeps_one_room_from_others() {
    let _dog = watchdog(60);
    for (tx, rx) in channels().into_iter().filter(|(tx, _)| tx.cap().is_some()) {
        let cap = tx.cap().unwrap();
        (0..cap).for_each(|i| tx.send(i));
        let sleeper = asleep("one room", {
            let tx = tx.clone();
            move || tx.send(cap)
        });
        let held = Held::new(slice::from_ref(&sleeper));
        assert!((0..cap).all(|i| rx.try_recv() == Ok(i)));
        for i in cap + 1..2 * cap {
            assert!(tx.try_send(i).is_ok(), "full at {i} of {cap}");
        }
        assert!(tx.try_send(0).is_err() && tx.send_timeout(0, Duration::ZERO).is_err());
        assert!(drain(&rx, 0).into_iter().eq(cap..2 * cap));
        drop(held);
        sleeper.join().unwrap();
    }
}

#[test]
fn each_publication_wakes_one_more_whether_or_not_the_first_runs() {
    let _dog = watchdog(60);
    for (tx, rx) in channels() {
        let receive = || {
            let rx = rx.clone();
            move || rx.iter().collect::<Vec<usize>>()
        };
        let first = asleep("the first", receive());
        let held = Held::new(slice::from_ref(&first));
        let second = asleep("the second", receive());
        (0..MANY).for_each(|i| tx.send(i));
        // The second receiver takes all values but the one that the first was given.
        wait_until(|| rx.is_empty());
        tx.close();
        let second = second.join().unwrap();
        assert!(second.into_iter().eq(1..MANY));
        drop(held);
        assert_eq!(first.join().unwrap(), [0]);
    }
}

/// The first waiters are told of the close and do not run. The others are woken without them.
#[test]
fn a_close_needs_none_of_those_that_it_wakes() {
    let _dog = watchdog(60);
    for (tx, rx) in channels().into_iter().chain([bounded(0)]) {
        let wait = |rx: &Receiver<usize>| {
            let rx = rx.clone();
            move || assert_eq!(rx.recv_ok(), None)
        };
        let first: Vec<_> = (0..8).map(|i| asleep(&format!("first {i}"), wait(&rx))).collect();
        let held = Held::new(&first);
        let others: Vec<_> = (0..8).map(|_| thread::spawn(wait(&rx))).collect();
        wait_until(|| blocked(&rx).receivers == 16);
        tx.close();
        others.into_iter().for_each(|other| other.join().unwrap());
        drop(held);
        first.into_iter().for_each(|first| first.join().unwrap());
    }
}

/// A select over so many channels that one of them moves at each look.
#[test]
fn a_select_that_must_not_wait_answers_while_its_channels_move() {
    const CASES: usize = 2000;
    let _dog = watchdog(60);
    let idle: Vec<_> = (0..CASES).map(|_| bounded::<usize>(1)).collect();
    let (tx, rx) = bounded(1);
    let stop = AtomicBool::new(false);
    thread::scope(|s| {
        s.spawn(|| {
            // The channel is full at almost every instant, and moves without end.
            while !stop.load(SeqCst) {
                let _ = tx.try_send(0);
                let _ = rx.try_recv();
                let _ = tx.try_send(0);
            }
        });
        let (mut answers, start) = (0, Instant::now());
        while answers < 50 {
            let mut all = Select::new();
            for (_, rx) in &idle {
                all.recv(rx, |_| ());
            }
            let mut slot = Some(1);
            all.send_from(&tx, &mut slot, || ());
            let sent = all.try_wait().is_ok();
            assert_eq!(sent, slot.is_none());
            answers += 1;
        }
        println!("{CASES} cases, one of which moves: {:?} for an answer", start.elapsed() / 50);
        stop.store(true, SeqCst);
    });
}
