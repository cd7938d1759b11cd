//! Steps of one thread on a buffered channel, in a fixed pseudo-random order, compared with the
//! same steps of a `VecDeque`.

use std::{
    collections::VecDeque,
    sync::{
        atomic::{AtomicUsize, Ordering},
        Arc,
    },
};

use crate::{
    core::{tests::received, Amount, Core, Effort, Side},
    error::{TryRecvError, TrySendError},
};

/// More values than three blocks of a list hold.
const LARGE: usize = 100;

struct Pair {
    core: Core<usize>,
    queue: VecDeque<usize>,
    closed: bool,
    sent: usize,
    random: u64,
}

impl Pair {
    fn new(core: Core<usize>) -> Self {
        Self { core, queue: VecDeque::new(), closed: false, sent: 0, random: 1 }
    }

    fn has_room(&self) -> bool {
        self.core.channel().cap().map_or(true, |cap| self.queue.len() < cap)
    }

    fn send(&mut self, effort: Effort) {
        self.sent += 1;
        let mut value = Some(self.sent);
        let expected = match (self.closed, self.has_room()) {
            (true, _) => (Err(TrySendError::Closed(())), value),
            (false, false) => (Err(TrySendError::Full(())), value),
            (false, true) => {
                self.queue.push_back(self.sent);
                (Ok(()), None)
            }
        };
        let sent = self.core.try_send(&mut value, effort);
        assert_eq!((sent, value), expected);
        self.check();
    }

    fn receive(&mut self, effort: Effort) {
        let nothing = if self.closed { TryRecvError::Closed } else { TryRecvError::Empty };
        let expected = self.queue.pop_front().ok_or(nothing);
        assert_eq!(received(self.core.channel(), effort), expected);
        self.check();
    }

    fn close(&mut self) {
        assert_eq!(self.core.channel().close(), !self.closed);
        self.closed = true;
        self.check();
    }

    fn check(&self) {
        assert_eq!(
            (self.core.channel().len(), self.core.channel().is_closed()),
            (self.queue.len(), self.closed)
        );
        let can_send = self.closed || self.has_room();
        let can_receive = self.closed || !self.queue.is_empty();
        for (side, ready) in [(Side::Send, can_send), (Side::Recv, can_receive)] {
            assert_eq!(self.core.channel().looks_ready(side, Amount::One), ready, "{side:?}");
            assert_eq!(self.core.channel().at_rest(side).is_none(), ready, "{side:?}");
        }
    }

    /// Returns a number below `n`, by Knuth's linear congruence.
    fn choose(&mut self, n: u64) -> u64 {
        self.random = self.random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (self.random >> 33) % n
    }

    /// Sends more often than it receives, or the other way round.
    fn drift(&mut self, sends_of_4: u64, steps: usize) {
        for _ in 0..steps {
            let effort = if self.choose(2) == 0 { Effort::Weak } else { Effort::Strong };
            if self.choose(4) < sends_of_4 {
                self.send(effort);
            } else {
                self.receive(effort);
            }
        }
    }
}

fn buffered<T>() -> impl Iterator<Item = Core<T>> {
    [1, 2, 3, 4, 5, 8, 33].map(Core::bounded).into_iter().chain([Core::unbounded()])
}

#[test]
fn a_channel_does_as_a_queue_does() {
    for core in buffered() {
        let mut pair = Pair::new(core);
        pair.check();
        for _ in 0..5 {
            pair.drift(3, 2 * LARGE);
            pair.drift(1, 3 * LARGE);
        }
        pair.drift(3, 2 * LARGE);
        pair.close();
        pair.drift(2, LARGE);
        pair.close();
        while !pair.queue.is_empty() {
            pair.receive(Effort::Strong);
        }
        pair.drift(2, 8);
    }
}

#[test]
fn an_unbounded_channel_holds_any_number() {
    let mut pair = Pair::new(Core::unbounded());
    for _ in 0..3 {
        (0..10 * LARGE).for_each(|_| pair.send(Effort::Weak));
        (0..10 * LARGE).for_each(|_| pair.receive(Effort::Weak));
        pair.receive(Effort::Strong);
    }
}

/// Sends a value. Returns true if it is sent.
fn send<T>(core: &Core<T>, value: T) -> bool {
    core.try_send(&mut Some(value), Effort::Weak).is_ok()
}

#[test]
fn a_send_without_a_value_sends_nothing() {
    for core in buffered() {
        for i in 0..LARGE {
            assert_eq!(core.try_send(&mut None, Effort::Strong), Err(TrySendError::Full(())));
            assert_eq!((send(&core, i), core.channel().len()), (true, 1));
            assert_eq!(received(core.channel(), Effort::Strong), Ok(i));
        }
    }
}

/// Counts how many values were dropped.
struct Dropped(Arc<AtomicUsize>);

impl Drop for Dropped {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

#[test]
fn the_last_receiving_handle_drops_the_values_left() {
    for left in [0, 1, LARGE] {
        for core in buffered() {
            let (dropped, mut sent) = (Arc::new(AtomicUsize::new(0)), 0);
            // So that the values left do not begin at the start of a block.
            for _ in 0..LARGE / 2 {
                assert!(send(&core, Dropped(dropped.clone())));
                assert!(received(core.channel(), Effort::Weak).is_ok());
            }
            while sent < left && send(&core, Dropped(dropped.clone())) {
                sent += 1;
            }
            dropped.store(0, Ordering::Relaxed);
            core.detach(Side::Recv);
            assert_eq!((dropped.load(Ordering::Relaxed), core.channel().len()), (sent, 0));
            assert!(core.channel().is_closed());
        }
    }
}
