//! Instructions of ready paths, which hardly depend on the machine: each beside the number that is
//! on record, and beside the best peer's.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{child, place, test_program, tools, Result};

const RECORD: &str = "benchmarks/lean.txt";
const HEAD: &str = "\
# Instructions of one unit of a ready path: build, path, gochan, the best peer and its number.
# `./check lean` compares; `./check lean --record` writes this file.
";

/// The units of the two runs whose difference counts.
const UNITS: [u64; 2] = [1000, 3000];

/// The builds of users: cargo's release profile, thin link-time optimisation, optimised for size.
/// The peers are counted in the first.
const BUILDS: [&str; 3] = ["release", "thin", "small"];

/// The instructions of one unit.
#[derive(Clone, Debug, PartialEq)]
struct Row {
    build: String,
    path: String,
    gochan: f64,
    peer: Option<(String, f64)>,
}

/// Counts, and shows each row as it is known. True if no number has grown.
pub fn run(records: bool) -> Result<bool> {
    tools::require("valgrind", "apt-get install valgrind")?;
    let recorded = if records { Vec::new() } else { parse(&place::read(RECORD)?)? };
    let mut rows = Vec::new();
    let mut is_well = true;
    for build in BUILDS {
        let program = program(build)?;
        for (path, libraries) in paths(&program, build == BUILDS[0])? {
            let row = count(&program, build, &path, &libraries)?;
            let before = recorded.iter().find(|other| row.is_of(other));
            let verdict = if records { None } else { row.fault(before) };
            is_well &= verdict.is_none();
            println!("{} {}", row.line(), verdict.unwrap_or_default());
            rows.push(row);
        }
    }
    if records {
        let lines: String = rows.iter().map(|row| format!("{}\n", row.line().trim_end())).collect();
        fs::write(place::root().join(RECORD), format!("{HEAD}{lines}"))?;
    }
    Ok(is_well)
}

fn program(build: &str) -> Result<PathBuf> {
    let mut cargo = Command::new("cargo");
    let manifest = place::root().join("benchmarks/Cargo.toml");
    cargo.args(["build", "--quiet", "--bin", "lean", "--profile", build, "--manifest-path"]);
    // `./check` sets it for xtask alone.
    cargo.arg(manifest).env_remove("CARGO_ENCODED_RUSTFLAGS");
    test_program::built(&mut cargo, "lean")
}

/// The paths, each with the libraries that have it, gochan among them.
fn paths(program: &Path, with_peers: bool) -> Result<BTreeMap<String, Vec<String>>> {
    let listed = child::capture(Command::new(program).arg("--list"), None)?;
    let mut paths: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for line in listed.output.lines() {
        let (path, library) = line.split_once(' ').ok_or("a path without a library")?;
        if with_peers || library == "gochan" {
            paths.entry(path.into()).or_default().push(library.into());
        }
    }
    Ok(paths)
}

fn count(program: &Path, build: &str, path: &str, libraries: &[String]) -> Result<Row> {
    let mut row = Row { build: build.into(), path: path.into(), gochan: f64::NAN, peer: None };
    for library in libraries {
        let [few, many] = UNITS.map(|units| instructions(program, path, library, units));
        let each = (many? - few?) as f64 / (UNITS[1] - UNITS[0]) as f64;
        if library == "gochan" {
            row.gochan = each;
        } else if row.peer.as_ref().map_or(true, |(_, best)| each < *best) {
            row.peer = Some((library.clone(), each));
        }
    }
    Ok(row)
}

fn instructions(program: &Path, path: &str, library: &str, units: u64) -> Result<i64> {
    let mut valgrind = Command::new("valgrind");
    valgrind.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]);
    valgrind.arg(program).args([path, library, &units.to_string()]);
    let ended = child::capture(&mut valgrind, None)?;
    collected(&ended.output).ok_or_else(|| format!("no count: {}", ended.output).into())
}

/// The number that callgrind prints at its end.
fn collected(output: &str) -> Option<i64> {
    let line = output.lines().find_map(|line| line.split_once("Collected : "))?;
    line.1.trim().parse().ok()
}

impl Row {
    fn is_of(&self, other: &Self) -> bool {
        (&self.build, &self.path) == (&other.build, &other.path)
    }

    fn line(&self) -> String {
        let mut line = format!("{:<8} {:<20} {:>8.1}", self.build, self.path, self.gochan);
        if let Some((peer, count)) = &self.peer {
            let _ = write!(line, "  {peer:<13} {count:>8.1}");
        }
        line
    }

    /// What is wrong with the number, given the one before.
    fn fault(&self, before: Option<&Self>) -> Option<String> {
        let Some(before) = before else { return Some(format!("NOT in {RECORD}")) };
        // What the allocator does varies from run to run, and from one C library to another.
        let allocates = self.path.starts_with("make") || self.path.starts_with("after");
        let most = if allocates { 1.10 } else { 1.02 };
        if self.gochan > before.gochan * most + 2.0 {
            return Some(format!("GROWN from {:.1}", before.gochan));
        }
        let is_behind =
            |row: &Self| row.peer.as_ref().is_some_and(|peer| row.gochan > peer.1 * 1.05);
        (is_behind(self) && !is_behind(before)).then(|| "BEHIND the best peer".into())
    }
}

fn parse(record: &str) -> Result<Vec<Row>> {
    let lines = record.lines().filter(|line| !line.starts_with('#'));
    lines.map(|line| row(line).ok_or_else(|| format!("{RECORD}: {line}").into())).collect()
}

fn row(line: &str) -> Option<Row> {
    let mut words = line.split_whitespace();
    let (build, path) = (words.next()?.into(), words.next()?.into());
    let gochan = words.next()?.parse().ok()?;
    let peer = match words.next() {
        Some(name) => Some((name.into(), words.next()?.parse().ok()?)),
        None => None,
    };
    Some(Row { build, path, gochan, peer })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row_of(gochan: f64, peer: f64) -> Row {
        let peer = Some(("kanal".into(), peer));
        Row { build: "release".into(), path: "make/1".into(), gochan, peer }
    }

    #[test]
    fn a_row_is_written_as_it_is_read() {
        let row = row_of(585.5, 671.0);
        let alone = Row { peer: None, ..row.clone() };
        let record = format!("{HEAD}{}\n{}\n", row.line(), alone.line());
        assert_eq!(parse(&record).unwrap(), [row, alone]);
        assert!(parse("release make/1").is_err());
    }

    #[test]
    fn a_number_must_not_grow() {
        let before = row_of(100.0, 200.0);
        assert_eq!(row_of(112.0, 200.0).fault(Some(&before)), None);
        let grown = row_of(112.1, 200.0).fault(Some(&before));
        assert_eq!(grown.unwrap(), "GROWN from 100.0");
        let without_allocator = |row: Row| Row { path: "select-2-ready/100".into(), ..row };
        let before = without_allocator(before);
        assert_eq!(without_allocator(row_of(104.0, 200.0)).fault(Some(&before)), None);
        let grown = without_allocator(row_of(104.1, 200.0)).fault(Some(&before));
        assert_eq!(grown.unwrap(), "GROWN from 100.0");
        assert_eq!(row_of(1.0, 2.0).fault(None).unwrap(), "NOT in benchmarks/lean.txt");
    }

    #[test]
    fn a_path_that_was_ahead_stays_ahead() {
        let (ahead, behind) = (row_of(100.0, 110.0), row_of(100.0, 90.0));
        assert_eq!(ahead.fault(Some(&ahead)), None);
        assert_eq!(behind.fault(Some(&behind)), None);
        assert_eq!(behind.fault(Some(&ahead)).unwrap(), "BEHIND the best peer");
    }

    #[test]
    fn the_count_is_the_last_thing_that_callgrind_says() {
        let output = "==7== Events    : Ir\n==7== Collected : 1234567\n==7== \n";
        assert_eq!(collected(output), Some(1_234_567));
        assert_eq!(collected("valgrind: no such file"), None);
    }
}
