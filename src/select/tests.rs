//! Situations that no user code can cause: unwinding out of a wait, after which the entries are
//! unlinked and the channels go on; and a select of more cases than memory holds.

use std::{
    cell::Cell,
    panic::{catch_unwind, AssertUnwindSafe, Location},
    time::Instant,
};

use super::{case::Case, dynamic::assert_room_after, run, watch::Watch, Limit, Order};
use crate::{
    __private::blocked,
    core::{Amount, Effort, Readiness, Side, WaitStyle},
    make, select,
    sync::fault,
    unbounded,
    wait::{BlockedAt, Enlist, Enqueued, LinkPermit, Outcome, Reason, WaiterCell},
    Receiver, Sender,
};

/// Runs `wait`, whose sleep panics.
fn struck<R>(wait: impl FnOnce() -> R) {
    fault::arm();
    assert!(catch_unwind(AssertUnwindSafe(wait)).is_err());
}

fn channels() -> [(Sender<String>, Receiver<String>); 3] {
    [make(0).split(), make(1).split(), unbounded()]
}

#[test]
fn a_receive_that_unwinds_leaves_no_entry() {
    for (tx, rx) in channels() {
        struck(|| rx.recv());
        assert_eq!(blocked(&rx).receivers, 0);
        std::thread::scope(|s| {
            s.spawn(|| tx.send("next".into()));
            assert_eq!(rx.recv(), "next");
        });
    }
}

#[test]
fn a_send_that_unwinds_leaves_no_entry_and_drops_its_value_once() {
    for cap in [0, 1] {
        let c = make(cap);
        let value = std::sync::Arc::new(());
        (0..cap).for_each(|_| c.send(value.clone()));
        struck(|| c.send(value.clone()));
        assert_eq!(blocked(&c).senders, 0);
        assert_eq!(std::sync::Arc::strong_count(&value), 1 + cap);
        assert_eq!(c.try_iter().count(), cap);
    }
}

#[test]
fn a_select_that_unwinds_leaves_no_entry_in_any_queue() {
    let [(_a, a), (_b, b), (_c, c)] = channels();
    let full = make(0);
    struck(|| {
        select! {
            recv(a) => {}
            recv(b) => {}
            recv(c) => {}
            send(full, 1) => {}
        }
    });
    assert_eq!([&a, &b, &c].map(|rx| blocked(rx).receivers), [0; 3]);
    assert_eq!(blocked(&full).senders, 0);
}

#[test]
fn a_select_has_no_more_cases_than_can_be_numbered() {
    let most = u32::MAX as usize;
    assert_room_after(most - 1);
    assert!(catch_unwind(|| assert_room_after(most)).is_err());
}

/// A channel of one case, with one waiter.
struct FakeChannel {
    /// If true, the channel has moved at each look and is never ready. If false, it
    /// becomes ready by an instant that comes, as a timer may, while the case joins the queue.
    restless: bool,
    enqueued: Cell<bool>,
    looks: Cell<u64>,
}

impl FakeChannel {
    fn new(restless: bool) -> Self {
        Self { restless, enqueued: Cell::new(false), looks: Cell::new(0) }
    }

    fn case(&self) -> FakeCase<'_> {
        FakeCase { channel: self, waiter_cell: WaiterCell::new() }
    }
}

struct FakeCase<'a> {
    channel: &'a FakeChannel,
    waiter_cell: WaiterCell,
}

impl Enlist for FakeCase<'_> {
    fn enqueue(&self, _: &LinkPermit<'_>) -> Enqueued {
        self.channel.enqueued.set(true);
        Enqueued::Waiting
    }
    fn dequeue(&self) {}
    fn claimed(&self, _: Outcome) {}
}

impl Watch for FakeCase<'_> {
    fn channel(&self) -> Option<(&dyn Readiness, Side)> {
        None
    }

    fn looks_ready(&self, _: Amount) -> bool {
        false
    }
    fn version(&self) -> u64 {
        self.channel.looks.get() * u64::from(self.channel.restless)
    }
    fn at_rest(&self) -> Option<u64> {
        (!self.channel.restless).then_some(0)
    }
    fn wait_style(&self) -> WaitStyle {
        WaitStyle::YieldInQueue
    }
    fn ready_at(&self) -> Option<Instant> {
        let FakeChannel { restless, enqueued, .. } = self.channel;
        (!restless && enqueued.get()).then(Instant::now)
    }
}

impl Case for FakeCase<'_> {
    fn try_now(&self, _: Effort) -> bool {
        let FakeChannel { restless, enqueued, looks } = self.channel;
        looks.set(looks.get() + 1);
        assert!(looks.get() < 1000, "a look without an end");
        !restless && enqueued.get()
    }
    fn serve_on(&self) {}
    fn waiter_cell(&self) -> &WaiterCell {
        &self.waiter_cell
    }
}

#[test]
fn a_select_that_must_not_wait_answers_after_a_bounded_number_of_rounds() {
    let channels = [FakeChannel::new(true), FakeChannel::new(true)];
    let [one, other] = channels.each_ref().map(FakeChannel::case);
    let blocked_at = BlockedAt { reason: Reason::Select, location: Location::caller() };
    for limit in [Limit::Now, Limit::At(Instant::now())] {
        assert_eq!(run(&[&one, &other], Order::Source, limit, blocked_at), None);
    }
}

#[test]
fn a_timer_that_is_set_while_a_select_joins_its_queues_ends_its_sleep() {
    let (done, ended) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let channel = FakeChannel::new(false);
        let case = channel.case();
        let blocked_at = BlockedAt { reason: Reason::Select, location: Location::caller() };
        let _ = done.send(run(&[&case], Order::Source, Limit::Never, blocked_at));
    });
    let winner = ended.recv_timeout(std::time::Duration::from_secs(30));
    assert_eq!(winner.expect("it sleeps on"), Some(0));
}
