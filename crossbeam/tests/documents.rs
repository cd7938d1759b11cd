//! The README and the documentation of the crate say the same.

/// The rows of the table of differences, without links.
fn differences(text: &str) -> Vec<String> {
    let section = text.split("# What differs").nth(1).expect("a section on what differs");
    let lines = section.lines().map(|line| line.trim_start_matches("//!").trim());
    let rows = lines.skip_while(|line| !line.starts_with('|'));
    let rows = rows.take_while(|line| line.starts_with('|'));
    rows.map(|row| row.replace("](Select::remove)", "").replace(['[', ']'], "")).collect()
}

#[test]
fn both_tables_of_differences_have_the_same_rows() {
    let readme = differences(include_str!("../README.md"));
    assert!(readme.len() > 8);
    assert_eq!(readme, differences(include_str!("../src/lib.rs")));
}
