//! Operations of tasks, polled by hand: what they return, who is woken, what a drop leaves behind.

#![cfg(not(any(loom, shuttle)))]

mod common;

#[path = "tasks/drops.rs"]
mod drops;
#[path = "tasks/dynamic.rs"]
mod dynamic;
#[path = "tasks/fuzz.rs"]
mod fuzz;
#[path = "tasks/groups.rs"]
mod groups;
#[path = "tasks/mixed.rs"]
mod mixed;
#[path = "tasks/select.rs"]
mod select;
#[path = "tasks/sizes.rs"]
mod sizes;
#[cfg(feature = "futures")]
#[path = "tasks/streams.rs"]
mod streams;
#[path = "tasks/wakers.rs"]
mod wakers;

use std::{
    future::Future,
    pin::{pin, Pin},
    sync::{
        atomic::{AtomicUsize, Ordering},
        Arc,
    },
    task::{Context, Poll, Wake, Waker},
    thread::{self, Thread},
};

/// A waker that counts.
#[derive(Default)]
pub struct Count(AtomicUsize);

impl Wake for Count {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

/// Polls a future until it is done, and parks the thread in between.
pub fn block_on<F: Future>(future: F) -> F::Output {
    let (mut future, waker) = (pin!(future), Waker::from(Arc::new(Unpark(thread::current()))));
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return output;
        }
        thread::park();
    }
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// A future that a test polls by hand.
pub struct Poller<F> {
    pub future: Pin<Box<F>>,
    pub woken: Arc<Count>,
}

impl<F: Future> Poller<F> {
    pub fn new(future: F) -> Self {
        Self { future: Box::pin(future), woken: Arc::default() }
    }

    pub fn poll(&mut self) -> Poll<F::Output> {
        let waker = Waker::from(self.woken.clone());
        self.poll_with(&waker)
    }

    pub fn poll_with(&mut self, waker: &Waker) -> Poll<F::Output> {
        self.future.as_mut().poll(&mut Context::from_waker(waker))
    }

    /// Polls a future that has to wait.
    #[track_caller]
    pub fn waits(&mut self) {
        assert!(self.poll().is_pending(), "does not wait");
    }

    /// Polls a future that is done.
    #[track_caller]
    pub fn done(&mut self) -> F::Output {
        match self.poll() {
            Poll::Ready(output) => output,
            Poll::Pending => panic!("waits"),
        }
    }

    /// Returns how often the future was woken since the last call.
    pub fn wakes(&self) -> usize {
        self.woken.0.swap(0, Ordering::SeqCst)
    }

    /// Forgets the future: it is never polled again, nor dropped.
    pub fn forget(self) {
        std::mem::forget(self.future);
    }
}
