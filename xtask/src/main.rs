//! The steps of `./check` that parse and count.

mod build;
mod child;
mod coverage;
mod crossbeam;
mod crossbeam_users;
mod evidence;
mod explore;
mod fuzz;
mod lcov;
mod lean;
mod linear_mutants;
mod miri;
mod mutants;
mod place;
mod registry;
mod reports;
mod soak;
mod test_program;
mod test_results;
mod tools;

use std::{env, error::Error, ffi::OsString, process::ExitCode};

use build::Build;
use lexopt::{Arg, Parser, ValueExt};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const USAGE: &str = "\
usage: xtask SUBCOMMAND
  explore CHECKER [ARGS]       every model of loom or shuttle: name, bound, iterations, time
  mutants                      each seeded mistake of tests/mutants.txt makes its model fail
  linear_mutants               each of tests/linear/mutants.txt makes a history that is refused
  evidence                     explore and mutants, as one table
  coverage                     the lines and branches of src/ that the tests run, and those not
  fuzz_mutants                 each seeded mistake of fuzz/mutants.txt is found
  fuzz [SECONDS]               programs that libFuzzer generates
  chaos                        one round of random tests with threads held up: GOCHAN_SEED=n
  soak [MINUTES]               rounds of it, each with a seed of its own
  lean [--record]              the instructions of ready paths, beside those on record
  crossbeam                    crossbeam-channel's own tests, on gochan-crossbeam
  crossbeam_users [NAME ...]   the tests of crates that use crossbeam-channel, on both
  miri [SEEDS]                 waits and wakes, under Miri by both models of aliasing
  with BUILD COMMAND           runs a command with the flags of a build
  reports TEXT BUILD COMMAND   the same, but the command has to fail and print the text
builds: asan, chaos, coverage, fuzz, loom, shuttle, tsan";

fn main() -> ExitCode {
    run(Parser::from_env()).unwrap_or_else(|error| {
        eprintln!("xtask: {error}");
        ExitCode::FAILURE
    })
}

fn run(mut parser: Parser) -> Result<ExitCode> {
    let subcommand = match parser.next()? {
        Some(Arg::Value(name)) => name.string()?,
        Some(Arg::Long("help") | Arg::Short('h')) => {
            println!("{USAGE}");
            return Ok(ExitCode::SUCCESS);
        }
        Some(other) => return Err(other.unexpected().into()),
        None => return Err(USAGE.into()),
    };
    let mut words = parser.raw_args()?;
    let passed = match subcommand.as_str() {
        "explore" => explore::run(build(words.next())?, words.collect())?,
        "mutants" => mutants::run()?,
        "linear_mutants" => linear_mutants::run()?,
        "evidence" => evidence::run()?,
        "coverage" => coverage::run()?,
        "fuzz_mutants" => fuzz::mutants()?,
        "fuzz" => fuzz::run(number(words.next(), 60)?)?,
        "chaos" => return child::code_of(&mut soak::round()?),
        "soak" => soak::run(number(words.next(), 2)?)?,
        "lean" => lean::run(words.next().is_some_and(|word| word == "--record"))?,
        "crossbeam" => crossbeam::run()?,
        "crossbeam_users" => {
            let names = words.map(|word| Ok(word.string()?)).collect::<Result<Vec<_>>>()?;
            crossbeam_users::run(&names)?
        }
        "miri" => miri::run(number(words.next(), 16)?)?,
        "with" => return child::code_of(&mut build(words.next())?.command(words)?),
        "reports" => {
            let text = words.next().ok_or("reports needs a text")?.string()?;
            let mistake = env::var("GOCHAN_MUTANT").unwrap_or_default();
            reports::run(&mistake, &text, &mut build(words.next())?.command(words)?)?
        }
        other => return Err(format!("there is no subcommand {other}\n{USAGE}").into()),
    };
    Ok(if passed { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn build(word: Option<OsString>) -> Result<Build> {
    Ok(word.ok_or("the name of a build is missing")?.string()?.parse()?)
}

fn number(word: Option<OsString>, default: u64) -> Result<u64> {
    word.map_or(Ok(default), |word| Ok(word.parse()?))
}
