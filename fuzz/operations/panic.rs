//! Panics that the model expects, and all others, which are findings.

use std::{
    any::Any,
    cell::Cell,
    panic::{catch_unwind, resume_unwind, set_hook, AssertUnwindSafe},
    process, thread,
};

thread_local! {
    static EXPECTED: Cell<bool> = const { Cell::new(false) };
}

/// What a value's destructor panics with.
struct Spite;

/// libFuzzer takes every panic for a finding, also one that is caught.
pub fn abort_unless_expected() {
    set_hook(Box::new(|info| {
        if !EXPECTED.get() {
            eprintln!("{info}");
            process::abort();
        }
    }));
}

/// Panics unless that would end the process.
pub fn panic_in_drop() {
    if !thread::panicking() {
        resume_unwind(Box::new(Spite));
    }
}

/// What `f` returns; `None` if a destructor panics. Any other panic is a finding: the hook sees it.
pub fn survive<R>(f: impl FnOnce() -> R) -> Option<R> {
    catch_unwind(AssertUnwindSafe(f)).map_err(|cause| assert!(cause.is::<Spite>())).ok()
}

/// `f` panics with these words.
pub fn expect_panic(words: &str, f: impl FnOnce()) {
    EXPECTED.set(true);
    let result = catch_unwind(AssertUnwindSafe(f));
    EXPECTED.set(false);
    let cause = result.expect_err(words);
    assert!(cause.is::<Spite>() || text(&*cause).contains(words), "{}", text(&*cause));
}

fn text(cause: &(dyn Any + Send)) -> &str {
    let text = cause.downcast_ref::<&str>().copied();
    text.or_else(|| cause.downcast_ref::<String>().map(String::as_str)).unwrap_or("no text")
}
