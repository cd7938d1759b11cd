//! Go's test/chan/select5.go, which writes a program of all forms of operations and runs it. Here
//! macros write the forms. tests/select_order.rs adds conditions, timeouts and `send_from`.
//!
//! Channels and values are evaluated once each, in source order, before the choice; where a
//! received value goes is evaluated after it.

use std::cell::RefCell;

use gochan::{make, select, Chan, Select};

#[derive(Clone, Copy, Debug, PartialEq)]
enum Step {
    /// The channel of the case of this name.
    Chan(&'static str),
    /// The value of the case of this name.
    Value(&'static str),
    /// The place to which the received value of the case goes.
    Place(&'static str),
    /// The body of the case.
    Body(&'static str),
}

use Step::{Body, Place, Value};

/// The channel of the case under test, and what is evaluated.
struct Log {
    chan: Chan<u32>,
    dummy: Chan<u32>,
    nil: Chan<u32>,
    steps: RefCell<Vec<Step>>,
    places: RefCell<[u32; 3]>,
}

impl Log {
    /// The channel is ready for `operation`.
    fn new(operation: &str) -> Self {
        let chan = make(1);
        if operation.starts_with("recv") {
            chan.send(SENT);
        }
        let (dummy, nil) = (make(0), Chan::nil());
        Self { chan, dummy, nil, steps: RefCell::default(), places: RefCell::default() }
    }

    fn add(&self, step: Step) {
        self.steps.borrow_mut().push(step);
    }

    /// The channel of the case `name`, by what it is called.
    fn chan(&self, name: &'static str) -> &Chan<u32> {
        self.add(Step::Chan(name));
        match name.split('_').next() {
            Some("nil") => &self.nil,
            Some("dummy") => &self.dummy,
            _ => &self.chan,
        }
    }

    fn value(&self, name: &'static str) -> u32 {
        self.add(Value(name));
        SENT
    }

    fn put(&self, name: &'static str, value: u32) {
        let place = || {
            self.add(Place(name));
            1
        };
        self.places.borrow_mut()[place()] = value;
    }

    fn body(&self, name: &'static str) {
        self.add(Body(name));
    }
}

const SENT: u32 = 7;

/// Checks the steps of a select over the cases of these names, of which `operation` is ready, or of
/// the operation alone. Checks that it has done what it should.
#[track_caller]
fn check(operation: &'static str, cases: &[&'static str], run: impl Fn(&Log)) {
    let log = Log::new(operation);
    run(&log);
    let mut expected = Vec::new();
    for &case in cases.iter().filter(|&&case| case != "none" && case != "default") {
        expected.push(Step::Chan(case));
        expected.extend(case.contains("send").then_some(Value(case)));
    }
    let puts = operation.ends_with("into");
    expected.extend(puts.then_some(Place(operation)));
    expected.push(Body(operation));
    assert_eq!(log.steps.into_inner(), expected, "{cases:?}");
    let place = if puts { [0, SENT, 0] } else { [0; 3] };
    assert_eq!(log.places.into_inner(), place, "{cases:?}");
    let left = operation.starts_with("send").then_some(SENT);
    assert_eq!(log.chan.try_recv().ok(), left, "{cases:?}");
}

/// A select from the names of its cases.
macro_rules! build {
    ($l:ident [$($done:tt)*]) => { select! { $($done)* } };
    ($l:ident [$($done:tt)*] none $($rest:ident)*) => { build!($l [$($done)*] $($rest)*) };
    ($l:ident [$($done:tt)*] default $($rest:ident)*) => {
        build!($l [$($done)* default => unreachable!("a case is ready"),] $($rest)*)
    };
    ($l:ident [$($done:tt)*] recv $($rest:ident)*) => {
        build!($l [$($done)* recv($l.chan("recv")) => $l.body("recv"),] $($rest)*)
    };
    ($l:ident [$($done:tt)*] recv_into $($rest:ident)*) => {
        build!($l [$($done)* recv($l.chan("recv_into")) -> v => {
            $l.put("recv_into", v);
            $l.body("recv_into")
        }] $($rest)*)
    };
    ($l:ident [$($done:tt)*] recv_ok_into $($rest:ident)*) => {
        build!($l [$($done)* recv_ok($l.chan("recv_ok_into")) -> v => {
            $l.put("recv_ok_into", v.expect("open"));
            $l.body("recv_ok_into")
        }] $($rest)*)
    };
    ($l:ident [$($done:tt)*] send $($rest:ident)*) => {
        build!($l [$($done)* send($l.chan("send"), $l.value("send")) => $l.body("send"),] $($rest)*)
    };
    ($l:ident [$($done:tt)*] send_ok $($rest:ident)*) => {
        build!($l [$($done)* send_ok($l.chan("send_ok"), $l.value("send_ok")) -> r => {
            r.expect("open");
            $l.body("send_ok")
        }] $($rest)*)
    };
    ($l:ident [$($done:tt)*] nil_recv $($rest:ident)*) => {
        build!($l [$($done)* recv($l.chan("nil_recv")) -> v => $l.put("nil_recv", v),] $($rest)*)
    };
    ($l:ident [$($done:tt)*] nil_send $($rest:ident)*) => {
        build!($l [$($done)* send($l.chan("nil_send"), $l.value("nil_send")) => $l.body("nil_send"),] $($rest)*)
    };
    ($l:ident [$($done:tt)*] dummy_recv $($rest:ident)*) => {
        build!($l [$($done)* recv($l.chan("dummy_recv")) -> v => $l.put("dummy_recv", v),] $($rest)*)
    };
    ($l:ident [$($done:tt)*] dummy_send $($rest:ident)*) => {
        build!($l [$($done)* send($l.chan("dummy_send"), $l.value("dummy_send")) => $l.body("dummy_send"),] $($rest)*)
    };
}

/// Every form of a select around one operation: with each kind of case before it and after it, with
/// and without `default`, at the start and at the end.
macro_rules! forms {
    ($op:ident) => { forms!(@before $op none nil_recv nil_send dummy_recv dummy_send) };
    (@before $op:ident $($before:ident)*) => {
        $(forms!(@after $op $before none nil_recv nil_send dummy_recv dummy_send);)*
    };
    (@after $op:ident $before:ident $($after:ident)*) => {$(
        forms!(@one $op $before $op $after);
        forms!(@one $op default $before $op $after);
        forms!(@one $op $before $op $after default);
    )*};
    (@one $op:ident $($case:ident)*) => {
        check(stringify!($op), &[$(stringify!($case)),*], |log| build!(log [] $($case)*))
    };
}

/// All forms of a select around a receive whose value is dropped (select5.go).
#[test]
fn selects_that_receive_and_drop() {
    forms!(recv);
}

/// All forms of a select around a receive into a place (select5.go).
#[test]
fn selects_that_receive_into_a_place() {
    forms!(recv_into);
}

/// All forms of a select around a receive that reports a close, into a place (select5.go).
#[test]
fn selects_that_receive_or_report_into_a_place() {
    forms!(recv_ok_into);
}

/// All forms of a select around a send (select5.go).
#[test]
fn selects_that_send() {
    forms!(send);
}

/// All forms of a select around a send that reports a close (select5.go).
#[test]
fn selects_that_send_or_report() {
    forms!(send_ok);
}

/// A plain operation evaluates its channel, then its value (select5.go).
#[test]
fn plain_operations() {
    check("recv", &["recv"], |log| {
        log.chan("recv").recv();
        log.body("recv");
    });
    // Go finds the place after the receive if it is written to, and so does an assignment here.
    check("recv_into", &["recv_into"], |log| {
        let value = log.chan("recv_into").recv();
        log.put("recv_into", value);
        log.body("recv_into");
    });
    check("send", &["send"], |log| {
        log.chan("send").send(log.value("send"));
        log.body("send");
    });
    check("send_ok", &["send_ok"], |log| {
        log.chan("send_ok").send_ok(log.value("send_ok")).expect("open");
        log.body("send_ok");
    });
}

/// Every order of the numbers below `n`.
fn orders(n: usize) -> Vec<Vec<usize>> {
    if n == 0 {
        return vec![vec![]];
    }
    let insert = |order: &Vec<usize>, at| {
        let mut order = order.clone();
        order.insert(at, n - 1);
        order
    };
    orders(n - 1).iter().flat_map(|order| (0..n).map(move |at| insert(order, at))).collect()
}

/// In whatever order a run-time select has its cases, the one that is ready is chosen, and only its
/// handler runs (select5.go).
#[test]
fn run_time_selects_in_every_order() {
    const CASES: [&str; 5] = ["", "nil_recv", "nil_send", "dummy_recv", "dummy_send"];
    for operation in ["recv_into", "send"] {
        for order in orders(CASES.len()) {
            let cases: Vec<_> =
                order.iter().map(|&i| if i == 0 { operation } else { CASES[i] }).collect();
            check(operation, &cases, |log| {
                let mut select = Select::new();
                for &case in &cases {
                    let chan = log.chan(case);
                    if case.contains("send") {
                        select.send(chan, log.value(case), move || log.body(case));
                    } else {
                        select.recv(chan, move |v| {
                            log.put(case, v);
                            log.body(case);
                        });
                    }
                }
                select.wait();
            });
        }
    }
}
