//! Go's test/ken/chan.go and chan1.go: networks of plain and selecting senders and receivers.

use std::{
    array,
    sync::atomic::{AtomicU8, Ordering::Relaxed},
    thread::{self, Scope},
};

use gochan::{make, select, Chan};

use crate::{
    common::{
        random::{seed, Rng},
        watchdog,
    },
    support::{dawdle, rounds},
};

/// How many values go through each channel.
const VALUES: usize = 76;

type Four = [Chan<usize>; 4];

/// The first value of a channel, which has a hundred of its own.
fn first_of(channel: usize) -> usize {
    100 * (channel + 1)
}

/// A thread that sends all values of one channel.
fn send<'s>(s: &'s Scope<'s, '_>, mut rng: Rng, channel: usize, c: &'s Chan<usize>) {
    s.spawn(move || {
        for i in 0..VALUES {
            dawdle(&mut rng, 10);
            c.send(first_of(channel) + i);
        }
    });
}

/// A thread that receives all values of one channel, in order.
fn recv<'s>(s: &'s Scope<'s, '_>, mut rng: Rng, channel: usize, c: &'s Chan<usize>) {
    s.spawn(move || {
        for i in 0..VALUES {
            dawdle(&mut rng, 10);
            assert_eq!(c.recv(), first_of(channel) + i);
        }
    });
}

/// The numbers of the next values on four channels.
struct Next([usize; 4]);

impl Next {
    fn new() -> Self {
        Self([0; 4])
    }

    fn value(&self, channel: usize) -> usize {
        first_of(channel) + self.0[channel]
    }

    /// Goes on to the next value; makes the channel nil after the last.
    fn advance(&mut self, channel: usize, c: &mut Chan<usize>) {
        self.0[channel] += 1;
        if self.0[channel] == VALUES {
            *c = Chan::nil();
        }
    }
}

/// A thread that sends all values of four channels by one select.
fn select_send<'s>(s: &'s Scope<'s, '_>, mut rng: Rng, channels: &'s Four) {
    s.spawn(move || {
        let (mut next, mut c) = (Next::new(), channels.clone());
        while c.iter().any(|c| !c.is_nil()) {
            dawdle(&mut rng, 5);
            let sent = select! {
                send(c[0], next.value(0)) => 0,
                send(c[1], next.value(1)) => 1,
                send(c[2], next.value(2)) => 2,
                send(c[3], next.value(3)) => 3,
            };
            next.advance(sent, &mut c[sent]);
        }
    });
}

/// A thread that receives all values of four channels by one select, each channel's in order.
fn select_recv<'s>(s: &'s Scope<'s, '_>, mut rng: Rng, channels: &'s Four) {
    s.spawn(move || {
        let (mut next, mut c) = (Next::new(), channels.clone());
        while c.iter().any(|c| !c.is_nil()) {
            dawdle(&mut rng, 5);
            let (received, value) = select! {
                recv(c[0]) -> v => (0, v),
                recv(c[1]) -> v => (1, v),
                recv(c[2]) -> v => (2, v),
                recv(c[3]) -> v => (3, v),
            };
            assert_eq!(value, next.value(received));
            next.advance(received, &mut c[received]);
        }
    });
}

/// Networks of `M` times four channels, of each capacity; a select serves four, or a thread serves
/// each.
fn network<const M: usize>(select_sends: bool, select_receives: bool) {
    let _dog = watchdog(120);
    let mut rng = Rng::new(seed());
    for cap in [0, 1, 10, 100] {
        let fours: [Four; M] = array::from_fn(|_| array::from_fn(|_| make(cap)));
        thread::scope(|s| {
            for four in &fours {
                match select_sends {
                    true => select_send(s, rng.fork(), four),
                    false => (0..4).for_each(|k| send(s, rng.fork(), k, &four[k])),
                }
                match select_receives {
                    true => select_recv(s, rng.fork(), four),
                    false => (0..4).for_each(|k| recv(s, rng.fork(), k, &four[k])),
                }
            }
        });
        assert!(fours.iter().flatten().all(|c| c.is_empty()), "capacity {cap}");
    }
}

/// Plain sends meet plain receives on four channels (ken/chan.go, its first test).
#[test]
fn plain_sends_and_plain_receives() {
    network::<1>(false, false);
}

/// Plain sends meet one select that receives from all (ken/chan.go, its second test).
#[test]
fn plain_sends_and_a_receiving_select() {
    network::<1>(false, true);
}

/// One select that sends to all meets plain receives (ken/chan.go, its third test).
#[test]
fn a_sending_select_and_plain_receives() {
    network::<1>(true, false);
}

/// A select that sends meets one that receives (ken/chan.go, its fourth test).
#[test]
fn a_sending_select_and_a_receiving_select() {
    network::<1>(true, true);
}

/// All four networks run at the same time (ken/chan.go, its fifth test).
#[test]
fn all_at_once() {
    thread::scope(|s| {
        for (sends, receives) in [(false, false), (false, true), (true, false), (true, true)] {
            s.spawn(move || network::<2>(sends, receives));
        }
    });
}

/// Sends all values of `to` and receives all of `from` by one select.
fn select_both(mut rng: Rng, to: &Four, from: &Four) {
    let (mut sends, mut tx) = (Next::new(), to.clone());
    let (mut receives, mut rx) = (Next::new(), from.clone());
    while tx.iter().chain(&rx).any(|c| !c.is_nil()) {
        dawdle(&mut rng, 5);
        let (received, channel) = select! {
            send(tx[0], sends.value(0)) => (None, 0),
            recv(rx[0]) -> v => (Some(v), 0),
            send(tx[1], sends.value(1)) => (None, 1),
            recv(rx[1]) -> v => (Some(v), 1),
            send(tx[2], sends.value(2)) => (None, 2),
            recv(rx[2]) -> v => (Some(v), 2),
            send(tx[3], sends.value(3)) => (None, 3),
            recv(rx[3]) -> v => (Some(v), 3),
        };
        match received {
            None => sends.advance(channel, &mut tx[channel]),
            Some(value) => {
                assert_eq!(value, receives.value(channel));
                receives.advance(channel, &mut rx[channel]);
            }
        }
    }
}

/// Two threads, each a select over eight channels: what one sends the other receives (ken/chan.go,
/// its tests with eight channels).
#[test]
fn two_selects_over_eight_channels() {
    let _dog = watchdog(120);
    let mut rng = Rng::new(seed());
    for cap in [0, 1, 10, 100] {
        let [there, back]: [Four; 2] = array::from_fn(|_| array::from_fn(|_| make(cap)));
        let (one, other) = (rng.fork(), rng.fork());
        thread::scope(|s| {
            s.spawn(|| select_both(one, &there, &back));
            select_both(other, &back, &there);
        });
        assert!(there.iter().chain(&back).all(|c| c.is_empty()), "capacity {cap}");
    }
}

/// Ten threads receive from a small buffer; a mark for each value goes from not sent to sent to
/// received, never another way (ken/chan1.go).
#[test]
fn every_value_is_marked_once_by_its_receiver() {
    const RECEIVERS: usize = 10;
    let _dog = watchdog(120);
    let marks: Vec<_> = (0..rounds(10_000)).map(|_| AtomicU8::new(0)).collect();
    // The channel orders the accesses.
    let step = |i: usize, from: u8| assert_eq!(marks[i].swap(from + 1, Relaxed), from, "value {i}");
    let c = make::<usize>(2);
    thread::scope(|s| {
        for _ in 0..RECEIVERS {
            s.spawn(|| {
                while let Some(i) = select! { recv_ok(c) -> v => v } {
                    step(i, 1);
                }
            });
        }
        for i in 0..marks.len() {
            step(i, 0);
            c.send(i);
        }
        c.close();
    });
    assert!(marks.iter().all(|mark| mark.load(Relaxed) == 2));
}
