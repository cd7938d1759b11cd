//! Tasks at one end of a channel, or at both.

use std::{
    future::Future,
    pin::{pin, Pin},
    task::{Context, Poll, RawWaker, RawWakerVTable, Waker},
    time::Duration,
};

use gochan::{make, select, select_async, unbounded, Chan, TryRecvError};
use loom::{
    sync::{Arc, Condvar, Mutex},
    thread,
};

use crate::run::{check, Value};

/// What a waker wakes: a thread that waits to poll again.
#[derive(Default)]
struct Signal {
    woken: Mutex<bool>,
    changed: Condvar,
}

/// One table for all: `will_wake` compares it.
static TABLE: RawWakerVTable = RawWakerVTable::new(clone, wake, wake_by_ref, drop_waker);

fn clone(data: *const ()) -> RawWaker {
    // SAFETY: `data` is from `Arc::into_raw`, and its count is not 0.
    let signal = unsafe { Arc::from_raw(data.cast::<Signal>()) };
    let another = signal.clone();
    std::mem::forget(signal);
    RawWaker::new(Arc::into_raw(another).cast(), &TABLE)
}

fn wake(data: *const ()) {
    wake_by_ref(data);
    drop_waker(data);
}

fn wake_by_ref(data: *const ()) {
    // SAFETY: as in `clone`.
    let signal = unsafe { &*data.cast::<Signal>() };
    *signal.woken.lock().unwrap() = true;
    signal.changed.notify_one();
}

fn drop_waker(data: *const ()) {
    // SAFETY: as in `clone`; this waker's count.
    drop(unsafe { Arc::from_raw(data.cast::<Signal>()) });
}

/// A task with a waker of its own.
struct Task {
    signal: Arc<Signal>,
    waker: Waker,
}

impl Task {
    fn new() -> Self {
        let signal = Arc::new(Signal::default());
        let data = Arc::into_raw(signal.clone()).cast();
        // SAFETY: the functions of the table keep the count.
        Self { signal, waker: unsafe { Waker::from_raw(RawWaker::new(data, &TABLE)) } }
    }

    fn poll<F: Future>(&self, future: Pin<&mut F>) -> Poll<F::Output> {
        future.poll(&mut Context::from_waker(&self.waker))
    }

    /// Polls until the future is done, and sleeps in between.
    fn run<F: Future>(&self, mut future: Pin<&mut F>) -> F::Output {
        loop {
            if let Poll::Ready(output) = self.poll(future.as_mut()) {
                return output;
            }
            // The task may have woken itself, to wait for a peer that is in the middle of its step.
            thread::yield_now();
            let mut woken = self.signal.woken.lock().unwrap();
            while !*woken {
                woken = self.signal.changed.wait(woken).unwrap();
            }
            *woken = false;
        }
    }
}

fn block_on<F: Future>(future: F) -> F::Output {
    Task::new().run(pin!(future))
}

/// A thread sends, a task receives.
fn received_by_a_task(name: &str, make: impl Fn() -> Chan<Value> + Send + Sync + 'static) {
    check(name, move || {
        let c = make();
        let tx = c.sender();
        let sender = thread::spawn(move || tx.send(Value::new(7)));
        assert_eq!(block_on(c.recv_ok_async()).unwrap().get(), 7);
        sender.join().unwrap();
    });
}

#[test]
fn task_receives_from_ring() {
    received_by_a_task("task_receives_from_ring", || make(1));
}

#[test]
fn task_receives_at_a_rendezvous() {
    received_by_a_task("task_receives_at_a_rendezvous", || make(0));
}

#[test]
fn task_receives_from_list() {
    check("task_receives_from_list", || {
        let (tx, rx) = unbounded();
        let sender = thread::spawn(move || tx.send(Value::new(7)));
        assert_eq!(block_on(rx.recv_ok_async()).unwrap().get(), 7);
        sender.join().unwrap();
    });
}

/// A task sends, a thread receives. In the ring the task waits for room.
fn sent_by_a_task(name: &str, cap: usize) {
    check(name, move || {
        let c = make(cap);
        (0..cap as u32).for_each(|n| c.send(Value::new(n)));
        let rx = c.receiver();
        let receiver = thread::spawn(move || {
            (0..=cap as u32).for_each(|n| assert_eq!(rx.recv_ok().unwrap().get(), n));
        });
        block_on(c.send_async(Value::new(cap as u32)));
        receiver.join().unwrap();
    });
}

#[test]
fn task_sends_to_ring() {
    sent_by_a_task("task_sends_to_ring", 1);
}

#[test]
fn task_sends_at_a_rendezvous() {
    sent_by_a_task("task_sends_at_a_rendezvous", 0);
}

/// Two tasks meet.
#[test]
fn tasks_meet() {
    check("tasks_meet", || {
        let c = make(0);
        let tx = c.sender();
        let sender = thread::spawn(move || block_on(tx.send_async(Value::new(7))));
        assert_eq!(block_on(c.recv_ok_async()).unwrap().get(), 7);
        sender.join().unwrap();
    });
}

/// A receive that is dropped while a value comes: the value is received by another one.
fn dropped_receive(name: &str, cap: usize) {
    check(name, move || {
        let c = make(cap);
        let tx = c.sender();
        let sender = thread::spawn(move || tx.send(Value::new(7)));
        {
            let mut recv = pin!(c.recv_ok_async());
            if let Poll::Ready(value) = Task::new().poll(recv.as_mut()) {
                assert_eq!(value.unwrap().get(), 7);
                sender.join().unwrap();
                return;
            }
        }
        assert_eq!(c.recv_ok().unwrap().get(), 7);
        sender.join().unwrap();
    });
}

#[test]
fn task_drops_its_receive_from_ring() {
    dropped_receive("task_drops_its_receive_from_ring", 1);
}

#[test]
fn task_drops_its_receive_at_a_rendezvous() {
    dropped_receive("task_drops_its_receive_at_a_rendezvous", 0);
}

/// The receive as a case of a select.
#[test]
fn task_drops_its_select() {
    check("task_drops_its_select", || {
        let c = make(0);
        let tx = c.sender();
        let sender = thread::spawn(move || tx.send(Value::new(7)));
        {
            let mut select = pin!(async {
                select_async! { recv_ok(c) -> v => v }
            });
            if let Poll::Ready(value) = Task::new().poll(select.as_mut()) {
                assert_eq!(value.unwrap().get(), 7);
                sender.join().unwrap();
                return;
            }
        }
        assert_eq!(c.recv_ok().unwrap().get(), 7);
        sender.join().unwrap();
    });
}

/// The value of a send that is dropped is with the receiver or in its slot.
#[test]
fn task_drops_its_send() {
    check("task_drops_its_send", || {
        let c = make(0);
        let rx = c.receiver();
        let receiver = thread::spawn(move || rx.try_recv().map(|value: Value| value.get()));
        let mut slot = Some(Value::new(7));
        {
            let mut send = pin!(c.send_from_async(&mut slot));
            let _ = Task::new().poll(send.as_mut());
        }
        match receiver.join().unwrap() {
            Ok(7) => assert!(slot.is_none()),
            Err(TryRecvError::Empty) => assert!(slot.is_some()),
            other => panic!("{other:?}"),
        }
    });
}

/// The first of two tasks is hinted and dropped: the second one gets the value.
fn hint_is_passed_on(name: &str, cap: usize) {
    check(name, move || {
        let c = make(cap);
        let (first, second) = (Task::new(), Task::new());
        let mut waits = pin!(c.recv_ok_async());
        let value = {
            let mut goes = pin!(c.recv_ok_async());
            assert!(first.poll(goes.as_mut()).is_pending());
            assert!(second.poll(waits.as_mut()).is_pending());
            let tx = c.sender();
            thread::spawn(move || tx.send(Value::new(7)))
        };
        assert_eq!(second.run(waits.as_mut()).unwrap().get(), 7);
        value.join().unwrap();
    });
}

#[test]
fn task_passes_its_hint_on_in_ring() {
    hint_is_passed_on("task_passes_its_hint_on_in_ring", 1);
}

#[test]
fn task_passes_its_hint_on_at_a_rendezvous() {
    hint_is_passed_on("task_passes_its_hint_on_at_a_rendezvous", 0);
}

/// A task is polled with another waker while a value comes: the new one is woken.
#[test]
fn task_changes_its_waker() {
    check("task_changes_its_waker", || {
        let c = make(1);
        let (old, new) = (Task::new(), Task::new());
        let mut recv = pin!(c.recv_ok_async());
        assert!(old.poll(recv.as_mut()).is_pending());
        let tx = c.sender();
        let sender = thread::spawn(move || tx.send(Value::new(7)));
        assert_eq!(new.run(recv.as_mut()).unwrap().get(), 7);
        sender.join().unwrap();
    });
}

/// A close wakes two tasks, one of which is dropped.
#[test]
fn task_close() {
    check("task_close", || {
        let c = make::<Value>(1);
        let (first, second) = (Task::new(), Task::new());
        let mut waits = pin!(c.recv_ok_async());
        let closer = {
            let mut goes = pin!(c.recv_ok_async());
            assert!(first.poll(goes.as_mut()).is_pending());
            assert!(second.poll(waits.as_mut()).is_pending());
            let tx = c.sender();
            thread::spawn(move || tx.close())
        };
        assert!(second.run(waits.as_mut()).is_none());
        closer.join().unwrap();
    });
}

/// Two sends at a time hint two tasks: each runs without the other.
#[test]
fn each_send_hints_a_task() {
    check("each_send_hints_a_task", || {
        let (tx, rx) = unbounded();
        let tasks = [Task::new(), Task::new()];
        let [mut one, mut two] = [(); 2].map(|()| Box::pin(rx.recv_ok_async()));
        assert!(tasks[0].poll(one.as_mut()).is_pending());
        assert!(tasks[1].poll(two.as_mut()).is_pending());
        let senders = [1, 2].map(|n| {
            let tx = tx.clone();
            thread::spawn(move || tx.send(Value::new(n)))
        });
        // The first one is never polled again: the second one does not depend on it.
        let value = tasks[1].run(two.as_mut()).unwrap().get();
        senders.into_iter().for_each(|sender| sender.join().unwrap());
        assert_eq!(value + rx.recv_ok().unwrap().get(), 3);
    });
}

/// Two selects in both roles, of a task and of another task or a thread: they meet once.
fn crossed(name: &str, is_task: [bool; 2]) {
    check(name, move || {
        let (a, b) = (make::<Value>(0), make::<Value>(0));
        let (from, to) = (b.receiver(), a.sender());
        let other = thread::spawn(move || match is_task[1] {
            true => block_on(async {
                select_async! {
                    recv_ok(from) -> v => v.unwrap().get(),
                    send(to, Value::new(1)) => 0,
                }
            }),
            false => select! {
                recv_ok(from) -> v => v.unwrap().get(),
                send(to, Value::new(1)) => 0,
            },
        });
        let here = match is_task[0] {
            true => block_on(async {
                select_async! {
                    recv_ok(a) -> v => v.unwrap().get(),
                    send(b, Value::new(2)) => 0,
                }
            }),
            false => select! {
                recv_ok(a) -> v => v.unwrap().get(),
                send(b, Value::new(2)) => 0,
            },
        };
        let there = other.join().unwrap();
        assert!(matches!((here, there), (1, 0) | (0, 2)), "{here} here, {there} there");
    });
}

#[test]
fn selects_of_tasks_meet() {
    crossed("selects_of_tasks_meet", [true, true]);
}

#[test]
fn select_of_a_task_meets_a_thread() {
    crossed("select_of_a_task_meets_a_thread", [true, false]);
}

/// Both cases of a task's select are completed at once: one wins, and the other value stays.
#[test]
fn task_select_of_two() {
    check("task_select_of_two", || {
        let (a, b) = (make::<Value>(1), make::<Value>(1));
        let senders = [&a, &b].map(|c| {
            let tx = c.sender();
            thread::spawn(move || tx.send(Value::new(1)))
        });
        let first = block_on(async {
            select_async! {
                recv_ok(a) -> v => (v.unwrap().get(), true),
                recv_ok(b) -> v => (v.unwrap().get(), false),
            }
        });
        let second = if first.1 { b.recv_ok() } else { a.recv_ok() };
        assert_eq!(first.0 + second.unwrap().get(), 2);
        senders.into_iter().for_each(|sender| sender.join().unwrap());
    });
}

/// A deadline and a value race for a task: the value is received or left.
#[test]
fn task_deadline_or_value() {
    check("task_deadline_or_value", || {
        let c = make::<Value>(1);
        let tx = c.sender();
        let sender = thread::spawn(move || tx.send(Value::new(7)));
        let received = block_on(async {
            select_async! {
                recv_ok(c) -> v => v.unwrap().get() == 7,
                default(Duration::from_secs(1)) => false,
            }
        });
        sender.join().unwrap();
        assert_eq!(c.try_recv().is_err(), received);
    });
}
