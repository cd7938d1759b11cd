//! The spinning lock of a buffer's end. The other models have a lock of the checker's in its place.

use std::sync::atomic::Ordering::SeqCst;

use gochan::model::Turnstile;
use loom::{
    cell::UnsafeCell,
    sync::{
        atomic::{fence, AtomicUsize},
        Arc,
    },
    thread,
};

use crate::run::check;

/// Passes and adds one.
fn pass(turnstile: &Turnstile) {
    turnstile.pass(thread::yield_now, |number| (number + 1, ()));
}

/// Who is inside is alone, and sees what those before did there.
#[test]
fn turnstile_alone() {
    check("turnstile_alone", || {
        let shared = Arc::new((Turnstile::new(0), UnsafeCell::new(0)));
        let add = |(turnstile, sum): &(Turnstile, UnsafeCell<u64>)| {
            turnstile.pass(thread::yield_now, |number| {
                // SAFETY: alone inside; loom checks just that.
                sum.with_mut(|sum| unsafe { *sum += 1 });
                (number + 1, ())
            });
        };
        let other = thread::spawn({
            let shared = shared.clone();
            move || (0..2).for_each(|_| add(&shared))
        });
        add(&shared);
        other.join().unwrap();
        // SAFETY: nobody else is left.
        let sum = shared.1.with(|sum| unsafe { *sum });
        assert_eq!((shared.0.rest(), sum), (Some(3), 3));
    });
}

/// What was done inside is there for who sees the number, and for who sees that it is at rest.
#[test]
fn turnstile_shows_what_was_done() {
    check("turnstile_shows_what_was_done", || {
        let shared = Arc::new((Turnstile::new(0), UnsafeCell::new(0)));
        let other = thread::spawn({
            let shared = shared.clone();
            move || {
                shared.0.pass(thread::yield_now, |number| {
                    // SAFETY: who reads has seen the number; loom checks just that.
                    shared.1.with_mut(|value| unsafe { *value = 7 });
                    (number + 1, ())
                });
            }
        });
        if shared.0.peek() == 1 || shared.0.rest() == Some(1) {
            // SAFETY: nobody writes any more.
            assert_eq!(shared.1.with(|value| unsafe { *value }), 7);
        }
        other.join().unwrap();
    });
}

/// Of two that pass one and ask for the other, one learns that it is not the first.
#[test]
fn turnstile_of_two() {
    check("turnstile_of_two", || {
        let shared = Arc::new([Turnstile::new(0), Turnstile::new(0)]);
        let other = thread::spawn({
            let shared = shared.clone();
            move || {
                pass(&shared[0]);
                shared[1].rest()
            }
        });
        pass(&shared[1]);
        let asked = [shared[0].rest(), other.join().unwrap()];
        assert!(asked != [Some(0), Some(0)]);
    });
}

/// Who stands in line and finds nobody inside and nothing new is seen by who passes.
#[test]
fn turnstile_handshake() {
    check("turnstile_handshake", || {
        let shared = Arc::new((Turnstile::new(0), AtomicUsize::new(0)));
        let waiter = thread::spawn({
            let shared = shared.clone();
            move || {
                shared.1.store(1, SeqCst);
                fence(SeqCst); // As `dekker_light` in `WaitSide::line_up`.
                shared.0.rest() == Some(0)
            }
        });
        pass(&shared.0);
        let seen = shared.1.load(SeqCst) == 1;
        assert!(seen || !waiter.join().unwrap());
    });
}
