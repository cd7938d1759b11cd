//! The names of signals.

use std::borrow::Cow;

use signal_hook::{consts::signal::*, low_level::signal_name};

/// The highest number of a signal, on the systems that have most.
pub(super) const HIGHEST: i32 = 64;

/// Other names of signals, and their usual names, without "SIG".
const ALIASES: [(&str, &str); 3] = [("CLD", "CHLD"), ("IOT", "ABRT"), ("POLL", "IO")];

/// Returns whether this can be the number of a signal.
pub(super) fn is_number(number: i32) -> bool {
    (1..=HIGHEST).contains(&number)
}

/// Returns "SIGTERM (15)", "SIGRTMIN+3 (37)", or only the number.
pub(super) fn full(number: i32) -> String {
    named(number)
        .or_else(|| real_time_name(number))
        .map_or(number.to_string(), |name| format!("{name} ({number})"))
}

/// Returns the number that "SIGTERM", "term", "SIGRTMIN+3" or "15" stands for.
pub(super) fn number(text: &str) -> Option<i32> {
    if text.starts_with(|c: char| c.is_ascii_digit()) {
        return text.parse().ok().filter(|number| is_number(*number));
    }
    let upper = text.to_ascii_uppercase();
    let short = upper.strip_prefix("SIG").unwrap_or(&upper);
    let alias = ALIASES.iter().find(|(alias, _)| *alias == short);
    let short = alias.map_or(short, |(_, name)| name);
    let is_it =
        |number: &i32| named(*number).is_some_and(|name| name.strip_prefix("SIG") == Some(short));
    (1..=HIGHEST).find(is_it).or_else(|| real_time_number(short))
}

fn named(number: i32) -> Option<Cow<'static, str>> {
    signal_name(number).or_else(|| linux_name(number)).map(Cow::Borrowed)
}

/// Returns the name of a signal that only Linux has.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn linux_name(number: i32) -> Option<&'static str> {
    match number {
        libc::SIGPWR => Some("SIGPWR"),
        #[cfg(not(any(
            target_arch = "mips",
            target_arch = "mips64",
            target_arch = "sparc",
            target_arch = "sparc64"
        )))]
        libc::SIGSTKFLT => Some("SIGSTKFLT"),
        _ => None,
    }
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn linux_name(_: i32) -> Option<&'static str> {
    None
}

/// Returns the first and the last real-time signal. The C library keeps the system's first ones for
/// itself: glibc two of them, musl three.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn real_time() -> Option<(i32, i32)> {
    Some((libc::SIGRTMIN(), libc::SIGRTMAX().min(HIGHEST)))
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn real_time() -> Option<(i32, i32)> {
    None
}

fn real_time_name(number: i32) -> Option<Cow<'static, str>> {
    let (first, last) = real_time()?;
    match number - first {
        0 => Some("SIGRTMIN".into()),
        n if n > 0 && number <= last => Some(format!("SIGRTMIN+{n}").into()),
        _ => None,
    }
}

/// Returns the number that "RTMIN", "RTMIN+3" or "RTMAX-1" stands for.
fn real_time_number(short: &str) -> Option<i32> {
    let (first, last) = real_time()?;
    let number = if let Some(above) = short.strip_prefix("RTMIN") {
        first + distance(above, '+')?
    } else {
        last - distance(short.strip_prefix("RTMAX")?, '-')?
    };
    (first..=last).contains(&number).then_some(number)
}

/// Returns the number in "+3", or 0 for an empty text.
fn distance(text: &str, sign: char) -> Option<i32> {
    if text.is_empty() {
        return Some(0);
    }
    let digits = text.strip_prefix(sign)?;
    let are_digits = digits.len() <= 2 && digits.bytes().all(|c| c.is_ascii_digit());
    digits.parse().ok().filter(|_| are_digits)
}

/// Returns Go's words for a signal, as on Linux.
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
        number => match linux_name(number)? {
            "SIGPWR" => "power failure",
            _ => "stack fault",
        },
    })
}
