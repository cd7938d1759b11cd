//! Timers need no thread.

use gochan::{after, make, select, RecvTimeoutError, Ticker, TryRecvError};

use crate::{common::command, HOUR, MS};

/// The number of threads of this process.
fn threads() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").expect("procfs");
    let line = status.lines().find_map(|l| l.strip_prefix("Threads:")).expect("a Threads line");
    line.trim().parse().expect("a number")
}

/// Other tests start and end threads of their own, so this one looks at a process that runs nothing
/// else.
#[test]
fn timers_need_no_thread() {
    const ALONE: &str = "GOCHAN_TEST_ALONE";
    if std::env::var_os(ALONE).is_none() {
        let output = command(&[], std::env::current_exe().expect("the path of this test"))
            .args(["--exact", "cost::timers_need_no_thread", "--test-threads=1"])
            .env(ALONE, "1")
            .output()
            .expect("the test starts again");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let ran = String::from_utf8_lossy(&output.stdout).contains("1 passed");
        assert!(ran, "it has another name");
        return;
    }
    let before = threads();
    let pending: Vec<_> = (0..10_000).map(|i| after(HOUR + i * MS)).collect();
    let tickers: Vec<_> = (0..1000).map(|_| Ticker::new(HOUR)).collect();
    let soon: Vec<_> = (0..100).map(|_| after(MS)).collect();
    assert!(soon.iter().all(|rx| rx.recv_ok().is_some()));
    assert_eq!(make::<u8>(0).recv_timeout(MS), Err(RecvTimeoutError::Timeout));
    select! { recv(pending[0]) => panic!(), recv(tickers[0]) => panic!(), default(MS) => {} }
    assert_eq!(threads(), before);
    assert!(pending.iter().all(|rx| rx.try_recv() == Err(TryRecvError::Empty)));
    assert_eq!(threads(), before);
}
