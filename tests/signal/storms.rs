//! Many signals at once, and receivers that come and go meanwhile.

use std::thread;

use gochan::{
    bounded,
    signal::{self, *},
    Context, Receiver, Sender,
};

use crate::{
    common::wait_until,
    next,
    own_process::{kill, program, raise},
    settle,
};

/// Two threads do `this` again and again while `f` runs.
fn meanwhile(this: impl Fn() + Sync, f: impl FnOnce()) {
    let (stop, stopped) = bounded::<()>(0);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while !stopped.is_closed() {
                    this();
                }
            });
        }
        let _stop = stop;
        f();
    });
}

#[test]
fn a_storm_fills_the_channel_and_nobody_waits() {
    program("storms::a_storm_fills_the_channel_and_nobody_waits", || {
        let slow = signal::notify(&[SIGUSR1]);
        while !slow.is_full() {
            raise(SIGUSR1);
        }
        (0..10_000).for_each(|_| raise(SIGUSR1));
        settle();
        assert_eq!(slow.len(), KEPT);
        assert_eq!(slow.try_iter().count(), KEPT);
        raise(SIGUSR1);
        assert_eq!(next(&slow), SIGUSR1);
    })
    .succeeds();
}

#[test]
fn a_signal_gets_through_a_storm_of_another() {
    program("storms::a_signal_gets_through_a_storm_of_another", || {
        let (storm, stop) = (signal::notify(&[SIGUSR1]), signal::notify(&[SIGTERM]));
        meanwhile(
            || raise(SIGUSR1),
            || {
                wait_until(|| storm.is_full());
                for _ in 0..100 {
                    kill(std::process::id(), SIGTERM);
                    assert_eq!(next(&stop), SIGTERM);
                }
            },
        );
    })
    .succeeds();
}

#[test]
fn a_signal_from_before_the_receiver_went_does_not_act_after_it() {
    program("storms::a_signal_from_before_the_receiver_went_does_not_act_after_it", || {
        let leave: [fn(Sender<Signal>, Receiver<Signal>); 5] = [
            |_, receiver| drop(receiver),
            |sender, _receiver| sender.close(),
            |_, _| signal::reset(&[SIGTERM]),
            |_, _| signal::ignore(&[SIGTERM]),
            |sender, receiver| {
                drop(receiver);
                // The library forgets the dead receiver before it looks at its signals.
                signal::notify_to(&sender.clone(), &[SIGUSR1]);
            },
        ];
        for round in 0..1_000 {
            let (sender, receiver) = bounded(1);
            signal::notify_to(&sender, &[SIGTERM]);
            (0..10).for_each(|_| raise(SIGTERM));
            leave[round % leave.len()](sender, receiver);
            settle();
        }
    })
    .succeeds();
}

#[test]
fn a_handover_between_receivers_never_restores_the_default() {
    program("storms::a_handover_between_receivers_never_restores_the_default", || {
        let mut signals = signal::notify(&[SIGUSR1]);
        meanwhile(
            || raise(SIGUSR1),
            || {
                for _ in 0..1_000 {
                    signals = signal::notify(&[SIGUSR1]);
                }
            },
        );
        settle();
        assert!(signals.try_iter().count() <= KEPT);
        raise(SIGUSR1);
        next(&signals);
    })
    .succeeds();
}

#[test]
fn a_receiver_that_stays_misses_nothing_while_others_come_and_go() {
    program("storms::a_receiver_that_stays_misses_nothing_while_others_come_and_go", || {
        let stays = signal::notify(&[SIGUSR1]);
        let come_and_go = || {
            drop(signal::notify(&[SIGUSR1, SIGUSR2]));
            drop(signal::notify_context(&Context::background(), &[SIGUSR1]));
            signal::ignore(&[SIGUSR2]);
            signal::reset(&[SIGUSR2]);
        };
        meanwhile(come_and_go, || {
            for _ in 0..1_000 {
                raise(SIGUSR1);
                next(&stays);
            }
        });
        assert!(stays.is_empty());
    })
    .succeeds();
}
