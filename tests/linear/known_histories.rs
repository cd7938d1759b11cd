//! The checker itself: histories that it has to accept, and others that it has to refuse.

use super::{
    history::{
        recv, send,
        Answer::{self, *},
        Call, Case, History, Limit, Record,
    },
    search::is_linearizable,
};

/// A call that runs from the first number to the second.
type Line = (usize, usize, Call, Answer);

fn call(cases: &[Case], limit: Limit) -> Call {
    Call::Move { cases: cases.to_vec(), limit, select: cases.len() > 1 }
}

fn blocking(case: Case) -> Call {
    call(&[case], Limit::Never)
}

fn trying(case: Case) -> Call {
    call(&[case], Limit::Now)
}

/// The instants are those of the lines; the id of a call is its place.
fn history(capacities: &[Option<usize>], lines: Vec<Line>) -> History {
    let records = lines.into_iter().enumerate().map(|(id, (begin, end, call, answer))| Record {
        id,
        thread: id,
        call,
        answer,
        begin,
        end,
    });
    History::new(capacities.to_vec(), records.collect())
}

#[track_caller]
fn accepts(capacities: &[Option<usize>], lines: Vec<Line>) {
    let history = history(capacities, lines);
    assert!(is_linearizable(&history), "refused:\n{history}");
}

#[track_caller]
fn refuses(capacities: &[Option<usize>], lines: Vec<Line>) {
    let history = history(capacities, lines);
    assert!(!is_linearizable(&history), "accepted:\n{history}");
}

const S: Case = send(0);
const R: Case = recv(0);
const RING: &[Option<usize>] = &[Some(1)];
const TWO: &[Option<usize>] = &[Some(2)];
const MEETING: &[Option<usize>] = &[Some(0)];
const LIST: &[Option<usize>] = &[None];

#[test]
fn values_come_in_the_order_of_their_sends() {
    let sends = [(0, 1, blocking(S), Sent(S)), (2, 3, blocking(S), Sent(S))];
    let receives = |first, second| {
        let receives =
            [(4, 5, blocking(R), Received(R, first)), (6, 7, blocking(R), Received(R, second))];
        sends.clone().into_iter().chain(receives).collect()
    };
    accepts(TWO, receives(0, 1));
    refuses(TWO, receives(1, 0));
    refuses(TWO, receives(0, 0));
    // The ring is full until the first receive.
    refuses(RING, receives(0, 1));
    accepts(LIST, receives(0, 1));
}

#[test]
fn sends_side_by_side_have_either_order() {
    for (first, second) in [(0, 1), (1, 0)] {
        accepts(
            TWO,
            vec![
                (0, 3, blocking(S), Sent(S)),
                (1, 2, blocking(S), Sent(S)),
                (4, 5, blocking(R), Received(R, first)),
                (6, 7, blocking(R), Received(R, second)),
            ],
        );
    }
}

#[test]
fn a_value_comes_from_a_send() {
    refuses(LIST, vec![(0, 1, blocking(R), Received(R, 0))]);
    refuses(LIST, vec![(0, 1, blocking(R), Received(R, 1)), (2, 3, blocking(S), Sent(S))]);
    refuses(LIST, vec![(0, 1, trying(S), Nothing), (2, 3, blocking(R), Received(R, 0))]);
}

#[test]
fn a_value_is_not_lost() {
    let lost = |answer| {
        vec![
            (0, 1, blocking(S), Sent(S)),
            (2, 3, Call::Close(0), DidClose(true)),
            (4, 5, blocking(R), answer),
        ]
    };
    accepts(RING, lost(Received(R, 0)));
    refuses(RING, lost(Drained(R)));
}

#[test]
fn a_rendezvous_is_one_instant() {
    let meet = |begin, end, sender, receiver| {
        vec![(0, 3, sender, Sent(S)), (begin, end, receiver, Received(R, 0))]
    };
    accepts(MEETING, meet(1, 2, blocking(S), blocking(R)));
    accepts(MEETING, meet(1, 4, trying(S), blocking(R)));
    accepts(MEETING, meet(1, 4, blocking(S), trying(R)));
    // No two calls meet that come one after the other, or that both do not wait.
    refuses(MEETING, meet(4, 5, blocking(S), blocking(R)));
    refuses(MEETING, meet(1, 2, trying(S), trying(R)));
    // A value is sent to nobody.
    refuses(MEETING, vec![(0, 3, blocking(S), Sent(S))]);
}

#[test]
fn a_select_does_not_meet_itself() {
    let both = call(&[S, R], Limit::Never);
    refuses(MEETING, vec![(0, 1, both, Received(R, 0))]);
}

#[test]
fn full_means_full_or_being_freed() {
    let full = |capacities: &[_], end_of_receive, expected: fn(&[_], Vec<Line>)| {
        expected(
            capacities,
            vec![
                (0, 1, blocking(S), Sent(S)),
                (2, end_of_receive, blocking(R), Received(R, 0)),
                (5, 6, trying(S), Nothing),
            ],
        );
    };
    full(RING, 7, accepts);
    full(RING, 4, refuses);
    // There is a second slot.
    full(TWO, 7, refuses);
    full(LIST, 7, refuses);
    full(MEETING, 7, refuses);
}

#[test]
fn empty_means_empty_or_being_written() {
    let empty = |end_of_send, expected: fn(&[_], Vec<Line>)| {
        let receive = (10, 11, blocking(R), Received(R, 0));
        let lines = vec![
            (0, end_of_send, blocking(S), Sent(S)),
            receive,
            (1, 3, Call::Len(0), Len(1)),
            (4, 5, trying(R), Nothing),
        ];
        expected(RING, lines);
    };
    empty(6, accepts);
    empty(2, refuses);
}

#[test]
fn a_default_needs_one_instant() {
    let capacities = [Some(1), Some(1)];
    let both = call(&[recv(0), recv(1)], Limit::Now);
    let run = |end_of_first, begin_of_second| {
        vec![
            (0, 1, blocking(send(0)), Sent(send(0))),
            (2, 20, both.clone(), Nothing),
            (3, end_of_first, blocking(recv(0)), Received(recv(0), 0)),
            (begin_of_second, 9, blocking(send(1)), Sent(send(1))),
            (21, 22, blocking(recv(1)), Received(recv(1), 3)),
        ]
    };
    accepts(&capacities, run(4, 5));
    // The second value was there before the first was taken.
    let mut moved = run(12, 5);
    moved[2].0 = 11;
    refuses(&capacities, moved);
}

#[test]
fn a_close_is_one_instant() {
    let close = |begin, end, answer| (begin, end, Call::Close(0), DidClose(answer));
    for capacities in [MEETING, RING, LIST] {
        accepts(capacities, vec![close(0, 2, true), close(1, 3, false)]);
        refuses(capacities, vec![close(0, 2, true), close(1, 3, true)]);
        refuses(capacities, vec![close(0, 1, true), (2, 3, trying(S), Nothing)]);
        refuses(capacities, vec![(0, 1, blocking(R), Drained(R)), close(2, 3, true)]);
        refuses(capacities, vec![(0, 1, Call::IsClosed(0), IsClosed(true)), close(2, 3, true)]);
        refuses(capacities, vec![close(0, 1, true), (2, 3, Call::IsClosed(0), IsClosed(false))]);
    }
    refuses(RING, vec![close(0, 1, true), (2, 3, blocking(S), Sent(S))]);
}

#[test]
fn len_is_that_of_one_instant() {
    let len = |len| {
        vec![
            (0, 1, blocking(S), Sent(S)),
            (2, 4, blocking(S), Sent(S)),
            (3, 5, Call::Len(0), Len(len)),
        ]
    };
    accepts(TWO, len(1));
    accepts(TWO, len(2));
    refuses(TWO, len(0));
    refuses(TWO, len(3));
}

/// A value that nobody has received is anyone's, also if somebody waits for it.
#[test]
fn nothing_is_kept_for_one_that_waits() {
    refuses(
        RING,
        vec![
            (0, 9, blocking(R), Received(R, 1)),
            (1, 2, blocking(S), Sent(S)),
            (3, 4, trying(R), Nothing),
            // Nobody has received yet.
            (5, 6, Call::Len(0), Len(1)),
        ],
    );
}
