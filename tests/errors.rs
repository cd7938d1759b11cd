//! The errors: what they say, what they give back, and how they turn into each other.
#![cfg(not(any(loom, shuttle)))]

use std::{
    error::Error,
    fmt::{Debug, Display},
    time::Duration,
};

use gochan::{
    bounded, Receiver, RecvTimeoutError, SendError, SendTimeoutError, Sender, TryRecvError,
    TrySendError,
};

/// A value that is neither `Debug` nor `Clone` nor comparable.
struct Plain(u8);

#[test]
fn display_says_what_went_wrong_and_why() {
    let said: [(&dyn Display, &str); 9] = [
        (&SendError(Plain(1)), "send on closed channel"),
        (&TrySendError::Full(Plain(1)), "send on full channel"),
        (&TrySendError::Closed(Plain(1)), "send on closed channel"),
        (&SendTimeoutError::Timeout(Plain(1)), "timed out on send"),
        (&SendTimeoutError::Closed(Plain(1)), "send on closed channel"),
        (&TryRecvError::Empty, "receive on empty channel"),
        (&TryRecvError::Closed, "receive on closed channel"),
        (&RecvTimeoutError::Timeout, "timed out on receive"),
        (&RecvTimeoutError::Closed, "receive on closed channel"),
    ];
    for (error, text) in said {
        assert_eq!(error.to_string(), text);
    }
}

#[test]
fn debug_names_the_error_without_the_value() {
    let shown: [(&dyn Debug, &str); 9] = [
        (&SendError(Plain(1)), "SendError"),
        (&TrySendError::Full(Plain(1)), "Full"),
        (&TrySendError::Closed(Plain(1)), "Closed"),
        (&SendTimeoutError::Timeout(Plain(1)), "Timeout"),
        (&SendTimeoutError::Closed(Plain(1)), "Closed"),
        (&TryRecvError::Empty, "Empty"),
        (&TryRecvError::Closed, "Closed"),
        (&RecvTimeoutError::Timeout, "Timeout"),
        (&RecvTimeoutError::Closed, "Closed"),
    ];
    for (error, name) in shown {
        assert!(format!("{error:?}").contains(name), "{error:?}");
    }
}

/// `unwrap` and `expect` need `Debug` of the error, for any value.
#[test]
fn a_result_can_be_unwrapped_whatever_the_value() {
    let (tx, _rx) = bounded(4);
    tx.send_ok(Plain(1)).unwrap();
    tx.try_send(Plain(2)).expect("room");
    tx.send_timeout(Plain(3), Duration::ZERO).unwrap();
    let error = tx.close_ok().then(|| tx.send_ok(Plain(4)).unwrap_err());
    assert_eq!(error.unwrap().into_inner().0, 4);
}

#[test]
fn every_error_is_a_std_error_without_a_source() {
    let errors: [Box<dyn Error + Send + Sync>; 5] = [
        Box::new(SendError(Plain(1))),
        Box::new(TrySendError::Full(Plain(1))),
        Box::new(SendTimeoutError::Timeout(Plain(1))),
        Box::new(TryRecvError::Empty),
        Box::new(RecvTimeoutError::Timeout),
    ];
    assert!(errors.iter().all(|error| error.source().is_none()));
}

#[test]
fn every_send_error_gives_the_value_back() {
    assert_eq!(SendError(Plain(1)).into_inner().0, 1);
    assert_eq!(SendError(Plain(2)).0 .0, 2);
    assert_eq!(TrySendError::Full(Plain(3)).into_inner().0, 3);
    assert_eq!(TrySendError::Closed(Plain(4)).into_inner().0, 4);
    assert_eq!(SendTimeoutError::Timeout(Plain(5)).into_inner().0, 5);
    assert_eq!(SendTimeoutError::Closed(Plain(6)).into_inner().0, 6);
}

/// The value that comes back is the very same, not a copy of it.
#[test]
fn a_failed_send_gives_back_the_same_box() {
    let (tx, rx) = bounded(0);
    let value = Box::new(1);
    let address: *const i32 = &*value;
    let value = tx.try_send(value).unwrap_err().into_inner();
    let value = tx.send_timeout(value, Duration::from_millis(1)).unwrap_err().into_inner();
    drop(rx);
    let value = tx.send_ok(value).unwrap_err().into_inner();
    assert!(std::ptr::eq(address, &*value));
}

#[test]
fn predicates_tell_the_variants_apart() {
    let (full, closed) = (TrySendError::Full(Plain(1)), TrySendError::Closed(Plain(1)));
    assert!(full.is_full() && !full.is_closed() && closed.is_closed() && !closed.is_full());
    let (timeout, closed) =
        (SendTimeoutError::Timeout(Plain(1)), SendTimeoutError::Closed(Plain(1)));
    assert!(timeout.is_timeout() && !timeout.is_closed());
    assert!(closed.is_closed() && !closed.is_timeout());
    assert!(TryRecvError::Empty.is_empty() && !TryRecvError::Empty.is_closed());
    assert!(TryRecvError::Closed.is_closed() && !TryRecvError::Closed.is_empty());
    assert!(RecvTimeoutError::Timeout.is_timeout() && !RecvTimeoutError::Timeout.is_closed());
    assert!(RecvTimeoutError::Closed.is_closed() && !RecvTimeoutError::Closed.is_timeout());
}

#[test]
fn a_send_error_becomes_the_wider_errors() {
    assert_eq!(TrySendError::from(SendError(1)), TrySendError::Closed(1));
    assert_eq!(SendTimeoutError::from(SendError(1)), SendTimeoutError::Closed(1));
}

#[test]
fn errors_are_copied_and_compared_where_their_value_can_be() {
    fn same<E: Copy + Eq + Debug>(error: E, other: E) {
        let copy = error;
        assert_eq!(copy, error);
        assert_ne!(copy, other);
    }
    same(SendError(1), SendError(2));
    same(TrySendError::Full(1), TrySendError::Closed(1));
    same(SendTimeoutError::Timeout(1), SendTimeoutError::Closed(1));
    same(TryRecvError::Empty, TryRecvError::Closed);
    same(RecvTimeoutError::Timeout, RecvTimeoutError::Closed);
    let boxed = SendError(Box::new(1));
    assert_eq!(boxed.clone(), boxed);
}

/// Sends or receives in some way, with `?`.
type Fallible = fn(&Sender<u8>, &Receiver<u8>) -> Result<(), Box<dyn Error>>;

#[test]
fn the_question_mark_turns_each_into_a_boxed_error() {
    let cases: [(Fallible, &str); 5] = [
        (|tx, _| Ok(tx.send_ok(1)?), "send on closed channel"),
        (|tx, _| Ok(tx.try_send(1)?), "send on closed channel"),
        (|tx, _| Ok(tx.send_timeout(1, Duration::ZERO)?), "send on closed channel"),
        (|_, rx| Ok(rx.try_recv().map(|_| ())?), "receive on closed channel"),
        (|_, rx| Ok(rx.recv_timeout(Duration::ZERO).map(|_| ())?), "receive on closed channel"),
    ];
    for (case, text) in cases {
        let (tx, rx) = bounded(1);
        tx.close();
        assert_eq!(case(&tx, &rx).unwrap_err().to_string(), text);
    }
}

#[test]
fn the_question_mark_widens_a_send_error() {
    fn send_both(tx: &Sender<u8>) -> Result<(), TrySendError<u8>> {
        tx.try_send(1)?;
        tx.send_ok(2)?;
        Ok(())
    }
    fn send_in_time(tx: &Sender<u8>) -> Result<(), SendTimeoutError<u8>> {
        tx.send_ok(3)?;
        Ok(())
    }
    let (tx, _rx) = bounded(2);
    assert_eq!(send_both(&tx), Ok(()));
    tx.close();
    assert_eq!(send_both(&tx), Err(TrySendError::Closed(1)));
    assert_eq!(send_in_time(&tx), Err(SendTimeoutError::Closed(3)));
}
