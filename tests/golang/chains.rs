//! Go's test/chan/fifo.go, goroutines.go, sieve1.go and sieve2.go: threads in chains and in loops,
//! each of which knows only its own channels.

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, VecDeque},
    thread::{self, Scope},
};

use gochan::{bounded, make, select, Receiver, Sender};

use crate::common::watchdog;

/// Starts a thread with a small stack: some of these programs have many.
fn start<'s>(s: &'s Scope<'s, '_>, run: impl FnOnce() + Send + 's) {
    thread::Builder::new().stack_size(128 << 10).spawn_scoped(s, run).expect("a thread");
}

/// Threads that take turns by a chain of channels receive what one thread sends, each its own value
/// (fifo.go; its buffered half is chan::values_come_in_order).
#[test]
fn a_daisy_chain_receives_in_order() {
    const LINKS: usize = 100;
    let _dog = watchdog(60);
    let values = make(0);
    let (start_turn, mut turn) = bounded(0);
    thread::scope(|s| {
        for link in 0..LINKS {
            let (done, next) = bounded(0);
            let my_turn = std::mem::replace(&mut turn, next);
            let values = &values;
            start(s, move || {
                my_turn.recv_ok().expect("open");
                assert_eq!(values.recv(), link);
                done.send(());
            });
        }
        start_turn.send(());
        (0..LINKS).for_each(|i| values.send(i));
        turn.recv_ok().expect("open");
    });
}

/// A value goes through a thousand threads, each of which knows its two channels only
/// (goroutines.go, which has ten thousand goroutines).
#[test]
fn a_value_goes_through_a_thousand_threads() {
    const STAGES: usize = 1000;
    let _dog = watchdog(120);
    let (first, mut last) = bounded(0);
    thread::scope(|s| {
        for stage in 0..STAGES {
            let (to, next) = bounded(0);
            let from = std::mem::replace(&mut last, next);
            start(s, move || {
                let passed: Vec<usize> = from.recv_ok().expect("open");
                assert_eq!(passed.len(), stage);
                to.send(passed.into_iter().chain([stage]).collect());
            });
        }
        first.send(vec![]);
        assert!(last.recv_ok().expect("open").into_iter().eq(0..STAGES));
        assert_eq!(last.recv_ok(), None, "the last thread is gone, and its sender with it");
    });
}

const PRIMES: [u32; 25] = [
    2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97,
];

/// A chain of filters, one for each prime found. When the reader goes, every filter ends, since
/// nobody takes what it sends (sieve1.go, formerly sieve.go).
#[test]
fn a_sieve_of_filters() {
    let _dog = watchdog(60);
    thread::scope(|s| {
        let (tx, mut numbers) = bounded::<u32>(0);
        start(
            s,
            move || while let Some(Ok(())) = (2..).map(|n| tx.send_ok(n)).find(Result::is_err) {},
        );
        for prime in PRIMES {
            assert_eq!(numbers.recv(), prime);
            let (tx, left) = bounded(0);
            let all = std::mem::replace(&mut numbers, left);
            start(s, move || {
                for n in all.iter().filter(|n| n % prime != 0) {
                    if tx.send_ok(n).is_err() {
                        return;
                    }
                }
            });
        }
    });
}

/// A stream of numbers from a thread of its own, that ends when its receiver is dropped.
fn stream<'s>(
    s: &'s Scope<'s, '_>,
    cap: usize,
    numbers: impl Iterator<Item = u32> + Send + 's,
) -> Receiver<u32> {
    let (tx, rx) = bounded(cap);
    start(s, move || {
        for n in numbers {
            if tx.send_ok(n).is_err() {
                return;
            }
        }
    });
    rx
}

/// A sender that never blocks for long: a thread keeps what `out` does not take yet. It switches
/// its send off while it has nothing, by a nil channel.
fn proxy<'s>(s: &'s Scope<'s, '_>, out: Sender<u32>) -> Sender<u32> {
    let (tx, rx) = bounded::<u32>(10);
    start(s, move || {
        let mut queue = VecDeque::new();
        loop {
            let (to, first) = match queue.front() {
                Some(&first) => (out.clone(), first),
                None => (Sender::nil(), 0),
            };
            select! {
                recv_ok(rx) -> n => match n {
                    Some(n) => queue.push_back(n),
                    None => return,
                },
                send_ok(to, first) -> sent => match sent {
                    Ok(()) => drop(queue.pop_front()),
                    Err(_) => return,
                },
            }
        }
    });
    tx
}

/// The odd composites in increasing order: merges the odd multiples of each prime that comes, from
/// its square on.
fn merge<'s>(s: &'s Scope<'s, '_>, primes: Receiver<u32>, composites: Sender<u32>) {
    start(s, move || {
        // The next multiple of each prime, smallest first.
        let mut heads = BinaryHeap::new();
        let mut streams: Vec<Receiver<u32>> = Vec::new();
        let mut last = 0;
        for p in primes.iter() {
            let multiples = stream(s, 10, (p * p..).step_by(2 * p as usize));
            heads.push(Reverse((multiples.recv(), streams.len())));
            streams.push(multiples);
            // Up to the square of this prime all composites are known.
            while let Some(Reverse((n, i))) = heads.pop() {
                heads.push(Reverse((streams[i].recv(), i)));
                if n != last && composites.send_ok(n).is_err() {
                    return;
                }
                last = n;
                if n >= p * p {
                    break;
                }
            }
        }
    });
}

/// A sieve with buffers, a merge of streams by a heap, and a loop back of the primes found through
/// a sender that never blocks (sieve2.go).
#[test]
fn a_sieve_with_a_feedback_loop() {
    let _dog = watchdog(60);
    thread::scope(|s| {
        let (out, found) = bounded(10);
        let (back, primes) = bounded(10);
        let (known, composites) = bounded(50);
        merge(s, primes, known);
        back.send(3);
        out.send(2);
        out.send(3);
        let back = proxy(s, back);
        let mut odd = stream(s, 50, (5..).step_by(2)).into_iter();
        start(s, move || {
            let mut candidate = odd.next().expect("without end");
            for composite in composites.iter() {
                while candidate < composite {
                    if back.send_ok(candidate).and(out.send_ok(candidate)).is_err() {
                        return;
                    }
                    candidate = odd.next().expect("without end");
                }
                if candidate == composite {
                    candidate = odd.next().expect("without end");
                }
            }
        });
        assert!(found.iter().take(PRIMES.len()).eq(PRIMES));
        drop(found);
    });
}
