//! Random programs with hostile values: a few threads do everything that a channel can do, on
//! values whose destructors use the same channels, or panic. In the end each value is accounted
//! for, once.
//!
//! `GOCHAN_SEED=n cargo test --test programs` repeats the programs of a run that printed that seed;
//! `GOCHAN_SECONDS=n` sets how long new ones are made up.
#![cfg(not(any(loom, shuttle)))]

mod common;

use std::{
    io::Write,
    panic::{catch_unwind, resume_unwind, AssertUnwindSafe},
    sync::{
        atomic::{AtomicBool, AtomicU8, AtomicUsize, Ordering::SeqCst},
        Arc,
    },
    thread,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use common::watchdog;
use gochan::{bounded, select, unbounded, Receiver, Select, SendError, Sender};

/// Values of one program, at most.
const VALUES: usize = 4096;
/// How deep destructors make values whose destructors make values.
const DEPTH: u8 = 2;

/// splitmix64.
struct Rng(u64);

impl Rng {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }

    /// One of several handles, cloned.
    fn pick<H: Clone>(&mut self, handles: &[H]) -> H {
        handles[self.below(handles.len())].clone()
    }
}

/// What became of one value.
#[derive(Default)]
struct Fate {
    dropped: AtomicU8,
    /// Sent on a channel that is drained in the end.
    sent: AtomicU8,
    received: AtomicU8,
    /// Handed back by a send that failed.
    returned: AtomicU8,
}

/// What all threads of a program share.
struct World {
    /// How many values there have been.
    made: AtomicUsize,
    fates: Vec<Fate>,
    /// A destructor has panicked: a value may have been received only to be dropped by the panic.
    panicked: AtomicBool,
}

impl World {
    fn new() -> Arc<Self> {
        let fates = (0..VALUES).map(|_| Fate::default()).collect();
        Arc::new(Self { made: AtomicUsize::new(0), fates, panicked: AtomicBool::new(false) })
    }

    /// Each value was dropped once; each that was sent was received, unless its channel died with
    /// it.
    fn check(&self) {
        let made = self.made.load(SeqCst);
        let panicked = self.panicked.load(SeqCst);
        for (id, fate) in self.fates.iter().enumerate() {
            let [dropped, sent, received, returned] =
                [&fate.dropped, &fate.sent, &fate.received, &fate.returned].map(|n| n.load(SeqCst));
            let fate = format!(
                "value {id} of {made}: sent {sent}, received {received}, returned {returned}, \
                 dropped {dropped}; a destructor panicked: {panicked}"
            );
            assert_eq!(dropped, u8::from(id < made), "{fate}");
            assert!(received + returned <= 1 && sent + returned <= 1, "{fate}");
            assert!(received >= sent || panicked, "{fate}");
        }
    }
}

/// What a value does when it is dropped.
enum Spite {
    None,
    Send(Target),
    Receive(Receiver<Value>),
    Close(Target),
    /// Handles go, perhaps the last ones.
    Handles(#[allow(unused)] Target, #[allow(unused)] Receiver<Value>),
    Panic,
}

struct Value {
    id: usize,
    depth: u8,
    /// On the heap, so that a sanitizer sees a second drop, and a leak.
    check: Box<usize>,
    spite: Spite,
    world: Arc<World>,
}

impl Value {
    fn new(world: &Arc<World>, depth: u8, spite: Spite) -> Option<Self> {
        let next = |made| (made < VALUES).then_some(made + 1);
        let id = world.made.fetch_update(SeqCst, SeqCst, next).ok()?;
        Some(Self { id, depth, check: Box::new(id), spite, world: world.clone() })
    }

    fn fate(&self) -> &Fate {
        assert_eq!(*self.check, self.id, "the value is not what it was");
        &self.world.fates[self.id]
    }

    /// Notes that the value came out of a channel, and drops it.
    fn received(self) {
        self.fate().received.fetch_add(1, SeqCst);
    }

    /// Notes that a send refused the value, and drops it.
    fn returned(self) {
        self.fate().returned.fetch_add(1, SeqCst);
    }
}

impl Drop for Value {
    fn drop(&mut self) {
        self.fate().dropped.fetch_add(1, SeqCst);
        match &self.spite {
            Spite::Send(tx) if self.depth < DEPTH => {
                if let Some(value) = Value::new(&self.world, self.depth + 1, Spite::None) {
                    tx.send_by(value, |tx, value| tx.try_send(value).map_err(|e| e.into_inner()));
                }
            }
            Spite::None | Spite::Handles(..) | Spite::Send(_) => {}
            Spite::Receive(rx) => {
                if let Ok(value) = rx.try_recv() {
                    value.received();
                }
            }
            Spite::Close(tx) => {
                tx.handle.close_ok();
            }
            // Two panics at once end the process, as everywhere.
            Spite::Panic if !thread::panicking() => {
                self.world.panicked.store(true, SeqCst);
                resume_unwind(Box::new(Spiteful));
            }
            Spite::Panic => {}
        }
    }
}

/// Where values are sent.
#[derive(Clone)]
struct Target {
    handle: Sender<Value>,
    /// Whether the program's end drains the channel, so that what is sent is received.
    kept: bool,
}

impl Target {
    fn note_sent(&self, world: &World, id: usize) {
        if self.kept {
            world.fates[id].sent.fetch_add(1, SeqCst);
        }
    }

    /// Sends by `send`, which gives back the value if it refuses it.
    fn send_by(&self, value: Value, send: impl FnOnce(&Sender<Value>, Value) -> Result<(), Value>) {
        let (world, id) = (value.world.clone(), value.id);
        match send(&self.handle, value) {
            Ok(()) => self.note_sent(&world, id),
            Err(back) => {
                assert_eq!(back.id, id, "another value was handed back");
                back.returned();
            }
        }
    }
}

/// What the destructors panic with.
struct Spiteful;

/// Runs `f`, which may end in a destructor's panic, or because the channel is closed.
fn survive(f: impl FnOnce()) {
    if let Err(panic) = catch_unwind(AssertUnwindSafe(f)) {
        let closed = |text: &str| text.contains("closed channel");
        let known = panic.is::<Spiteful>()
            || panic.downcast_ref::<&str>().is_some_and(|text| closed(text))
            || panic.downcast_ref::<String>().is_some_and(|text| closed(text));
        if !known {
            resume_unwind(panic);
        }
    }
}

/// One thread of a program.
struct Actor {
    rng: Rng,
    world: Arc<World>,
    /// The channels that the program keeps to its end come first.
    senders: Vec<Target>,
    receivers: Vec<Receiver<Value>>,
    kept: (Vec<Target>, Vec<Receiver<Value>>),
    panics: bool,
}

impl Actor {
    fn micros(&mut self) -> Duration {
        Duration::from_micros(self.rng.below(60) as u64)
    }

    fn sender(&mut self) -> Target {
        self.rng.pick(&self.senders)
    }

    fn receiver(&mut self) -> Receiver<Value> {
        self.rng.pick(&self.receivers)
    }

    /// A value, most of the time a harmless one. It refers to kept channels only: in the buffer of
    /// its own channel it would keep that alive for ever.
    fn value(&mut self) -> Option<Value> {
        let (senders, receivers) = &self.kept;
        let spite = match self.rng.below(20) {
            0 => Spite::Send(self.rng.pick(senders)),
            1 => Spite::Receive(self.rng.pick(receivers)),
            2 if self.rng.below(8) == 0 => Spite::Close(self.rng.pick(senders)),
            3 => Spite::Handles(self.rng.pick(senders), self.rng.pick(receivers)),
            4 if self.panics => Spite::Panic,
            _ => Spite::None,
        };
        Value::new(&self.world, 0, spite)
    }

    fn step(&mut self) {
        if self.senders.is_empty() || self.receivers.is_empty() {
            return;
        }
        match self.rng.below(32) {
            0..=9 => self.send(),
            10..=20 => self.receive(),
            21..=27 => self.select(),
            28 => self.senders.push(self.rng.pick(&self.senders)),
            29 => self.receivers.push(self.rng.pick(&self.receivers)),
            30 => drop(self.senders.swap_remove(self.rng.below(self.senders.len()))),
            _ if self.rng.below(4) > 0 => {
                drop(self.receivers.swap_remove(self.rng.below(self.receivers.len())))
            }
            _ => _ = self.sender().handle.close_ok(),
        }
    }

    fn send(&mut self) {
        let (tx, time) = (self.sender(), self.micros());
        let Some(value) = self.value() else { return };
        let kind = self.rng.below(4);
        tx.send_by(value, |tx, value| match kind {
            0 => tx.try_send(value).map_err(|error| error.into_inner()),
            1 => tx.send_timeout(value, time).map_err(|error| error.into_inner()),
            // A send without a time limit, only where no receiver has to come.
            2 if tx.cap().is_none() => tx.send_ok(value).map_err(|error| error.0),
            3 if tx.cap().is_none() => {
                tx.send(value);
                Ok(())
            }
            _ => {
                let deadline = Instant::now() + time;
                tx.send_deadline(value, deadline).map_err(|error| error.into_inner())
            }
        });
    }

    fn receive(&mut self) {
        let (rx, time) = (self.receiver(), self.micros());
        let note = |value: Option<Value>| value.into_iter().for_each(Value::received);
        match self.rng.below(6) {
            0 => note(rx.try_recv().ok()),
            1 => note(rx.recv_deadline(Instant::now() + time).ok()),
            2 => rx.try_iter().take(3).for_each(Value::received),
            3 if rx.is_closed() => {
                let mut values = Vec::new();
                rx.recv_many(&mut values, 4);
                values.into_iter().for_each(Value::received);
            }
            4 if rx.is_closed() => rx.iter().for_each(Value::received),
            5 if rx.is_closed() => note(rx.recv_ok()),
            _ => note(rx.recv_timeout(time).ok()),
        }
    }

    fn select(&mut self) {
        let (a, b, tx, time) = (self.receiver(), self.receiver(), self.sender(), self.micros());
        let note = |value: Option<Value>| value.into_iter().for_each(Value::received);
        let Some(value) = self.value() else { return };
        let (world, id, c) = (self.world.clone(), value.id, &tx.handle);
        let sent = |sent: Result<(), SendError<Value>>| match sent {
            Ok(()) => tx.note_sent(&world, id),
            Err(SendError(back)) => back.returned(),
        };
        match self.rng.below(4) {
            0 => select! {
                recv_ok(a) -> value => note(value),
                recv_ok(b) -> value => note(value),
                send_ok(c, value) -> result => sent(result),
                default(time) => {},
            },
            1 => {
                let mut slot = Some(value);
                select! {
                    recv_ok(a) -> value => note(value),
                    send_from(c, &mut slot) => sent(Ok(())),
                    default => {},
                }
            }
            2 => select! {
                send(c, value) => sent(Ok(())),
                recv_ok(a) -> value => note(value),
                default(time) => {},
            },
            _ => {
                let mut cases = Select::new();
                cases.recv_ok(&a, note).recv_ok(&b, note).recv_ok(&a, note).send_ok(c, value, sent);
                // The select that is kept can wait again.
                if let Err(cases) = cases.wait_timeout(time) {
                    let _ = cases.try_wait();
                }
            }
        }
    }
}

/// Closes a channel and empties it, also if the values panic.
fn drain(tx: &Target, rx: &Receiver<Value>) {
    tx.handle.close_ok();
    let mut left = true;
    while left {
        survive(|| match rx.try_recv() {
            Ok(value) => value.received(),
            Err(_) => left = false,
        });
    }
}

/// One program: what it does follows from `rng`, what comes of it also from the scheduler.
fn program(rng: &mut Rng) {
    let world = World::new();
    let open = |rng: &mut Rng, kept| {
        let (handle, rx) = match rng.below(6) {
            0 | 1 => bounded(0),
            2 => unbounded(),
            _ => bounded(1 + rng.below(4)),
        };
        (Target { handle, kept }, rx)
    };
    let kept: (Vec<_>, Vec<_>) = (0..1 + rng.below(2)).map(|_| open(rng, true)).unzip();
    // These close when the threads have dropped their handles.
    let mortal: (Vec<_>, Vec<_>) = (0..rng.below(3)).map(|_| open(rng, false)).unzip();
    let (steps, panics) = (20 + rng.below(60), rng.below(2) == 0);
    let actors: Vec<_> = (0..2 + rng.below(5))
        .map(|_| Actor {
            rng: Rng(rng.next()),
            world: world.clone(),
            senders: [&kept.0[..], &mortal.0[..]].concat(),
            receivers: [&kept.1[..], &mortal.1[..]].concat(),
            kept: kept.clone(),
            panics,
        })
        .collect();
    drop(mortal);
    thread::scope(|s| {
        for mut actor in actors {
            s.spawn(move || {
                (0..steps).for_each(|_| survive(|| actor.step()));
                survive(|| drop(actor));
            });
        }
    });
    kept.0.iter().zip(&kept.1).for_each(|(tx, rx)| drain(tx, rx));
    survive(|| drop(kept));
    world.check();
}

#[test]
fn random_programs_account_for_each_hostile_value() {
    let number = |name| std::env::var(name).ok().map(|n| n.parse().expect("a number"));
    let from_time = || SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos() as u64;
    let seed: u64 = number("GOCHAN_SEED").unwrap_or_else(from_time);
    let seconds = number("GOCHAN_SECONDS").unwrap_or(5);
    // What a test prints is lost when the watchdog aborts the process; this is not.
    let line = format!("programs: GOCHAN_SEED={seed}\n");
    std::io::stderr().write_all(line.as_bytes()).unwrap();
    let (start, mut rng) = (Instant::now(), Rng(seed));
    while start.elapsed() < Duration::from_secs(seconds) {
        let _dog = watchdog(30);
        program(&mut rng);
    }
}
