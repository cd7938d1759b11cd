//! Who is notified of which signal, and the thread that does it.
//!
//! - The table is changed, and a signal is looked up in it, under one lock: a signal goes to all who were there, or
//!   to none who came later.
//! - Nothing of a user's runs under the lock: contexts end, and channels close, after it.
//! - Dead subscribers are dropped when a signal comes for them, and at every change: what is kept is bounded by what
//!   was subscribed since.

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
use crate::sync::{spawn_named, Arc, Mutex, OnceLock};

type Table = BTreeMap<i32, Taken>;

struct Registry {
    hook: Hook,
    table: Arc<Mutex<Table>>,
}

static REGISTRY: OnceLock<Registry> = OnceLock::new();

impl Registry {
    fn start() -> io::Result<Self> {
        let (hook, arrivals) = platform::open()?;
        let table = Arc::new(Mutex::new(Table::new()));
        spawn_named("gochan signals", {
            let table = table.clone();
            move || dispatch(arrivals, &table)
        })?;
        Ok(Self { hook, table })
    }

    /// Takes the signals that it has not taken yet; then they do what they did before.
    fn take(&self, table: &mut Table, signals: &[i32]) -> Result<(), String> {
        for &signal in signals.iter() {
            if let Entry::Vacant(place) = table.entry(signal) {
                let taken = Taken::new(signal, Before::of(signal));
                let failed = |error| format!("signal {}: {error}", name::full(signal));
                self.hook.take(signal).map_err(failed)?;
                place.insert(taken);
            }
        }
        Ok(())
    }
}

fn dispatch(arrivals: Arrivals, table: &Mutex<Table>) {
    arrivals.each(|signal| {
        let rest = table.lock().get_mut(&signal.number()).map(|taken| taken.arrives(signal));
        match rest {
            Some(Rest::Act(before)) => before.act(signal.number()),
            Some(Rest::End(contexts)) => contexts.iter().for_each(|context| context.end(signal)),
            None => {}
        }
    });
}

/// From now on `subscriber` gets these signals.
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
    let Some(registry) = REGISTRY.get() else { return };
    let mut table = registry.table.lock();
    let mut gone = Vec::new();
    for signal in signals {
        gone.extend(table.get_mut(signal).map(Taken::reset));
    }
    drop(table);
    drop(gone);
}

pub(super) fn ignored(signal: i32) -> bool {
    if !name::is_number(signal) {
        return false;
    }
    let table = REGISTRY.get().map(|registry| registry.table.lock());
    match table.as_ref().and_then(|table| table.get(&signal)) {
        None => Before::of(signal) == Before::Ignored,
        Some(taken) => taken.is_ignored(),
    }
}

/// Takes the signals and has `change` change each, which gives what was.
#[track_caller]
fn change(signals: &[i32], change: impl Fn(&mut Taken) -> Option<Now>) {
    check(signals);
    let registry = REGISTRY.get_or_init(|| {
        Registry::start().unwrap_or_else(|error| panic!("gochan::signal: cannot listen: {error}"))
    });
    let mut table = registry.table.lock();
    if let Err(error) = registry.take(&mut table, signals) {
        drop(table);
        panic!("gochan::signal: {error}");
    }
    let mut gone = Vec::new();
    for signal in signals {
        gone.extend(table.get_mut(signal).and_then(&change));
    }
    gone.extend(table.values_mut().map(Taken::bury));
    drop(table);
    drop(gone);
}

#[track_caller]
fn check(signals: &[i32]) {
    assert!(!signals.is_empty(), "gochan::signal: no signal is given");
    for &signal in signals {
        let possible = name::is_number(signal) && !FORBIDDEN.contains(&signal);
        assert!(possible, "gochan::signal: signal {} cannot be caught", name::full(signal));
    }
}
