//! Is there an order, of all the calls of a run, that makes sense? Linearizability: each call takes
//! effect at one instant between its begin and its end, and one after the other they do what the
//! contract says.
//!
//! docs/linearizability.md tells what is checked, `./check linear` runs it, on real threads and on
//! schedules that shuttle chooses, and `./check linear_mutants` shows that seeded mistakes are
//! refused. `GOCHAN_SEED=n` repeats the programs of a run that printed that seed, and under shuttle
//! the schedules.
#![cfg(not(loom))]

mod common;

#[path = "linear/channel.rs"]
mod channel;
#[path = "linear/crew.rs"]
mod crew;
#[path = "linear/history.rs"]
mod history;
#[path = "linear/known_histories.rs"]
mod known_histories;
#[path = "linear/search.rs"]
mod search;
#[path = "linear/short_programs.rs"]
mod short_programs;
#[path = "linear/spec.rs"]
mod spec;
#[path = "linear/world.rs"]
mod world;

use crew::Crew;
use search::check;
use short_programs::{Program, THREADS};

/// Without optimisation a few histories show that the test runs.
#[cfg(not(shuttle))]
const HISTORIES: usize = if cfg!(debug_assertions) { 10_000 } else { 200_000 };

#[cfg(not(shuttle))]
const HUNDRED: usize = 100;

#[cfg(not(shuttle))]
#[test]
fn real_threads() {
    use common::random::{seed, Rng};

    let (mut rng, crew) = (Rng::new(seed()), Crew::new(THREADS));
    for _ in 0..HISTORIES / HUNDRED {
        // On a busy machine all histories may take minutes, but no hundred of them does.
        let _dog = common::watchdog(120);
        for _ in 0..HUNDRED {
            check(&Program::random(&mut rng).run(&crew));
        }
    }
}

/// Schedules of each kind: by chance, and with few priority changes (PCT), which finds bugs that
/// need few preemptions. Each has a program of its own.
#[cfg(shuttle)]
const SCHEDULES: usize = 100_000;
/// How often a schedule of the second kind changes which thread goes first.
#[cfg(shuttle)]
const CHANGES: usize = 3;

#[cfg(shuttle)]
fn on_schedules(scheduler: impl shuttle::scheduler::Scheduler + 'static) {
    use common::random::Rng;
    use shuttle::{
        rand::{thread_rng, RngCore},
        Config, MaxSteps, Runner,
    };

    let mut config = Config::new();
    config.max_steps = MaxSteps::FailAfter(1_000_000);
    config.silence_warnings = true;
    Runner::new(scheduler, config).run(|| {
        // The numbers come from shuttle, so that a schedule that is replayed has its program.
        let program = Program::random(&mut Rng::new(thread_rng().next_u64()));
        check(&program.run(&Crew::new(THREADS)));
    });
}

#[cfg(shuttle)]
#[test]
fn random_schedules() {
    let seed = common::random::seed();
    on_schedules(shuttle::scheduler::RandomScheduler::new_from_seed(seed, SCHEDULES));
}

#[cfg(shuttle)]
#[test]
fn pct_schedules() {
    let seed = common::random::seed();
    on_schedules(shuttle::scheduler::PctScheduler::new_from_seed(seed, CHANGES, SCHEDULES));
}
