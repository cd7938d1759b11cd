//! Threads: the checker's where there is one, else std's.

#[cfg(loom)]
pub use loom::thread::{spawn, JoinHandle};
#[cfg(shuttle)]
pub use shuttle::thread::{spawn, JoinHandle};
#[cfg(not(any(loom, shuttle)))]
pub use std::thread::{spawn, JoinHandle};

/// Runs `program` as the checker does: under loom in every interleaving with up to so many
/// preemptions, under shuttle on ten thousand schedules, else a hundred times.
#[cfg_attr(not(loom), allow(unused_variables))]
pub fn check(preemptions: usize, program: impl Fn() + Send + Sync + 'static) {
    #[cfg(loom)]
    {
        let mut builder = loom::model::Builder::new();
        builder.preemption_bound = Some(preemptions);
        builder.max_branches = 20_000;
        builder.check(program);
    }
    #[cfg(shuttle)]
    shuttle::check_pct(program, 10_000, 3);
    #[cfg(not(any(loom, shuttle)))]
    (0..100).for_each(|_| program());
}
