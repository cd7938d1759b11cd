//! Names, methods and constants of the user do not get in the way of `select!`, and temporaries
//! live as long as they are needed.
#![deny(warnings)]
#![forbid(unsafe_code)]
#![cfg(not(any(loom, shuttle)))]

use std::{sync::Mutex, time::Duration};

use gochan::{make, select, Sender, Timer};

/// Constants with the names that a macro is likely to use for its variables.
mod constants {
    #![allow(non_upper_case_globals, dead_code)]

    pub(crate) const chan: u8 = 0;
    pub(crate) const case: u8 = 0;
    pub(crate) const limit: u8 = 0;
    pub(crate) const won: u8 = 0;
    pub(crate) const slot: u8 = 0;
    pub(crate) const value: u8 = 0;
}

/// Methods with the names of the library's own, on every type, by value.
#[allow(dead_code)]
trait Hijack: Sized {
    fn take(self) -> u8 {
        unreachable!()
    }
    fn arm(self) -> u8 {
        unreachable!()
    }
    fn only_if(self, _: bool) -> u8 {
        unreachable!()
    }
    fn recv_case(self) -> u8 {
        unreachable!()
    }
}

impl<T> Hijack for T {}

#[test]
fn names_of_the_user_do_not_get_in_the_way() {
    #[allow(unused_imports)]
    use constants::*;

    let c = make(1);
    c.send(7);
    let got = select! {
        recv(c) -> v, if true => v,
        default(Duration::ZERO) => 0,
    };
    assert_eq!(got, 7);
    let mut kept = Some(8);
    select! {
        send_from(c, &mut kept) => {}
        default => unreachable!(),
    }
    assert_eq!((c.recv(), kept), (8, None));
}

#[test]
fn a_slot_that_is_a_reference_can_be_used_again() {
    fn offer(tx: &Sender<u8>, slot: &mut Option<u8>) -> usize {
        let mut rounds = 0;
        while slot.is_some() {
            rounds += 1;
            select! {
                send_from(tx, slot), if rounds > 2 => {}
                default => {}
            }
        }
        rounds
    }
    let (tx, _rx) = gochan::bounded(1);
    assert_eq!(offer(&tx, &mut Some(1)), 3);
}

#[test]
fn temporaries_live_until_the_choice_and_end_before_the_body() {
    let c = Mutex::new(make(1));
    c.lock().unwrap().send(7);
    select! {
        recv(Timer::new(Duration::from_secs(3600)).c()) => unreachable!(),
        recv(&*c.lock().unwrap()) -> v => {
            assert_eq!(v, 7);
            assert!(c.try_lock().is_ok(), "the guard is gone");
        }
    }
    let text = String::from("text");
    let words = make(1);
    select! {
        send(words, text.clone() + " and more") => {}
        default => unreachable!(),
    }
    assert_eq!(words.recv(), "text and more");
}
