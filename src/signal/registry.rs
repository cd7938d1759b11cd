//! The subscribers of each signal, and the thread that notifies them.
//!
//! - The table is changed, and a signal is looked up in it, under one lock. So a signal goes to all
//!   subscribers of that moment, and to none that came later.
//! - No user code runs under the lock: contexts end, and channels close, after its release.
//! - Dead subscribers are dropped when a signal comes for them, and at every `change`. So they do
//!   not pile up.

use std::{
    collections::{btree_map::Entry, BTreeMap},
    io,
};

use signal_hook::consts::FORBIDDEN;

use super::{
    action::Original,
    caught::{Caught, Disposition, Effect},
    name,
    platform::{self, Arrivals, Hook},
    subscriber::Subscriber,
};
use crate::sync::{spawn_named, Mutex, OnceLock};

type Table = BTreeMap<i32, Caught>;

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
    /// Starts a thread to deal with signals, if none does. If one was lost, the dispositions that
    /// its signals had go to `gone`.
    fn listen(&mut self, gone: &mut Vec<Disposition>) -> io::Result<()> {
        if self.hook.as_ref().map_or(true, Hook::is_lost) {
            gone.extend(self.lose());
            // Until then the handlers of the lost thread act without it (`Fallback`).
            self.hook = Some(self.start()?);
        }
        Ok(())
    }

    fn start(&self) -> io::Result<Hook> {
        let (mut hook, arrivals) = platform::open()?;
        spawn_named("gochan signals", move || dispatch(arrivals))?;
        for (signal, caught) in &self.table {
            hook.catch(*signal, caught.fallback())?;
        }
        Ok(hook)
    }

    /// Restores the original dispositions. Returns the previous ones.
    fn lose(&mut self) -> Vec<Disposition> {
        self.table.values_mut().filter_map(Caught::lose).collect()
    }

    /// Catches the signals that are not caught yet. At first they have their original disposition.
    fn catch(&mut self, signals: &[i32], gone: &mut Vec<Disposition>) -> Result<(), String> {
        self.listen(gone).map_err(|error| format!("cannot listen: {error}"))?;
        let Self { hook: Some(hook), table } = self else { return Ok(()) };
        for &signal in signals {
            if let Entry::Vacant(place) = table.entry(signal) {
                let caught = Caught::new(signal, Original::of(signal));
                let failed = |error| format!("signal {}: {error}", name::full(signal));
                hook.catch(signal, caught.fallback()).map_err(failed)?;
                place.insert(caught);
            }
        }
        Ok(())
    }
}

fn dispatch(arrivals: Arrivals) {
    arrivals.each(|signal| {
        let mut registry = registry().lock();
        let effect = registry.table.get_mut(&signal.number()).map(|caught| caught.arrives(signal));
        drop(registry);
        match effect {
            Some(Effect::Act(original)) => original.act(signal.number()),
            Some(Effect::End(contexts)) => contexts.iter().for_each(|context| context.end(signal)),
            None => {}
        }
    });
    let mut registry = registry().lock();
    // If the hook is not lost, another thread deals with signals already.
    let lost = registry.hook.as_ref().is_some_and(Hook::is_lost);
    let gone = if lost { registry.lose() } else { Vec::new() };
    drop(registry);
    drop(gone);
}

/// Sends these signals to `subscriber` from now on.
#[track_caller]
pub(super) fn subscribe(signals: &[i32], subscriber: &Subscriber) {
    change(signals, |caught| {
        caught.add(subscriber);
        None
    });
}

#[track_caller]
pub(super) fn ignore(signals: &[i32]) {
    change(signals, |caught| Some(caught.ignore()));
}

#[track_caller]
pub(super) fn reset(signals: &[i32]) {
    check(signals);
    let mut registry = registry().lock();
    let mut gone = Vec::new();
    for signal in signals {
        gone.extend(registry.table.get_mut(signal).map(Caught::reset));
    }
    drop(registry);
    drop(gone);
}

pub(super) fn ignored(signal: i32) -> bool {
    if !name::is_number(signal) {
        return false;
    }
    match registry().lock().table.get(&signal) {
        None => Original::of(signal) == Original::Ignored,
        Some(caught) => caught.is_ignored(),
    }
}

/// Catches the signals and applies `change` to each, which returns the previous disposition.
#[track_caller]
fn change(signals: &[i32], change: impl Fn(&mut Caught) -> Option<Disposition>) {
    check(signals);
    let mut gone = Vec::new();
    let mut registry = registry().lock();
    let outcome = registry.catch(signals, &mut gone);
    if outcome.is_ok() {
        for signal in signals {
            gone.extend(registry.table.get_mut(signal).and_then(&change));
        }
        gone.extend(registry.table.values_mut().map(Caught::prune));
    }
    drop(registry);
    drop(gone);
    if let Err(error) = outcome {
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
