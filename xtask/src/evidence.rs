//! The models as one table: how far each was explored, in what time, and which mistake it catches.

use crate::{
    build::Build,
    explore::{explore, Model},
    mutants::{self, Pair},
    Result,
};

/// Prints the table. Shows each model as it is explored, for a person who waits.
pub fn run() -> Result<bool> {
    let mut models = vec![];
    for checker in [Build::Loom, Build::Shuttle] {
        let passed = explore(checker, vec![], |line| {
            eprintln!("{line}");
            models.extend(Model::parse(line));
        })?;
        if !passed {
            return Err(format!("a model of {} fails", checker.name()).into());
        }
    }
    println!("| model | bound | iterations | time | mistake | caught |");
    println!("|---|--:|--:|--:|---|---|");
    mutants::judge_all(
        |pair, is_caught| println!("{}", row(&models, pair, is_caught)),
        |model| {
            eprintln!("no mistake for the model {model}");
        },
    )
}

fn row(models: &[Model], pair: &Pair, is_caught: bool) -> String {
    let model = models.iter().find(|model| model.name == pair.model());
    let explored = model.map_or("- | - | -".into(), |model| {
        format!("{} | {} | {} s", model.bound, model.iterations, model.seconds)
    });
    let caught = if is_caught { "yes" } else { "no" };
    format!("| `{}` | {explored} | `{}` | {caught} |", pair.model(), pair.mistake)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAIR: Pair = Pair { mistake: "no_drain", checker: Build::Loom, test: "ring::last_drop" };

    #[test]
    fn a_row_joins_a_model_and_its_mistake() {
        let models = [
            Model::parse("model last_drops 1 2 3.0 s").unwrap(),
            Model::parse("model last_drop all 64 0.1 s").unwrap(),
        ];
        let expected = "| `last_drop` | all | 64 | 0.1 s | `no_drain` | yes |";
        assert_eq!(row(&models, &PAIR, true), expected);
        assert_eq!(row(&models, &PAIR, false), expected.replace("yes", "no"));
    }

    #[test]
    fn a_model_that_was_not_explored_has_a_row() {
        assert_eq!(row(&[], &PAIR, false), "| `last_drop` | - | - | - | `no_drain` | no |");
    }
}
