//! What the test programs of others print.

use std::collections::BTreeMap;

/// How a test ended, by its name. Tests of several programs may have one name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TestResults(BTreeMap<String, Vec<String>>);

impl TestResults {
    /// Reads a line that a test program prints; other lines say nothing.
    pub fn see(&mut self, line: &str) {
        if let Some((name, verdict)) = result_in(line) {
            let verdicts = self.0.entry(name.into()).or_default();
            verdicts.push(verdict.into());
            verdicts.sort();
        }
    }

    /// Returns how many tests ended like this.
    pub fn count(&self, verdict: &str) -> usize {
        self.0.values().flatten().filter(|other| *other == verdict).count()
    }

    /// Returns the tests that did not pass, of these names.
    pub fn not_passed<'a>(&self, names: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
        let has_passed = |name: &&str| self.0.get(*name).is_some_and(|all| *all == ["ok"]);
        names.filter(|name| !has_passed(name)).collect()
    }

    /// Returns a line for each test that ended otherwise in `other`.
    pub fn differences(&self, other: &Self) -> Vec<String> {
        let mut names: Vec<_> = self.0.keys().chain(other.0.keys()).collect();
        names.sort();
        names.dedup();
        let show = |results: &Self, name| results.0.get(name).map_or("-".into(), |v| v.join(" "));
        let pairs = names.into_iter().map(|name| (name, show(self, name), show(other, name)));
        let differ = pairs.filter(|(_, here, there)| here != there);
        differ.map(|(name, here, there)| format!("{name}: {here} / {there}")).collect()
    }
}

/// The name and the verdict in `test NAME ... VERDICT`.
fn result_in(line: &str) -> Option<(&str, &str)> {
    let (name, verdict) = line.strip_prefix("test ")?.rsplit_once(" ... ")?;
    let name = name.strip_suffix(" - should panic").unwrap_or(name);
    let verdict = verdict.split([',', ' ']).next()?;
    ["ok", "FAILED", "ignored"].contains(&verdict).then_some((name, verdict))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn results(lines: &[&str]) -> TestResults {
        let mut results = TestResults::default();
        lines.iter().for_each(|line| results.see(line));
        results
    }

    #[test]
    fn each_test_has_its_verdict() {
        let results = results(&[
            "running 4 tests",
            "test a::b ... ok",
            "test c - should panic ... ok",
            "test d ... FAILED",
            "test e ... ignored, too slow",
            "test result: FAILED. 2 passed; 1 failed; 1 ignored",
            "test f has been running for over 60 seconds",
        ]);
        let counts = ["ok", "FAILED", "ignored"].map(|verdict| results.count(verdict));
        assert_eq!(counts, [2, 1, 1]);
        assert!(results.not_passed(["a::b", "c"].into_iter()).is_empty());
    }

    #[test]
    fn a_test_without_a_result_has_not_passed() {
        let results = results(&["test a ... ok", "test b ... FAILED"]);
        assert_eq!(results.not_passed(["a", "b", "c"].into_iter()), ["b", "c"]);
    }

    #[test]
    fn differences_name_both_verdicts() {
        let one = results(&["test a ... ok", "test b ... ok", "test b ... FAILED"]);
        let other = results(&["test b ... FAILED", "test b ... ok", "test c ... ok"]);
        assert_eq!(one.differences(&other), ["a: ok / -", "c: - / ok"]);
        assert!(one.differences(&one.clone()).is_empty());
    }
}
