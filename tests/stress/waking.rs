//! A wake that its receiver cannot use goes to the next waiter; a close wakes all.

use std::{
    thread,
    time::{Duration, Instant},
};

use gochan::{__private::blocked, bounded, select, Receiver, RecvTimeoutError, TryRecvError};

use crate::{
    common::{random::begin, wait_until, watchdog},
    open, LONG,
};

/// Spins for some time. The tests choose times that are about as long as a wake takes.
fn spin_for(time: Duration) {
    let start = Instant::now();
    while start.elapsed() < time {
        std::hint::spin_loop();
    }
}

#[test]
fn a_receiver_that_gives_up_leaves_the_value_to_the_next() {
    let (mut rng, _dog) = begin(60);
    for capacity in [Some(0), Some(1), Some(7), None] {
        for _ in 0..400 {
            let (tx, rx) = open(capacity);
            let (timeout, pause) = (rng.micros(300), rng.micros(300));
            thread::scope(|s| {
                let hasty = s.spawn(|| rx.recv_timeout(timeout).is_ok());
                wait_until(|| blocked(&rx).receivers == 1 || hasty.is_finished());
                let patient = s.spawn(|| rx.recv());
                spin_for(pause);
                tx.send(1);
                if hasty.join().unwrap() {
                    tx.send(1);
                }
                assert_eq!(patient.join().unwrap(), 1);
            });
        }
    }
}

#[test]
fn a_sender_that_gives_up_leaves_the_room_to_the_next() {
    let (mut rng, _dog) = begin(60);
    for capacity in [0, 1, 7] {
        for _ in 0..400 {
            let (tx, rx) = bounded(capacity);
            (0..capacity).for_each(|_| tx.send(0));
            let (timeout, pause) = (rng.micros(300), rng.micros(300));
            thread::scope(|s| {
                let hasty = s.spawn(|| tx.send_timeout(1, timeout).is_ok());
                wait_until(|| blocked(&rx).senders == 1 || hasty.is_finished());
                let patient = s.spawn(|| tx.send(2));
                spin_for(pause);
                let mut received = vec![rx.recv()];
                received.extend(hasty.join().unwrap().then(|| rx.recv()));
                patient.join().unwrap();
                received.extend(rx.try_iter());
                assert_eq!(received.iter().filter(|&&value| value == 2).count(), 1);
            });
        }
    }
}

#[test]
fn a_select_that_takes_another_case_leaves_the_value_to_the_next() {
    let (mut rng, _dog) = begin(60);
    for capacity in [Some(0), Some(1), Some(7), None] {
        for _ in 0..200 {
            let ((to_a, a), (to_b, b)) = (open(capacity), open(capacity));
            let (pause_a, pause_b) = (rng.micros(50), rng.micros(50));
            thread::scope(|s| {
                let either = s.spawn(|| select! { recv(a) -> v => v, recv(b) -> v => v });
                wait_until(|| blocked(&b).receivers == 1);
                let [only_a, only_b] = [&a, &b].map(|rx| s.spawn(|| rx.recv()));
                s.spawn(|| {
                    spin_for(pause_b);
                    to_b.send('b');
                });
                spin_for(pause_a);
                to_a.send('a');
                // Two of the three receivers get a value, any two of them.
                let waiting = || [&either, &only_a, &only_b].map(|t| !t.is_finished());
                wait_until(|| waiting().iter().filter(|&&waits| waits).count() == 1);
                match waiting() {
                    [_, _, true] => to_b.send('b'),
                    _ => to_a.send('a'),
                }
                assert!(matches!(either.join().unwrap(), 'a' | 'b'));
                assert_eq!((only_a.join().unwrap(), only_b.join().unwrap()), ('a', 'b'));
            });
        }
    }
}

/// A large value takes a while to write, so that the close often comes in the middle.
#[test]
fn a_close_is_not_reported_before_a_value_that_is_being_sent() {
    let (mut rng, _dog) = begin(60);
    for capacity in [Some(0), Some(1), Some(7), None] {
        for _ in 0..200 {
            let (tx, rx) = open::<[u64; 1024]>(capacity);
            let close_after = rng.below(4) as u64;
            thread::scope(|s| {
                let sender =
                    s.spawn(|| (1..).take_while(|&i| tx.send_ok([i; 1024]).is_ok()).count());
                let (mut received, mut polls) = (0, rng.below(20));
                loop {
                    match rx.try_recv() {
                        Ok(value) => {
                            received += 1;
                            assert!(value.iter().all(|&v| v == received), "half a value");
                        }
                        Err(TryRecvError::Empty) => {}
                        Err(TryRecvError::Closed) => break,
                    }
                    polls = polls.saturating_sub(1);
                    // The thread that receives closes: it looks while the sender still writes.
                    if received >= close_after && polls == 0 {
                        tx.close_ok();
                    }
                }
                assert_eq!(sender.join().unwrap() as u64, received, "capacity {capacity:?}");
            });
        }
    }
}

#[test]
fn a_close_wakes_a_thousand_receivers() {
    let _dog = watchdog(60);
    let receiving: [fn(&Receiver<u32>); 4] = [
        |rx| assert_eq!(rx.recv(), 0),
        |rx| assert_eq!(rx.recv_ok(), None),
        |rx| assert_eq!(rx.recv_timeout(LONG), Err(RecvTimeoutError::Closed)),
        |rx| select! { recv_ok(rx) -> v => assert_eq!(v, None), default(LONG) => unreachable!() },
    ];
    for capacity in [Some(0), Some(7), None] {
        let (tx, rx) = open(capacity);
        let receivers: Vec<_> = (0..1000)
            .map(|i| {
                let rx = rx.clone();
                let small = thread::Builder::new().stack_size(128 << 10);
                small.spawn(move || receiving[i % 4](&rx)).unwrap()
            })
            .collect();
        wait_until(|| blocked(&rx).receivers == 1000);
        tx.close();
        receivers.into_iter().for_each(|receiver| receiver.join().unwrap());
        assert_eq!(blocked(&rx).receivers, 0);
    }
}
