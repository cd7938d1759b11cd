//! The architecture as a test: a module uses only modules below it, and only `sync` names std's
//! threads, locks, atomics and clock, so that loom sees all of them. Each file of tests says what
//! it tests, and none is too long.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Top to bottom; modules of one line do not use each other.
const LAYERS: &[&[&str]] = &[
    &["lib"],
    &["future", "signal"],
    &["group"],
    &["wait_group"],
    &["context", "model", "snapshot", "task", "time"],
    &["chan"],
    &["receiver", "sender"],
    &["iter", "pending"],
    &["private"],
    &["select"],
    &["core"],
    &["error", "wait"],
    &["sync"],
];

/// The most lines that a file under `tests` may have. A longer one is split by behaviour.
const TEST_FILE_LINES: usize = 600;

/// What only `sync` may name, outside of its tests.
const ONLY_SYNC: &[&str] = &[
    "std::sync",
    "std::thread",
    "std::hint::spin_loop",
    "std::cell::UnsafeCell",
    "Instant::now()",
    "parking_lot",
    "loom::",
];

/// Where std's shared pointers may stand: no model looks into them.
const SHARED_POINTERS: &[&str] = &[
    "context/error.rs",
    "context/values.rs",
    "select/operand.rs",
    "signal/context.rs",
    "signal/weak_cancel.rs",
    "signal/watch.rs",
];

/// Where `unsafe` may stand.
const UNSAFE: &[&str] = &[
    "core/buffered.rs",
    "core/queue/list/block.rs",
    "core/queue/list/blocks.rs",
    "core/queue/list/mod.rs",
    "core/queue/list/overdue.rs",
    "core/queue/list/recv.rs",
    "core/queue/list/send.rs",
    "core/queue/ring/mod.rs",
    "core/queue/ring/slots.rs",
    "core/queue/slot.rs",
    "future/track.rs",
    "pending.rs",
    "select/task.rs",
    "select/task_boxed.rs",
    "select/task_cases.rs",
    "select/task_dynamic.rs",
    "select/task_select.rs",
    "signal/descriptor.rs",
    "signal/unix.rs",
    "signal/watch.rs",
    "sync/prefetch.rs",
    "sync/tsan_arc.rs",
    "wait/chain.rs",
    "wait/queue.rs",
    "wait/registration.rs",
    "wait/waiter.rs",
    "wait/waiter_cell.rs",
];

struct Source {
    /// The path below `src`, with `/`.
    name: String,
    /// The file without its comments.
    code: String,
}

#[test]
fn dependencies_point_down() {
    let wrong: Vec<_> = sources().iter().flat_map(upward_uses).collect();
    assert!(wrong.is_empty(), "wrong layer:\n{}", wrong.join("\n"));
}

#[test]
fn only_sync_knows_the_platform() {
    let mut wrong = vec![];
    for source in sources().iter().filter(|source| module(source) != "sync") {
        for word in ONLY_SYNC.iter().filter(|word| source.code.contains(**word)) {
            if !SHARED_POINTERS.contains(&source.name.as_str()) {
                wrong.push(format!("  {} names {word}; go through crate::sync", source.name));
            }
        }
    }
    assert!(wrong.is_empty(), "around sync:\n{}", wrong.join("\n"));
}

#[test]
fn unsafe_stands_where_it_is_expected() {
    let sources = sources();
    let found: Vec<_> = sources
        .iter()
        .filter(|source| source.code.contains("unsafe ") && source.name != "lib.rs")
        .map(|source| source.name.as_str())
        .collect();
    assert_eq!(found, UNSAFE);
}

#[test]
fn no_comment_is_wider_than_the_code() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut wide = vec![];
    for dir in ["src", "tests", "examples"] {
        for path in files(&root.join(dir)) {
            if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                wide.extend(wide_comments(&text).map(|line| format!("{}: {line}", path.display())));
            }
        }
    }
    assert!(wide.is_empty(), "wider than 100 columns:\n{}", wide.join("\n"));
    assert_eq!(wide_comments(&format!("/// ab{}\n", " cd".repeat(33))).count(), 1);
    assert_eq!(wide_comments(&format!("/// |{}\n", " cd".repeat(33))).count(), 0);
}

/// Lines of comments that are too wide, but for tables, code and what is aligned by hand.
fn wide_comments(text: &str) -> impl Iterator<Item = &str> {
    let mut in_code = false;
    text.lines().filter(move |line| {
        let Some(comment) = line.trim_start().strip_prefix("//") else { return false };
        let comment = comment.trim_start_matches(['/', '!']);
        in_code ^= comment.trim_start().starts_with("```");
        let is_free = in_code || comment.starts_with(" |") || comment.starts_with("     ");
        line.chars().count() > 100 && !is_free
    })
}

#[test]
fn no_test_file_is_too_long() {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let mut long = vec![];
    for path in files(&tests) {
        if path.extension().is_some_and(|extension| extension == "rs") {
            let lines = fs::read_to_string(&path).unwrap().lines().count();
            if lines > TEST_FILE_LINES {
                long.push(format!("  {} has {lines}", path.display()));
            }
        }
    }
    assert!(long.is_empty(), "more than {TEST_FILE_LINES} lines:\n{}", long.join("\n"));
}

/// The programs in `tests/ui` are exempt: their names say it.
#[test]
fn every_test_file_begins_with_what_it_tests() {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    for path in files(&tests).iter().filter(|path| !path.starts_with(tests.join("ui"))) {
        if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(path).unwrap();
            assert!(text.starts_with("//! "), "{} does not begin with //!", path.display());
        }
    }
}

/// The model checkers' own stand-ins for std need no partner.
#[test]
fn each_ordering_is_explained() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut bare = vec![];
    for path in files(&src) {
        let below = path.strip_prefix(&src).unwrap().to_str().unwrap().replace('\\', "/");
        let is_free = below.contains("tests") || below.starts_with("sync/model/");
        if !is_free && below != "sync/chaos.rs" {
            let text = fs::read_to_string(&path).unwrap();
            bare.extend(unexplained(&text).map(|line| format!("  {below}: {line}")));
        }
    }
    assert!(bare.is_empty(), "without an ORDERING note above:\n{}", bare.join("\n"));
    assert_eq!(unexplained("x.load(Ordering::Relaxed);").count(), 1);
    assert_eq!(unexplained("// ORDERING: Relaxed; a.\nx.load(Ordering::Relaxed);").count(), 0);
}

/// Lines that name an ordering, and have no note in the few lines above.
fn unexplained(text: &str) -> impl Iterator<Item = &str> {
    const ABOVE: usize = 9;
    let lines: Vec<_> = text.lines().collect();
    let is_bare = move |(i, line): &(usize, &str)| {
        let names = line.contains("Ordering::") && !line.trim_start().starts_with("//");
        let is_noted = lines[i.saturating_sub(ABOVE)..*i].iter().any(|l| l.contains("ORDERING:"));
        names && !line.trim_start().starts_with("use ") && !is_noted
    };
    text.lines().enumerate().filter(is_bare).map(|(_, line)| line)
}

#[test]
fn an_upward_use_is_found() {
    let is_found = |name: &str, code: &str| {
        !upward_uses(&Source { name: name.into(), code: code.into() }).is_empty()
    };
    assert!(is_found("wait/queue.rs", "use crate::select::run;"));
    assert!(is_found("core/ring.rs", "use crate::{\n    error::SendError,\n    chan::Chan,\n};"));
    assert!(is_found("error.rs", "fn f() { crate::wait::nap(); }"));
    assert!(!is_found("select/mod.rs", "use crate::{core::Core, wait::Waiter};"));
    assert!(is_found("sender.rs", "use crate::receiver::Receiver;"));
    assert!(!is_found("chan.rs", "use crate::sender::Sender;"));
}

/// The uses in `source` of a module that is not below it.
fn upward_uses(source: &Source) -> Vec<String> {
    let here = layer(module(source)).unwrap_or_else(|| {
        panic!("{} is in no layer; add its module to LAYERS", source.name);
    });
    used_modules(&source.code)
        .filter(|used| *used != module(source))
        .filter(|used| match layer(used) {
            Some(there) => there <= here,
            None => false,
        })
        .map(|used| format!("  {} uses {used}, which is not below it", source.name))
        .collect()
}

fn module(source: &Source) -> &str {
    source.name.split('/').next().unwrap_or_default().trim_end_matches(".rs")
}

fn layer(module: &str) -> Option<usize> {
    LAYERS.iter().position(|line| line.contains(&module))
}

/// Every first word after `crate::`, also inside `crate::{...}`.
fn used_modules(code: &str) -> impl Iterator<Item = &str> {
    code.split("crate::").skip(1).flat_map(|rest| match rest.strip_prefix('{') {
        None => vec![word(rest)],
        Some(group) => top_level(group).map(word).collect(),
    })
}

/// The members of a `use` group, up to its closing brace.
fn top_level(group: &str) -> impl Iterator<Item = &str> {
    let (mut depth, mut start, mut members) = (0, 0, vec![]);
    for (i, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' | '}' if depth == 0 => {
                members.push(group[start..i].trim());
                start = i + 1;
                if c == '}' {
                    break;
                }
            }
            _ => {}
        }
    }
    members.into_iter()
}

fn word(path: &str) -> &str {
    path.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default()
}

fn sources() -> Vec<Source> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut paths = files(&src);
    paths.retain(|path| {
        let below = path.strip_prefix(&src).unwrap();
        !below.with_extension("").iter().any(|name| name == "tests")
    });
    let read = |path: &PathBuf| Source {
        name: path.strip_prefix(&src).unwrap().to_str().unwrap().replace('\\', "/"),
        code: without_comments(&fs::read_to_string(path).unwrap()),
    };
    paths.iter().map(read).collect()
}

/// All files below `dir`, in order.
fn files(dir: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<_> = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let below = |path: PathBuf| if path.is_dir() { files(&path) } else { vec![path] };
    paths.into_iter().flat_map(below).collect()
}

fn without_comments(code: &str) -> String {
    code.lines().map(|line| line.split("//").next().unwrap_or_default()).fold(
        String::new(),
        |mut code, line| {
            code.push_str(line);
            code.push('\n');
            code
        },
    )
}
