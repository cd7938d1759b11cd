//! Seeded mistakes, each of which has to be seen in a history.

use crate::{
    build::Build,
    child::{End, Ended},
    place,
    test_program::TestProgram,
    Result,
};

/// The schedules are random ones, and one run of ten misses the rarest mistake.
const RUNS: u32 = 10;

pub fn run() -> Result<bool> {
    let program = TestProgram::new(Build::Shuttle, "linear")?;
    let mut is_well = true;
    for mistake in place::read("tests/linear/mutants.txt")?.lines() {
        let refused = refusing_run(|| Ok(is_refused(&program.run_with(mistake, ARGUMENTS)?)))?;
        println!("{}", report(mistake, refused));
        is_well &= refused.is_some();
    }
    Ok(is_well)
}

const ARGUMENTS: &[&str] = &["--quiet", "schedules"];

/// The first run that is refused.
fn refusing_run(mut is_refused: impl FnMut() -> Result<bool>) -> Result<Option<u32>> {
    for run in 1..=RUNS {
        if is_refused()? {
            return Ok(Some(run));
        }
    }
    Ok(None)
}

/// Whether a history was refused: a deadlock or another assertion does not count.
fn is_refused(ended: &Ended) -> bool {
    ended.end == End::Failed
        && ended.output.lines().any(|line| line.starts_with("not linearizable"))
}

fn report(mistake: &str, refused: Option<u32>) -> String {
    let run = refused.map_or("none".into(), |run| run.to_string());
    format!("{mistake:<24} refused in run: {run}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_begins_a_line_of_a_failure() {
        let ended = |end, output: &str| Ended { end, output: output.into() };
        assert!(is_refused(&ended(End::Failed, "panicked at\nnot linearizable:\nsend(1)")));
        assert!(!is_refused(&ended(End::Passed, "not linearizable:")));
        assert!(!is_refused(&ended(End::Failed, "deadlock: not linearizable")));
    }

    #[test]
    fn the_first_refusal_ends_the_runs() {
        let mut runs = 0;
        let third = refusing_run(|| {
            runs += 1;
            Ok(runs == 3)
        });
        assert_eq!((third.unwrap(), runs), (Some(3), 3));
    }

    #[test]
    fn ten_runs_without_a_refusal_are_enough() {
        let mut runs = 0;
        let never = refusing_run(|| {
            runs += 1;
            Ok(false)
        });
        assert_eq!((never.unwrap(), runs), (None, RUNS));
    }

    #[test]
    fn a_report_is_one_line() {
        assert_eq!(report("closed_first", Some(1)), "closed_first             refused in run: 1");
        assert_eq!(report("closed_first", None), "closed_first             refused in run: none");
    }
}
