//! Selects that send: the message comes after the choice.

use std::{
    cell::Cell,
    panic::{catch_unwind, AssertUnwindSafe},
    thread,
    time::Duration,
};

use gochan_crossbeam::{
    after, bounded, never, select, select_biased, tick, unbounded, Receiver, RecvError, Select,
    SendError, Sender, TryRecvError,
};

/// The channels of each kind.
fn channels() -> [(Sender<String>, Receiver<String>); 3] {
    [bounded(0), bounded(1), unbounded()]
}

#[test]
fn a_message_is_evaluated_only_if_its_send_is_chosen() {
    let (full, _rx) = bounded::<u8>(0);
    let evaluations = Cell::new(0);
    let message = |value| {
        evaluations.set(evaluations.get() + 1);
        value
    };
    select! {
        send(full, message(1)) -> _ => unreachable!(),
        default => {}
    }
    assert_eq!(evaluations.get(), 0);
    let (room, rx) = bounded(1);
    select! {
        send(full, message(1)) -> _ => unreachable!(),
        send(room, message(2)) -> sent => assert_eq!(sent, Ok(())),
    }
    assert_eq!((evaluations.get(), rx.recv()), (1, Ok(2)));
}

#[test]
fn a_message_that_is_not_sent_stays_with_its_owner() {
    let (full, _rx) = bounded::<String>(0);
    let message = "message".to_string();
    let kept = select! {
        send(full, message) -> _ => unreachable!(),
        default(Duration::from_millis(1)) => message,
    };
    assert_eq!(kept, "message");
}

#[test]
fn two_selects_meet() {
    for (tx, rx) in channels() {
        let quiet = never::<u8>();
        thread::scope(|s| {
            s.spawn(|| {
                for i in 0..100 {
                    select! {
                        send(tx, i.to_string()) -> sent => sent.unwrap(),
                        recv(quiet) -> _ => unreachable!(),
                    }
                }
            });
            for i in 0..100 {
                select! {
                    recv(quiet) -> _ => unreachable!(),
                    recv(rx) -> message => assert_eq!(message, Ok(i.to_string())),
                }
            }
        });
    }
}

#[test]
fn a_receiver_waits_for_the_message_of_a_send_that_was_chosen() {
    for (tx, rx) in channels() {
        thread::scope(|s| {
            let receiver = s.spawn(|| rx.recv());
            let mut select = Select::new();
            select.send(&tx);
            let operation = select.select();
            operation.send(&tx, "late".into()).unwrap();
            assert_eq!(receiver.join().unwrap(), Ok("late".into()));
        });
    }
}

#[test]
fn a_send_that_is_given_up_is_passed_over() {
    for (tx, rx) in channels() {
        thread::scope(|s| {
            let receiver = s.spawn(|| rx.recv());
            let mut select = Select::new();
            select.send(&tx);
            let operation = select.select();
            assert!(catch_unwind(AssertUnwindSafe(|| drop(operation))).is_err());
            tx.send("next".into()).unwrap();
            assert_eq!(receiver.join().unwrap(), Ok("next".into()));
        });
    }
}

#[test]
fn a_select_passes_over_a_send_that_is_given_up() {
    let (tx, rx) = bounded(2);
    let mut sends = Select::new();
    sends.send(&tx);
    for message in ["macro", "run-time form"] {
        let operation = sends.select();
        assert!(catch_unwind(AssertUnwindSafe(|| drop(operation))).is_err());
        tx.send(message).unwrap();
        if message == "macro" {
            select! { recv(rx) -> received => assert_eq!(received, Ok(message)) }
        } else {
            let mut receives = Select::new();
            receives.recv(&rx);
            assert_eq!(receives.select().recv(&rx), Ok(message));
        }
    }
    assert_eq!(rx.try_recv(), Err(TryRecvError::Empty));
}

#[test]
fn a_body_that_leaves_before_its_message_gives_the_send_up() {
    let (tx, rx) = bounded::<u8>(1);
    let message = |give_up: bool| (!give_up).then_some(1);
    let send = |give_up| {
        select! { send(tx, message(give_up)?) -> sent => Some(sent) }
    };
    assert_eq!(send(true), None);
    assert_eq!(rx.try_recv(), Err(TryRecvError::Empty));
    assert_eq!((send(false), rx.try_recv()), (Some(Ok(())), Ok(1)));
}

#[test]
fn a_disconnected_channel_gives_the_message_back() {
    let (tx, rx) = bounded(1);
    drop(rx);
    select! { send(tx, 1) -> sent => assert_eq!(sent, Err(SendError(1))) }
    let mut select = Select::new();
    select.send(&tx);
    assert_eq!(select.select().send(&tx, 2), Err(SendError(2)));
}

#[test]
fn an_operation_is_completed_on_its_own_handle() {
    let (tx, rx) = unbounded();
    tx.send(1).unwrap();
    let mut select = Select::new();
    select.recv(&rx);
    let operation = select.select();
    let clone = rx.clone();
    assert!(catch_unwind(AssertUnwindSafe(|| operation.recv(&clone))).is_err());
}

#[test]
fn an_operation_can_be_removed_and_the_others_keep_their_order() {
    let channels = [unbounded(), unbounded(), unbounded()];
    let mut select = Select::new_biased();
    let [first, second, _third] = channels.each_ref().map(|(_, rx)| select.recv(rx));
    channels.iter().for_each(|(tx, _)| tx.send("message").unwrap());
    select.remove(first);
    let operation = select.select();
    assert_eq!(operation.index(), second);
    assert_eq!(operation.recv(&channels[1].1), Ok("message"));
    assert!(catch_unwind(AssertUnwindSafe(|| select.remove(first))).is_err());
}

#[test]
fn ready_takes_nothing() {
    let (tx, rx) = bounded(1);
    let mut select = Select::new();
    let receive = select.recv(&rx);
    assert!(select.try_ready().is_err());
    assert!(select.ready_timeout(Duration::from_millis(2)).is_err());
    thread::scope(|s| {
        s.spawn(|| tx.send("message").unwrap());
        assert_eq!(select.ready(), receive);
    });
    assert_eq!((select.ready(), rx.len()), (receive, 1));
}

#[test]
fn a_timer_is_ready_when_it_is_due() {
    let (timer, ticks) = (after(Duration::from_millis(5)), tick(Duration::from_secs(1000)));
    let mut select = Select::new();
    let (due, _) = (select.recv(&timer), select.recv(&ticks));
    assert_eq!((timer.len(), timer.is_empty(), timer.is_full()), (0, true, false));
    assert_eq!(select.ready(), due);
    assert_eq!((timer.len(), timer.is_empty(), timer.is_full()), (1, false, true));
    assert!(timer.try_recv().is_ok());
    assert!(select.try_ready().is_err());
}

#[test]
fn the_first_that_is_ready_has_priority() {
    let (a, b) = (unbounded(), unbounded());
    for _ in 0..50 {
        a.0.send(()).unwrap();
        b.0.send(()).unwrap();
        select_biased! {
            recv(a.1) -> message => message.unwrap(),
            recv(b.1) -> _ => unreachable!(),
        }
    }
}

#[test]
fn a_channel_can_be_replaced_in_the_body_of_its_case() {
    let (tx, mut rx) = unbounded();
    tx.send(1).unwrap();
    drop(tx);
    let (mut messages, stop) = (vec![], after(Duration::from_millis(5)));
    loop {
        select! {
            recv(rx) -> message => match message {
                Ok(message) => messages.push(message),
                Err(RecvError) => rx = never(),
            },
            recv(stop) -> _ => break,
        }
    }
    assert_eq!(messages, [1]);
}

#[test]
fn names_of_the_user_are_the_users() {
    #![allow(non_upper_case_globals, dead_code)]
    const message: u8 = 1;
    const result: u8 = 2;
    const outcome: u8 = 3;
    const case: u8 = 4;
    const sent: u8 = 5;
    const timeout: Duration = Duration::from_secs(10);
    let (tx, rx) = bounded(1);
    select! {
        recv(rx) -> _ => unreachable!(),
        send(tx, message + result) -> _ => {}
        default(timeout) => unreachable!(),
    }
    select! { recv(rx) -> received => assert_eq!(received, Ok(outcome)) }
}
