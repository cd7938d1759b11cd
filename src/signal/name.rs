//! What signals are called.

use signal_hook::{consts::signal::*, low_level::signal_name};

/// The highest number that is a signal, on the systems that have most.
pub(super) const HIGHEST: i32 = 64;

/// Whether this can be the number of a signal.
pub(super) fn is_number(number: i32) -> bool {
    (1..=HIGHEST).contains(&number)
}

/// "SIGTERM (15)", or only the number.
pub(super) fn full(number: i32) -> String {
    signal_name(number).map_or(number.to_string(), |name| format!("{name} ({number})"))
}

/// The number that "SIGTERM", "term" or "15" stands for.
pub(super) fn number(text: &str) -> Option<i32> {
    if text.starts_with(|c: char| c.is_ascii_digit()) {
        return text.parse().ok().filter(|number| is_number(*number));
    }
    let upper = text.to_ascii_uppercase();
    let short = upper.strip_prefix("SIG").unwrap_or(&upper);
    (1..=HIGHEST).find(|number| {
        signal_name(*number).and_then(|name| name.strip_prefix("SIG")) == Some(short)
    })
}

/// Go's words for it, those of its Linux.
pub(super) fn words(number: i32) -> Option<&'static str> {
    Some(match number {
        SIGINT => "interrupt",
        SIGTERM => "terminated",
        SIGABRT => "aborted",
        SIGFPE => "floating point exception",
        SIGILL => "illegal instruction",
        SIGSEGV => "segmentation fault",
        number => return unix_words(number),
    })
}

#[cfg(not(unix))]
fn unix_words(_: i32) -> Option<&'static str> {
    None
}

#[cfg(unix)]
fn unix_words(number: i32) -> Option<&'static str> {
    Some(match number {
        SIGHUP => "hangup",
        SIGQUIT => "quit",
        SIGTRAP => "trace/breakpoint trap",
        SIGBUS => "bus error",
        SIGKILL => "killed",
        SIGUSR1 => "user defined signal 1",
        SIGUSR2 => "user defined signal 2",
        SIGPIPE => "broken pipe",
        SIGALRM => "alarm clock",
        SIGCHLD => "child exited",
        SIGCONT => "continued",
        SIGSTOP => "stopped (signal)",
        SIGTSTP => "stopped",
        SIGTTIN => "stopped (tty input)",
        SIGTTOU => "stopped (tty output)",
        SIGURG => "urgent I/O condition",
        SIGXCPU => "CPU time limit exceeded",
        SIGXFSZ => "file size limit exceeded",
        SIGVTALRM => "virtual timer expired",
        SIGPROF => "profiling timer expired",
        SIGWINCH => "window changed",
        SIGIO => "I/O possible",
        SIGSYS => "bad system call",
        _ => return None,
    })
}
