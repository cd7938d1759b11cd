//! The contract's table, cell by cell: what each operation does on a nil, an open and a closed
//! channel of every capacity, by a `Chan` and by a `Sender` or `Receiver`.
#![cfg(not(any(loom, shuttle)))]

mod common;

use std::{
    panic::{catch_unwind, AssertUnwindSafe},
    thread,
    time::{Duration, Instant},
};

use common::{wait_until, watchdog};
use gochan::{
    __private::blocked, bounded, make, unbounded, Chan, Receiver, RecvTimeoutError, SendError,
    SendTimeoutError, Sender, TryRecvError, TrySendError,
};
use Outcome::*;

/// The value that the operations send, and find.
const V: i32 = 42;
const SHORT: Duration = Duration::from_millis(5);
const BOUNDED: [Option<usize>; 3] = [Some(0), Some(1), Some(7)];
const BUFFERED: [Option<usize>; 3] = [Some(1), Some(7), None];
const ALL: [Option<usize>; 4] = [Some(0), Some(1), Some(7), None];

/// What an operation does: what stands in a cell of the table.
#[derive(Clone, Debug, PartialEq)]
enum Outcome {
    Blocks,
    Sent,
    Full(i32),
    SendTimedOut(i32),
    SendClosed(i32),
    Got(i32),
    Empty,
    RecvTimedOut,
    Drained,
    Closes,
    ClosesNothing,
    Panics(String),
}

fn panics(text: &str) -> Outcome {
    Panics(text.to_owned())
}

impl From<()> for Outcome {
    fn from((): ()) -> Self {
        Sent
    }
}

impl From<Result<(), SendError<i32>>> for Outcome {
    fn from(result: Result<(), SendError<i32>>) -> Self {
        result.map_or_else(|SendError(v)| SendClosed(v), |()| Sent)
    }
}

impl From<Result<(), TrySendError<i32>>> for Outcome {
    fn from(result: Result<(), TrySendError<i32>>) -> Self {
        match result {
            Ok(()) => Sent,
            Err(TrySendError::Full(v)) => Full(v),
            Err(TrySendError::Closed(v)) => SendClosed(v),
        }
    }
}

impl From<Result<(), SendTimeoutError<i32>>> for Outcome {
    fn from(result: Result<(), SendTimeoutError<i32>>) -> Self {
        match result {
            Ok(()) => Sent,
            Err(SendTimeoutError::Timeout(v)) => SendTimedOut(v),
            Err(SendTimeoutError::Closed(v)) => SendClosed(v),
        }
    }
}

impl From<i32> for Outcome {
    fn from(value: i32) -> Self {
        Got(value)
    }
}

impl From<Option<i32>> for Outcome {
    fn from(value: Option<i32>) -> Self {
        value.map_or(Drained, Got)
    }
}

impl From<Result<i32, TryRecvError>> for Outcome {
    fn from(result: Result<i32, TryRecvError>) -> Self {
        match result {
            Ok(v) => Got(v),
            Err(TryRecvError::Empty) => Empty,
            Err(TryRecvError::Closed) => Drained,
        }
    }
}

impl From<Result<i32, RecvTimeoutError>> for Outcome {
    fn from(result: Result<i32, RecvTimeoutError>) -> Self {
        match result {
            Ok(v) => Got(v),
            Err(RecvTimeoutError::Timeout) => RecvTimedOut,
            Err(RecvTimeoutError::Closed) => Drained,
        }
    }
}

impl From<bool> for Outcome {
    fn from(closed: bool) -> Self {
        if closed {
            Closes
        } else {
            ClosesNothing
        }
    }
}

/// A handle for both directions, or one for a single direction.
#[derive(Clone)]
enum End<E> {
    Both(Chan<i32>),
    One(E),
}

/// Evaluates an expression with the handle inside an `End`, whichever it is.
macro_rules! with {
    ($end:expr, $handle:ident => $body:expr) => {
        match $end {
            End::Both($handle) => $body,
            End::One($handle) => $body,
        }
    };
}

/// A channel and the two handles under test.
#[derive(Clone)]
struct Line {
    cap: Option<usize>,
    tx: End<Sender<i32>>,
    rx: End<Receiver<i32>>,
}

impl Line {
    fn put(&self, value: i32) {
        assert_eq!(with!(&self.tx, tx => tx.try_send(value)), Ok(()));
    }

    fn take(&self) -> Outcome {
        with!(&self.rx, rx => rx.try_recv().into())
    }

    fn close(&self) {
        assert!(with!(&self.tx, tx => tx.close_ok()));
    }

    fn is_closed(&self) -> bool {
        let closed = with!(&self.tx, tx => tx.is_closed());
        assert_eq!(with!(&self.rx, rx => rx.is_closed()), closed);
        closed
    }

    fn len(&self) -> usize {
        let len = with!(&self.tx, tx => tx.len());
        assert_eq!(with!(&self.rx, rx => rx.len()), len);
        len
    }

    fn has_cap(&self) -> bool {
        with!(&self.tx, tx => tx.cap()) == self.cap && with!(&self.rx, rx => rx.cap()) == self.cap
    }

    fn waiting(&self) -> usize {
        let blocked = with!(&self.rx, rx => blocked(rx));
        blocked.senders + blocked.receivers
    }
}

/// Open, empty channels of these capacities, each by both kinds of handle.
fn empty(capacities: &[Option<usize>]) -> Vec<Line> {
    let mut lines = Vec::new();
    for &cap in capacities {
        let (tx, rx) = cap.map_or_else(unbounded, bounded);
        lines.push(Line { cap, tx: End::One(tx), rx: End::One(rx) });
        if let Some(n) = cap {
            let chan = make(n);
            lines.push(Line { cap, tx: End::Both(chan.clone()), rx: End::Both(chan) });
        }
    }
    lines
}

fn nils() -> [Line; 2] {
    [
        Line { cap: Some(0), tx: End::One(Sender::nil()), rx: End::One(Receiver::nil()) },
        Line { cap: Some(0), tx: End::Both(Chan::nil()), rx: End::Both(Chan::nil()) },
    ]
}

/// Open channels without a free place.
fn full() -> Vec<Line> {
    let lines = empty(&BOUNDED);
    for line in &lines {
        (0..line.cap.unwrap()).for_each(|_| line.put(V));
    }
    lines
}

fn closed_with_a_value() -> Vec<Line> {
    let lines = empty(&BUFFERED);
    for line in &lines {
        line.put(V);
        line.close();
    }
    lines
}

/// Closed channels: some that never held a value, some that did.
fn closed_and_drained() -> Vec<Line> {
    let unused = empty(&ALL);
    unused.iter().for_each(Line::close);
    let used = closed_with_a_value();
    used.iter().for_each(|line| assert_eq!(line.take(), Got(V)));
    unused.into_iter().chain(used).collect()
}

type Operation = fn(&Line) -> Outcome;

fn perform(operation: impl FnOnce() -> Outcome) -> Outcome {
    catch_unwind(AssertUnwindSafe(operation)).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
        Panics(text.or_else(|| panic.downcast_ref().cloned()).unwrap())
    })
}

/// Fails if a timed operation gives up too early.
fn not_early(operation: impl FnOnce() -> Outcome) -> Outcome {
    let start = Instant::now();
    let outcome = operation();
    if matches!(outcome, SendTimedOut(_) | RecvTimedOut) {
        assert!(start.elapsed() >= SHORT, "gave up after {:?}", start.elapsed());
    }
    outcome
}

/// On a nil channel nobody can be seen waiting, so blocking for ever shows only as time that
/// passes.
fn check_nil(operation: Operation, expected: Outcome) {
    let _dog = watchdog(30);
    for line in nils() {
        if expected == Blocks {
            let thread = thread::spawn(move || operation(&line));
            thread::sleep(4 * SHORT);
            assert!(!thread.is_finished());
        } else {
            assert_eq!(operation(&line), expected);
        }
    }
}

/// A blocked operation is released by closing, and then does what it does on a closed channel.
fn check_cannot_proceed(
    operation: Operation,
    lines: Vec<Line>,
    expected: Outcome,
    closed: &Outcome,
) {
    let _dog = watchdog(30);
    for line in lines {
        if expected == Blocks {
            let inner = line.clone();
            let thread = thread::spawn(move || operation(&inner));
            wait_until(|| line.waiting() == 1 || thread.is_finished());
            assert!(!thread.is_finished());
            line.close();
            assert_eq!(&thread.join().unwrap(), closed, "capacity {:?}", line.cap);
        } else {
            let len = line.len();
            assert_eq!(operation(&line), expected, "capacity {:?}", line.cap);
            assert_eq!((line.len(), line.waiting()), (len, 0));
        }
    }
}

/// The states of a channel as a send sees them.
mod tx {
    use super::*;

    pub(super) fn cannot_proceed(send: Operation, expected: Outcome, closed: &Outcome) {
        check_cannot_proceed(send, full(), expected, closed);
    }

    /// Without a buffer there has to be a receiver; with one, the last free place is enough.
    pub(super) fn can_proceed(send: Operation, expected: &Outcome) {
        let _dog = watchdog(30);
        for line in empty(&ALL) {
            if line.cap == Some(0) {
                let inner = line.clone();
                let receiver =
                    thread::spawn(move || Outcome::from(with!(&inner.rx, rx => rx.recv_ok())));
                wait_until(|| line.waiting() == 1);
                assert_eq!(&send(&line), expected);
                assert_eq!(receiver.join().unwrap(), Got(V));
            } else {
                let before = line.cap.unwrap_or(100) - 1;
                (0..before).for_each(|_| line.put(0));
                assert_eq!(&send(&line), expected, "capacity {:?}", line.cap);
                (0..before).for_each(|_| assert_eq!(line.take(), Got(0)));
                assert_eq!(line.take(), Got(V));
            }
        }
    }

    /// The refused send leaves the values alone.
    pub(super) fn values_left(send: Operation, expected: &Outcome) {
        let _dog = watchdog(30);
        for line in closed_with_a_value() {
            assert_eq!(&send(&line), expected, "capacity {:?}", line.cap);
            assert_eq!((line.len(), line.take(), line.take()), (1, Got(V), Drained));
        }
    }
}

/// The states of a channel as a receive sees them.
mod rx {
    use super::*;

    pub(super) fn cannot_proceed(receive: Operation, expected: Outcome, closed: &Outcome) {
        check_cannot_proceed(receive, empty(&ALL), expected, closed);
    }

    /// Without a buffer there has to be a sender.
    pub(super) fn can_proceed(receive: Operation, expected: &Outcome) {
        let _dog = watchdog(30);
        for line in empty(&ALL) {
            if line.cap == Some(0) {
                let inner = line.clone();
                let sender =
                    thread::spawn(move || Outcome::from(with!(&inner.tx, tx => tx.send_ok(V))));
                wait_until(|| line.waiting() == 1);
                assert_eq!(&receive(&line), expected);
                assert_eq!(sender.join().unwrap(), Sent);
            } else {
                line.put(V);
                assert_eq!(&receive(&line), expected, "capacity {:?}", line.cap);
            }
            assert_eq!((line.len(), line.take()), (0, Empty));
        }
    }

    pub(super) fn values_left(receive: Operation, expected: &Outcome) {
        let _dog = watchdog(30);
        for line in closed_with_a_value() {
            assert_eq!(&receive(&line), expected, "capacity {:?}", line.cap);
            assert_eq!((line.len(), line.take()), (0, Drained));
        }
    }
}

/// A channel that is closed and drained stays as it is, so each operation does the same twice.
fn check_drained(operation: Operation, expected: &Outcome) {
    let _dog = watchdog(30);
    for line in closed_and_drained() {
        for _ in 0..2 {
            assert_eq!(&operation(&line), expected, "capacity {:?}", line.cap);
        }
    }
}

macro_rules! rows {
    ($end:ident $($op:ident($run:expr) $nil:expr, $cannot:expr, $can:expr, $left:expr, $drained:expr;)*) => {$(
        mod $op {
            use super::*;

            fn run(line: &Line) -> Outcome {
                perform(|| with!(&line.$end, $end => Outcome::from($run)))
            }

            #[test]
            fn nil() {
                check_nil(run, $nil);
            }

            #[test]
            fn open_cannot_proceed() {
                $end::cannot_proceed(run, $cannot, &$drained);
            }

            #[test]
            fn open_can_proceed() {
                $end::can_proceed(run, &$can);
            }

            #[test]
            fn closed_values_left() {
                $end::values_left(run, &$left);
            }

            #[test]
            fn closed_drained() {
                check_drained(run, &$drained);
            }
        }
    )*};
}

const SEND: &str = "send on closed channel";
const FOR_EVER: Duration = Duration::MAX;

/// A deadline too far away to ever come.
fn far() -> Instant {
    Instant::now() + Duration::from_secs(100 * 365 * 24 * 60 * 60)
}

fn soon() -> Instant {
    Instant::now() + SHORT
}

rows! { tx
    //                                               nil, open cannot proceed, open can proceed, closed values left, closed drained
    send(tx.send(V))                                 Blocks, Blocks, Sent, panics(SEND), panics(SEND);
    send_ok(tx.send_ok(V))                           Blocks, Blocks, Sent, SendClosed(V), SendClosed(V);
    try_send(tx.try_send(V))                         Full(V), Full(V), Sent, SendClosed(V), SendClosed(V);
    send_timeout(not_early(|| tx.send_timeout(V, SHORT).into()))
                                                     SendTimedOut(V), SendTimedOut(V), Sent, SendClosed(V), SendClosed(V);
    send_deadline(not_early(|| tx.send_deadline(V, soon()).into()))
                                                     SendTimedOut(V), SendTimedOut(V), Sent, SendClosed(V), SendClosed(V);
    send_timeout_zero(tx.send_timeout(V, Duration::ZERO))
                                                     SendTimedOut(V), SendTimedOut(V), Sent, SendClosed(V), SendClosed(V);
    send_deadline_past(tx.send_deadline(V, Instant::now()))
                                                     SendTimedOut(V), SendTimedOut(V), Sent, SendClosed(V), SendClosed(V);
    send_timeout_max(tx.send_timeout(V, FOR_EVER))   Blocks, Blocks, Sent, SendClosed(V), SendClosed(V);
    send_deadline_far(tx.send_deadline(V, far()))    Blocks, Blocks, Sent, SendClosed(V), SendClosed(V);
}

rows! { rx
    //                                               nil, open cannot proceed, open can proceed, closed values left, closed drained
    recv(rx.recv())                                  Blocks, Blocks, Got(V), Got(V), Got(0);
    recv_ok(rx.recv_ok())                            Blocks, Blocks, Got(V), Got(V), Drained;
    try_recv(rx.try_recv())                          Empty, Empty, Got(V), Got(V), Drained;
    recv_timeout(not_early(|| rx.recv_timeout(SHORT).into()))
                                                     RecvTimedOut, RecvTimedOut, Got(V), Got(V), Drained;
    recv_deadline(not_early(|| rx.recv_deadline(soon()).into()))
                                                     RecvTimedOut, RecvTimedOut, Got(V), Got(V), Drained;
    recv_timeout_zero(rx.recv_timeout(Duration::ZERO))
                                                     RecvTimedOut, RecvTimedOut, Got(V), Got(V), Drained;
    recv_deadline_past(rx.recv_deadline(Instant::now()))
                                                     RecvTimedOut, RecvTimedOut, Got(V), Got(V), Drained;
    recv_timeout_max(rx.recv_timeout(FOR_EVER))      Blocks, Blocks, Got(V), Got(V), Drained;
    recv_deadline_far(rx.recv_deadline(far()))       Blocks, Blocks, Got(V), Got(V), Drained;
}

macro_rules! close_rows {
    ($($op:ident($tx:ident, $run:expr) $nil:expr, $open:expr, $closed:expr;)*) => {$(
        mod $op {
            use super::*;

            fn run(line: &Line) -> Outcome {
                perform(|| with!(&line.tx, $tx => $run.into()))
            }

            #[test]
            fn nil() {
                check_nil(run, $nil);
                assert!(nils().iter().all(|line| !line.is_closed()));
            }

            #[test]
            fn open_full() {
                for line in full() {
                    assert_eq!(run(&line), $open);
                    assert!(line.is_closed());
                    assert_eq!(Some(line.len()), line.cap);
                }
            }

            #[test]
            fn open_empty() {
                for line in empty(&ALL) {
                    assert_eq!(run(&line), $open);
                    assert!(line.is_closed());
                    assert_eq!(line.take(), Drained);
                }
            }

            #[test]
            fn closed_values_left() {
                for line in closed_with_a_value() {
                    assert_eq!(run(&line), $closed);
                    assert_eq!((line.take(), line.take()), (Got(V), Drained));
                }
            }

            #[test]
            fn closed_drained() {
                check_drained(run, &$closed);
            }
        }
    )*};
}

close_rows! {
    //                                nil, open, closed
    close(tx, { tx.close(); true }) panics("close of nil channel"), Closes, panics("close of closed channel");
    close_ok(tx, tx.close_ok())       ClosesNothing, Closes, ClosesNothing;
}

mod len {
    use super::*;

    #[test]
    fn nil() {
        assert!(nils().iter().all(|line| line.len() == 0));
    }

    #[test]
    fn open_full() {
        assert!(full().iter().all(|line| Some(line.len()) == line.cap));
    }

    #[test]
    fn open_counts_the_values_that_wait() {
        for line in empty(&ALL) {
            let count = line.cap.unwrap_or(100);
            for sent in 0..count {
                assert_eq!(line.len(), sent);
                line.put(V);
            }
            for left in (0..count).rev() {
                assert_eq!(line.take(), Got(V));
                assert_eq!(line.len(), left);
            }
        }
    }

    #[test]
    fn closed_values_left() {
        assert!(closed_with_a_value().iter().all(|line| line.len() == 1));
    }

    #[test]
    fn closed_drained() {
        assert!(closed_and_drained().iter().all(|line| line.len() == 0));
    }

    /// As in Go, the values of blocked senders are not in the channel yet.
    #[test]
    fn blocked_senders_do_not_count() {
        let _dog = watchdog(30);
        for line in full() {
            let inner = line.clone();
            let sender =
                thread::spawn(move || Outcome::from(with!(&inner.tx, tx => tx.send_ok(V))));
            wait_until(|| line.waiting() == 1);
            assert_eq!(Some(line.len()), line.cap);
            line.close();
            assert_eq!(sender.join().unwrap(), SendClosed(V));
        }
    }
}

mod cap {
    use super::*;

    #[test]
    fn nil() {
        assert!(nils().iter().all(Line::has_cap));
    }

    #[test]
    fn open_full() {
        assert!(full().iter().all(Line::has_cap));
    }

    #[test]
    fn open_empty() {
        assert!(empty(&ALL).iter().all(Line::has_cap));
    }

    #[test]
    fn closed_values_left() {
        assert!(closed_with_a_value().iter().all(Line::has_cap));
    }

    #[test]
    fn closed_drained() {
        assert!(closed_and_drained().iter().all(Line::has_cap));
    }
}
