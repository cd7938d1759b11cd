//! `./check`, `.ci/run` and the hosted workflow agree with each other.

use std::{collections::BTreeSet, fs, path::Path};

#[test]
fn each_step_is_a_function() {
    let check = read("check");
    for step in steps(&check) {
        assert!(body(&check, step).is_some(), "{step} is no function of check");
    }
}

#[test]
fn each_step_is_in_contributing() {
    let (check, contributing) = (read("check"), read("CONTRIBUTING.md"));
    for step in steps(&check) {
        let is_named = contributing.contains(&format!("`{step}`"));
        assert!(is_named || step == "fast", "CONTRIBUTING.md does not name {step}");
    }
}

#[test]
fn each_step_of_the_gate_is_in_the_workflow() {
    let (check, gate, workflow) = (read("check"), read(".ci/run"), workflow());
    let gate = with_parts(&check, words(&steps(&check), &lines_with_check(&gate)));
    let hosted = with_parts(&check, words(&steps(&check), &hosted(&workflow)));
    assert!(gate.len() > 15, "the gate has more steps than {gate:?}");
    let missing: Vec<_> = gate.difference(&hosted).collect();
    assert!(missing.is_empty(), "not in the workflow: {missing:?}");
}

#[test]
fn the_workflow_names_steps_only() {
    let (check, workflow) = (read("check"), workflow());
    let steps = steps(&check);
    for row in rows(&workflow) {
        for word in row.split_whitespace() {
            assert!(steps.contains(&word), "{word} is no step");
        }
    }
}

#[test]
fn the_gate_and_the_workflow_have_one_toolchain() {
    let (gate, workflow) = (read(".ci/run"), workflow());
    let pinned = after(&gate, "TOOLCHAIN=").expect("the gate pins a toolchain");
    let hosted = after(&workflow, "TOOLCHAIN: ").expect("the workflow pins a toolchain");
    assert_eq!(pinned, hosted.trim_matches('"'));
    assert_eq!(pinned.split('.').count(), 3, "{pinned} is no version");
}

#[test]
fn a_step_has_the_steps_that_it_runs() {
    let check = "steps=(fmt lint all\n    tests)\nfmt() { cargo fmt; }\nlint() { true; }\n\
                 all() {\n    fmt; lint\n    tests \"$@\"\n}\ntests()  { cargo test; }\n";
    assert_eq!(steps(check), ["fmt", "lint", "all", "tests"]);
    let parts = with_parts(check, ["all"].into());
    assert_eq!(parts, ["all", "fmt", "lint", "tests"].into());
    assert_eq!(with_parts(check, ["tests"].into()), ["tests"].into());
}

#[test]
fn lines_with_check_are_commands() {
    let gate = "# the steps of ./check mutants\nif step ./check tsan; then step ./check asan; fi";
    let steps = ["tsan", "asan", "mutants"];
    assert_eq!(words(&steps, &lines_with_check(gate)), ["tsan", "asan"].into());
}

#[test]
fn rows_are_those_of_the_matrix() {
    let workflow =
        "matrix:\n  steps:\n    - fast xtask\n    - miri\nsteps:\n    - uses: checkout\n";
    assert_eq!(rows(workflow), ["fast xtask", "miri"]);
}

fn read(path: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    fs::read_to_string(root.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn workflow() -> String {
    read(".github/workflows/check.yml")
}

/// The names in `steps=(...)`.
fn steps(check: &str) -> Vec<&str> {
    let (_, rest) = check.split_once("\nsteps=(").or(check.split_once("steps=(")).unwrap();
    rest.split(')').next().unwrap().split_whitespace().collect()
}

/// What stands between the braces of a function.
fn body<'a>(check: &'a str, function: &str) -> Option<&'a str> {
    let lines = check.split_inclusive('\n');
    let begins =
        |line: &str| line.strip_prefix(function).is_some_and(|rest| rest.starts_with("()"));
    let mut at = 0;
    for line in lines {
        if begins(line) {
            let rest = &check[at..];
            let end = if line.trim_end().ends_with('}') { line.len() } else { rest.find("\n}")? };
            return Some(&rest[..end]);
        }
        at += line.len();
    }
    None
}

/// These steps, and those that they run.
fn with_parts<'a>(check: &'a str, steps_of: BTreeSet<&'a str>) -> BTreeSet<&'a str> {
    let steps = steps(check);
    let (mut all, mut next) = (BTreeSet::new(), Vec::from_iter(steps_of));
    while let Some(step) = next.pop() {
        if all.insert(step) {
            next.extend(commands(body(check, step).unwrap_or_default(), &steps));
        }
    }
    all
}

/// The steps that begin a command of this body.
fn commands<'a>(body: &'a str, steps: &[&'a str]) -> Vec<&'a str> {
    let (_, body) = body.split_once('{').unwrap_or_default();
    let first_words =
        body.split([';', '\n']).filter_map(|command| command.split_whitespace().next());
    first_words.filter(|word| steps.contains(word)).collect()
}

/// What follows `./check` on each line that is no comment.
fn lines_with_check(script: &str) -> String {
    let lines = script.lines().filter(|line| !line.trim_start().starts_with('#'));
    let calls = lines.flat_map(|line| line.split("./check ").skip(1));
    calls.map(|call| call.split(';').next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

/// The steps that the workflow's matrix and commands name.
fn hosted(workflow: &str) -> String {
    format!("{}\n{}", rows(workflow).join("\n"), lines_with_check(workflow))
}

/// The rows of the matrix of steps.
fn rows(workflow: &str) -> Vec<&str> {
    let mut lines = workflow.lines().map(str::trim).skip_while(|line| *line != "matrix:");
    lines.find(|line| *line == "steps:");
    lines.map_while(|line| line.strip_prefix("- ")).collect()
}

fn words<'a>(steps: &[&'a str], text: &str) -> BTreeSet<&'a str> {
    steps.iter().copied().filter(|step| text.split_whitespace().any(|word| word == *step)).collect()
}

/// The word after `key` at the beginning of a line.
fn after<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    text.lines().find_map(|line| line.trim_start().strip_prefix(key))
}
