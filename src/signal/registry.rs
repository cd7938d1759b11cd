//! The subscribers of each signal, and the thread that notifies them.
//!
//! - The table is changed, and a signal is looked up in it, under one lock: a signal goes to all
//!   subscribers that were there, and to none that came later.
//! - No user code runs under the lock: contexts end, and channels close, after it.
//! - Dead subscribers are dropped when a signal comes for them, and at every change: what is kept
//!   is bounded by what was subscribed since.

use std::{
    collections::{btree_map::Entry, BTreeMap},
    io,
};

use signal_hook::consts::FORBIDDEN;

use super::{
    action::Before,
    name,
    platform::{self, Arrivals, Hook},
    taken::{Now, Rest, Subscriber, Taken},
};
use crate::sync::{spawn_named, Mutex, OnceLock};

type Table = BTreeMap<i32, Taken>;

#[derive(Default)]
struct Registry {
    /// `None` before the first call.
    hook: Option<Hook>,
    table: Table,
}

static REGISTRY: OnceLock<Mutex<Registry>> = OnceLock::new();

fn registry() -> &'static Mutex<Registry> {
    REGISTRY.get_or_init(Mutex::default)
}

impl Registry {
    /// Starts a thread to deal with signals, if none does. The subscribers of a lost one go to
    /// `gone`.
    fn listen(&mut self, gone: &mut Vec<Now>) -> io::Result<()> {
        if self.hook.as_ref().map_or(true, Hook::is_lost) {
            gone.extend(self.lose());
            // Until then the handlers of the lost thread do what is to be done without it.
            self.hook = Some(self.start()?);
        }
        Ok(())
    }

    fn start(&self) -> io::Result<Hook> {
        let (mut hook, arrivals) = platform::open()?;
        spawn_named("gochan signals", move || dispatch(arrivals))?;
        for (signal, taken) in &self.table {
            hook.take(*signal, taken.fallback())?;
        }
        Ok(hook)
    }

    /// Ends all notifications. Returns the subscribers.
    fn lose(&mut self) -> Vec<Now> {
        self.table.values_mut().filter_map(Taken::lose).collect()
    }

    /// Takes the signals that are not taken yet. At first they do what they did before.
    fn take(&mut self, signals: &[i32], gone: &mut Vec<Now>) -> Result<(), String> {
        self.listen(gone).map_err(|error| format!("cannot listen: {error}"))?;
        let Self { hook: Some(hook), table } = self else { return Ok(()) };
        for &signal in signals {
            if let Entry::Vacant(place) = table.entry(signal) {
                let taken = Taken::new(signal, Before::of(signal));
                let failed = |error| format!("signal {}: {error}", name::full(signal));
                hook.take(signal, taken.fallback()).map_err(failed)?;
                place.insert(taken);
            }
        }
        Ok(())
    }
}

fn dispatch(arrivals: Arrivals) {
    arrivals.each(|signal| {
        let mut registry = registry().lock();
        let rest = registry.table.get_mut(&signal.number()).map(|taken| taken.arrives(signal));
        drop(registry);
        match rest {
            Some(Rest::Act(before)) => before.act(signal.number()),
            Some(Rest::End(contexts)) => contexts.iter().for_each(|context| context.end(signal)),
            None => {}
        }
    });
    let mut registry = registry().lock();
    // If not, another thread deals with them already.
    let lost = registry.hook.as_ref().is_some_and(Hook::is_lost);
    let gone = if lost { registry.lose() } else { Vec::new() };
    drop(registry);
    drop(gone);
}

/// Sends these signals to `subscriber` from now on.
#[track_caller]
pub(super) fn subscribe(signals: &[i32], subscriber: &Subscriber) {
    change(signals, |taken| {
        taken.add(subscriber);
        None
    });
}

#[track_caller]
pub(super) fn ignore(signals: &[i32]) {
    change(signals, |taken| Some(taken.ignore()));
}

#[track_caller]
pub(super) fn reset(signals: &[i32]) {
    check(signals);
    let mut registry = registry().lock();
    let mut gone = Vec::new();
    for signal in signals {
        gone.extend(registry.table.get_mut(signal).map(Taken::reset));
    }
    drop(registry);
    drop(gone);
}

pub(super) fn ignored(signal: i32) -> bool {
    if !name::is_number(signal) {
        return false;
    }
    match registry().lock().table.get(&signal) {
        None => Before::of(signal) == Before::Ignored,
        Some(taken) => taken.is_ignored(),
    }
}

/// Takes the signals and applies `change` to each, which returns the previous state.
#[track_caller]
fn change(signals: &[i32], change: impl Fn(&mut Taken) -> Option<Now>) {
    check(signals);
    let mut gone = Vec::new();
    let mut registry = registry().lock();
    let taken = registry.take(signals, &mut gone);
    if taken.is_ok() {
        for signal in signals {
            gone.extend(registry.table.get_mut(signal).and_then(&change));
        }
        gone.extend(registry.table.values_mut().map(Taken::bury));
    }
    drop(registry);
    drop(gone);
    if let Err(error) = taken {
        panic!("gochan::signal: {error}");
    }
}

#[track_caller]
fn check(signals: &[i32]) {
    assert!(!signals.is_empty(), "gochan::signal: no signal is given");
    for &signal in signals {
        let possible = name::is_number(signal) && !FORBIDDEN.contains(&signal);
        assert!(possible, "gochan::signal: signal {} cannot be caught", name::full(signal));
    }
}
