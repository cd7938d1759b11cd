//! The plain operations: a try, and if that is not enough a select with one case.

use std::panic::Location;

use super::{block, Bound, Limit, Order, RecvCase, SendCase};
use crate::{
    core::{Channel, Core, Look},
    error::{RecvTimeoutError, SendTimeoutError, TryRecvError, TrySendError},
    wait::{Reason, Who, Why},
};

/// Sends `value` if that needs no waiting.
#[inline]
pub(crate) fn try_send<T>(core: Option<&Core<T>>, value: T) -> Result<(), TrySendError<T>> {
    match core {
        Some(core) => try_once(core, value, Look::Exact),
        None => Err(TrySendError::Full(value)),
    }
}

#[inline]
fn try_once<T>(core: &Core<T>, value: T, look: Look) -> Result<(), TrySendError<T>> {
    let mut value = Some(value);
    match (core.try_send(&mut value, Who::NEW, look), value) {
        (Ok(()), _) => Ok(()),
        (Err(TrySendError::Closed(())), Some(value)) => Err(TrySendError::Closed(value)),
        (Err(TrySendError::Full(())), Some(value)) => Err(TrySendError::Full(value)),
        (Err(_), None) => unreachable!("a value that is not sent stays where it is"),
    }
}

/// Sends `value`, waiting up to `limit`.
#[inline]
#[track_caller]
pub(crate) fn send<T>(
    core: Option<&Core<T>>,
    value: T,
    limit: Limit,
) -> Result<(), SendTimeoutError<T>> {
    let Some(open) = core.filter(|core| !core.meets()) else {
        return send_slow(core, value, limit);
    };
    match try_once(open, value, Look::Hasty) {
        Ok(()) => Ok(()),
        Err(TrySendError::Closed(value)) => Err(SendTimeoutError::Closed(value)),
        Err(TrySendError::Full(value)) => send_slow(core, value, limit),
    }
}

#[cold]
#[inline(never)]
#[track_caller]
fn send_slow<T>(core: Option<&Core<T>>, value: T, limit: Limit) -> Result<(), SendTimeoutError<T>> {
    let case = SendCase::new(core, value);
    let why = Why { reason: Reason::Send, location: Location::caller() };
    let won = block(&[case.arm().0], Order::Source, limit, why);
    match (won, case.into_value()) {
        (_, None) => Ok(()),
        (Some(_), Some(value)) => Err(SendTimeoutError::Closed(value)),
        (None, Some(value)) => Err(SendTimeoutError::Timeout(value)),
    }
}

/// Receives a value, waiting up to `limit`.
#[inline]
#[track_caller]
pub(crate) fn recv<T>(core: Option<&Core<T>>, limit: Limit) -> Result<T, RecvTimeoutError> {
    let Some(open) = core.filter(|core| !core.meets()) else {
        return recv_slow(core, limit);
    };
    match open.try_recv(Who::NEW, Look::Hasty) {
        Ok(value) => Ok(value),
        Err(TryRecvError::Closed) => Err(RecvTimeoutError::Closed),
        Err(TryRecvError::Empty) => recv_slow(core, limit),
    }
}

#[cold]
#[inline(never)]
#[track_caller]
fn recv_slow<T>(core: Option<&Core<T>>, limit: Limit) -> Result<T, RecvTimeoutError> {
    let case = RecvCase::new(core);
    let why = Why { reason: Reason::Recv, location: Location::caller() };
    let won = block(&[case.arm().0], Order::Source, limit, why);
    match won.and_then(|_| case.take()) {
        Some(value) => value.ok_or(RecvTimeoutError::Closed),
        None => Err(RecvTimeoutError::Timeout),
    }
}
