//! Timers, with the model as the clock.

use std::time::Duration;

use gochan::{make, model, select, Timer};
use loom::thread;

use crate::run::check;

/// A timer fires, is stopped and is received from at once: the stop prevented the receive, or
/// came too late.
#[test]
fn fire_stop() {
    check("fire_stop", || {
        let (timer, wait) = (Timer::new(Duration::from_secs(1)), Duration::from_secs(1));
        let stopper = thread::spawn({
            let timer = timer.clone();
            move || timer.stop()
        });
        let clock = thread::spawn(move || model::advance(wait));
        let received = timer.c().try_recv().is_ok();
        let stopped = stopper.join().unwrap();
        clock.join().unwrap();
        assert!(!(stopped && received));
        assert_eq!(timer.c().try_recv().is_ok(), !stopped && !received);
    });
}

/// A receiver that sleeps until a far instant learns of a reset to a near one.
#[test]
fn reset_wakes() {
    check("reset_wakes", || {
        model::hold_clock();
        let timer = Timer::new(Duration::from_secs(3600));
        let receiver = thread::spawn({
            let timer = timer.clone();
            move || timer.c().recv_ok().is_some()
        });
        assert!(timer.reset(Duration::ZERO));
        assert!(receiver.join().unwrap());
    });
}

/// A timer and a send race for a select; the sender learns whether it was received.
#[test]
fn select_timer_or_send() {
    check("select_timer_or_send", || {
        let (c, wait) = (make(0), Duration::from_secs(1));
        let timer = Timer::new(wait);
        let sender = thread::spawn({
            let tx = c.sender();
            move || tx.send_ok(7).is_ok()
        });
        let received = select! {
            recv(c) -> v => v == 7,
            recv(timer) => false,
        };
        c.close();
        assert_eq!(sender.join().unwrap(), received);
    });
}
