//! Capacity, layout and ownership: how many values fit, of what types, and that each is dropped
//! once.
#![cfg(not(any(loom, shuttle)))]

mod common;

use std::{
    collections::VecDeque,
    env,
    fmt::Debug,
    num::{NonZeroU32, NonZeroU8},
    panic::{catch_unwind, AssertUnwindSafe},
    ptr,
    sync::{
        atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed},
        Arc, Barrier,
    },
    thread,
    time::Duration,
};

use common::{wait_until, watchdog};
use gochan::{
    __private::blocked, bounded, make, select, unbounded, Chan, Receiver, Select, Sender,
    TryRecvError, TrySendError,
};

const CAPACITIES: [Option<usize>; 4] = [Some(0), Some(1), Some(8), None];
const BUFFERED: [Option<usize>; 3] = [Some(1), Some(8), None];

fn open<T>(cap: Option<usize>) -> (Sender<T>, Receiver<T>) {
    cap.map_or_else(unbounded, bounded)
}

// How many values fit.

/// Fills and drains a channel twice, looking at its state at every step.
fn check_exact(cap: usize) {
    let (tx, rx) = bounded(cap);
    for lap in 0..2 {
        for len in 0..cap {
            assert_eq!((tx.len(), tx.is_full()), (len, false), "lap {lap}, capacity {cap}");
            assert_eq!(tx.try_send(len), Ok(()), "lap {lap}, capacity {cap}");
        }
        assert_eq!((tx.len(), tx.cap(), tx.is_full()), (cap, Some(cap), true));
        assert_eq!(tx.try_send(cap), Err(TrySendError::Full(cap)));
        for value in 0..cap {
            assert_eq!(rx.try_recv(), Ok(value), "lap {lap}, capacity {cap}");
            assert_eq!((rx.len(), rx.is_full()), (cap - value - 1, false));
        }
        assert_eq!((rx.try_recv(), rx.is_empty()), (Err(TryRecvError::Empty), true));
    }
}

#[test]
fn exactly_as_many_values_fit_as_the_capacity_says() {
    (0..=100).for_each(check_exact);
}

#[test]
fn capacities_around_powers_of_two_are_not_rounded() {
    for power in 7..=14 {
        let cap = 1 << power;
        [cap - 1, cap, cap + 1].into_iter().for_each(check_exact);
    }
}

#[test]
fn exactly_as_many_blocking_sends_complete_as_the_capacity_says() {
    let _dog = watchdog(30);
    for cap in [0, 1, 2, 3, 7, 8, 9, 31, 33] {
        let (tx, rx) = bounded(cap);
        let done = AtomicUsize::new(0);
        thread::scope(|scope| {
            scope.spawn(|| {
                while tx.send_ok(()).is_ok() {
                    done.fetch_add(1, Relaxed);
                }
            });
            for taken in 0..3 {
                wait_until(|| blocked(&tx).senders == 1 && done.load(Relaxed) == cap + taken);
                assert_eq!(rx.len(), cap);
                assert_eq!(rx.recv_ok(), Some(()));
            }
            tx.close();
        });
    }
}

#[test]
fn many_laps_around_the_buffer_keep_order_and_count() {
    for cap in [1, 2, 3, 5, 7, 8, 16, 33] {
        let (tx, rx) = bounded(cap);
        let mut model = VecDeque::new();
        for step in 0..5000 {
            // Bursts of changing length let the buffer be empty, full and in between at every
            // index.
            for value in 0..(step * 7) % (cap + 2) {
                match tx.try_send((step, value)) {
                    Ok(()) => model.push_back((step, value)),
                    Err(error) => assert!(error.is_full() && model.len() == cap),
                }
            }
            assert_eq!(rx.len(), model.len());
            for _ in 0..(step * 5) % (cap + 2) {
                assert_eq!(rx.try_recv().ok(), model.pop_front());
            }
        }
        assert!(rx.try_iter().eq(model));
    }
}

#[test]
fn an_unbounded_channel_takes_many_values_and_keeps_their_order() {
    let (tx, rx) = unbounded();
    for round in 0..3 {
        (0..20_000).for_each(|v| tx.send(v));
        assert_eq!((tx.len(), tx.cap(), tx.is_full()), (20_000, None, false), "round {round}");
        assert!(rx.try_iter().eq(0..20_000));
    }
}

#[test]
fn len_never_exceeds_the_capacity_while_threads_are_at_it() {
    let _dog = watchdog(60);
    for cap in [0, 1, 3, 8] {
        let (tx, rx) = bounded(cap);
        let done = AtomicBool::new(false);
        thread::scope(|scope| {
            let senders: Vec<_> =
                (0..2).map(|_| scope.spawn(|| (0..2000).for_each(|_| tx.send(())))).collect();
            scope.spawn(|| assert_eq!(rx.iter().count(), 4000));
            scope.spawn(|| {
                while !done.load(Relaxed) {
                    assert!(rx.len() <= cap && tx.len() <= cap);
                    thread::yield_now();
                }
            });
            senders.into_iter().for_each(|sender| sender.join().unwrap());
            tx.close();
            done.store(true, Relaxed);
        });
    }
}

// Capacities that cannot be.

fn overflows<T>(cap: usize) -> bool {
    let panic = catch_unwind(|| drop(make::<T>(cap))).expect_err("there is no such memory");
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref().cloned()).unwrap().contains("capacity overflow")
}

/// An attempt to allocate would abort the process, or end it for want of memory.
#[test]
fn a_capacity_beyond_the_address_space_panics_before_any_allocation() {
    let bytes = isize::MAX as usize;
    assert!(overflows::<u8>(usize::MAX) && overflows::<u8>(bytes + 1));
    assert!(overflows::<u64>(usize::MAX) && overflows::<u64>(bytes / 8 + 1));
    // The product wraps around to a small number.
    assert!(overflows::<u64>(usize::MAX / 8 + 2) && overflows::<[u8; 256]>(usize::MAX / 256 + 2));
    assert!(overflows::<[u64; 1 << 20]>(bytes / (8 << 20) + 1));
}

/// Values without a size need no memory, so there is room for as many as can be counted.
#[test]
fn any_capacity_will_do_for_values_without_a_size() {
    for cap in [1, 3, 1 << 20, isize::MAX as usize, usize::MAX] {
        let chan = make::<()>(cap);
        let count = cap.min(1000);
        (0..count).for_each(|_| chan.send(()));
        assert_eq!((chan.len(), chan.cap(), chan.is_full()), (count, Some(cap), count == cap));
        assert_eq!(chan.try_send(()).is_err(), count == cap);
        chan.close();
        assert_eq!(chan.into_iter().count(), count + usize::from(count < cap));
    }
}

#[test]
fn zero_sized_values_are_counted_and_dropped() {
    static DROPS: AtomicUsize = AtomicUsize::new(0);
    struct Empty;
    impl Drop for Empty {
        fn drop(&mut self) {
            DROPS.fetch_add(1, Relaxed);
        }
    }
    for cap in [Some(1000), None] {
        let (tx, rx) = open(cap);
        (0..1000).for_each(|_| tx.send(Empty));
        assert_eq!((tx.len(), DROPS.swap(0, Relaxed)), (1000, 0));
        rx.try_iter().take(300).for_each(drop);
        assert_eq!((rx.len(), DROPS.load(Relaxed)), (700, 300));
        drop((tx, rx));
        assert_eq!(DROPS.swap(0, Relaxed), 1000);
    }
}

// Values of every shape.

/// Sends the values through channels of every capacity, more than once around the buffer.
fn round_trip<T: Clone + Debug + PartialEq + Send>(values: &[T]) {
    let _dog = watchdog(30);
    let count = 20 * values.len();
    let values = values.iter().cycle().take(count).cloned().collect::<Vec<_>>();
    for cap in CAPACITIES {
        let (tx, rx) = open(cap);
        let sent = values.clone();
        thread::scope(|scope| {
            scope.spawn(move || sent.into_iter().for_each(|v| tx.send(v)));
            assert_eq!(rx.into_iter().collect::<Vec<_>>(), values, "capacity {cap:?}");
        });
    }
}

#[test]
fn values_of_types_with_forbidden_bit_patterns_arrive_unchanged() {
    round_trip(&[&1, &2, &3]);
    round_trip(&[Some(&1), None]);
    round_trip(&[NonZeroU32::MIN, NonZeroU32::MAX]);
    round_trip(&[None, NonZeroU8::new(255)]);
    round_trip(&[Box::new(1), Box::new(2)]);
    round_trip(&[Some(Box::new(1)), None, Some(Box::new(2))]);
    round_trip(&[true, false]);
    round_trip(&[Some(Some(true)), Some(None), None]);
    round_trip(&['a', char::MAX]);
    round_trip(&[String::new(), String::from("text")]);
}

#[test]
fn values_of_every_size_arrive_unchanged() {
    round_trip(&[(), ()]);
    round_trip(&[0, u8::MAX]);
    round_trip(&[[1u8; 3], [2; 3]]);
    round_trip(&[0, u64::MAX]);
    round_trip(&[0, u128::MAX]);
    round_trip(&[[1u64; 33], [2; 33]]);
}

/// Functions, trait objects and channels are values as good as any.
#[test]
fn values_that_are_code_or_channels_arrive_and_work() {
    let (tx, rx) = bounded::<Box<dyn Fn(i32) -> i32 + Send>>(1);
    tx.send(Box::new(|x| x + 1));
    assert_eq!(rx.recv_ok().unwrap()(1), 2);

    let (tx, rx) = bounded(1);
    let inner = make(1);
    tx.send(inner.clone());
    rx.recv().send(5);
    assert_eq!(inner.recv(), 5);
}

/// The value is looked at where the channel put it: on receipt, and in the buffer as it is dropped.
macro_rules! check_alignment {
    ($align:literal) => {{
        #[repr(align($align))]
        #[derive(Default)]
        struct Aligned(u8);
        impl Aligned {
            fn check(&self) {
                assert_eq!(ptr::from_ref(self) as usize % $align, 0);
            }
        }
        impl Drop for Aligned {
            fn drop(&mut self) {
                self.check();
            }
        }
        for cap in CAPACITIES {
            let (tx, rx) = open(cap);
            thread::scope(|scope| {
                scope.spawn(|| (0..20).for_each(|i| tx.send(Aligned(i))));
                for i in 0..20 {
                    let value = rx.recv();
                    value.check();
                    assert_eq!(value.0, i);
                }
            });
            (0..cap.unwrap_or(40)).for_each(|_| tx.send(Aligned(0)));
            drop(rx);
        }
    }};
}

#[test]
fn values_with_large_alignment_are_aligned() {
    let _dog = watchdog(30);
    check_alignment!(64);
    check_alignment!(4096);
}

/// Room for sixteen of the large values below. Code that is not optimised copies a value on its way
/// into and out of every function, and gets what std gives a thread.
const SMALL_STACK: usize = if cfg!(debug_assertions) { 2 << 20 } else { 512 << 10 };

fn on_a_small_stack(code: impl FnOnce() + Send + 'static) -> thread::JoinHandle<()> {
    thread::Builder::new().stack_size(SMALL_STACK).spawn(code).unwrap()
}

/// Runs the code of the test with this name in a process of its own, which is all that a stack
/// overflow ends.
fn alone(test: &str, code: impl FnOnce()) {
    const CHILD: &str = "GOCHAN_TEST_RUNS_ALONE";
    if env::var_os(CHILD).is_some() {
        return code();
    }
    let mut child = common::command(&[], env::current_exe().unwrap());
    let output = child.args(["--exact", "--nocapture", test]).env(CHILD, "").output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn large_values_need_little_stack() {
    type Large = [u8; 32768];
    let _dog = watchdog(30);
    alone("large_values_need_little_stack", || {
        for cap in [Some(0), Some(1), None] {
            let (tx, rx) = open::<Large>(cap);
            let sender = on_a_small_stack(move || (1..=5).for_each(|i| tx.send([i; 32768])));
            let receiver = on_a_small_stack(move || {
                for i in 1..=5 {
                    let value = rx.recv_ok().unwrap();
                    assert!(value[0] == i && value[32767] == i);
                }
            });
            sender.join().unwrap();
            receiver.join().unwrap();
        }
    });
}

/// Not one of the values would fit on the stack, and there is none.
#[test]
fn an_empty_channel_of_huge_values_needs_little_stack() {
    type Huge = [u8; SMALL_STACK];
    alone("an_empty_channel_of_huge_values_needs_little_stack", || {
        for open in [|| bounded::<Huge>(0), || bounded(4), unbounded] {
            let thread = on_a_small_stack(move || {
                let (tx, rx) = open();
                assert!(tx.is_empty());
                tx.close();
                drop(rx);
            });
            thread.join().unwrap();
        }
    });
}

#[test]
fn boxed_values_are_not_copied() {
    let _dog = watchdog(30);
    for cap in CAPACITIES {
        let (tx, rx) = open::<Box<[u8]>>(cap);
        let value = vec![7; 1 << 20].into_boxed_slice();
        let address = value.as_ptr() as usize;
        let sender = on_a_small_stack(move || tx.send(value));
        let value = rx.recv_ok().unwrap();
        assert_eq!(value.as_ptr() as usize, address);
        sender.join().unwrap();
    }
}

// Every value is dropped exactly once.

/// How often each value was dropped.
#[derive(Clone)]
struct Ledger(Arc<Vec<AtomicUsize>>);

struct Value(Ledger, usize);

impl Drop for Value {
    fn drop(&mut self) {
        self.0 .0[self.1].fetch_add(1, Relaxed);
    }
}

impl Ledger {
    fn new(count: usize) -> Self {
        Self(Arc::new((0..count).map(|_| AtomicUsize::new(0)).collect()))
    }

    fn value(&self, id: usize) -> Value {
        Value(self.clone(), id)
    }

    fn drops(&self) -> Vec<usize> {
        self.0.iter().map(|drops| drops.load(Relaxed)).collect()
    }
}

/// One way for a channel to die with values in it.
type Death = fn(Sender<Value>, Receiver<Value>);

const DEATHS: [(&str, Death); 12] = [
    ("sender first", |tx, rx| {
        drop(tx);
        drop(rx);
    }),
    ("receiver first", |tx, rx| {
        drop(rx);
        drop(tx);
    }),
    ("closed, then sender first", |tx, rx| {
        tx.close();
        drop(tx);
        drop(rx);
    }),
    ("closed, then receiver first", |tx, rx| {
        tx.close();
        drop(rx);
        drop(tx);
    }),
    ("some received", |tx, rx| {
        rx.try_iter().take(3).for_each(drop);
        drop((tx, rx));
    }),
    ("closed and some received", |tx, rx| {
        tx.close();
        rx.iter().take(3).for_each(drop);
        drop((tx, rx));
    }),
    ("closed and drained", |tx, rx| {
        drop(tx);
        rx.into_iter().for_each(drop);
    }),
    ("an owned iterator", |tx, rx| {
        let mut iter = rx.into_iter();
        drop((iter.next(), iter.next()));
        drop(iter);
        drop(tx);
    }),
    ("recv_many of some", |tx, rx| {
        let mut values = Vec::new();
        rx.recv_many(&mut values, 4);
        drop((rx, tx, values));
    }),
    ("an unwinding thread", |tx, rx| {
        let panic = catch_unwind(AssertUnwindSafe(move || {
            let _channel = (tx, rx);
            panic!("unwinds over the channel");
        }));
        assert!(panic.is_err());
    }),
    ("both sides at the same time", |tx, rx| {
        let start = Barrier::new(2);
        thread::scope(|scope| {
            scope.spawn(|| {
                start.wait();
                drop(tx);
            });
            start.wait();
            drop(rx);
        });
    }),
    ("many receivers at the same time", |tx, rx| {
        let start = Barrier::new(3);
        thread::scope(|scope| {
            for rx in [rx.clone(), rx.clone(), rx] {
                let start = &start;
                scope.spawn(move || {
                    start.wait();
                    drop(rx.try_recv());
                    drop(rx);
                });
            }
        });
        drop(tx);
    }),
];

#[test]
fn every_value_is_dropped_once_whichever_way_the_channel_dies() {
    let _dog = watchdog(60);
    for (name, death) in DEATHS {
        for (cap, count) in [(Some(5), 5), (Some(8), 5), (None, 5), (None, 100)] {
            // The values begin anywhere in the buffer, so that some of them lie across its end.
            for offset in [0, 3, 31, 32] {
                let ledger = Ledger::new(offset + count);
                let (tx, rx) = open(cap);
                for id in 0..offset {
                    tx.send(ledger.value(id));
                    drop(rx.recv_ok());
                }
                (offset..offset + count).for_each(|id| tx.send(ledger.value(id)));
                death(tx, rx);
                assert_eq!(ledger.drops(), vec![1; offset + count], "{name}, capacity {cap:?}");
            }
        }
    }
}

#[test]
fn a_chan_that_dies_alone_drops_its_values_once() {
    for cap in [1, 5, 8] {
        let ledger = Ledger::new(cap);
        let chan = make(cap);
        (0..cap).for_each(|id| chan.send(ledger.value(id)));
        assert_eq!(ledger.drops(), vec![0; cap]);
        drop(chan);
        assert_eq!(ledger.drops(), vec![1; cap]);
    }
}

/// A send that fails hands its value back, and nothing else drops it.
#[test]
fn a_refused_value_belongs_to_the_caller() {
    let _dog = watchdog(30);
    let refuse: [fn(&Sender<Value>, Value) -> Value; 6] = [
        |tx, v| tx.try_send(v).unwrap_err().into_inner(),
        |tx, v| tx.send_timeout(v, Duration::from_millis(1)).unwrap_err().into_inner(),
        |tx, v| tx.send_timeout(v, Duration::ZERO).unwrap_err().into_inner(),
        |tx, v| {
            let mut slot = Some(v);
            select! {
                send_from(tx, &mut slot) => unreachable!(),
                default => (),
            }
            slot.unwrap()
        },
        |tx, v| {
            let mut slot = Some(v);
            let mut select = Select::new();
            select.send_from(tx, &mut slot, || unreachable!());
            assert!(select.wait_timeout(Duration::from_millis(1)).is_err());
            slot.unwrap()
        },
        |tx, v| {
            tx.close();
            tx.send_ok(v).unwrap_err().into_inner()
        },
    ];
    for refuse in refuse {
        for cap in [0, 1, 8] {
            let ledger = Ledger::new(cap + 1);
            let (tx, rx) = bounded(cap);
            (0..cap).for_each(|id| tx.send(ledger.value(id)));
            let value = refuse(&tx, ledger.value(cap));
            assert_eq!((value.1, ledger.drops()), (cap, vec![0; cap + 1]));
            drop((value, tx, rx));
            assert_eq!(ledger.drops(), vec![1; cap + 1]);
        }
    }
}

/// Closes the channel; the receiver goes last, or is what closes it.
type Close = fn(&Sender<Value>, Receiver<Value>);

/// `send_ok` moves the value back out of a select or a sleep that the close ends.
#[test]
fn the_values_of_blocked_senders_are_dropped_once() {
    let _dog = watchdog(30);
    let close: [Close; 2] = [|tx, _rx| tx.close(), |_tx, rx| drop(rx)];
    for close in close {
        for cap in [0, 1, 8] {
            let ledger = Ledger::new(cap + 3);
            let (tx, rx) = bounded(cap);
            (0..cap).for_each(|id| tx.send(ledger.value(id)));
            thread::scope(|scope| {
                scope.spawn(|| drop(tx.send_ok(ledger.value(cap)).unwrap_err()));
                scope.spawn(|| {
                    let value = ledger.value(cap + 1);
                    catch_unwind(AssertUnwindSafe(|| tx.send(value))).unwrap_err()
                });
                scope.spawn(
                    || select! { send_ok(tx, ledger.value(cap + 2)) -> r => assert!(r.is_err()) },
                );
                wait_until(|| blocked(&tx).senders == 3);
                close(&tx, rx);
            });
            drop(tx);
            assert_eq!(ledger.drops(), vec![1; cap + 3]);
        }
    }
}

#[test]
fn a_value_that_loses_a_select_is_dropped_once_before_the_body_runs() {
    let ledger = Ledger::new(2);
    let (ready, never) = (make(1), Chan::nil());
    select! {
        send(ready, ledger.value(0)) => assert_eq!(ledger.drops(), [0, 1]),
        send(never, ledger.value(1)) => unreachable!(),
    }
    drop(ready);
    assert_eq!(ledger.drops(), [1, 1]);
}

/// Senders are at it, one with the very first value, while the last receiver goes.
#[test]
fn a_send_that_meets_the_end_of_the_channel_loses_no_value() {
    const EACH: usize = 40;
    let _dog = watchdog(120);
    for cap in CAPACITIES {
        for round in 0..100 {
            let ledger = Ledger::new(2 * EACH);
            let (tx, rx) = open(cap);
            let start = Barrier::new(3);
            thread::scope(|scope| {
                for id in 0..2 {
                    let (ledger, start, tx) = (&ledger, &start, tx.clone());
                    scope.spawn(move || {
                        start.wait();
                        for value in id * EACH..(id + 1) * EACH {
                            drop(tx.send_ok(ledger.value(value)));
                        }
                    });
                }
                start.wait();
                rx.iter().take(round % 5).for_each(drop);
                drop(rx);
            });
            assert_eq!(tx.len(), 0);
            assert_eq!(ledger.drops(), vec![1; 2 * EACH], "capacity {cap:?}");
        }
    }
}

#[test]
fn an_empty_channel_of_any_kind_dies_quietly() {
    for cap in BUFFERED {
        drop(open::<Box<u8>>(cap));
        let (tx, rx) = open::<Box<u8>>(cap);
        tx.close();
        assert!(rx.recv_ok().is_none());
    }
    drop(make::<Box<u8>>(0));
    drop(Chan::<Box<u8>>::nil());
}

#[test]
fn a_capacity_that_no_memory_can_hold_panics() {
    // Eight petabytes, or the largest object there can be.
    let bytes = if cfg!(target_pointer_width = "64") { 1 << 53 } else { isize::MAX as usize };
    let made = std::panic::catch_unwind(|| drop(gochan::make::<u64>(bytes / 8)));
    let message = *made.expect_err("no such memory").downcast::<String>().expect("a message");
    assert!(message.contains("capacity overflow"), "{message}");
}
