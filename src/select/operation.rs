//! The plain operations: a try and, if it fails, a select with one case.
//!
//! A value moves from the caller's slot to its place in the channel, and back if it is not sent. A
//! large value takes no room on the stack of every function between.

use std::panic::Location;

use super::{block, BoundCase, Limit, OnStack, Order, RecvCase, SendCase};
use crate::{
    core::{is_short, Core, Effort, Side, WaitStyle},
    error::{RecvTimeoutError, SendError, SendTimeoutError, TryRecvError, TrySendError},
    wait::{BlockedAt, Reason},
};

/// Sends `value` if possible without waiting.
#[inline]
pub(crate) fn try_send<T>(core: &Option<Core<T>>, value: T) -> Result<(), TrySendError<T>> {
    if !is_short::<T>() {
        return try_send_slow(core, value);
    }
    match Core::send_now(core, value) {
        Ok(()) => Ok(()),
        Err(value) => try_send_slow(core, value),
    }
}

/// Sends `value`, waiting as long as it takes.
#[inline]
#[track_caller]
pub(crate) fn send<T>(core: &Option<Core<T>>, value: T) -> Result<(), SendError<T>> {
    if !is_short::<T>() {
        return send_slow(core, value);
    }
    match Core::send_now(core, value) {
        Ok(()) => Ok(()),
        Err(value) => send_slow(core, value),
    }
}

/// Sends `value`, waiting up to `limit`.
#[inline]
#[track_caller]
pub(crate) fn send_until<T>(
    core: &Option<Core<T>>,
    value: T,
    limit: Limit,
) -> Result<(), SendTimeoutError<T>> {
    if !is_short::<T>() {
        return send_until_slow(core, value, limit);
    }
    match Core::send_now(core, value) {
        Ok(()) => Ok(()),
        Err(value) => send_until_slow(core, value, limit),
    }
}

#[inline(always)]
fn recv_now<T>(core: &Option<Core<T>>) -> Option<T> {
    if is_short::<T>() {
        Core::recv_now(core)
    } else {
        None
    }
}

#[cold]
#[inline(never)]
fn try_send_slow<T>(core: &Option<Core<T>>, value: T) -> Result<(), TrySendError<T>> {
    let mut slot = Some(value);
    let full = Err(TrySendError::Full(()));
    match core.as_ref().map_or(full, |core| core.try_send(&mut slot, Effort::Strong)) {
        Ok(()) => Ok(()),
        Err(TrySendError::Closed(())) => Err(TrySendError::Closed(unsent(slot))),
        Err(TrySendError::Full(())) => Err(TrySendError::Full(unsent(slot))),
    }
}

#[cold]
#[inline(never)]
#[track_caller]
fn send_slow<T>(core: &Option<Core<T>>, value: T) -> Result<(), SendError<T>> {
    let mut slot = Some(value);
    match send_from(core.as_ref(), &mut slot, Limit::Never) {
        Ok(()) => Ok(()),
        Err(_) => Err(SendError(unsent(slot))),
    }
}

#[cold]
#[inline(never)]
#[track_caller]
fn send_until_slow<T>(
    core: &Option<Core<T>>,
    value: T,
    limit: Limit,
) -> Result<(), SendTimeoutError<T>> {
    let mut slot = Some(value);
    match send_from(core.as_ref(), &mut slot, limit) {
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

/// Sends the value in `slot`, waiting up to `limit`.
#[track_caller]
pub(crate) fn send_from<T>(
    core: Option<&Core<T>>,
    slot: &mut Option<T>,
    limit: Limit,
) -> Result<(), SendTimeoutError<()>> {
    let style = core.map_or(WaitStyle::YieldInQueue, Core::wait_style);
    let tried =
        core.filter(|_| style != WaitStyle::Meet).map(|core| core.try_send(slot, Effort::Weak));
    match tried {
        Some(Ok(())) => return Ok(()),
        Some(Err(TrySendError::Closed(()))) => return Err(SendTimeoutError::Closed(())),
        Some(Err(TrySendError::Full(()))) | None => {}
    }
    let case = OnStack(SendCase::empty(core));
    case.0.exchange(slot);
    let blocked_at = BlockedAt { reason: Reason::Send, location: Location::caller() };
    let won = block(&[case.as_case().0], style, Order::Source, limit, blocked_at);
    case.0.exchange(slot);
    match won {
        Some(_) if slot.is_none() => Ok(()),
        Some(_) => Err(SendTimeoutError::Closed(())),
        None => Err(SendTimeoutError::Timeout(())),
    }
}

/// Receives a value if possible without waiting.
#[inline]
pub(crate) fn try_recv<T>(core: &Option<Core<T>>) -> Result<T, TryRecvError> {
    match recv_now(core) {
        Some(value) => Ok(value),
        None => try_recv_slow(core),
    }
}

/// Receives a value, waiting as long as it takes; `None` once the channel is closed and drained.
#[inline]
#[track_caller]
pub(crate) fn recv<T>(core: &Option<Core<T>>) -> Option<T> {
    match recv_now(core) {
        None => recv_slow(core),
        value => value,
    }
}

/// Receives a value, waiting up to `limit`.
#[inline]
#[track_caller]
pub(crate) fn recv_until<T>(core: &Option<Core<T>>, limit: Limit) -> Result<T, RecvTimeoutError> {
    match recv_now(core) {
        Some(value) => Ok(value),
        None => recv_until_slow(core, limit),
    }
}

#[cold]
#[inline(never)]
fn try_recv_slow<T>(core: &Option<Core<T>>) -> Result<T, TryRecvError> {
    let mut slot = None;
    let empty = Err(TryRecvError::Empty);
    core.as_ref().map_or(empty, |core| core.try_recv(&mut slot, Effort::Strong))?;
    slot.ok_or(TryRecvError::Empty)
}

#[cold]
#[inline(never)]
#[track_caller]
fn recv_slow<T>(core: &Option<Core<T>>) -> Option<T> {
    let mut slot = None;
    let _ = recv_into(core.as_ref(), &mut slot, Limit::Never);
    slot
}

#[cold]
#[inline(never)]
#[track_caller]
fn recv_until_slow<T>(core: &Option<Core<T>>, limit: Limit) -> Result<T, RecvTimeoutError> {
    let mut slot = None;
    recv_into(core.as_ref(), &mut slot, limit)?;
    slot.ok_or(RecvTimeoutError::Closed)
}

/// Receives a value into `slot`, which is empty, waiting up to `limit`.
#[track_caller]
fn recv_into<T>(
    core: Option<&Core<T>>,
    slot: &mut Option<T>,
    limit: Limit,
) -> Result<(), RecvTimeoutError> {
    let style = core.map_or(WaitStyle::YieldInQueue, Core::wait_style);
    let tried =
        core.filter(|_| style != WaitStyle::Meet).map(|core| core.try_recv(slot, Effort::Weak));
    match tried {
        Some(Ok(())) => return Ok(()),
        Some(Err(TryRecvError::Closed)) => return Err(RecvTimeoutError::Closed),
        Some(Err(TryRecvError::Empty)) | None => {}
    }
    let case = OnStack(RecvCase::new(core));
    let blocked_at = BlockedAt { reason: Reason::Recv, location: Location::caller() };
    let won = block(&[case.as_case().0], style, Order::Source, limit, blocked_at);
    case.0.exchange(slot);
    match won {
        Some(_) if slot.is_some() => Ok(()),
        Some(_) => Err(RecvTimeoutError::Closed),
        None => Err(RecvTimeoutError::Timeout),
    }
}

/// Appends `first` and the values that are ready now to `values`, at most `limit` in all. Returns
/// how many. Senders that keep pace do not prolong this.
pub(crate) fn append<T>(
    core: &Option<Core<T>>,
    first: T,
    values: &mut Vec<T>,
    limit: usize,
) -> usize {
    let before = values.len();
    values.push(first);
    let ready = match core.as_ref().map(Core::channel) {
        Some(channel) if channel.cap() == Some(0) => channel.waiting(Side::Send),
        Some(channel) => channel.len(),
        None => 0,
    };
    let next = || try_recv(core).ok();
    values.extend(std::iter::from_fn(next).take(ready.min(limit - 1)));
    values.len() - before
}
