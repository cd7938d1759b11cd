//! The lines and branches of `src/` that the tests run, and those that they do not.

use std::process::Command;

use crate::{
    build::Build,
    child::{self, End},
    lcov::{self, Count, File, Kind},
    place, tools, Result,
};

/// Not the tests that count allocations, since what counts coverage may allocate, nor those whose
/// processes a signal ends.
const TESTS: &[&str] = &[
    "capacity",
    "close",
    "context",
    "differential",
    "errors",
    "faults",
    "golang",
    "groups",
    "handles",
    "iter",
    "linear",
    "making",
    "operations",
    "panics",
    "programs",
    "select",
    "select_dynamic",
    "select_hygiene",
    "select_order",
    "stress",
    "time",
];

/// Files that only a checker's build has, tests, and `src/signal`.
const IGNORED: &str = r"src/(model\.rs|signal/|sync/(model/|chaos|tsan_arc)|.*tests?/)";

pub fn run() -> Result<bool> {
    let install = "cargo install cargo-llvm-cov && rustup component add llvm-tools";
    tools::require("cargo-llvm-cov", install)?;
    let tests = child::capture(&mut tests()?, None)?;
    if tests.end != End::Passed {
        println!("{}", tests.output);
        return Ok(false);
    }
    let report = ["llvm-cov", "report", "--branch", "--ignore-filename-regex", IGNORED, "--lcov"];
    let report = child::output(&mut Build::Coverage.cargo(&report)?)?;
    if !report.status.success() {
        return Err(String::from_utf8_lossy(&report.stderr).into());
    }
    let files = lcov::parse(&String::from_utf8(report.stdout)?);
    summary(&files).iter().for_each(|line| println!("{line}"));
    for file in &files {
        missed(file, &place::read(&file.name)?).iter().for_each(|line| println!("{line}"));
    }
    Ok(true)
}

fn tests() -> Result<Command> {
    let mut cargo = Build::Coverage.cargo(&["llvm-cov", "--no-report", "--branch", "--lib"])?;
    cargo.args(TESTS.iter().map(|test| format!("--test={test}")));
    Ok(cargo)
}

/// A line for each file, and one for all.
fn summary(files: &[File]) -> Vec<String> {
    let row = |name: &str, lines: Count, branches: Count| {
        let (lines, branches) = (counted(lines, "lines"), counted(branches, "branches"));
        format!("{name:<24} {lines} {branches}")
    };
    let name = |file: &File| file.name.trim_start_matches("src/").to_string();
    let mut rows: Vec<_> =
        files.iter().map(|file| row(&name(file), file.lines, file.branches)).collect();
    rows.push(row("TOTAL", total(files, |file| file.lines), total(files, |file| file.branches)));
    rows
}

fn counted(count: Count, what: &str) -> String {
    format!("{:>5} {what} {:>3} not run", count.all, count.missed())
}

fn total(files: &[File], count: impl Fn(&File) -> Count) -> Count {
    files.iter().map(count).fold(Count::default(), |sum, count| Count {
        all: sum.all + count.all,
        run: sum.run + count.run,
    })
}

/// What was not run of a file, but for what a seeded mistake decides: no build of a test makes one.
fn missed(file: &File, text: &str) -> Vec<String> {
    let lines: Vec<_> = text.lines().collect();
    let places = file
        .missed
        .iter()
        .map(|(number, kind)| (kind, number, lines.get(number - 1).copied().unwrap_or_default()));
    let places = places.filter(|(_, _, line)| !line.contains("mutant("));
    let kind = |kind: &Kind| if *kind == Kind::Line { "line" } else { "branch" };
    places.map(|(k, number, line)| format!("{} {}:{number}:{line}", kind(k), file.name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str, missed: &[(usize, Kind)]) -> File {
        File {
            name: name.into(),
            lines: Count { all: 10, run: 8 },
            branches: Count { all: 4, run: 3 },
            missed: missed.iter().copied().collect(),
        }
    }

    #[test]
    fn the_summary_ends_with_the_total() {
        let rows = summary(&[file("src/chan.rs", &[]), file("src/core/done.rs", &[])]);
        let expected =
            "core/done.rs                10 lines   2 not run     4 branches   1 not run";
        assert_eq!(rows[1], expected);
        let expected =
            "TOTAL                       20 lines   4 not run     8 branches   2 not run";
        assert_eq!(rows[2], expected);
    }

    #[test]
    fn what_is_missed_shows_with_its_text() {
        let file = file("src/chan.rs", &[(1, Kind::Line), (3, Kind::Branch)]);
        assert_eq!(
            missed(&file, "one\ntwo\n  three\n"),
            ["line src/chan.rs:1:one", "branch src/chan.rs:3:  three"]
        );
    }

    #[test]
    fn a_seeded_mistake_is_not_missed() {
        let file = file("src/chan.rs", &[(1, Kind::Branch)]);
        assert!(missed(&file, "if mutant(\"no_drain\") {").is_empty());
    }
}
