//! What the documents name exists.
#![cfg(not(any(loom, shuttle)))]

use std::{fs, path::Path};

/// Every test that stands as `file::test` in a table of `document`.
fn tests_named_in(document: &str) -> Vec<(String, String)> {
    let text = fs::read_to_string(root().join(document)).unwrap();
    let rows = text.lines().filter(|line| line.starts_with('|'));
    let quoted = rows.flat_map(|row| row.split('`').skip(1).step_by(2));
    let names = quoted.filter_map(|name| name.split_once("::"));
    names.map(|(file, test)| (file.to_string(), test.to_string())).collect()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All code of a test target, its modules included.
fn code_of(target: &str) -> String {
    let dirs = match target {
        "src" => {
            ["select", "core/tests", "wait/tests"].map(|dir| root().join("src").join(dir)).into()
        }
        _ => vec![root().join("tests").join(target)],
    };
    let mut code =
        fs::read_to_string(root().join(format!("tests/{target}.rs"))).unwrap_or_default();
    for dir in dirs.iter().filter(|dir| dir.is_dir()) {
        let files = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
        files.filter(|path| path.is_file()).for_each(|path| {
            code.push_str(&fs::read_to_string(path).unwrap());
        });
    }
    code
}

#[test]
fn every_test_file_stands_in_the_map_of_the_tests() {
    let text = fs::read_to_string(root().join("CONTRIBUTING.md")).unwrap();
    let section = text.split("\n## ").find(|part| part.starts_with("Which behaviour is tested"));
    let rows = section.expect("the map").lines().filter(|line| line.starts_with('|'));
    let tests = rows.filter_map(|row| row.split('|').nth(2)).collect::<String>();
    let named: Vec<_> = tests.split('`').skip(1).step_by(2).collect();
    let files = fs::read_dir(root().join("tests")).unwrap().map(|entry| entry.unwrap().path());
    for file in files.filter(|path| path.is_file() && path.extension().is_some_and(|e| e == "rs")) {
        let name = file.file_stem().unwrap().to_str().unwrap();
        assert!(named.contains(&name), "CONTRIBUTING.md has no row with `{name}`");
    }
    for name in named.iter().filter(|name| !name.contains(['/', '-'])) {
        assert!(root().join(format!("tests/{name}.rs")).is_file(), "there is no tests/{name}.rs");
    }
}

#[test]
fn every_line_of_gos_context_names_tests_that_exist() {
    check("docs/go-context.md", 20);
}

#[test]
fn every_line_of_gos_signal_names_tests_that_exist() {
    check("docs/go-signal.md", 20);
}

#[test]
fn every_promise_names_tests_that_exist() {
    check("docs/promises.md", 60);
}

fn check(document: &str, at_least: usize) {
    let named = tests_named_in(document);
    assert!(named.len() > at_least);
    for (target, test) in named {
        let exists = code_of(&target).contains(&format!("fn {test}()"));
        assert!(exists, "{document} names {target}::{test}");
    }
}
