//! Every way to come by a context that can end, and to end it. What a context promises holds for
//! all of them: the code that is handed one does not know how it was made.

use std::{
    sync::Mutex,
    time::{Duration, Instant},
};

use gochan::{Context, Group};

pub const HOUR: Duration = Duration::from_secs(3600);

/// A context, and how to end it.
pub struct Made {
    pub name: &'static str,
    pub context: Context,
    end: Box<dyn Fn() + Send + Sync>,
}

impl Made {
    pub fn end(&self) {
        (self.end)();
    }
}

fn root() -> Context {
    Context::background()
}

/// A context that ends by `end` of the handles that keep it from ending.
fn made<H: Send + Sync + 'static>(
    name: &'static str,
    (context, handles): (Context, H),
    end: fn(&H),
) -> Made {
    Made { name, context, end: Box::new(move || end(&handles)) }
}

/// A context with a handle that ends it by its drop.
fn dropped<H: Send + 'static>(name: &'static str, (context, handle): (Context, H)) -> Made {
    made(name, (context, Mutex::new(Some(handle))), |handle| drop(handle.lock().unwrap().take()))
}

/// Contexts that have not ended, and do not before their `end`.
pub fn live() -> Vec<Made> {
    [own(), inherited(), wrapped(), of_signals()].into_iter().flatten().collect()
}

/// Each method, on the background.
fn own() -> Vec<Made> {
    let later = Instant::now() + HOUR;
    vec![
        made("with_cancel", root().with_cancel(), |cancel| cancel.cancel()),
        made("with_cancel_cause", root().with_cancel_cause(), |cancel| cancel.cancel("over")),
        made("with_timeout", root().with_timeout(HOUR), |cancel| cancel.cancel()),
        made("with_timeout_cause", root().with_timeout_cause(HOUR, "late"), |cancel| {
            cancel.cancel();
        }),
        made("with_deadline", root().with_deadline(later), |cancel| cancel.cancel()),
        made("with_deadline_cause", root().with_deadline_cause(later, "late"), |cancel| {
            cancel.cancel();
        }),
        made("a timeout too long to represent", root().with_timeout(Duration::MAX), |cancel| {
            cancel.cancel();
        }),
        dropped("dropped Cancel", root().with_cancel()),
        dropped("dropped CancelCause", root().with_cancel_cause()),
        dropped("dropped Cancel of a timeout", root().with_timeout(HOUR)),
    ]
}

/// What a parent has, and what comes down from it.
fn inherited() -> Vec<Made> {
    fn below(
        name: &'static str,
        (parent, parents): (Context, gochan::context::Cancel),
        child: fn(&Context) -> (Context, gochan::context::Cancel),
    ) -> [Made; 2] {
        let (context, own) = child(&parent);
        let by_itself = made(name, (context, (parents, own)), |(_, own)| own.cancel());
        let (parent, parents) = match parent.deadline() {
            None => root().with_cancel(),
            Some(deadline) => root().with_deadline(deadline),
        };
        let (context, own) = child(&parent);
        let by_parent = made(name, (context, (parents, own)), |(parents, _)| parents.cancel());
        [by_itself, by_parent]
    }
    [
        below("a child", root().with_cancel(), Context::with_cancel),
        below("a child with a timeout", root().with_cancel(), |parent| parent.with_timeout(HOUR)),
        below("inherits a deadline", root().with_timeout(HOUR), Context::with_cancel),
        below("inherits an earlier deadline", root().with_timeout(HOUR), |parent| {
            parent.with_timeout(2 * HOUR)
        }),
        below("a grandchild", root().with_timeout(HOUR), |parent| {
            let (child, cancel) = parent.with_cancel();
            std::mem::forget(cancel);
            child.with_value(7).with_cancel()
        }),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// What other parts of the crate make of a context.
fn wrapped() -> Vec<Made> {
    let (plain, cancel) = root().with_cancel();
    let (timed, cancel_timed) = root().with_timeout(HOUR);
    let group = Group::with_context(&plain);
    let timed_group = Group::with_context(&timed);
    vec![
        made("the group of a parent", (group.context().clone(), (cancel, group)), |(cancel, _)| {
            cancel.cancel();
        }),
        made("a group", (timed_group.context().clone(), (cancel_timed, timed_group)), |groups| {
            groups.1.wait().unwrap();
        }),
        with_value(root().with_cancel()),
        with_value(root().with_timeout(HOUR)),
        made(
            "below without_cancel",
            root().with_timeout(HOUR).0.without_cancel().with_cancel(),
            |cancel| cancel.cancel(),
        ),
    ]
}

fn with_value((context, cancel): (Context, gochan::context::Cancel)) -> Made {
    made("with_value", (context.with_value(7), cancel), |cancel| cancel.cancel())
}

#[cfg(all(unix, feature = "signal"))]
fn of_signals() -> Vec<Made> {
    use gochan::signal::{notify_context, SIGUSR2};

    let (parent, keep) = root().with_timeout(HOUR);
    let (context, stop) = notify_context(&parent, &[SIGUSR2]);
    vec![
        dropped("signals", notify_context(&root(), &[SIGUSR2])),
        dropped("signals, below a timeout", (context, (stop, keep))),
    ]
}

#[cfg(not(all(unix, feature = "signal")))]
fn of_signals() -> Vec<Made> {
    vec![]
}

/// Contexts whose deadline has come, and to which nothing else has happened; each a new one.
pub fn overdue() -> Vec<Made> {
    let now = Instant::now();
    let (parent, keep) = root().with_deadline(now);
    let group = Group::with_context(&parent);
    vec![
        made("no time", root().with_timeout(Duration::ZERO), |_| ()),
        made("a past deadline", root().with_deadline(now), |_| ()),
        made("a past deadline with a cause", root().with_deadline_cause(now, "late"), |_| ()),
        made("a child", (parent.with_cancel().0, ()), |_| ()),
        made("a child with a later deadline", parent.with_timeout(HOUR), |_| ()),
        made("a value", (parent.with_value(7), ()), |_| ()),
        made("a group", (group.context().clone(), (group, keep)), |_| ()),
    ]
}

/// Contexts whose deadline comes soon.
pub fn soon() -> Vec<Made> {
    let timeout = Duration::from_millis(5);
    let (parent, keep) = root().with_timeout(timeout);
    let (child, cancel) = parent.with_cancel();
    vec![
        made("with_timeout", root().with_timeout(timeout), |_| ()),
        made("with_deadline", root().with_deadline(Instant::now() + timeout), |_| ()),
        made("a child", (child, (cancel, keep)), |_| ()),
        made("a value", (parent.with_value(7), ()), |_| ()),
    ]
}
