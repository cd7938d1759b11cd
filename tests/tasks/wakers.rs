//! Wakers: which one is woken, how often, and what their own code may do.

use std::{
    mem::ManuallyDrop,
    panic::{catch_unwind, AssertUnwindSafe},
    sync::{
        atomic::{AtomicBool, AtomicUsize, Ordering},
        Arc,
    },
    task::{Poll, RawWaker, RawWakerVTable, Wake, Waker},
};

use gochan::{__private::blocked, make, Chan};

use crate::{Count, Poller};

#[test]
fn the_last_waker_is_woken() {
    let c = make(1);
    let mut recv = Poller::new(c.recv_ok_async());
    let (old, new) = (Arc::<Count>::default(), Arc::<Count>::default());
    assert!(recv.poll_with(&Waker::from(old.clone())).is_pending());
    assert!(recv.poll_with(&Waker::from(new.clone())).is_pending());
    assert_eq!(Arc::strong_count(&old), 1, "the old waker is gone");
    c.send(7);
    assert_eq!(old.0.load(Ordering::SeqCst), 0);
    assert_eq!(new.0.load(Ordering::SeqCst), 1);
    assert_eq!(recv.done(), Some(7));
}

#[test]
fn no_waker_is_left_behind() {
    for end in ["value", "close", "drop"] {
        for cap in [0, 1] {
            let c = make(cap);
            let mut recv = Poller::new(c.recv_ok_async());
            recv.waits();
            let woken = recv.woken.clone();
            let mut send = (end == "value").then(|| Poller::new(c.send_ok_async(7)));
            match end {
                "value" => drop(send.as_mut().unwrap().poll()),
                "close" => c.close(),
                _ => {}
            }
            if end != "drop" {
                let _ = recv.done();
            }
            drop(recv);
            assert_eq!(Arc::strong_count(&woken), 1, "{end}, {cap}");
        }
    }
}

#[test]
fn spurious_polls_cost_nothing() {
    let c = make::<u32>(1);
    let mut recv = Poller::new(c.recv_ok_async());
    let waker = Waker::from(recv.woken.clone());
    for _ in 0..10_000 {
        assert!(recv.poll_with(&waker).is_pending());
        assert_eq!(blocked(&c).receivers, 1);
    }
    assert_eq!(Arc::strong_count(&recv.woken), 3, "the test's two and one clone");
    assert_eq!(recv.wakes(), 0);
}

/// A waker whose clone, wake and drop use the channel.
struct Reentrant(Chan<u32>);

impl Reentrant {
    fn act(&self) {
        let _ = self.0.try_send(1);
        let _ = self.0.try_recv();
        let _ = (self.0.len(), self.0.is_closed());
        drop(self.0.clone());
        let mut recv = Poller::new(self.0.recv_ok_async());
        let _ = recv.poll();
    }

    fn waker(c: &Chan<u32>) -> Waker {
        let data = Arc::into_raw(Arc::new(Self(c.clone())));
        // SAFETY: the functions of the table keep the count of the `Arc`.
        unsafe { Waker::from_raw(RawWaker::new(data.cast(), &REENTRANT)) }
    }
}

const REENTRANT: RawWakerVTable = RawWakerVTable::new(
    |data| {
        let this = ManuallyDrop::new(owned(data));
        this.act();
        RawWaker::new(Arc::into_raw(Arc::clone(&this)).cast(), &REENTRANT)
    },
    |data| owned(data).act(),
    |data| ManuallyDrop::new(owned(data)).act(),
    |data| owned(data).act(),
);

/// Returns the `Arc` of a waker of the table above.
fn owned(data: *const ()) -> Arc<Reentrant> {
    // SAFETY: from `Arc::into_raw`, and each waker has a count of its own.
    unsafe { Arc::from_raw(data.cast::<Reentrant>()) }
}

#[test]
fn a_waker_may_use_the_channel() {
    for cap in [0, 1, 3] {
        let c = make(cap);
        for close in [false, true] {
            let mut recv = Poller::new(c.recv_ok_async());
            let mut send = Poller::new(c.send_ok_async(2));
            let _ = recv.poll_with(&Reentrant::waker(&c));
            let _ = send.poll_with(&Reentrant::waker(&c));
            if close {
                let _ = c.close_ok();
            } else {
                let _ = c.try_send(1);
                let _ = c.try_recv();
            }
        }
        assert_eq!((blocked(&c).receivers, blocked(&c).senders), (0, 0));
    }
}

/// A waker that polls its future as it is woken.
struct PollsAtOnce {
    future: std::sync::Mutex<Option<Poller<gochan::future::RecvOk<'static, u32>>>>,
    received: AtomicUsize,
}

impl Wake for PollsAtOnce {
    fn wake(self: Arc<Self>) {
        self.run();
    }
}

impl PollsAtOnce {
    fn run(self: &Arc<Self>) {
        let Ok(mut future) = self.future.try_lock() else { return };
        let waker = Waker::from(self.clone());
        if let Poll::Ready(value) = future.as_mut().unwrap().poll_with(&waker) {
            self.received.store(value.map_or(usize::MAX, |v| v as usize), Ordering::SeqCst);
        }
    }
}

/// A channel that lives for ever. The leak detector knows its name.
#[inline(never)]
fn forgotten_chan(cap: usize) -> &'static Chan<u32> {
    Box::leak(Box::new(make(cap)))
}

#[test]
fn an_executor_may_poll_inside_the_wake() {
    for cap in [0, 1] {
        let c = forgotten_chan(cap);
        let task = Arc::new(PollsAtOnce {
            future: std::sync::Mutex::new(Some(Poller::new(c.recv_ok_async()))),
            received: AtomicUsize::new(0),
        });
        task.run();
        let mut send = Poller::new(c.send_ok_async(7));
        let sent = send.poll();
        assert_eq!(task.received.load(Ordering::SeqCst), 7);
        assert!(sent.is_ready() || send.poll().is_ready());
        task.future.lock().unwrap().take();
    }
}

/// A waker that panics.
struct Panics;

impl Wake for Panics {
    fn wake(self: Arc<Self>) {
        panic!("in the waker");
    }
}

#[test]
fn a_waker_that_panics_holds_up_no_other() {
    for cap in [0, 1] {
        let c = make::<u32>(cap);
        let mut recvs: Vec<_> = (0..40).map(|_| Poller::new(c.recv_ok_async())).collect();
        for (i, recv) in recvs.iter_mut().enumerate() {
            match i {
                2 => assert!(recv.poll_with(&Waker::from(Arc::new(Panics))).is_pending()),
                _ => recv.waits(),
            }
        }
        assert!(catch_unwind(AssertUnwindSafe(|| c.close())).is_err());
        assert_eq!(recvs.iter().map(Poller::wakes).sum::<usize>(), 39);
    }
}

#[test]
fn a_clone_that_panics_leaves_nothing_behind() {
    static ARMED: AtomicBool = AtomicBool::new(false);
    const TABLE: RawWakerVTable = RawWakerVTable::new(
        |data| {
            assert!(!ARMED.swap(false, Ordering::SeqCst), "in the clone");
            RawWaker::new(data, &TABLE)
        },
        |_| {},
        |_| {},
        |_| {},
    );
    // SAFETY: the functions of the table use no data.
    let waker = unsafe { Waker::from_raw(RawWaker::new(std::ptr::null(), &TABLE)) };
    for cap in [0, 1] {
        for first in [true, false] {
            let c = make(cap);
            let mut recv = Poller::new(c.recv_ok_async());
            if !first {
                recv.waits();
            }
            ARMED.store(true, Ordering::SeqCst);
            let polled = catch_unwind(AssertUnwindSafe(|| recv.poll_with(&waker)));
            assert!(polled.is_err());
            assert_eq!(blocked(&c).receivers, 0);
            let mut send = Poller::new(c.send_ok_async(7));
            let _ = send.poll();
            assert_eq!(c.recv(), 7);
        }
    }
}

#[test]
fn an_operation_that_is_always_ready_lets_others_run() {
    let (tx, rx) = gochan::unbounded();
    (0..1000).for_each(|i| tx.send(i));
    let mut in_a_row = 0;
    loop {
        let mut recv = Poller::new(rx.recv_ok_async());
        if recv.poll().is_pending() {
            assert_eq!(recv.wakes(), 1);
            break;
        }
        in_a_row += 1;
        assert!(in_a_row <= 128);
    }
    assert_eq!(rx.len(), 1000 - in_a_row, "a pending receive takes nothing");
}
