//! Random tests whose threads are held up at random, each round with a seed of its own.

use std::{
    collections::hash_map::RandomState,
    hash::{BuildHasher, Hasher},
    process::Command,
    time::{Duration, Instant},
};

use crate::{build::Build, child, child::End, Result};

/// The two skipped are a thousand threads, which take minutes like this, and the order among those
/// that sleep: a thread that is kept from sleeping passes its place on.
const ROUND: &[&str] = &[
    "test",
    "--quiet",
    "--release",
    "--test=stress",
    "--test=programs",
    "--",
    "--skip=a_close_wakes_a_thousand",
    "--skip=_are_served_in_order_of_arrival",
];

const COMPILATION: &[&str] =
    &["test", "--quiet", "--release", "--test=stress", "--test=programs", "--no-run"];

/// One round. `GOCHAN_SEED` is its seed.
pub fn round() -> Result<Command> {
    Build::Chaos.cargo(ROUND)
}

/// Runs rounds for so many minutes, or to the first failure.
pub fn run(minutes: u64) -> Result<bool> {
    // The compilation is not part of the time.
    let compiled = child::capture(&mut Build::Chaos.cargo(COMPILATION)?, None)?;
    if compiled.end != End::Passed {
        println!("{}", compiled.output);
        return Ok(false);
    }
    let deadline = Instant::now() + Duration::from_secs(60 * minutes);
    while Instant::now() < deadline {
        let seed = seed();
        println!("GOCHAN_SEED={seed}");
        let ended = child::capture(round()?.env("GOCHAN_SEED", seed.to_string()), None)?;
        if ended.end != End::Passed {
            println!("{}\nfailed: GOCHAN_SEED={seed} ./check chaos", ended.output);
            return Ok(false);
        }
    }
    Ok(true)
}

/// std's maps begin with random keys.
fn seed() -> u64 {
    RandomState::new().build_hasher().finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeds_differ() {
        assert_ne!(seed(), seed());
    }

    #[test]
    fn a_round_runs_what_is_compiled() {
        let programs =
            |words: &[&str]| words.iter().filter(|word| word.starts_with("--test=")).count();
        assert_eq!(programs(ROUND), programs(COMPILATION));
    }
}
