//! Who is notified of which signal, and the thread that does it.
//!
//! - The table is changed, and a signal is looked up in it, under one lock: a signal goes to all who were there, or
//!   to none who came later.
//! - Nothing of a user's runs under the lock: contexts end, and channels close, after it.
//! - Dead subscribers are dropped when a signal comes for them, and at every change: what is kept is bounded by what
//!   was subscribed since.

use std::{
    collections::{btree_map::Entry, BTreeMap},
    io, mem,
};

use signal_hook::consts::FORBIDDEN;

use super::{
    action::Before,
    context::Ends,
    name,
    platform::{self, Arrivals, Hook},
    Signal,
};
use crate::{
    error::TrySendError,
    sender::Sender,
    sync::{spawn_named, Arc, Mutex, OnceLock},
};

/// Who wants to know.
#[derive(Clone)]
pub(super) enum Subscriber {
    Channel(Sender<Signal>),
    Context(Ends),
}

impl Subscriber {
    fn is_over(&self) -> bool {
        match self {
            Subscriber::Channel(sender) => sender.is_closed(),
            Subscriber::Context(ends) => ends.is_over(),
        }
    }

    fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (Subscriber::Channel(this), Subscriber::Channel(other)) => this.same_channel(other),
            _ => false,
        }
    }
}

/// A signal that was taken from the system.
struct Taken {
    before: Before,
    now: Now,
}

enum Now {
    AsBefore,
    Ignored,
    Notified(Vec<Subscriber>),
}

/// What a signal still has to do, once the table is unlocked.
enum Rest {
    Act(Before),
    End(Vec<Ends>),
}

impl Taken {
    fn add(&mut self, subscriber: &Subscriber) {
        match &mut self.now {
            Now::Notified(all) if all.iter().any(|one| one.is(subscriber)) => {}
            Now::Notified(all) => all.push(subscriber.clone()),
            now => *now = Now::Notified(vec![subscriber.clone()]),
        }
    }

    fn arrives(&mut self, signal: Signal) -> Rest {
        let mut ends = Vec::new();
        match &mut self.now {
            Now::Ignored => return Rest::End(ends),
            Now::AsBefore => return Rest::Act(self.before),
            Now::Notified(all) => all.retain(|one| match one {
                Subscriber::Channel(sender) => {
                    !matches!(sender.try_send(signal), Err(TrySendError::Closed(_)))
                }
                Subscriber::Context(context) => {
                    let lives = !context.is_over();
                    lives.then(|| ends.push(context.clone()));
                    lives
                }
            }),
        }
        match &self.now {
            Now::Notified(all) if all.is_empty() => {
                self.now = Now::AsBefore;
                Rest::Act(self.before)
            }
            _ => Rest::End(ends),
        }
    }
}

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
                let before = Before::of(signal);
                let failed = |error| format!("signal {}: {error}", name::full(signal));
                self.hook.take(signal).map_err(failed)?;
                place.insert(Taken { before, now: Now::AsBefore });
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
    change(signals, |taken| Some(mem::replace(&mut taken.now, Now::Ignored)));
}

#[track_caller]
pub(super) fn reset(signals: &[i32]) {
    check(signals);
    let Some(registry) = REGISTRY.get() else { return };
    let mut table = registry.table.lock();
    let reset = |taken: &mut Taken| mem::replace(&mut taken.now, Now::AsBefore);
    let gone: Vec<Now> =
        signals.iter().filter_map(|signal| table.get_mut(signal).map(reset)).collect();
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
        Some(taken) => match taken.now {
            Now::Ignored => true,
            Now::AsBefore => taken.before == Before::Ignored,
            Now::Notified(_) => false,
        },
    }
}

/// Takes the signals and has `change` change each, which gives what is to be dropped without the lock.
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
    let mut gone: Vec<Now> =
        signals.iter().filter_map(|signal| table.get_mut(signal).and_then(&change)).collect();
    gone.extend(table.values_mut().filter_map(without_the_dead));
    drop(table);
    drop(gone);
}

/// Takes the subscribers out that are over.
fn without_the_dead(taken: &mut Taken) -> Option<Now> {
    let Now::Notified(all) = &mut taken.now else { return None };
    if !all.iter().any(Subscriber::is_over) {
        return None;
    }
    let (dead, live) = mem::take(all).into_iter().partition(Subscriber::is_over);
    *all = live;
    Some(Now::Notified(dead))
}

#[track_caller]
fn check(signals: &[i32]) {
    assert!(!signals.is_empty(), "gochan::signal: no signal is given");
    for &signal in signals {
        let possible = name::is_number(signal) && !FORBIDDEN.contains(&signal);
        assert!(possible, "gochan::signal: signal {} cannot be caught", name::full(signal));
    }
}
