//! What a thread that does not run costs those that do, with gochan and with crossbeam-channel.
//!
//! - `stopped`: two threads send and two receive. One of the four is stopped, wherever a signal
//!   finds it. The number is how many values come through meanwhile, for each that comes through
//!   without that thread.
//! - `idle`: two threads wait for a value, the first with the priority `SCHED_IDLE` on a processor
//!   on which another computes. A thread on another processor sends. The number is the time until
//!   the second one has its first value.

#[cfg(target_os = "linux")]
mod linux {
    use std::{
        hint::black_box,
        sync::{
            atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
            mpsc, Barrier,
        },
        thread,
        time::{Duration, Instant},
    };

    use nix::{
        libc,
        sched::{sched_setaffinity, CpuSet},
        sys::{
            pthread::{pthread_kill, pthread_self},
            signal::{sigaction, SaFlags, SigAction, SigHandler, SigSet, Signal},
        },
        unistd::Pid,
    };

    /// A channel whose library is not known to the measurement.
    struct Channel {
        name: &'static str,
        send: Box<dyn Fn(u64) + Send + Sync>,
        recv: Box<dyn Fn() -> u64 + Send + Sync>,
    }

    #[derive(Clone, Copy, PartialEq)]
    enum Side {
        Send,
        Recv,
    }

    impl Side {
        fn other(self) -> Self {
            match self {
                Self::Send => Self::Recv,
                Self::Recv => Self::Send,
            }
        }
    }

    /// Ends a receiver.
    const LAST: u64 = 0;
    const CAPACITIES: [Option<usize>; 3] = [Some(1), Some(128), None];
    const TRIALS: usize = 40;
    const TRIAL: Duration = Duration::from_millis(50);

    fn channels(capacity: Option<usize>) -> [Channel; 2] {
        let (tx, rx) = capacity.map_or_else(gochan::unbounded, gochan::bounded);
        let gochan = Channel {
            name: "gochan",
            send: Box::new(move |value| tx.send(value)),
            recv: Box::new(move || rx.recv()),
        };
        let (tx, rx) =
            capacity.map_or_else(crossbeam_channel::unbounded, crossbeam_channel::bounded);
        let crossbeam = Channel {
            name: "crossbeam",
            send: Box::new(move |value| tx.send(value).unwrap()),
            recv: Box::new(move || rx.recv().unwrap()),
        };
        [gochan, crossbeam]
    }

    static STOPPED: AtomicBool = AtomicBool::new(false);

    extern "C" fn stay(_: libc::c_int) {
        while STOPPED.load(Relaxed) {
            // SAFETY: a plain call that a signal handler may make.
            unsafe { libc::usleep(1000) };
        }
    }

    fn install() {
        let action =
            SigAction::new(SigHandler::Handler(stay), SaFlags::SA_RESTART, SigSet::empty());
        // SAFETY: the handler only reads an atomic and sleeps.
        unsafe { sigaction(Signal::SIGUSR1, &action) }.expect("the signal has a handler");
    }

    /// How many values come through in a trial by two senders and two receivers, one of which is
    /// stopped, or is not there.
    fn moved(channel: &Channel, missing: Side, is_stopped: bool) -> u64 {
        let (count, ends) = (AtomicU64::new(0), AtomicBool::new(false));
        let send = || {
            while !ends.load(Relaxed) {
                (channel.send)(1);
            }
        };
        let receive = || {
            while (channel.recv)() != LAST {
                count.fetch_add(1, Relaxed);
            }
        };
        thread::scope(|scope| {
            let work = |side| match side {
                Side::Send => send(),
                Side::Recv => receive(),
            };
            let others = [Side::Send, Side::Recv, missing.other()];
            let others = others.map(|side| (side, scope.spawn(move || work(side))));
            let (id, id_of) = mpsc::channel();
            let stopped = is_stopped.then(|| {
                let thread = scope.spawn(move || {
                    id.send(pthread_self()).unwrap();
                    work(missing);
                });
                (missing, thread)
            });
            // By now the threads are in the middle of their work.
            thread::sleep(TRIAL / 10);
            if is_stopped {
                STOPPED.store(true, Relaxed);
                pthread_kill(id_of.recv().unwrap(), Signal::SIGUSR1).unwrap();
            }
            let before = count.load(Relaxed);
            thread::sleep(TRIAL);
            let moved = count.load(Relaxed) - before;
            STOPPED.store(false, Relaxed);
            ends.store(true, Relaxed);
            let (senders, receivers): (Vec<_>, Vec<_>) =
                others.into_iter().chain(stopped).partition(|(side, _)| *side == Side::Send);
            senders.into_iter().for_each(|(_, thread)| thread.join().unwrap());
            receivers.iter().for_each(|_| (channel.send)(LAST));
            receivers.into_iter().for_each(|(_, thread)| thread.join().unwrap());
            moved
        })
    }

    pub fn stopped() {
        println!(
            "\nValues of three threads while a fourth is stopped, for each value of the three alone.\n"
        );
        println!("| capacity  | library   | median | least | trials without any |");
        println!("| --------- | --------- | -----: | ----: | -----------------: |");
        for capacity in CAPACITIES {
            let channels = channels(capacity);
            let mut shares = channels.each_ref().map(|_| vec![]);
            for trial in 0..TRIALS {
                let side = if trial % 2 == 0 { Side::Send } else { Side::Recv };
                for (channel, shares) in channels.iter().zip(&mut shares) {
                    let alone = moved(channel, side, false).max(1);
                    shares.push(moved(channel, side, true) as f64 / alone as f64);
                }
            }
            for (channel, mut shares) in channels.iter().zip(shares) {
                shares.sort_by(f64::total_cmp);
                let none = shares.iter().filter(|&&share| share < 0.001).count();
                let capacity = capacity.map_or("unbounded".into(), |n| n.to_string());
                let (median, least) = (shares[TRIALS / 2], shares[0]);
                println!(
                    "| {capacity:<9} | {:<9} | {median:>6.2} | {least:>5.2} | {none:>18} |",
                    channel.name
                );
            }
        }
    }

    fn stay_on(core: usize) {
        let mut cores = CpuSet::new();
        cores.set(core).expect("a number of a core");
        sched_setaffinity(Pid::from_raw(0), &cores).expect("this machine has two cores");
    }

    /// The calling thread runs when no other wants its core.
    fn be_idle() {
        let param = libc::sched_param { sched_priority: 0 };
        // SAFETY: the call is for the calling thread, and its parameter lives until it returns.
        let result = unsafe { libc::sched_setscheduler(0, libc::SCHED_IDLE, &param) };
        assert_eq!(result, 0, "a thread may always lower its priority");
    }

    /// How long it takes until the second of two waiting threads has a value.
    fn delay(channel: &Channel) -> Duration {
        let (ends, waits) = (AtomicBool::new(false), Barrier::new(2));
        thread::scope(|scope| {
            let first = scope.spawn(|| {
                stay_on(0);
                be_idle();
                waits.wait();
                (channel.recv)();
            });
            waits.wait();
            thread::sleep(Duration::from_millis(5));
            let second = scope.spawn(|| {
                stay_on(1);
                (channel.recv)();
                Instant::now()
            });
            scope.spawn(|| {
                stay_on(0);
                while !ends.load(Relaxed) {
                    black_box(0);
                }
            });
            thread::sleep(Duration::from_millis(5));
            stay_on(1);
            let start = Instant::now();
            (0..10).for_each(|value| (channel.send)(value));
            let got = second.join().unwrap();
            ends.store(true, Relaxed);
            first.join().unwrap();
            (0..8).for_each(|_| _ = black_box((channel.recv)()));
            got - start
        })
    }

    pub fn idle() {
        println!("\nMicroseconds until the second of two waiting threads has a value.\n");
        println!("| capacity  | library   | median | most |");
        println!("| --------- | --------- | -----: | ---: |");
        for capacity in [Some(128), None] {
            let channels = channels(capacity);
            let mut delays = channels.each_ref().map(|_| vec![]);
            for _ in 0..TRIALS {
                let both = channels.iter().zip(&mut delays);
                both.for_each(|(channel, delays)| delays.push(delay(channel).as_micros()));
            }
            for (channel, mut delays) in channels.iter().zip(delays) {
                delays.sort_unstable();
                let capacity = capacity.map_or("unbounded".into(), |n| n.to_string());
                let (median, most) = (delays[TRIALS / 2], delays[TRIALS - 1]);
                println!("| {capacity:<9} | {:<9} | {median:>6} | {most:>4} |", channel.name);
            }
        }
    }

    pub fn run() {
        install();
        stopped();
        idle();
    }
}

fn main() {
    #[cfg(target_os = "linux")]
    linux::run();
    #[cfg(not(target_os = "linux"))]
    println!("Threads are stopped and placed on Linux only.");
}
