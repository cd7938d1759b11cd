//! Random polls, drops and tries on one thread.
//!
//! - Conservation: each value whose send was done is received once, and no other value is received
//!   twice.
//! - Wake duty: if a future that waits could complete now, one of those that wait and could has
//!   been woken since its last poll.

use std::{
    collections::HashSet,
    env,
    panic::{catch_unwind, resume_unwind, AssertUnwindSafe},
    task::Poll,
};

use gochan::{future::RecvOk, future::SendOk, make, Chan, TryRecvError};

use crate::{
    common::random::{begin, Rng},
    Poller,
};

struct World<'a> {
    c: &'a Chan<u32>,
    recvs: Vec<(Poller<RecvOk<'a, u32>>, bool)>,
    sends: Vec<(Poller<SendOk<'a, u32>>, bool, u32)>,
    next: u32,
    /// Values whose send may have been done.
    offered: HashSet<u32>,
    /// Values whose send was done, and that have not been received.
    sent: HashSet<u32>,
    received: HashSet<u32>,
}

impl<'a> World<'a> {
    fn receives(&mut self, value: Option<u32>) {
        if let Some(value) = value {
            assert!(self.offered.remove(&value), "{value} was received twice, or never sent");
            self.sent.remove(&value);
            self.received.insert(value);
        }
    }

    fn was_sent(&mut self, value: u32) {
        if !self.received.contains(&value) {
            self.sent.insert(value);
        }
    }

    fn step(&mut self, random: &mut Rng) {
        match random.below(12) {
            0 | 1 => self.recvs.push((Poller::new(self.c.recv_ok_async()), false)),
            2 | 3 => {
                self.offered.insert(self.next);
                self.sends.push((Poller::new(self.c.send_ok_async(self.next)), false, self.next));
                self.next += 1;
            }
            4 | 5 if !self.recvs.is_empty() => {
                let i = random.below(self.recvs.len());
                self.recvs[i].0.wakes();
                self.recvs[i].1 = true;
                if let Poll::Ready(value) = self.recvs[i].0.poll() {
                    self.recvs.swap_remove(i);
                    self.receives(value);
                }
            }
            6 | 7 if !self.sends.is_empty() => {
                let i = random.below(self.sends.len());
                self.sends[i].0.wakes();
                self.sends[i].1 = true;
                if let Poll::Ready(sent) = self.sends[i].0.poll() {
                    let (_, _, value) = self.sends.swap_remove(i);
                    assert!(sent.is_ok(), "nobody closes it");
                    self.was_sent(value);
                }
            }
            8 if !self.recvs.is_empty() => {
                let i = random.below(self.recvs.len());
                drop(self.recvs.swap_remove(i));
            }
            9 if !self.sends.is_empty() => {
                let i = random.below(self.sends.len());
                // It may have been taken before.
                drop(self.sends.swap_remove(i));
            }
            10 => {
                self.offered.insert(self.next);
                match self.c.try_send(self.next) {
                    Ok(()) => self.was_sent(self.next),
                    Err(_) => assert!(self.offered.remove(&self.next), "it came back"),
                }
                self.next += 1;
            }
            11 => {
                let value = self.c.try_recv().ok();
                self.receives(value);
            }
            _ => {}
        }
    }

    /// Checks that somebody was woken for what is there.
    fn check_duty(&self, cap: usize) {
        let waits = |woken: usize, polled: bool| polled && woken == 0;
        let peek = |p: &Poller<_>| p.woken.0.load(std::sync::atomic::Ordering::SeqCst);
        let all_recv_asleep = self.recvs.iter().all(|(p, polled)| !*polled || peek(p) == 0);
        let any_recv = self.recvs.iter().any(|(p, polled)| waits(peek(p), *polled));
        if !self.c.is_empty() && any_recv {
            assert!(!all_recv_asleep, "a receive sleeps beside a value");
        }
        let peek = |p: &Poller<_>| p.woken.0.load(std::sync::atomic::Ordering::SeqCst);
        let all_send_asleep = self.sends.iter().all(|(p, polled, _)| !*polled || peek(p) == 0);
        let any_send = self.sends.iter().any(|(p, polled, _)| waits(peek(p), *polled));
        if self.c.len() < cap && any_send {
            assert!(!all_send_asleep, "a send sleeps beside room");
        }
        if cap == 0 && any_send && any_recv {
            assert!(!(all_send_asleep && all_recv_asleep), "both sides sleep");
        }
    }

    fn finish(mut self) {
        while let Some((send, _, _)) = self.sends.pop() {
            drop(send);
        }
        self.recvs.clear();
        loop {
            match self.c.try_recv() {
                Ok(value) => self.receives(Some(value)),
                Err(TryRecvError::Empty) => break,
                Err(TryRecvError::Closed) => unreachable!("nobody closes it"),
            }
        }
        assert!(self.sent.is_empty(), "lost: {:?}", self.sent);
    }
}

#[test]
fn random_polls_keep_every_value_and_every_duty() {
    let (mut seeds, _dog) = begin(120);
    let rounds: u64 = env::var("GOCHAN_ROUNDS").map_or(300, |rounds| rounds.parse().unwrap());
    for round in 0..rounds {
        for cap in [0, 1, 3] {
            let mut random = seeds.fork();
            let ran = catch_unwind(AssertUnwindSafe(|| run(cap, &mut random)));
            if let Err(panic) = ran {
                eprintln!("round {round}, capacity {cap}");
                resume_unwind(panic);
            }
        }
    }
}

fn run(cap: usize, random: &mut Rng) {
    let c = make(cap);
    let mut world = World {
        c: &c,
        recvs: vec![],
        sends: vec![],
        next: 0,
        offered: HashSet::new(),
        sent: HashSet::new(),
        received: HashSet::new(),
    };
    for _ in 0..300 {
        world.step(random);
        world.check_duty(cap);
    }
    world.finish();
}
