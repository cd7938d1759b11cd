//! On entering a select every handle, value, condition and timeout is evaluated once, in source
//! order, whichever case wins.
#![forbid(unsafe_code)]
#![cfg(not(any(loom, shuttle)))]

use std::{cell::RefCell, time::Duration};

use gochan::{make, select, Chan};

/// What a select evaluates, with the number of its case.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Step {
    Handle(usize),
    Value(usize),
    Slot(usize),
    Cond(usize),
    Timeout,
    Body(usize),
}

use Step::{Body, Cond, Handle, Slot, Timeout, Value};

/// The body of `default`.
const NONE: usize = 99;

/// The channels of a select and the log of what it evaluates.
struct Trace {
    channels: [Chan<u32>; 3],
    enabled: bool,
    log: RefCell<Vec<Step>>,
}

impl Trace {
    fn new(enabled: bool) -> Self {
        Self { channels: [make(0), make(0), make(0)], enabled, log: RefCell::default() }
    }

    fn log(&self, step: Step) {
        self.log.borrow_mut().push(step);
    }

    fn handle(&self, case: usize) -> &Chan<u32> {
        self.log(Handle(case));
        &self.channels[case]
    }

    fn value(&self, case: usize) -> u32 {
        self.log(Value(case));
        7
    }

    fn cond(&self, case: usize) -> bool {
        self.log(Cond(case));
        self.enabled
    }

    fn timeout(&self) -> Duration {
        self.log(Timeout);
        Duration::from_micros(1)
    }

    fn body(&self, case: usize) {
        self.log(Body(case));
    }
}

/// What a kind of case evaluates, and whether a condition belongs to it.
#[derive(Clone, Copy)]
struct Kind {
    name: &'static str,
    receives: bool,
    value: Option<fn(usize) -> Step>,
    conditional: bool,
}

impl Kind {
    fn of(name: &'static str) -> Self {
        let value: Option<fn(usize) -> Step> = match name {
            "recv" | "recv_pat" | "recv_ok" | "recv_if" | "recv_pat_if" | "recv_ok_if" => None,
            "send" | "send_ok" | "send_if" | "send_ok_if" => Some(Value),
            "send_from" | "send_from_if" => Some(Slot),
            _ => panic!("no such kind: {name}"),
        };
        Self { name, receives: value.is_none(), value, conditional: name.ends_with("_if") }
    }

    fn steps(self, case: usize) -> impl Iterator<Item = Step> {
        let value = self.value.map(|step| step(case));
        [Some(Handle(case)), value, self.conditional.then_some(Cond(case))].into_iter().flatten()
    }
}

/// Runs the select for every winner, none included, with the conditions true and false.
fn check(kinds: &[Kind], timed: bool, has_default: bool, run: impl Fn(&Trace)) {
    let names: Vec<_> = kinds.iter().map(|k| k.name).collect();
    for enabled in [true, false] {
        let none = has_default.then_some(NONE);
        let winners = (0..kinds.len()).filter(|&k| enabled || !kinds[k].conditional);
        for winner in winners.chain(none) {
            let mut trace = Trace::new(enabled);
            if winner != NONE {
                trace.channels[winner] = make(1);
                if kinds[winner].receives {
                    trace.channels[winner].send(1);
                }
            }
            run(&trace);
            let mut expected: Vec<_> =
                kinds.iter().enumerate().flat_map(|(k, kind)| kind.steps(k)).collect();
            expected.extend(timed.then_some(Timeout));
            expected.push(Body(winner));
            assert_eq!(*trace.log.borrow(), expected, "{names:?}, enabled: {enabled}");
        }
    }
}

/// Turns names of kinds into a select over `$t`, whose cases are numbered from 0.
macro_rules! build {
    ($t:ident $s:ident [$($tail:tt)*] $($kind:ident)*) => {
        build!(@ $t $s [$($tail)*] [] [0 1 2] $($kind)*)
    };
    (@ $t:ident $s:ident [$($tail:tt)*] [$($done:tt)*] $left:tt) => {
        select! { $($done)* $($tail)* }
    };
    (@ $t:ident $s:ident $tail:tt [$($done:tt)*] [$i:tt $($left:tt)*] recv $($rest:ident)*) => {
        build!(@ $t $s $tail [$($done)* recv($t.handle($i)) => $t.body($i),] [$($left)*] $($rest)*)
    };
    (@ $t:ident $s:ident $tail:tt [$($done:tt)*] [$i:tt $($left:tt)*] recv_if $($rest:ident)*) => {
        build!(@ $t $s $tail [$($done)* recv($t.handle($i)), if $t.cond($i) => $t.body($i),] [$($left)*] $($rest)*)
    };
    (@ $t:ident $s:ident $tail:tt [$($done:tt)*] [$i:tt $($left:tt)*] recv_pat $($rest:ident)*) => {
        build!(@ $t $s $tail [$($done)* recv($t.handle($i)) -> _v => { $t.body($i) }] [$($left)*] $($rest)*)
    };
    (@ $t:ident $s:ident $tail:tt [$($done:tt)*] [$i:tt $($left:tt)*] recv_pat_if $($rest:ident)*) => {
        build!(@ $t $s $tail [$($done)* recv($t.handle($i)) -> _v, if $t.cond($i) => { $t.body($i) }] [$($left)*] $($rest)*)
    };
    (@ $t:ident $s:ident $tail:tt [$($done:tt)*] [$i:tt $($left:tt)*] recv_ok $($rest:ident)*) => {
        build!(@ $t $s $tail [$($done)* recv_ok($t.handle($i)) -> v => { assert_eq!(v, Some(1)); $t.body($i) }] [$($left)*] $($rest)*)
    };
    (@ $t:ident $s:ident $tail:tt [$($done:tt)*] [$i:tt $($left:tt)*] recv_ok_if $($rest:ident)*) => {
        build!(@ $t $s $tail [$($done)* recv_ok($t.handle($i)) -> _v, if $t.cond($i) => $t.body($i),] [$($left)*] $($rest)*)
    };
    (@ $t:ident $s:ident $tail:tt [$($done:tt)*] [$i:tt $($left:tt)*] send $($rest:ident)*) => {
        build!(@ $t $s $tail [$($done)* send($t.handle($i), $t.value($i)) => $t.body($i),] [$($left)*] $($rest)*)
    };
    (@ $t:ident $s:ident $tail:tt [$($done:tt)*] [$i:tt $($left:tt)*] send_if $($rest:ident)*) => {
        build!(@ $t $s $tail [$($done)* send($t.handle($i), $t.value($i)), if $t.cond($i) => $t.body($i),] [$($left)*] $($rest)*)
    };
    (@ $t:ident $s:ident $tail:tt [$($done:tt)*] [$i:tt $($left:tt)*] send_ok $($rest:ident)*) => {
        build!(@ $t $s $tail [$($done)* send_ok($t.handle($i), $t.value($i)) -> r => { assert!(r.is_ok()); $t.body($i) }] [$($left)*] $($rest)*)
    };
    (@ $t:ident $s:ident $tail:tt [$($done:tt)*] [$i:tt $($left:tt)*] send_ok_if $($rest:ident)*) => {
        build!(@ $t $s $tail [$($done)* send_ok($t.handle($i), $t.value($i)) -> _, if $t.cond($i) => $t.body($i),] [$($left)*] $($rest)*)
    };
    (@ $t:ident $s:ident $tail:tt [$($done:tt)*] [$i:tt $($left:tt)*] send_from $($rest:ident)*) => {
        build!(@ $t $s $tail [$($done)* send_from($t.handle($i), { $t.log(Slot($i)); &mut $s.$i }) => $t.body($i),] [$($left)*] $($rest)*)
    };
    (@ $t:ident $s:ident $tail:tt [$($done:tt)*] [$i:tt $($left:tt)*] send_from_if $($rest:ident)*) => {
        build!(@ $t $s $tail [$($done)* send_from($t.handle($i), { $t.log(Slot($i)); &mut $s.$i }), if $t.cond($i) => $t.body($i),] [$($left)*] $($rest)*)
    };
}

/// Checks the select of these kinds, ended by `$tail`, which may name `$t`.
macro_rules! check {
    ($t:ident $timed:literal $has_default:literal $tail:tt $($kind:ident)*) => {
        check(&[$(Kind::of(stringify!($kind))),*], $timed, $has_default, |$t| {
            #[allow(unused_mut, unused_variables)]
            let mut slots = (Some(7), Some(7), Some(7));
            build!($t slots $tail $($kind)*)
        })
    };
}

/// Each of the kinds before the `;` followed by each after it.
macro_rules! pairs {
    ($form:ident: [$($first:ident)*] $seconds:tt) => { $(pairs!(@ $form $first $seconds);)* };
    (@ with_default $first:ident [$($second:ident)*]) => {
        $(check!(t false true [default => t.body(NONE)] $first $second);)*
    };
    (@ with_timeout $first:ident [$($second:ident)*]) => {
        $(check!(t true true [default(t.timeout()) => t.body(NONE)] $first $second);)*
    };
    (@ blocking $first:ident [$($second:ident)*]) => { $(check!(t false false [] $first $second);)* };
}

#[test]
fn every_pair_of_kinds_with_default() {
    pairs!(with_default:
        [recv recv_pat recv_ok send send_ok send_from
            recv_if recv_pat_if recv_ok_if send_if send_ok_if send_from_if]
        [recv recv_pat recv_ok send send_ok send_from
            recv_if recv_pat_if recv_ok_if send_if send_ok_if send_from_if]);
}

#[test]
fn pairs_of_kinds_that_wait() {
    pairs!(blocking: [recv recv_ok send send_from recv_if send_if]
        [recv_pat send_ok send_from recv_ok_if send_ok_if]);
}

#[test]
fn the_timeout_of_a_last_default_is_evaluated_last() {
    pairs!(with_timeout: [recv_pat send send_from_if] [recv recv_ok_if send_ok]);
}

#[test]
fn three_cases() {
    check!(t false true [default => t.body(NONE)] send recv_pat send_ok_if);
    check!(t false true [default => t.body(NONE)] recv_ok_if send_from send);
    check!(t true true [default(t.timeout()) => t.body(NONE)] send_if send_ok_if recv_if);
    check!(t false false [] recv send_if recv_pat);
}

#[test]
fn a_biased_select_evaluates_everything_too() {
    for winner in 0..2 {
        let mut trace = Trace::new(true);
        trace.channels[winner] = make(1);
        select! {
            biased;
            send(trace.handle(0), trace.value(0)), if trace.cond(0) => trace.body(0),
            send_ok(trace.handle(1), trace.value(1)) -> _ => trace.body(1),
            recv(trace.handle(2)) => trace.body(2),
        }
        let entry = [Handle(0), Value(0), Cond(0), Handle(1), Value(1), Handle(2)];
        assert_eq!(*trace.log.borrow(), [&entry[..], &[Body(winner)]].concat());
    }
}

#[test]
fn a_timeout_that_stands_first_is_evaluated_once() {
    let trace = Trace::new(true);
    select! { default(trace.timeout()) => trace.body(NONE), recv(trace.handle(0)) => {} }
    assert_eq!(trace.log.borrow().iter().filter(|&&step| step == Timeout).count(), 1);
}

#[test]
fn nothing_is_evaluated_again_after_a_wait() {
    let trace = Trace::new(true);
    let peer = trace.channels[1].clone();
    std::thread::scope(|s| {
        s.spawn(move || {
            while gochan::__private::blocked(&peer).receivers == 0 {
                std::thread::yield_now();
            }
            peer.send(1);
        });
        select! {
            send(trace.handle(0), trace.value(0)), if trace.cond(0) => trace.body(0),
            recv(trace.handle(1)), if trace.cond(1) => trace.body(1),
        }
    });
    let entry = [Handle(0), Value(0), Cond(0), Handle(1), Cond(1), Body(1)];
    assert_eq!(*trace.log.borrow(), entry);
}
