//! The threads and the memory that notifications cost, and signals without a thread left.

use gochan::{
    bounded,
    signal::{self, *},
    Context,
};
use rustix::process::{setrlimit, Resource, Rlimit};

use crate::{
    common::wait_until,
    die_of, next,
    own_process::{program, raise},
    refuses, LONG,
};

#[test]
fn notify_and_drop_without_end_keep_one_thread_and_no_memory() {
    program("resources::notify_and_drop_without_end_keep_one_thread_and_no_memory", || {
        assert_eq!(threads_named("gochan signals"), 0);
        let cycles = |n| {
            for _ in 0..n {
                drop(signal::notify(&[SIGUSR1, SIGUSR2]));
                drop(signal::notify_context(&Context::background(), &[SIGTERM]));
            }
        };
        cycles(100);
        let before = pages(1);
        cycles(20_000);
        // A cycle that keeps its channel keeps more than a thousand bytes.
        let grown = pages(1).saturating_sub(before);
        assert!(grown < 1_000, "{grown} pages for 20,000 cycles");
        assert_eq!(threads_named("gochan signals"), 1);
    })
    .succeeds();
}

/// The field `n` of the process's memory in pages: 0 is the address space, 1 what is resident.
fn pages(n: usize) -> usize {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
    statm.split(' ').nth(n).unwrap().parse().unwrap()
}

/// The name and the state of each thread: 'S' sleeps.
pub fn threads() -> Vec<(String, char)> {
    let name_and_state = |stat: String| {
        let (before, after) = stat.rsplit_once(") ").unwrap();
        (before.split_once('(').unwrap().1.to_string(), after.chars().next().unwrap())
    };
    let tasks = std::fs::read_dir("/proc/self/task").unwrap();
    let stats = tasks.map(|task| std::fs::read_to_string(task.unwrap().path().join("stat")));
    stats.filter_map(Result::ok).map(name_and_state).collect()
}

fn threads_named(name: &str) -> usize {
    threads().iter().filter(|(found, _)| found == name).count()
}

#[test]
fn a_context_that_cannot_start_a_thread_stops_no_other_signal() {
    program("resources::a_context_that_cannot_start_a_thread_stops_no_other_signal", || {
        std::panic::set_hook(Box::new(|_| ()));
        let others = signal::notify(&[SIGUSR1]);
        let (context, _stop) = signal::notify_context(&Context::background(), &[SIGTERM]);
        let (sender, receiver) = bounded::<()>(0);
        context.after_func(move || drop(sender));
        let (ended, ran, other) = without_a_thread(|| {
            raise(SIGTERM);
            let ended = context.done().recv_timeout(LONG);
            // The function gets no thread of its own, and runs in the one that deals with signals.
            let ran = receiver.recv_timeout(LONG);
            raise(SIGUSR1);
            (ended, ran, others.recv_timeout(LONG))
        });
        assert!(ended.unwrap_err().is_closed() && ran.unwrap_err().is_closed());
        assert_eq!(other.unwrap(), SIGUSR1);
    })
    .succeeds();
}

#[test]
fn notify_without_a_thread_left_panics_and_works_later() {
    program("resources::notify_without_a_thread_left_panics_and_works_later", || {
        std::panic::set_hook(Box::new(|_| ()));
        without_a_thread(|| {
            refuses("cannot listen", || drop(signal::notify(&[SIGUSR1])));
            refuses("cannot listen", || signal::ignore(&[SIGTERM]));
            let context = || signal::notify_context(&Context::background(), &[SIGTERM]);
            refuses("cannot listen", || drop(context()));
        });
        assert_eq!(threads_named("gochan signals"), 0);
        let signals = signal::notify(&[SIGUSR1]);
        raise(SIGUSR1);
        assert_eq!(next(&signals), SIGUSR1);
        // SIGTERM was not taken.
        die_of(SIGTERM);
    })
    .dies_of(SIGTERM);
}

/// While `f` runs there is room for what it allocates, but not for a stack of two megabytes.
fn without_a_thread<R>(f: impl FnOnce() -> R) -> R {
    let unlimited = rustix::process::getrlimit(Resource::As);
    // A thread that begins takes more memory than it needs, and gives it back.
    wait_until(|| threads().iter().filter(|(_, state)| *state != 'S').count() == 1);
    let enough = pages(0) as u64 * rustix::param::page_size() as u64 + (1 << 20);
    setrlimit(Resource::As, Rlimit { current: Some(enough), ..unlimited }).unwrap();
    let result = f();
    setrlimit(Resource::As, unlimited).unwrap();
    result
}
