//! Selects: which case wins is chance, what it then does is not.

use std::time::Duration;

use gochan::{select, Receiver, Select, SendError, Sender};

use crate::{
    channel::Side,
    machine::{received, refused, Machine, Outcome},
    panic::survive,
    program::{SelectBy, SelectCase},
    value::{is_dropped, Value},
};

/// What the model has to know of a case.
struct Known {
    at: usize,
    side: Side,
    sends: Option<usize>,
}

/// A case with its handle and its value.
enum Case {
    Recv(Receiver<Value>),
    Send(Sender<Value>, Option<Value>),
    SendFrom(Sender<Value>, Option<Value>),
}

pub fn run(machine: &mut Machine, cases: &[Option<SelectCase>], by: SelectBy) {
    let cases = cases.iter().flatten().filter_map(|&case| arm(machine, case));
    let (known, mut cases): (Vec<_>, Vec<_>) = match by {
        SelectBy::Macro { .. } => fit_the_macro(cases).into_iter().unzip(),
        _ => cases.unzip(),
    };
    let ready = known.iter().any(|case| machine.ports[case.at].is_ready(case.side));
    if matches!(by, SelectBy::Wait { .. }) && !ready {
        survive(|| drop(cases));
        return;
    }
    let answer = survive(|| match by {
        SelectBy::Macro { timeout } => by_macro(&mut cases, timeout),
        _ => at_run_time(&mut cases, by),
    });
    survive(|| drop(cases));
    match answer {
        Some(Some((winner, outcome))) => {
            let Known { at, side, sends } = known[winner];
            assert_eq!(outcome, machine.take_effect(at, side, sends));
        }
        Some(None) => assert!(!ready, "a case was ready"),
        None => after_a_panic(machine, &known),
    }
}

/// `None` if there is no handle left for it.
fn arm(machine: &Machine, case: SelectCase) -> Option<(Known, Case)> {
    let (at, side, spiteful) = match case {
        SelectCase::Recv(at) => (at.index(), Side::Recv, false),
        SelectCase::Send { at, spiteful } | SelectCase::SendFrom { at, spiteful } => {
            (at.index(), Side::Send, spiteful)
        }
    };
    let port = &machine.ports[at];
    if side == Side::Recv {
        return Some((Known { at, side, sends: None }, Case::Recv(port.receiver()?)));
    }
    let (tx, value) = (port.sender()?, Value::new(spiteful));
    let known = Known { at, side, sends: Some(value.id()) };
    // On a closed channel it would panic if it is chosen.
    let from_slot = matches!(case, SelectCase::SendFrom { .. }) && !port.is_closed();
    let case = if from_slot { Case::SendFrom } else { Case::Send };
    Some((known, case(tx, Some(value))))
}

/// The macro below has so many places: two receives, a send, a send from a slot.
fn fit_the_macro(cases: impl Iterator<Item = (Known, Case)>) -> Vec<(Known, Case)> {
    let mut places = [2, 1, 1];
    let mut fits = |case: &Case| {
        let place = match case {
            Case::Recv(_) => &mut places[0],
            Case::Send(..) => &mut places[1],
            Case::SendFrom(..) => &mut places[2],
        };
        *place -= 1;
        *place >= 0
    };
    cases
        .filter_map(|(known, case)| match fits(&case) {
            true => Some((known, case)),
            false => {
                survive(|| drop(case));
                None
            }
        })
        .collect()
}

fn at_run_time(cases: &mut [Case], by: SelectBy) -> Option<(usize, Outcome)> {
    let mut select = Select::new();
    for (n, case) in cases.iter_mut().enumerate() {
        match case {
            Case::Recv(rx) => select.recv_ok(rx, move |value| (n, received(value))),
            Case::Send(tx, value) => {
                select.send_ok(tx, value.take().unwrap(), move |result| (n, sent(result)))
            }
            Case::SendFrom(tx, slot) => select.send_from(tx, slot, move || (n, Outcome::Sent)),
        };
    }
    let (SelectBy::Wait { biased }
    | SelectBy::TryWait { biased }
    | SelectBy::WaitTimeout { biased }
    | SelectBy::Macro { timeout: biased }) = by;
    if biased {
        select.biased();
    }
    match by {
        SelectBy::Wait { .. } => Some(select.wait()),
        SelectBy::WaitTimeout { .. } => select.wait_timeout(Duration::ZERO).ok(),
        _ => select.try_wait().ok(),
    }
}

/// A place for which there is no case is nil.
fn by_macro(cases: &mut [Case], timeout: bool) -> Option<(usize, Outcome)> {
    let mut receives = [(0, Receiver::nil()), (0, Receiver::nil())].into_iter();
    let mut receivers = Vec::new();
    let mut send = (0, Sender::nil(), Value::new(false));
    let (mut from, mut none) = ((0, Sender::nil()), None);
    let mut slot = &mut none;
    for (n, case) in cases.iter_mut().enumerate() {
        match case {
            Case::Recv(rx) => receivers.push((n, rx.clone())),
            Case::Send(tx, value) => send = (n, tx.clone(), value.take().unwrap()),
            Case::SendFrom(tx, value) => (from, slot) = ((n, tx.clone()), value),
        }
    }
    let mut receivers = receivers.into_iter().chain(receives.by_ref());
    let [(a, rx_a), (b, rx_b)] = std::array::from_fn(|_| receivers.next().unwrap());
    let (c, tx, value) = send;
    macro_rules! select_or {
        ($($or:tt)*) => {
            select! {
                recv_ok(rx_a) -> value => Some((a, received(value))),
                recv_ok(rx_b) -> value => Some((b, received(value))),
                send_ok(tx, value) -> result => Some((c, sent(result))),
                send_from(from.1, slot) => Some((from.0, Outcome::Sent)),
                $($or)* => None,
            }
        };
    }
    match timeout {
        true => select_or!(default(Duration::ZERO)),
        false => select_or!(default),
    }
}

fn sent(result: Result<(), SendError<Value>>) -> Outcome {
    result.map_or_else(|error| refused(error.0), |()| Outcome::Sent)
}

/// The destructor of a value that lost has panicked, so no call says which case won. The channels
/// do: one has a value that it did not have, or lacks a value that it had.
fn after_a_panic(machine: &mut Machine, known: &[Known]) {
    let has_won = |case: &&Known| {
        let Some(model) = &machine.ports[case.at].model else { return false };
        match case.sends {
            Some(id) => !is_dropped(id),
            None => model.writer().is_some_and(is_dropped),
        }
    };
    if let Some(case) = known.iter().find(has_won) {
        machine.take_effect(case.at, case.side, case.sends);
    }
}
