//! Programs that libFuzzer generates.

use std::{fs, path::Path, process::Command};

use crate::{build::Build, child, child::End, place, place::Scratch, reports, tools, Result};

const TARGETS: [&str; 2] = ["operations", "histories"];

/// Whether each mistake of `fuzz/mutants.txt` is found within a minute, from nothing.
pub fn mutants() -> Result<bool> {
    require_fuzzer()?;
    for line in place::read("fuzz/mutants.txt")?.lines() {
        let (target, mistake) = parse(line)?;
        let scratch = Scratch::new(mistake)?;
        let mut fuzzer = fuzzer(target, scratch.path(), 60)?;
        if !reports::run(mistake, "deadly signal", fuzzer.env("GOCHAN_MUTANT", mistake))? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Runs each target for so many seconds. Its corpus stays for the next time.
pub fn run(seconds: u64) -> Result<bool> {
    require_fuzzer()?;
    for target in TARGETS {
        let corpus = place::root().join("fuzz/corpus").join(target);
        fs::create_dir_all(&corpus)?;
        let ended = child::capture(&mut fuzzer(target, &corpus, seconds)?, None)?;
        if ended.end != End::Passed {
            println!("{}", ended.output);
            return Ok(false);
        }
        println!("{target}: {}", last_line(&ended.output).unwrap_or("no summary"));
    }
    Ok(true)
}

fn require_fuzzer() -> Result<()> {
    tools::require("cargo-fuzz", "cargo install cargo-fuzz")
}

/// A line of `fuzz/mutants.txt`: a target, and a mistake that it has to find.
fn parse(line: &str) -> Result<(&str, &str)> {
    line.split_once(' ').ok_or_else(|| format!("not a target and a mistake: {line}").into())
}

/// Only `operations` knows which values are left, so only there a leak is a mistake.
fn fuzzer(target: &str, corpus: &Path, seconds: u64) -> Result<Command> {
    let corpus = corpus.to_str().ok_or("the corpus has a name that is no text")?;
    let leaks = u8::from(target == "operations");
    let mut command = Build::Fuzz.cargo(&["fuzz", "run", target, corpus, "--"])?;
    command.current_dir(place::root().join("fuzz"));
    command.args(["-max_len=1000", "-len_control=0"]);
    command.arg(format!("-detect_leaks={leaks}"));
    command.arg(format!("-artifact_prefix={corpus}/"));
    command.arg(format!("-max_total_time={seconds}"));
    Ok(command)
}

/// What libFuzzer says at its end.
fn last_line(output: &str) -> Option<&str> {
    output.lines().find(|line| line.contains("DONE"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_target_and_a_mistake() {
        assert_eq!(parse("operations no_drain").unwrap(), ("operations", "no_drain"));
        assert!(parse("operations").is_err());
    }

    #[test]
    fn the_files_of_the_repository_name_targets() {
        let text = place::read("fuzz/mutants.txt").unwrap();
        assert!(text.lines().all(|line| TARGETS.contains(&parse(line).unwrap().0)));
    }

    #[test]
    fn only_operations_look_for_leaks() {
        let leaks = |target| {
            let command = fuzzer(target, Path::new("corpus"), 60).unwrap();
            command.get_args().any(|argument| argument == "-detect_leaks=1")
        };
        assert!(leaks("operations") && !leaks("histories"));
    }

    #[test]
    fn the_end_is_the_line_with_done() {
        let output = "INFO: Seed: 1\n#8 DONE cov: 12\nDone 8 runs";
        assert_eq!(last_line(output), Some("#8 DONE cov: 12"));
        assert_eq!(last_line("INFO: Seed: 1"), None);
    }
}
