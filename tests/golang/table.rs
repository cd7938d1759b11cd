//! docs/go-tests.md names tests that exist, and every test of this target.

use std::{fs, path::Path};

const TABLE: &str = include_str!("../../docs/go-tests.md");

fn read(path: &str) -> Option<String> {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(path)).ok()
}

/// What stands between backquotes and begins with a path below `tests`.
fn named() -> impl Iterator<Item = (&'static str, Option<&'static str>)> {
    TABLE.split('`').skip(1).step_by(2).filter(|code| code.contains(".rs")).map(|code| {
        let (path, test) = code.split_once(".rs").expect("checked");
        (&code[..path.len() + 3], test.strip_prefix("::"))
    })
}

/// Every file and every test that the table names is there.
#[test]
fn the_table_names_what_exists() {
    assert!(named().count() > 100, "the table is read");
    for (path, test) in named() {
        let source = read(path).unwrap_or_else(|| panic!("no file tests/{path}"));
        if let Some(test) = test {
            assert!(source.contains(&format!("fn {test}(")), "no test {test} in tests/{path}");
        }
    }
}

/// The table has every test of this target.
#[test]
fn every_test_stands_in_the_table() {
    let modules =
        ["barrier", "chains", "chan", "closed", "ken", "order", "powser", "race", "select", "time"];
    for module in modules {
        let path = format!("golang/{module}.rs");
        let source = read(&path).expect("a module of this target");
        // The tests of `race` also run under ThreadSanitizer, and begin with another attribute.
        let source =
            source.replace("#[cfg_attr(not(gochan_tsan), test)]\npub(crate) fn ", "#[test]\nfn ");
        for test in source.split("#[test]\nfn ").skip(1) {
            let test = test.split('(').next().expect("a name");
            let known = named().any(|(p, t)| p == path && t == Some(test));
            assert!(known, "docs/go-tests.md lacks `{path}::{test}`");
        }
    }
}
