//! Small programs for Miri (`.ci/platforms miri`), which runs them as other processors and systems
//! would: each kind of channel, and what its memory is used for. Few values each, since Miri is a
//! thousand times slower.
#![forbid(unsafe_code)]
#![cfg(not(any(loom, shuttle)))]

use std::{
    future::Future,
    pin::pin,
    sync::{
        atomic::{AtomicUsize, Ordering::Relaxed},
        Arc,
    },
    task::{self, Poll, Wake, Waker},
    thread,
    time::{Duration, Instant},
};

use gochan::{
    __private::blocked, after, bounded, make, select, tick, unbounded, Chan, Context, Receiver,
    Select, Sender, Timer, TryRecvError, WaitGroup,
};

const SOON: Duration = Duration::from_millis(1);

/// A channel of each kind.
fn kinds<T>() -> [(Sender<T>, Receiver<T>); 4] {
    [bounded(0), bounded(1), bounded(3), unbounded()]
}

/// Two senders, two receivers, and each value comes once.
fn pass_on<T: Send>(make: fn(usize) -> T, number: fn(&T) -> usize) {
    const EACH: usize = 4;
    for (tx, rx) in kinds::<T>() {
        let seen = [(); 2 * EACH].map(|()| AtomicUsize::new(0));
        let count = |value: T| {
            seen[number(&value)].fetch_add(1, Relaxed);
        };
        thread::scope(|scope| {
            for sender in 0..2 {
                let tx = tx.clone();
                scope.spawn(move || (0..EACH).for_each(|i| tx.send(make(sender * EACH + i))));
            }
            drop(tx);
            scope.spawn(|| rx.iter().for_each(&count));
            rx.iter().for_each(&count);
        });
        assert!(seen.iter().all(|times| times.load(Relaxed) == 1));
    }
}

#[test]
fn numbers() {
    pass_on(|i| i, |i| *i);
}

#[test]
fn values_on_the_heap() {
    pass_on(|i| vec![i; 3], |values| values[2]);
}

#[test]
fn odd_sizes() {
    pass_on(|i| [i as u8; 7], |bytes| usize::from(bytes[6]));
}

#[test]
fn large_values() {
    pass_on(|i| [i; 200], |values| values[199]);
}

#[test]
fn aligned_values() {
    #[repr(align(128))]
    struct Aligned(u16);
    fn number(value: &Aligned) -> usize {
        assert_eq!(std::ptr::from_ref(value) as usize % 128, 0);
        value.0.into()
    }
    pass_on(|i| Aligned(i as u16), number);
}

#[test]
fn values_without_a_size() {
    for (tx, rx) in kinds::<()>() {
        thread::scope(|scope| {
            scope.spawn(move || (0..20).for_each(|_| tx.send(())));
            assert_eq!(rx.iter().count(), 20);
        });
    }
}

/// The list goes on to its next blocks, and uses one again.
#[test]
fn many_values_one_after_the_other() {
    let (tx, rx) = unbounded();
    for i in 0..400_u64 {
        tx.send(Box::new(i));
        tx.send(Box::new(i));
        assert_eq!([*rx.recv(), *rx.recv()], [i, i]);
    }
}

/// A receiver that sleeps in the queue is woken by the send.
#[test]
fn who_sleeps_is_woken() {
    for (tx, rx) in kinds::<Box<u8>>() {
        thread::scope(|scope| {
            let receiver = scope.spawn(|| rx.recv());
            while blocked(&tx).receivers == 0 {
                thread::yield_now();
            }
            thread::sleep(SOON * 10);
            tx.send(Box::new(7));
            assert_eq!(*receiver.join().unwrap(), 7);
        });
    }
}

/// Senders that sleep get their values back.
#[test]
fn a_close_wakes_both_sides() {
    for (tx, rx) in kinds::<Box<u8>>() {
        for _ in 0..tx.cap().unwrap_or(0) {
            tx.send(Box::new(0));
        }
        thread::scope(|scope| {
            let send = || tx.send_ok(Box::new(1)).map_err(|error| *error.into_inner());
            let sender = tx.cap().map(|_| scope.spawn(send));
            while blocked(&tx).senders < usize::from(sender.is_some()) {
                thread::yield_now();
            }
            tx.close();
            if let Some(sender) = sender {
                assert_eq!(sender.join().unwrap(), Err(1));
            }
        });
        assert_eq!(rx.iter().count(), tx.cap().unwrap_or(0));
        assert_eq!(rx.recv_ok(), None);
    }
    let (tx, rx) = bounded::<Box<u8>>(0);
    thread::scope(|scope| {
        let receivers = [(); 2].map(|()| scope.spawn(|| rx.recv_ok()));
        while blocked(&tx).receivers < 2 {
            thread::yield_now();
        }
        drop(tx);
        for receiver in receivers {
            assert_eq!(receiver.join().unwrap(), None);
        }
    });
}

#[test]
fn the_values_left_are_dropped_with_the_last_receiver() {
    let value = Arc::new(());
    for (tx, rx) in kinds() {
        let left = (0..5).filter(|_| tx.try_send(value.clone()).is_ok()).count();
        assert_eq!(Arc::strong_count(&value), 1 + left);
        drop(rx);
        assert_eq!(Arc::strong_count(&value), 1);
        assert!(tx.send_ok(value.clone()).is_err());
    }
    assert_eq!(Arc::strong_count(&value), 1);
}

#[test]
fn a_select_over_both_directions() {
    let (numbers, words, done) = (make::<u32>(0), make::<String>(1), make::<()>(0));
    thread::scope(|scope| {
        scope.spawn(|| {
            let (mut sum, mut length) = (0, 0);
            loop {
                select! {
                    recv(numbers) -> n => sum += n,
                    recv(words) -> word => length += word.len(),
                    recv_ok(done) -> _ => break,
                }
            }
            assert_eq!((sum, length), (6, 6));
        });
        let (mut number, mut word) = (numbers.clone(), words.clone());
        let (mut sent, mut spelt) = (0, 0);
        while sent + spelt < 6 {
            select! {
                send(number, sent + 1) => sent += 1,
                send(word, "ab".to_string()) => spelt += 1,
            }
            if sent == 3 {
                number = Chan::nil();
            }
            if spelt == 3 {
                word = Chan::nil();
            }
        }
        while !words.is_empty() {
            thread::yield_now();
        }
        done.close();
    });
}

/// Two selects that could each complete the other's case.
#[test]
fn selects_meet() {
    let (there, back) = (make::<Box<u8>>(0), make::<Box<u8>>(0));
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                select! {
                    send(there, Box::new(1)) => {},
                    recv(there) -> one => assert_eq!(*one, 1),
                    recv(back) -> _ => unreachable!(),
                }
            });
        }
    });
}

#[test]
fn cases_that_are_chosen_at_run_time() {
    let (tx, rx) = unbounded();
    let idle = make::<String>(0);
    tx.send("word".to_string());
    let mut select = Select::new();
    select.recv(&idle, |_| unreachable!());
    select.recv(&rx, |word| assert_eq!(word, "word"));
    select.wait();
    assert_eq!(rx.try_recv(), Err(TryRecvError::Empty));
}

#[test]
fn timers_fire_and_are_stopped() {
    let start = Instant::now();
    let instant = after(SOON).recv_ok().expect("no close");
    assert!(instant >= start + SOON);
    assert_eq!(tick(SOON).iter().take(2).count(), 2);
    let timer = Timer::new(SOON * 1000);
    assert!(timer.stop());
    assert!(make::<u8>(0).recv_timeout(SOON).is_err_and(|error| error.is_timeout()));
}

#[test]
fn a_group_of_threads_and_a_context() {
    let (context, cancel) = Context::background().with_cancel();
    let (group, ended) = (WaitGroup::new(), Arc::new(AtomicUsize::new(0)));
    for _ in 0..2 {
        let (context, ended) = (context.clone(), ended.clone());
        group.go(move || {
            context.done().recv_ok();
            ended.fetch_add(1, Relaxed);
        });
    }
    cancel.cancel();
    group.wait();
    assert_eq!(ended.load(Relaxed), 2);
}

/// Polls a future until it is done, and parks in between.
fn block_on<F: Future>(future: F) -> F::Output {
    let (mut future, waker) = (pin!(future), Waker::from(Arc::new(Unpark(thread::current()))));
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut task::Context::from_waker(&waker)) {
            return output;
        }
        thread::park();
    }
}

struct Unpark(thread::Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Tasks at both ends, and futures that are dropped while their partner is at work.
#[test]
fn tasks_meet_and_drop() {
    for (tx, rx) in kinds::<Vec<usize>>() {
        let (sent, received) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let count = |value: Vec<usize>| received.fetch_add(value[0], Relaxed);
        thread::scope(|scope| {
            scope.spawn(|| {
                let sends = tx;
                for i in 1..4 {
                    let mut slot = Some(vec![i; 3]);
                    {
                        let waker = Waker::from(Arc::new(Unpark(thread::current())));
                        let mut send = pin!(sends.send_from_async(&mut slot));
                        let _ = send.as_mut().poll(&mut task::Context::from_waker(&waker));
                    }
                    sent.fetch_add(if slot.is_none() { i } else { 0 }, Relaxed);
                    block_on(sends.send_async(vec![i; 3]));
                    sent.fetch_add(i, Relaxed);
                }
            });
            scope.spawn(|| {
                while let Some(value) = block_on(rx.recv_ok_async()) {
                    count(value);
                }
            });
            loop {
                let waker = Waker::from(Arc::new(Unpark(thread::current())));
                let polled = {
                    let mut recv = pin!(rx.recv_ok_async());
                    recv.as_mut().poll(&mut task::Context::from_waker(&waker))
                };
                match polled {
                    Poll::Ready(Some(value)) => {
                        count(value);
                    }
                    Poll::Ready(None) => break,
                    Poll::Pending => thread::yield_now(),
                }
            }
        });
        assert_eq!(sent.load(Relaxed), received.load(Relaxed));
    }
}
