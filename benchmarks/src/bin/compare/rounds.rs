//! The measuring: rounds in which the libraries take turns, so that a disturbance meets them all.

use crate::cli::Plan;
use gochan_benchmarks::{statistics::is_wide, workloads::Sample};
use std::time::{Duration, Instant};

/// Bounds what an unbounded channel can hold: at 16 bytes a message, 256 MiB.
const MOST_UNITS: f64 = 16_777_216.0;
/// The units of the first guess of the cost.
const FIRST_UNITS: u64 = 256;

/// What a round took. All but the number of units is for one unit.
#[derive(Clone, Copy, Debug)]
pub struct Round {
    pub units: u64,
    pub ns: f64,
    /// CPU time of the whole process.
    pub cpu_ns: f64,
    /// Voluntary context switches.
    pub switches: f64,
}

impl From<Sample> for Round {
    fn from(sample: Sample) -> Self {
        let units = sample.units as f64;
        Self {
            units: sample.units,
            ns: sample.elapsed.as_nanos() as f64 / units,
            cpu_ns: sample.usage.cpu.as_nanos() as f64 / units,
            switches: sample.usage.switches as f64 / units,
        }
    }
}

/// Does this many units of one cell with one library.
pub type Runner<'a> = Box<dyn FnMut(u64) -> Sample + 'a>;

/// The rounds of each runner, without the first, which only improves the guess of the cost.
pub fn measure(runners: &mut [&mut Runner], plan: Plan) -> Vec<Vec<Round>> {
    let mut costs: Vec<Cost> = runners.iter_mut().map(|run| Cost::guess(run, plan.round)).collect();
    let mut rounds = vec![vec![]; runners.len()];
    for done in 0..plan.most_rounds {
        if done >= plan.rounds && !rounds.iter().any(|rounds| is_unsteady(rounds)) {
            break;
        }
        for ((run, cost), rounds) in runners.iter_mut().zip(&mut costs).zip(&mut rounds) {
            let (new, round) = Cost::of(run, cost.units(plan.round));
            cost.learn(new, done + 2);
            rounds.push(round);
        }
    }
    rounds
}

fn is_unsteady(rounds: &[Round]) -> bool {
    is_wide(&rounds.iter().map(|round| round.ns).collect::<Vec<_>>())
}

/// The wall time of a unit with all that belongs to it, as a logarithm. Its mean is geometric,
/// because a cell with two modes that are far apart must not get the units of a fast round in a
/// slow one.
struct Cost(f64);

impl Cost {
    /// Guesses from a short run, and then from a long one.
    fn guess(run: &mut Runner, time: Duration) -> Self {
        let (first, _) = Self::of(run, FIRST_UNITS);
        Self::of(run, first.units(time)).0
    }

    fn of(run: &mut Runner, units: u64) -> (Self, Round) {
        let start = Instant::now();
        let sample = run(units);
        let wall = start.elapsed().as_nanos() as f64;
        (Self((wall / sample.units as f64).ln()), sample.into())
    }

    fn learn(&mut self, new: Self, number: usize) {
        self.0 += (new.0 - self.0) / number as f64;
    }

    fn units(&self, time: Duration) -> u64 {
        (time.as_nanos() as f64 / self.0.exp()).clamp(1.0, MOST_UNITS) as u64
    }
}
