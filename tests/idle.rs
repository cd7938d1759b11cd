//! Blocked threads take no processor time, whatever they block in.
#![cfg(all(unix, not(any(loom, shuttle))))]

mod common;

use std::{thread, time::Duration};

use common::{wait_until, watchdog};
use gochan::{__private::blocked, bounded, select, Receiver, Select, Sender, Ticker, Timer};
use rustix::time::{clock_gettime, ClockId};

const LONG: Duration = Duration::from_secs(3600);

/// The processor time that all threads of this process have used.
fn cpu_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

/// The processor time used while this thread sleeps.
fn used_in(pause: Duration) -> Duration {
    let before = cpu_time();
    thread::sleep(pause);
    cpu_time() - before
}

#[derive(Clone)]
struct Handles {
    empty: Receiver<u32>,
    unbuffered: Receiver<u32>,
    full: Sender<u32>,
}

const BLOCKING: [fn(Handles); 14] = [
    |h| _ = h.empty.recv_ok(),
    |h| _ = h.unbuffered.recv_ok(),
    |h| h.full.send(1),
    |h| _ = h.empty.recv_timeout(LONG),
    |h| _ = h.empty.recv_timeout(Duration::MAX),
    |h| _ = h.full.send_timeout(1, LONG),
    |h| {
        select! {
            recv(h.empty) => {},
            recv(h.unbuffered) => {},
            send(h.full, 1) => {},
            default(LONG) => {},
        }
    },
    |h| {
        let mut cases = Select::new();
        cases.recv(&h.empty, |_| ()).send(&h.full, 1, || ());
        cases.wait();
    },
    |_| _ = Receiver::<u32>::nil().recv_ok(),
    |_| Sender::nil().send(1),
    |_| _ = Timer::new(LONG).c().recv_ok(),
    |_| _ = Ticker::new(LONG).c().recv_ok(),
    |_| Select::new().wait(),
    |_| select! {},
];

// The only test of this file: another one's work would be measured too.
#[test]
fn blocked_threads_take_no_processor_time() {
    let _dog = watchdog(60);
    let (_to_empty, empty) = bounded(1);
    let (_to_unbuffered, unbuffered) = bounded(0);
    let (full, _from_full) = bounded(1);
    full.send(0);
    let handles = Handles { empty, unbuffered, full };
    for block in BLOCKING {
        let handles = handles.clone();
        // The thread is never joined: the process ends with its last test.
        thread::spawn(move || block(handles));
    }

    wait_until(|| blocked(&handles.empty).receivers == 5);
    wait_until(|| blocked(&handles.unbuffered).receivers == 2);
    wait_until(|| blocked(&handles.full).senders == 4);
    // The other threads are in no queue that can be seen from here. If one of them spins for ever,
    // this wait does not end.
    wait_until(|| used_in(Duration::from_millis(50)) < Duration::from_millis(1));

    let used = used_in(Duration::from_secs(2));
    assert!(used < Duration::from_millis(20), "blocked threads used {used:?} in 2 s");
}
