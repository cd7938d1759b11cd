//! Programs that are too large for every interleaving, on schedules that shuttle chooses: by
//! chance, and with few priority changes (PCT), which finds bugs that need few preemptions.
//!
//! `./check shuttle` runs them. A schedule that fails is printed; `shuttle::replay` repeats it.
//! Each program accounts for each value. A deadlock fails.
#![cfg(shuttle)]

use std::time::{Duration, Instant};

use gochan::{make, select, Chan, Receiver, Sender, TryRecvError, TrySendError};
use shuttle::{
    scheduler::{PctScheduler, RandomScheduler},
    thread, Config, MaxSteps, Runner,
};

/// Schedules of each kind.
const SCHEDULES: usize = 20_000;
/// How often a schedule of the second kind changes which thread goes first.
const CHANGES: usize = 3;

/// Runs `program` and prints, as the models of loom do: name, changes of priority, schedules, time.
fn check(program: fn()) {
    let start = Instant::now();
    let mut config = Config::new();
    config.max_steps = MaxSteps::FailAfter(1_000_000);
    config.silence_warnings = true;
    Runner::new(RandomScheduler::new(SCHEDULES), config.clone()).run(program);
    Runner::new(PctScheduler::new(CHANGES, SCHEDULES), config).run(program);
    let test = std::thread::current();
    let (name, seconds) = (test.name().unwrap_or("program"), start.elapsed().as_secs_f64());
    println!("model {name:<32} {CHANGES:>5} {:>10} {seconds:>8.1} s", 2 * SCHEDULES);
}

/// Every channel that these programs are run on.
fn capacities<T>() -> [(Sender<T>, Receiver<T>); 4] {
    [gochan::bounded(0), gochan::bounded(1), gochan::bounded(2), gochan::unbounded()]
}

fn spawn_all<R: Send + 'static>(
    count: usize,
    work: impl Fn(usize) -> R + Clone + Send + 'static,
) -> Vec<thread::JoinHandle<R>> {
    let spawn = |n| {
        let work = work.clone();
        thread::spawn(move || work(n))
    };
    (0..count).map(spawn).collect()
}

fn join_all<R>(threads: Vec<thread::JoinHandle<R>>) -> Vec<R> {
    threads.into_iter().map(|thread| thread.join().unwrap()).collect()
}

fn is_each_once(mut values: Vec<usize>, count: usize) -> bool {
    values.sort_unstable();
    values.into_iter().eq(0..count)
}

/// One sender, and a receiver for each value. A thread that has served or hinted one receiver goes
/// on to the next.
#[test]
fn three_receivers() {
    check(|| {
        for (tx, rx) in capacities() {
            let receivers = spawn_all(3, move |_| rx.recv());
            (0..3).for_each(|n| tx.send(n));
            assert!(is_each_once(join_all(receivers), 3));
        }
    });
}

/// A receiver that is too late for an overdue value finds the channel closed, and not just empty.
#[test]
fn a_late_value_and_a_close() {
    check(|| {
        for (tx, rx) in capacities().into_iter().filter(|(tx, _)| tx.cap() != Some(0)) {
            let late = tx.clone();
            let sender = thread::spawn(move || late.try_send(0));
            let _ = tx.try_send(1);
            // The first sender may be in the middle of its step. The receive steps over it then.
            let first = rx.try_recv();
            tx.close();
            sender.join().unwrap().ok();
            let receivers = spawn_all(2, move |_| [rx.try_recv(), rx.try_recv()]);
            let received = join_all(receivers).concat();
            assert!(!received.contains(&Err(TryRecvError::Empty)), "{first:?}, {received:?}");
        }
    });
}

/// Three senders and three receivers.
#[test]
fn many_to_many() {
    check(|| {
        for (tx, rx) in capacities() {
            let senders = spawn_all(3, move |n| [2 * n, 2 * n + 1].map(|n| tx.send(n)));
            let receivers = spawn_all(3, move |_| rx.iter().collect::<Vec<_>>());
            join_all(senders);
            assert!(is_each_once(join_all(receivers).concat(), 6));
        }
    });
}

/// Two selects that each send on the one channel or receive from the other, until they have sent,
/// and a select over both channels that receives until both are closed.
#[test]
fn selects_over_both_directions() {
    fn sends_or_receives(id: usize, to: &Chan<usize>, from: &Chan<usize>) -> Vec<usize> {
        let (mut value, mut received) = (Some(id), vec![]);
        while value.is_some() {
            select! {
                send_from(to, &mut value) => {}
                recv(from) -> v => received.push(v),
            }
        }
        received
    }
    check(|| {
        for cap in [0, 1] {
            let (a, b): (Chan<usize>, Chan<usize>) = (make(cap), make(cap));
            let both = (a.clone(), b.clone());
            let selects = spawn_all(2, move |id| match id {
                0 => sends_or_receives(id, &both.0, &both.1),
                _ => sends_or_receives(id, &both.1, &both.0),
            });
            let (mut left_a, mut left_b) = (a.receiver(), b.receiver());
            let drain = thread::spawn(move || {
                let mut received = vec![];
                while !(left_a.is_nil() && left_b.is_nil()) {
                    select! {
                        recv_ok(left_a) -> v => match v {
                            Some(v) => received.push(v),
                            None => left_a = Receiver::nil(),
                        },
                        recv_ok(left_b) -> v => match v {
                            Some(v) => received.push(v),
                            None => left_b = Receiver::nil(),
                        },
                    }
                }
                received
            });
            let mut received = join_all(selects).concat();
            a.close();
            b.close();
            received.extend(drain.join().unwrap());
            assert!(is_each_once(received, 2));
        }
    });
}

/// A close while senders, receivers and selects wait: what was sent is received, the rest comes
/// back.
#[test]
fn close_under_load() {
    check(|| {
        for (tx, rx) in capacities() {
            let closer = tx.clone();
            let senders = spawn_all(3, move |n| {
                tx.send_ok(n).map_or_else(|e| Err(e.into_inner()), |()| Ok(n))
            });
            let receivers = spawn_all(2, move |n| {
                let mut received = vec![];
                let never = Receiver::<usize>::nil();
                loop {
                    let value = match n {
                        0 => rx.recv_ok(),
                        _ => select! { recv_ok(rx) -> v => v, recv_ok(never) -> v => v },
                    };
                    match value {
                        Some(value) => received.push(value),
                        None => return received,
                    }
                }
            });
            closer.close();
            let (sent, refused): (Vec<_>, Vec<_>) =
                join_all(senders).into_iter().partition(Result::is_ok);
            let mut received = join_all(receivers).concat();
            assert_eq!(received.len(), sent.len());
            received.extend(refused.into_iter().filter_map(Result::err));
            assert!(is_each_once(received, 3));
        }
    });
}

/// Timeouts and tries against blocking partners.
#[test]
fn timeouts_and_tries() {
    check(|| {
        for (tx, rx) in capacities() {
            let wait = Duration::from_secs(1);
            let senders = spawn_all(3, move |n| match n {
                0 => tx.send_timeout(n, wait).map_err(|e| e.into_inner()),
                1 => tx.try_send(n).map_err(TrySendError::into_inner),
                _ => {
                    tx.send(n);
                    Ok(())
                }
            });
            let receivers = spawn_all(2, move |n| {
                let first = if n == 0 { rx.recv_timeout(wait).ok() } else { rx.try_recv().ok() };
                first.into_iter().chain(rx.iter()).collect::<Vec<_>>()
            });
            let mut all: Vec<usize> =
                join_all(senders).into_iter().filter_map(Result::err).collect();
            all.extend(join_all(receivers).concat());
            assert!(is_each_once(all, 3));
        }
    });
}

/// Four workers, a pool that is closed and drained, and a worker that leaves by a die channel.
#[test]
fn pool_with_a_die_channel() {
    check(|| {
        let (jobs, results): (Chan<usize>, Chan<usize>) = (make(1), make(0));
        let die: Chan<()> = make(0);
        let workers = {
            let (jobs, results, die) = (jobs.receiver(), results.sender(), die.receiver());
            spawn_all(4, move |_| loop {
                select! {
                    recv_ok(jobs) -> job => match job {
                        Some(job) => results.send(job),
                        None => return,
                    },
                    recv(die) => return,
                }
            })
        };
        let (collector, sender) = (results.receiver(), jobs.sender());
        let collector = thread::spawn(move || collector.iter().collect::<Vec<_>>());
        (0..4).for_each(|job| sender.send(job));
        die.send(());
        jobs.close();
        join_all(workers);
        results.close();
        let done = collector.join().unwrap();
        assert!(is_each_once(done.into_iter().chain(jobs.iter()).collect(), 4));
    });
}
