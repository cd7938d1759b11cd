//! The plain operations: a try, and if that is not enough a select with one case.
//!
//! A value moves from the caller's slot to its place in the channel, and back if it is not sent; a large one has no room on
//! the stack of every function between.

use std::panic::Location;

use super::{block, Bound, Limit, Order, RecvCase, SendCase};
use crate::{
    core::{Channel, Core, Look, Sent},
    error::{RecvTimeoutError, SendError, SendTimeoutError, TryRecvError, TrySendError},
    wait::{Reason, Why},
};

/// Sends `value` if that needs no waiting.
#[inline]
pub(crate) fn try_send<T>(core: Option<&Core<T>>, value: T) -> Result<(), TrySendError<T>> {
    let mut slot = Some(value);
    match try_once(core, &mut slot, Look::Exact) {
        Ok(()) => Ok(()),
        Err(TrySendError::Closed(())) => Err(TrySendError::Closed(unsent(slot))),
        Err(TrySendError::Full(())) => Err(TrySendError::Full(unsent(slot))),
    }
}

/// Sends `value`, waiting as long as it takes.
#[inline]
#[track_caller]
pub(crate) fn send<T>(core: Option<&Core<T>>, value: T) -> Result<(), SendError<T>> {
    let mut slot = Some(value);
    match send_from(core, &mut slot, Limit::Never) {
        Ok(()) => Ok(()),
        Err(_) => Err(SendError(unsent(slot))),
    }
}

/// Sends `value`, waiting up to `limit`.
#[inline]
#[track_caller]
pub(crate) fn send_until<T>(
    core: Option<&Core<T>>,
    value: T,
    limit: Limit,
) -> Result<(), SendTimeoutError<T>> {
    let mut slot = Some(value);
    match send_from(core, &mut slot, limit) {
        Ok(()) => Ok(()),
        Err(SendTimeoutError::Closed(())) => Err(SendTimeoutError::Closed(unsent(slot))),
        Err(SendTimeoutError::Timeout(())) => Err(SendTimeoutError::Timeout(unsent(slot))),
    }
}

/// The value that a failed send has left in its slot.
#[inline]
fn unsent<T>(slot: Option<T>) -> T {
    slot.expect("a value that is not sent stays where it is")
}

#[inline]
fn try_once<T>(core: Option<&Core<T>>, slot: &mut Option<T>, look: Look) -> Sent {
    core.map_or(Err(TrySendError::Full(())), |core| core.try_send(slot, look))
}

/// Sends what is in `slot`, waiting up to `limit`.
#[inline]
#[track_caller]
fn send_from<T>(
    core: Option<&Core<T>>,
    slot: &mut Option<T>,
    limit: Limit,
) -> Result<(), SendTimeoutError<()>> {
    match try_once(core.filter(|core| !core.meets()), slot, Look::Hasty) {
        Ok(()) => Ok(()),
        Err(TrySendError::Closed(())) => Err(SendTimeoutError::Closed(())),
        Err(TrySendError::Full(())) => send_slow(core, slot, limit),
    }
}

#[cold]
#[inline(never)]
#[track_caller]
fn send_slow<T>(
    core: Option<&Core<T>>,
    slot: &mut Option<T>,
    limit: Limit,
) -> Result<(), SendTimeoutError<()>> {
    let case = SendCase::empty(core);
    case.exchange(slot);
    let why = Why { reason: Reason::Send, location: Location::caller() };
    let won = block(&[case.arm().0], Order::Source, limit, why);
    case.exchange(slot);
    match won {
        Some(_) if slot.is_none() => Ok(()),
        Some(_) => Err(SendTimeoutError::Closed(())),
        None => Err(SendTimeoutError::Timeout(())),
    }
}

/// Receives a value if that needs no waiting.
#[inline]
pub(crate) fn try_recv<T>(core: Option<&Core<T>>) -> Result<T, TryRecvError> {
    let mut slot = None;
    core.map_or(Err(TryRecvError::Empty), |core| core.try_recv(&mut slot, Look::Exact))?;
    slot.ok_or(TryRecvError::Empty)
}

/// Receives a value, waiting as long as it takes; `None` once the channel is closed and drained.
#[inline]
#[track_caller]
pub(crate) fn recv<T>(core: Option<&Core<T>>) -> Option<T> {
    let mut slot = None;
    let _ = recv_into(core, &mut slot, Limit::Never);
    slot
}

/// Receives a value, waiting up to `limit`.
#[inline]
#[track_caller]
pub(crate) fn recv_until<T>(core: Option<&Core<T>>, limit: Limit) -> Result<T, RecvTimeoutError> {
    let mut slot = None;
    recv_into(core, &mut slot, limit)?;
    slot.ok_or(RecvTimeoutError::Closed)
}

/// Receives a value into `slot`, which is empty, waiting up to `limit`.
#[inline]
#[track_caller]
fn recv_into<T>(
    core: Option<&Core<T>>,
    slot: &mut Option<T>,
    limit: Limit,
) -> Result<(), RecvTimeoutError> {
    let Some(open) = core.filter(|core| !core.meets()) else {
        return recv_slow(core, slot, limit);
    };
    match open.try_recv(slot, Look::Hasty) {
        Ok(()) => Ok(()),
        Err(TryRecvError::Closed) => Err(RecvTimeoutError::Closed),
        Err(TryRecvError::Empty) => recv_slow(core, slot, limit),
    }
}

#[cold]
#[inline(never)]
#[track_caller]
fn recv_slow<T>(
    core: Option<&Core<T>>,
    slot: &mut Option<T>,
    limit: Limit,
) -> Result<(), RecvTimeoutError> {
    let case = RecvCase::new(core);
    let why = Why { reason: Reason::Recv, location: Location::caller() };
    let won = block(&[case.arm().0], Order::Source, limit, why);
    case.exchange(slot);
    match won {
        Some(_) if slot.is_some() => Ok(()),
        Some(_) => Err(RecvTimeoutError::Closed),
        None => Err(RecvTimeoutError::Timeout),
    }
}
