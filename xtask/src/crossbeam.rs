//! crossbeam-channel's own tests, run on gochan-crossbeam.
//!
//! cargo fetches the version that `crossbeam/Cargo.toml` pins. Its tests are copied as they are,
//! into a package in which `crossbeam-channel` is gochan-crossbeam.

use std::{
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use crate::{
    child::{self, End},
    place,
    registry::{self, Package},
    test_program,
    test_results::TestResults,
    Result,
};

const EXCEPTIONS: &str = "crossbeam/exceptions.txt";

/// Most of the tests sleep.
const THREADS: &str = "--test-threads=4";

/// What a program may take, and a test that is expected to fail, which may hang.
const LIMIT: Duration = Duration::from_secs(300);
const EXCEPTION_LIMIT: Duration = Duration::from_secs(20);

/// A test that is expected to fail: a line of `crossbeam/exceptions.txt`.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Exception<'a> {
    program: &'a str,
    test: &'a str,
}

impl<'a> Exception<'a> {
    /// Reads `PROGRAM::TEST: REASON`.
    fn parse(line: &'a str) -> Result<Self> {
        let malformed = || format!("{EXCEPTIONS}: not `program::test: reason`: {line}");
        let (name, reason) = line.split_once(": ").ok_or_else(malformed)?;
        let (program, test) = name.split_once("::").ok_or_else(malformed)?;
        if reason.trim().is_empty() {
            return Err(malformed().into());
        }
        Ok(Self { program, test })
    }
}

/// Runs every program of the suite. True if all tests but the exceptions pass, and no exception.
pub fn run() -> Result<bool> {
    let exceptions = place::read(EXCEPTIONS)?;
    let exceptions = lines(&exceptions).map(Exception::parse).collect::<Result<Vec<_>>>()?;
    let original = registry::dependency(
        &place::root().join("crossbeam/Cargo.toml"),
        &[],
        "crossbeam-channel",
    )?;
    let programs = build(&original)?;
    let mut left = exceptions.clone();
    let (mut passed, mut is_well) = (0, !programs.is_empty());
    for (name, path) in &programs {
        let mine: Vec<_> = exceptions.iter().filter(|e| e.program == name).copied().collect();
        let (count, is_fine) = judge(name, path, &mine)?;
        passed += count;
        is_well &= is_fine;
        left.retain(|exception| exception.program != name);
    }
    for Exception { program, test } in left {
        println!("there is no test {program}::{test}");
        is_well = false;
    }
    let version = &original.version;
    println!("crossbeam-channel {version}: {passed} pass, {} expected to fail", exceptions.len());
    Ok(is_well)
}

/// The lines of a list that say something.
pub fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#'))
}

/// Builds the programs, and returns their names and where they are.
fn build(original: &Package) -> Result<Vec<(String, PathBuf)>> {
    let dir = place::target().join("crossbeam/suite");
    registry::write(&dir.join("Cargo.toml"), &manifest(original))?;
    registry::write(&dir.join("src/lib.rs"), "")?;
    registry::copy_new(&original.dir.join("tests"), &dir.join("tests"))?;
    let mut cargo = registry::cargo("test", &dir.join("Cargo.toml"));
    cargo.args(["--no-run", "--quiet"]).env("CARGO_TARGET_DIR", place::target().join("crossbeam"));
    let mut programs = test_program::all_built(&mut cargo)?;
    programs.retain(|(name, _)| name != "suite");
    Ok(programs)
}

/// A package with the original's needs, but for the channels themselves.
fn manifest(original: &Package) -> String {
    let path = place::root().join("crossbeam");
    let needs = original.needs.iter().map(|(name, req)| format!("{name} = {req:?}\n"));
    let needs = needs.collect::<String>();
    format!(
        "[package]\nname = \"suite\"\nversion = \"0.0.0\"\nedition = \"2021\"\n\n[workspace]\n\n\
         [profile.test]\ndebug = false\n\n[lints.rust]\nwarnings = \"allow\"\n\n[dependencies]\n{needs}\
         crossbeam-channel = {{ package = \"gochan-crossbeam\", path = {path:?} }}\n"
    )
}

/// Runs a program, without its exceptions and then each of them. Returns how many tests pass, and
/// whether all is as expected.
fn judge(name: &str, path: &Path, exceptions: &[Exception]) -> Result<(usize, bool)> {
    let listed = child::capture(Command::new(path).args(["--list", "--format=terse"]), None)?;
    let tests = listed.output.lines().filter_map(|line| line.strip_suffix(": test"));
    let expected = tests.filter(|test| exceptions.iter().all(|exception| exception.test != *test));
    let mut command = Command::new(path);
    command.args(["--exact", THREADS]).args(exceptions.iter().flat_map(|e| ["--skip", e.test]));
    let mut results = TestResults::default();
    let mut output = String::new();
    let end = child::watch(command.env("RUST_BACKTRACE", "0"), Some(LIMIT), |_, line| {
        results.see(line);
        output.extend([line, "\n"]);
    })?;
    let failed = results.not_passed(expected);
    let mut is_well = end == End::Passed && failed.is_empty();
    if !is_well {
        println!("{output}{name}: {end:?}, without a pass: {failed:?}");
    }
    for exception in exceptions {
        is_well &= fails(path, exception)?;
    }
    let passed = results.count("ok");
    println!("{name:<14} {passed:>3} pass, {} expected to fail", exceptions.len());
    Ok((passed, is_well))
}

/// Whether a test that is expected to fail does. One that there is not would pass.
fn fails(path: &Path, exception: &Exception) -> Result<bool> {
    let mut command = Command::new(path);
    command.args(["--exact", exception.test]);
    let passes = child::capture(&mut command, Some(EXCEPTION_LIMIT))?.end == End::Passed;
    if passes {
        let Exception { program, test } = exception;
        println!("{program}::{test} is expected to fail, and passes");
    }
    Ok(!passes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exception_has_a_program_a_test_and_a_reason() {
        let exception = Exception::parse("array::panic_on_drop: gochan drops all").unwrap();
        assert_eq!(exception, Exception { program: "array", test: "panic_on_drop" });
        let wrong = ["array::panic_on_drop", "panic_on_drop: why", "array::panic_on_drop: "];
        wrong.iter().for_each(|line| assert!(Exception::parse(line).is_err(), "{line}"));
    }

    #[test]
    fn the_list_has_no_malformed_line() {
        let text = place::read(EXCEPTIONS).unwrap();
        lines(&text).for_each(|line| assert!(Exception::parse(line).is_ok(), "{line}"));
        assert_eq!(lines("# why\n\na b\n").collect::<Vec<_>>(), ["a b"]);
    }

    #[test]
    fn the_suite_needs_what_the_original_needs() {
        let needs = vec![("rand".into(), "^0.8".into())];
        let dir = PathBuf::new();
        let original = Package { version: "1.0.0".into(), dir, is_published: true, needs };
        let manifest = manifest(&original);
        assert!(manifest.contains("\nrand = \"^0.8\"\n"));
        assert!(manifest.contains("crossbeam-channel = { package = \"gochan-crossbeam\""));
    }
}
