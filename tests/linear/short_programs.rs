//! Small random programs, and running one of them.
//!
//! Each thread does its calls one after the other. Meanwhile the thread that started them closes
//! the channels, at once or when nothing has happened for a while, so that nobody waits for ever.
//! When all threads are done it receives what is left, so that a lost value is missed.

use std::sync::Arc;

use super::{
    common::random::Rng,
    crew::{Crew, Job},
    history::{recv, send, Call, History, Limit, Record},
    world::World,
};

/// The most threads that a program has.
pub const THREADS: usize = 3;

/// How often to look whether something has happened, before the close.
const CALM: usize = if cfg!(shuttle) { 20 } else { 100 };

#[derive(Debug)]
pub struct Program {
    capacities: Vec<Option<usize>>,
    threads: Vec<Vec<Call>>,
    calm: usize,
}

impl Program {
    pub fn random(rng: &mut Rng) -> Self {
        let channels = 1 + rng.below(2);
        let capacity = |rng: &mut Rng| [Some(0), Some(1), Some(2), None][rng.below(4)];
        let calls = |rng: &mut Rng| {
            let count = 2 + rng.below(3);
            (0..count).map(|_| random_call(rng, channels)).collect()
        };
        let threads = 2 + rng.below(THREADS - 1);
        Self {
            capacities: (0..channels).map(|_| capacity(rng)).collect(),
            threads: (0..threads).map(|_| calls(rng)).collect(),
            calm: if rng.below(4) == 0 { 0 } else { CALM },
        }
    }

    /// Runs the program, and returns what happened this time.
    pub fn run(&self, crew: &Crew<Vec<Record>>) -> History {
        let world = Arc::new(World::new(&self.capacities));
        let me = self.threads.len();
        let mut id = 0;
        let jobs = self.threads.iter().enumerate().map(|(thread, calls)| {
            let (world, calls, first) = (world.clone(), calls.clone(), id);
            id += calls.len();
            let call = move |(id, call)| world.call(id, thread, call);
            Box::new(move || (first..).zip(calls).map(call).collect()) as Job<_>
        });
        let jobs = jobs.collect();
        let closes = (id..).zip((0..self.capacities.len()).map(Call::Close));
        let mut mine = vec![];
        let workers = crew.run(jobs, || {
            world.wait_until_calm(self.calm);
            mine.extend(closes.map(|(id, close)| world.call(id, me, close)));
        });
        let mut records: Vec<_> = workers.into_iter().flatten().chain(mine).collect();
        for channel in 0..self.capacities.len() {
            world.drain(channel, me, &mut records);
        }
        History::new(self.capacities.clone(), records)
    }
}

fn random_call(rng: &mut Rng, channels: usize) -> Call {
    let channel = rng.below(channels);
    let limit = [Limit::Never, Limit::Never, Limit::Now, Limit::Now, Limit::Soon][rng.below(5)];
    let case = |rng: &mut Rng| [send(channel), recv(channel)][rng.below(2)];
    match rng.below(20) {
        0..=10 => Call::Move { cases: vec![case(rng)], limit, select: false },
        11..=16 => {
            let mut cases = vec![case(rng)];
            let other = [send(channels - 1 - channel), recv(channels - 1 - channel)][rng.below(2)];
            if rng.below(4) > 0 && !cases.contains(&other) {
                cases.push(other);
            }
            Call::Move { cases, limit, select: true }
        }
        17 => Call::Close(channel),
        18 => Call::Len(channel),
        _ => Call::IsClosed(channel),
    }
}
