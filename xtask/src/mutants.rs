//! Seeded mistakes, each of which has to make its model fail. A model that never failed proves
//! nothing.

use crate::{build::Build, place, test_program::TestProgram, Result};

/// A line of `tests/mutants.txt`: a seeded mistake, and the model that has to catch it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pair<'a> {
    pub mistake: &'a str,
    pub checker: Build,
    /// The model as a test, with its module.
    pub test: &'a str,
}

impl<'a> Pair<'a> {
    fn parse(line: &'a str) -> Result<Self> {
        let words: Vec<_> = line.split_whitespace().collect();
        let [mistake, checker, test] = words[..] else {
            return Err(format!("not a mistake, a checker and a test: {line}").into());
        };
        let checker = checker.parse().map_err(|error| format!("{error}: {line}"))?;
        if !matches!(checker, Build::Loom | Build::Shuttle) {
            return Err(format!("no model checker: {line}").into());
        }
        Ok(Self { mistake, checker, test })
    }

    /// The model, without its module.
    pub fn model(&self) -> &'a str {
        self.test.rsplit("::").next().unwrap_or(self.test)
    }
}

pub fn run() -> Result<bool> {
    judge_all(
        |pair, is_caught| println!("{}", report(pair, is_caught)),
        |model| {
            println!("no mistake for the model {model}");
        },
    )
}

fn report(pair: &Pair, is_caught: bool) -> String {
    let verdict = if is_caught { "caught" } else { "NOT caught" };
    format!("{:<24} {verdict} by {} {}", pair.mistake, pair.checker.name(), pair.test)
}

/// Makes each mistake in turn and shows the verdict as it is known, then each model without a
/// mistake. Returns whether all is well.
pub fn judge_all(mut see: impl FnMut(&Pair, bool), mut see_bare: impl FnMut(&str)) -> Result<bool> {
    let (mistakes, models) =
        (place::read("tests/mutants.txt")?, place::read("tests/loom/models.txt")?);
    let pairs: Vec<_> = mistakes.lines().map(Pair::parse).collect::<Result<_>>()?;
    let programs =
        [TestProgram::new(Build::Loom, "loom")?, TestProgram::new(Build::Shuttle, "shuttle")?];
    let mut is_well = true;
    for pair in &pairs {
        let is_caught = catches(&programs, pair)?;
        see(pair, is_caught);
        is_well &= is_caught;
    }
    for model in without_mistake(&models, &pairs) {
        see_bare(model);
        is_well = false;
    }
    Ok(is_well)
}

/// Whether the model fails, by a panic: a run that takes too long does not count.
fn catches(programs: &[TestProgram], pair: &Pair) -> Result<bool> {
    let program = programs.iter().find(|program| program.build() == pair.checker);
    let program = program.expect("each checker has its program");
    let ended = program.run_with(pair.mistake, &["--quiet", "--exact", pair.test])?;
    Ok(ended.failed_with("panicked"))
}

/// The models of loom for which there is no mistake.
fn without_mistake<'a>(models: &'a str, pairs: &[Pair]) -> Vec<&'a str> {
    let has_one = |model: &&str| {
        pairs.iter().any(|pair| pair.checker == Build::Loom && pair.model() == *model)
    };
    let names = models.lines().filter_map(|line| line.split_whitespace().next());
    names.filter(|model| !has_one(model)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAIR: Pair =
        Pair { mistake: "no_drain", checker: Build::Loom, test: "ring::last_receiver_drop" };

    #[test]
    fn a_line_is_a_mistake_a_checker_and_a_test() {
        assert_eq!(Pair::parse("no_drain loom ring::last_receiver_drop").unwrap(), PAIR);
        let wrong = ["", "no_drain loom", "a loom b c", "a miri b", "a asan b"];
        wrong.iter().for_each(|line| assert!(Pair::parse(line).is_err(), "{line}"));
    }

    #[test]
    fn a_model_has_no_module() {
        assert_eq!(PAIR.model(), "last_receiver_drop");
        assert_eq!(Pair { test: "many_to_many", ..PAIR }.model(), "many_to_many");
    }

    #[test]
    fn a_verdict_is_one_line() {
        let column = "no_drain                ";
        let test = "by loom ring::last_receiver_drop";
        assert_eq!(report(&PAIR, true), format!("{column} caught {test}"));
        assert_eq!(report(&PAIR, false), format!("{column} NOT caught {test}"));
    }

    #[test]
    fn a_model_of_loom_needs_a_mistake_of_its_own() {
        let models = "last_receiver_drop 6 46284 7 -\nlast_receiver 2 10 3 -\n";
        assert_eq!(without_mistake(models, &[PAIR]), ["last_receiver"]);
        let by_shuttle = Pair { checker: Build::Shuttle, ..PAIR };
        assert_eq!(without_mistake(models, &[by_shuttle]).len(), 2);
    }

    #[test]
    fn the_files_of_the_repository_are_read() {
        let (mistakes, models) = (
            place::read("tests/mutants.txt").unwrap(),
            place::read("tests/loom/models.txt").unwrap(),
        );
        let pairs: Vec<_> = mistakes.lines().map(|line| Pair::parse(line).unwrap()).collect();
        assert!(without_mistake(&models, &pairs).is_empty());
    }
}
