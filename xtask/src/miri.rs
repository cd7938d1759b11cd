//! What waits and is woken, under Miri.

use std::process::{Command, Stdio};

use crate::{child, place, Result};

const TESTS: [&str; 4] =
    ["numbers", "who_sleeps_is_woken", "a_close_wakes_both_sides", "tasks_meet_and_drop"];

/// Runs the schedules of the first seeds, by both models of aliasing. Where there is no Miri it
/// says so.
pub fn run(seeds: u64) -> Result<bool> {
    if !has_miri() {
        println!("left out: rustup has no nightly with miri and rust-src");
        return Ok(true);
    }
    for (aliasing, flag) in [("stacked", ""), ("tree", "-Zmiri-tree-borrows")] {
        if !child::status(&mut command(seeds, flag))?.success() {
            return Ok(false);
        }
        println!("miri, {aliasing} borrows: {seeds} seeds");
    }
    Ok(true)
}

fn has_miri() -> bool {
    let mut rustup = Command::new("rustup");
    rustup.args(["+nightly", "component", "add", "miri", "rust-src"]);
    rustup.stdout(Stdio::null()).stderr(Stdio::null());
    rustup.status().is_ok_and(|status| status.success())
}

fn command(seeds: u64, flag: &str) -> Command {
    let mut command = Command::new("cargo");
    command.args(["+nightly", "miri", "test", "--quiet", "--test", "miri", "--"]).args(TESTS);
    command.current_dir(place::root()).stdout(Stdio::null());
    command.env_remove("CARGO_ENCODED_RUSTFLAGS").env("RUSTFLAGS", "--cfg gochan_bare");
    command
        .env("CARGO_TARGET_DIR", place::target().join("miri"))
        .env("MIRIFLAGS", flags(seeds, flag));
    command
}

fn flags(seeds: u64, flag: &str) -> String {
    format!(
        "-Zmiri-permissive-provenance -Zmiri-disable-isolation -Zmiri-preemption-rate=0.006 \
         -Zmiri-many-seeds=0..{seeds} {flag}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_flags_have_the_seeds_and_the_model_of_aliasing() {
        let flags = flags(16, "-Zmiri-tree-borrows");
        assert!(flags.ends_with(" -Zmiri-many-seeds=0..16 -Zmiri-tree-borrows"));
    }
}
