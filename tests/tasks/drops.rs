//! A future that is dropped, forgotten or not polled: no value is lost, and no other waiter waits
//! for it.

use std::thread;

use gochan::{__private::blocked, bounded, make, unbounded, Chan, SendError, TryRecvError};

use crate::Poller;

/// A channel of each kind that can hold one value.
fn buffered() -> Vec<Chan<u32>> {
    vec![make(1), make(4)]
}

#[test]
fn a_receive_that_is_dropped_has_received_nothing() {
    for c in buffered() {
        for _ in 0..100 {
            let mut recv = Poller::new(c.recv_ok_async());
            recv.waits();
            c.send(1);
            assert_eq!(recv.wakes(), 1);
            drop(recv);
            assert_eq!(c.try_recv(), Ok(1));
        }
    }
    let (tx, rx) = unbounded();
    for _ in 0..100 {
        let mut recv = Poller::new(rx.recv_ok_async());
        recv.waits();
        tx.send(1);
        drop(recv);
        assert_eq!(rx.try_recv(), Ok(1));
    }
}

#[test]
fn an_unbuffered_send_waits_for_the_poll_of_the_receive() {
    let c = make(0);
    let mut recv = Poller::new(c.recv_ok_async());
    recv.waits();
    assert!(c.try_send(1).is_err(), "a task that waits is no partner yet");
    let mut send = Poller::new(c.send_ok_async(1));
    send.waits();
    assert_eq!((recv.wakes(), send.wakes()), (1, 0));
    drop(recv);
    send.waits();
    let mut recv = Poller::new(c.recv_ok_async());
    assert_eq!(recv.done(), Some(1));
    assert_eq!(send.wakes(), 1);
    assert_eq!(send.done(), Ok(()));
}

#[test]
fn the_last_receiver_gives_the_value_back() {
    let (tx, rx) = bounded(0);
    let mut recv = Poller::new(rx.recv_ok_async());
    recv.waits();
    let mut send = Poller::new(tx.send_ok_async(1));
    send.waits();
    drop(recv);
    drop(rx);
    assert_eq!(send.wakes(), 1);
    assert_eq!(send.done(), Err(SendError(1)));
}

#[test]
fn a_hint_is_passed_on_by_the_task_that_is_dropped() {
    for c in buffered() {
        let [mut one, mut two] = [(), ()].map(|()| Poller::new(c.recv_ok_async()));
        one.waits();
        two.waits();
        c.send(7);
        assert_eq!((one.wakes(), two.wakes()), (1, 0));
        drop(one);
        assert_eq!(two.wakes(), 1);
        assert_eq!(two.done(), Some(7));
    }
    let c = make(0);
    let [mut one, mut two] = [(), ()].map(|()| Poller::new(c.recv_ok_async()));
    one.waits();
    two.waits();
    let mut send = Poller::new(c.send_ok_async(7));
    send.waits();
    assert_eq!((one.wakes(), two.wakes()), (1, 0));
    drop(one);
    assert_eq!(two.wakes(), 1);
    assert_eq!(two.done(), Some(7));
    assert_eq!(send.done(), Ok(()));
}

#[test]
fn two_sends_hint_two_tasks() {
    let (tx, rx) = unbounded();
    let mut all: Vec<_> = (0..3).map(|_| Poller::new(rx.recv_ok_async())).collect();
    all.iter_mut().for_each(Poller::waits);
    tx.send(1);
    tx.send(2);
    assert_eq!(all.iter().map(Poller::wakes).collect::<Vec<_>>(), [1, 1, 0]);
    // The order of the values is that of the polls.
    assert_eq!((all[1].done(), all[0].done()), (Some(1), Some(2)));
    all[2].waits();
}

#[test]
fn forgotten_tasks_keep_nothing_from_others() {
    for forgotten in [1, 3] {
        for c in [make(1), make(8)] {
            for _ in 0..forgotten {
                let mut recv = Poller::new(Box::leak(Box::new(c.receiver())).recv_ok_async());
                recv.waits();
                recv.forget();
            }
            let mut waits = Poller::new(c.recv_ok_async());
            waits.waits();
            // Each further send, also one that waits for room, hints one more task.
            let mut sends: Vec<_> =
                (0..=forgotten).map(|i| Poller::new(c.send_ok_async(i))).collect();
            for send in &mut sends {
                let _ = send.poll();
            }
            assert_eq!(waits.wakes(), 1, "{forgotten} before it");
            assert_eq!(waits.done(), Some(0));
            // Others never wait for a task.
            assert!(c.try_recv().is_ok());
        }
    }
}

#[test]
fn a_thread_does_not_wait_for_a_task() {
    for cap in [0, 1] {
        let c = make(cap);
        let mut recv = Poller::new(c.recv_ok_async());
        recv.waits();
        thread::scope(|scope| {
            let receives = scope.spawn(|| c.recv());
            while blocked(&c).receivers < 2 {
                thread::yield_now();
            }
            c.send(7);
            assert_eq!(receives.join().unwrap(), 7);
        });
        recv.waits();
    }
}

#[test]
fn a_send_that_was_taken_was_sent() {
    let c = make(0);
    let mut slot = Some(7);
    let mut send = Poller::new(c.send_from_async(&mut slot));
    send.waits();
    assert_eq!(c.recv(), 7);
    drop(send);
    assert_eq!(slot, None);

    let mut slot = Some(8);
    let mut send = Poller::new(c.send_from_async(&mut slot));
    send.waits();
    drop(send);
    assert_eq!(slot, Some(8));
    assert_eq!(c.try_recv(), Err(TryRecvError::Empty));
    assert_eq!(blocked(&c).senders, 0);

    // Nothing is left to send.
    assert_eq!(Poller::new(c.send_from_async(&mut None)).done(), Ok(()));
    assert_eq!(c.send_from(&mut None), Ok(()));
}

#[test]
fn room_goes_to_the_task_that_waits_for_it() {
    let c = make(1);
    c.send(1);
    let mut send = Poller::new(c.send_ok_async(2));
    send.waits();
    assert_eq!(c.recv(), 1);
    assert_eq!(send.wakes(), 1);
    assert_eq!(c.len(), 1, "its value is in the buffer, though it was not polled");
    drop(send);
    assert_eq!(c.recv(), 2);
}

#[test]
fn futures_that_are_dropped_leave_no_entry() {
    for c in [make::<u32>(0), make(1)] {
        for _ in 0..1000 {
            let mut recv = Poller::new(c.recv_ok_async());
            recv.waits();
            recv.waits();
            assert_eq!(blocked(&c).receivers, 1);
        }
        assert_eq!(blocked(&c).receivers, 0);
    }
}

#[test]
fn a_close_wakes_every_task() {
    for c in [make::<u32>(0), make(1)] {
        let mut recvs: Vec<_> = (0..100).map(|_| Poller::new(c.recv_ok_async())).collect();
        recvs.iter_mut().for_each(Poller::waits);
        c.close();
        for recv in &mut recvs {
            assert_eq!(recv.wakes(), 1);
            assert_eq!(recv.done(), None);
        }
    }
    for c in [make::<u32>(0), make(1)] {
        let _ = c.try_send(0);
        let mut sends: Vec<_> = (1..100).map(|i| Poller::new(c.send_ok_async(i))).collect();
        sends.iter_mut().for_each(Poller::waits);
        c.close();
        for (i, send) in (1..).zip(&mut sends) {
            assert_eq!(send.wakes(), 1);
            assert_eq!(send.done(), Err(SendError(i)));
        }
    }
}

#[test]
#[should_panic = "send on closed channel"]
fn a_send_on_a_closed_channel_panics_at_the_await() {
    let c = make(1);
    c.close();
    Poller::new(c.send_async(1)).done();
}

#[test]
#[should_panic = "polled after it was done"]
fn a_future_that_is_done_is_not_polled_again() {
    let c = make(1);
    c.send(1);
    let mut recv = Poller::new(c.recv_ok_async());
    recv.done();
    let _ = recv.poll();
}

#[test]
fn a_nil_channel_waits_for_ever() {
    let c = Chan::<u32>::nil();
    let mut recv = Poller::new(c.recv_ok_async());
    let mut send = Poller::new(c.send_ok_async(1));
    for _ in 0..3 {
        recv.waits();
        send.waits();
    }
}
