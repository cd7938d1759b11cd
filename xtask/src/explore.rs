//! Every model of a checker.

use std::{num::NonZeroUsize, thread};

use crate::{
    build::Build,
    child::{self, End, Stream},
    Result,
};

/// Runs the models that `arguments` of the test program select, and prints each as it is done.
pub fn run(checker: Build, arguments: Vec<std::ffi::OsString>) -> Result<bool> {
    explore(checker, arguments, |line| println!("{line}"))
}

/// The same, with each line of news for `see`.
pub fn explore(
    checker: Build,
    arguments: Vec<std::ffi::OsString>,
    mut see: impl FnMut(&str),
) -> Result<bool> {
    let mut cargo =
        checker.cargo(&["test", "--quiet", "--profile", "loom", "--test", checker.name(), "--"])?;
    let threads = thread::available_parallelism().map_or(1, NonZeroUsize::get);
    cargo.args(["--nocapture", &format!("--test-threads={threads}")]).args(arguments);
    let end = child::watch(&mut cargo, None, |stream, line| match stream {
        Stream::Out if is_news(line) => see(line),
        Stream::Err if !line.is_empty() => eprintln!("{line}"),
        _ => {}
    })?;
    Ok(end == End::Passed)
}

/// Whether the line is about a model, or a result.
fn is_news(line: &str) -> bool {
    Model::parse(line).is_some()
        || ["test result", "panicked", "failed"].iter().any(|word| line.contains(word))
}

/// A line about a model: how far it was explored, and in what time.
#[derive(Debug, PartialEq)]
pub struct Model {
    pub name: String,
    pub bound: String,
    pub iterations: String,
    pub seconds: String,
}

impl Model {
    /// The test harness may have put its dots before the line.
    pub fn parse(line: &str) -> Option<Self> {
        let mut words = line.trim_start_matches('.').strip_prefix("model ")?.split_whitespace();
        let mut word = || words.next().map(String::from);
        Some(Self { name: word()?, bound: word()?, iterations: word()?, seconds: word()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_is_read_behind_the_dots_of_the_harness() {
        let line = "..model l22_ring_full                      2      62568      8.1 s";
        let model = Model::parse(line).unwrap();
        assert_eq!(model.name, "l22_ring_full");
        assert_eq!((&*model.bound, &*model.iterations, &*model.seconds), ("2", "62568", "8.1"));
    }

    #[test]
    fn other_lines_are_no_models() {
        assert_eq!(Model::parse("model l22_ring_full"), None);
        assert_eq!(Model::parse("a model l22_ring_full 2 62568 8.1 s"), None);
    }

    #[test]
    fn news_is_models_and_results() {
        assert!(is_news("model l22_ring_full 2 62568 8.1 s"));
        assert!(is_news("test result: ok. 1 passed"));
        assert!(is_news("thread 'x' panicked at"));
        assert!(!is_news("running 66 tests"));
        assert!(!is_news(""));
    }
}
