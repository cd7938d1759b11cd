//! llvm-cov's `lcov` format: which lines and branches of each file were run, and how often.

use std::collections::BTreeMap;

/// What was run of a file.
#[derive(Debug, Default, PartialEq)]
pub struct File {
    /// Its path below the repository.
    pub name: String,
    pub lines: Count,
    pub branches: Count,
    /// Where something was not run, by line.
    pub missed: BTreeMap<usize, Kind>,
}

/// How many there are, and how many of them were run.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Count {
    pub all: usize,
    pub run: usize,
}

/// What was not run: a line, or one way of a branch on a line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    Line,
    Branch,
}

/// The files of a report. The counts of a file are llvm-cov's own: they are not the sums of the
/// lines and branches that it lists.
pub fn parse(report: &str) -> Vec<File> {
    let mut files = vec![];
    for record in report.lines() {
        let (kind, rest) = record.split_once(':').unwrap_or((record, ""));
        match (kind, files.last_mut()) {
            ("SF", _) => files.push(File { name: below_root(rest), ..File::default() }),
            (_, Some(file)) => file.add(kind, rest),
            _ => {}
        }
    }
    files
}

impl File {
    /// Other records than those of lines and branches are skipped.
    fn add(&mut self, kind: &str, rest: &str) {
        let fields: Vec<_> = rest.split(',').collect();
        match (kind, &fields[..]) {
            ("DA", [line, runs, ..]) => self.add_place(line, runs, Kind::Line),
            ("BRDA", [line, _, _, runs]) => self.add_place(line, runs, Kind::Branch),
            ("LF", [all]) => self.lines.all = number(all),
            ("LH", [run]) => self.lines.run = number(run),
            ("BRF", [all]) => self.branches.all = number(all),
            ("BRH", [run]) => self.branches.run = number(run),
            _ => {}
        }
    }

    /// `-` stands for the runs of a branch that was never reached.
    fn add_place(&mut self, line: &str, runs: &str, kind: Kind) {
        if matches!(runs, "0" | "-") {
            self.missed.insert(number(line), kind);
        }
    }
}

impl Count {
    pub fn missed(self) -> usize {
        self.all.saturating_sub(self.run)
    }
}

fn number(text: &str) -> usize {
    text.parse().unwrap_or_default()
}

/// The path from the last `src` on.
fn below_root(path: &str) -> String {
    let path = path.replace('\\', "/");
    path.rfind("/src/").map_or(path.clone(), |at| path[at + 1..].into())
}

#[cfg(test)]
mod tests {
    use super::*;

    const REPORT: &str = "\
SF:/clone/src/core/queue/end.rs
FN:1,name
DA:10,3
DA:11,0
BRDA:12,0,0,4
BRDA:12,0,1,0
BRDA:13,0,0,-
BRF:7
BRH:2
LF:9
LH:5
end_of_record
SF:C:\\clone\\src\\lib.rs
DA:1,1
LF:1
LH:1
end_of_record";

    #[test]
    fn a_report_is_files_with_what_they_miss() {
        let files = parse(REPORT);
        let names: Vec<_> = files.iter().map(|file| &*file.name).collect();
        assert_eq!(names, ["src/core/queue/end.rs", "src/lib.rs"]);
        assert_eq!(files[0].lines, Count { all: 9, run: 5 });
        assert_eq!(files[0].branches, Count { all: 7, run: 2 });
        assert_eq!(files[1].lines, Count { all: 1, run: 1 });
        assert_eq!((files[0].lines.missed(), files[1].lines.missed()), (4, 0));
    }

    #[test]
    fn a_place_is_a_branch_or_a_line() {
        let missed: Vec<_> = parse(REPORT).remove(0).missed.into_iter().collect();
        assert_eq!(missed, [(11, Kind::Line), (12, Kind::Branch), (13, Kind::Branch)]);
    }

    #[test]
    fn a_path_begins_at_the_last_src() {
        assert_eq!(below_root("/src/gochan/src/wait/side.rs"), "src/wait/side.rs");
        assert_eq!(below_root("build.rs"), "build.rs");
    }
}
