//! Names, numbers and Go's words for signals.

use std::collections::HashSet;

use gochan::signal::*;

use crate::next_of;

#[test]
fn signals_have_gos_words() {
    let words = [
        (SIGHUP, "hangup"),
        (SIGINT, "interrupt"),
        (SIGQUIT, "quit"),
        (SIGILL, "illegal instruction"),
        (SIGTRAP, "trace/breakpoint trap"),
        (SIGABRT, "aborted"),
        (SIGBUS, "bus error"),
        (SIGFPE, "floating point exception"),
        (SIGKILL, "killed"),
        (SIGUSR1, "user defined signal 1"),
        (SIGSEGV, "segmentation fault"),
        (SIGUSR2, "user defined signal 2"),
        (SIGPIPE, "broken pipe"),
        (SIGALRM, "alarm clock"),
        (SIGTERM, "terminated"),
        (SIGCHLD, "child exited"),
        (SIGCONT, "continued"),
        (SIGSTOP, "stopped (signal)"),
        (SIGTSTP, "stopped"),
        (SIGTTIN, "stopped (tty input)"),
        (SIGTTOU, "stopped (tty output)"),
        (SIGURG, "urgent I/O condition"),
        (SIGXCPU, "CPU time limit exceeded"),
        (SIGXFSZ, "file size limit exceeded"),
        (SIGVTALRM, "virtual timer expired"),
        (SIGPROF, "profiling timer expired"),
        (SIGWINCH, "window changed"),
        (SIGIO, "I/O possible"),
        (SIGSYS, "bad system call"),
        (40, "signal 40"),
    ];
    for (number, word) in words {
        assert_eq!(next_of(number).to_string(), word);
    }
    assert_eq!(Signal::default().to_string(), "signal 0");
    assert_eq!(format!("{:>12}", next_of(SIGHUP)), "      hangup");
}

#[test]
fn names_and_numbers_are_read_and_all_else_is_an_error() {
    for text in ["SIGTERM", "TERM", "term", "SigTerm", "15"] {
        assert_eq!(text.parse::<Signal>().unwrap(), SIGTERM, "{text}");
    }
    for number in 1..=64 {
        assert_eq!(next_of(number), number);
    }
    for text in
        ["", "SIG", "SIGSIGTERM", "TERMINATE", "0", "65", "-15", "+15", "15 ", "99999999999", "é"]
    {
        let error = text.parse::<Signal>().unwrap_err();
        assert_eq!(error.to_string(), format!("no signal has the name or number {text:?}"));
    }
}

/// The first real-time signal is 34 with glibc and 35 with musl; the last is 64.
#[cfg(target_os = "linux")]
#[test]
fn names_of_real_time_signals_and_second_names_are_read_and_printed() {
    let first = libc::SIGRTMIN();
    let read = [
        ("SIGRTMIN", first),
        ("rtmin", first),
        ("RTMIN+0", first),
        ("SIGRTMIN+3", first + 3),
        ("RTMIN+10", first + 10),
        ("SIGRTMAX", 64),
        ("RTMAX-0", 64),
        ("SIGRTMAX-1", 63),
        ("RTMAX-14", 50),
        ("SIGCLD", SIGCHLD),
        ("CLD", SIGCHLD),
        ("IOT", SIGABRT),
        ("SIGPOLL", SIGIO),
        ("SIGPWR", libc::SIGPWR),
    ];
    for (text, number) in read {
        assert_eq!(text.parse::<Signal>().unwrap(), number, "{text}");
    }
    for text in [
        "RTMIN+",
        "RTMIN-1",
        "RTMIN+99",
        "RTMIN++3",
        "RTMIN3",
        "RTMAX+1",
        "RTMAX-64",
        "RTMIN+003",
        "RT",
    ] {
        assert!(text.parse::<Signal>().is_err(), "{text}");
    }
    for number in (1..=31).chain(first..=64) {
        let printed = format!("{:?}", next_of(number));
        let name = printed.split([' ', ',']).nth(3).unwrap();
        assert!(name.starts_with("SIG"), "{printed}");
        assert_eq!(name.parse::<Signal>().unwrap(), number, "{printed}");
    }
    assert_eq!(
        format!("{:?}", next_of(first)),
        format!("Signal {{ signal: SIGRTMIN ({first}), pid: None }}")
    );
    assert_eq!(
        format!("{:?}", next_of(64)),
        format!("Signal {{ signal: SIGRTMIN+{} (64), pid: None }}", 64 - first)
    );
    assert_eq!(format!("{:?}", Signal::default()), "Signal { signal: 0, pid: None }");
    assert_eq!(next_of(libc::SIGPWR).to_string(), "power failure");
    assert_eq!(next_of(libc::SIGSTKFLT).to_string(), "stack fault");
}

#[test]
fn signals_are_equal_by_number() {
    let signal = next_of(SIGTERM);
    assert_eq!(signal, SIGTERM);
    assert_eq!(SIGTERM, signal);
    assert_ne!(signal, SIGINT);
    assert_ne!(signal, next_of(SIGINT));
    assert_eq!(HashSet::from([signal, next_of(SIGTERM)]).len(), 1);
    assert_eq!(signal.pid(), None);
}
