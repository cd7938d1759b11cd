//! Go's src/runtime/chanbarrier_test.go: fresh heap values handed over by a blocked send arrive
//! whole.

use std::thread;

use gochan::{bounded, make, select, Sender};

use crate::{common::watchdog, support::rounds};

/// A reply on the heap, which says whose it is.
#[derive(Debug, PartialEq)]
struct Reply {
    to: usize,
    garbage: Vec<usize>,
}

impl Reply {
    fn to(request: usize) -> Box<Self> {
        Box::new(Self { to: request, garbage: vec![request; 128] })
    }
}

type Request = (usize, Sender<Box<Reply>>);

/// Starts many askers. Each makes a channel for every question, and has a helper that answers.
fn every_reply_arrives(answer: impl Fn(Sender<Box<Reply>>, usize) + Sync) {
    let _dog = watchdog(120);
    let (askers, questions) = (10, rounds(10_000));
    thread::scope(|s| {
        for asker in 0..askers {
            let (ask, asked) = bounded::<Request>(1);
            let answer = &answer;
            s.spawn(move || {
                for (request, to) in asked {
                    answer(to, request);
                }
            });
            s.spawn(move || {
                for question in 0..questions {
                    let request = asker * questions + question;
                    let (to, replies) = bounded(0);
                    ask.send((request, to));
                    assert_eq!(replies.recv_ok(), Some(Reply::to(request)));
                }
            });
        }
    });
}

/// A value made by the sender and sent at once is whole (TestChanSendBarrier).
#[test]
fn a_fresh_value_is_whole_after_a_send() {
    every_reply_arrives(|to, request| to.send(Reply::to(request)));
}

/// A value that is sent at once by a select, which may also end otherwise, is whole
/// (TestChanSendSelectBarrier).
#[test]
fn a_fresh_value_is_whole_after_a_send_in_a_select() {
    every_reply_arrives(|to, request| {
        let done = make::<()>(0);
        select! {
            send(to, Reply::to(request)) => {}
            recv(done) => unreachable!("nobody closes it"),
        }
    });
}
