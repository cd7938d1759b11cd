//! A publisher that is stopped between its step and its check for waiters.

use super::Buffered;
use crate::{
    core::{
        queue::{Queue, Ring},
        tests::{popped, received},
        Channel, Effort, Side,
    },
    error::{TryRecvError, TrySendError},
    wait::tests::{receiver, sender},
};

/// The stopped publisher leaves the service to other threads.
#[test]
fn waiters_are_served_by_the_next_operation() {
    let ring = Buffered::shared(Ring::new(2));
    let publish = |i| ring.queue.push(&mut Some(i), Effort::Weak).unwrap();
    let waits = receiver();
    waits.stand(false, |entry, permit| ring.enqueue(Side::Recv, entry, permit));
    publish(1);
    assert_eq!(waits.hears(), None);
    assert_eq!(received(&*ring, Effort::Strong), Err(TryRecvError::Empty));
    assert_eq!(waits.value(), Some(1));

    (2..4).for_each(publish);
    let waits = sender(4);
    waits.stand(false, |entry, permit| ring.enqueue(Side::Send, entry, permit));
    assert_eq!(popped(&ring.queue, Effort::Weak), Ok(2));
    assert_eq!(waits.hears(), None);
    assert_eq!(ring.try_send(&mut Some(5), Effort::Strong), Err(TrySendError::Full(())));
    assert!(waits.hears().is_some());
    assert_eq!([3, 4].map(Ok), [(); 2].map(|()| popped(&ring.queue, Effort::Weak)));
}

/// The fast path checks the queue of waiters too.
#[test]
fn the_fast_path_overtakes_no_waiter() {
    let ring = Buffered::shared(Ring::new(1));
    let waits = receiver();
    waits.stand(false, |entry, permit| ring.enqueue(Side::Recv, entry, permit));
    ring.queue.push(&mut Some(1), Effort::Weak).unwrap();
    assert_eq!(ring.recv_now(), None);
    assert_eq!(received(&*ring, Effort::Strong), Err(TryRecvError::Empty));
    assert_eq!(waits.value(), Some(1));

    assert_eq!(ring.send_now(2), Ok(()));
    let waits = sender(3);
    waits.stand(false, |entry, permit| ring.enqueue(Side::Send, entry, permit));
    assert_eq!(popped(&ring.queue, Effort::Weak), Ok(2));
    assert_eq!(ring.send_now(4), Err(4));
    // A send also serves the waiters that can proceed because of it.
    let [first, second] = [receiver(), receiver()];
    for one in [&first, &second] {
        one.stand(false, |entry, permit| ring.enqueue(Side::Recv, entry, permit));
    }
    assert_eq!(ring.try_send(&mut Some(5), Effort::Weak), Ok(()));
    assert_eq!((waits.value(), first.value(), second.value()), (None, Some(3), Some(5)));
    assert_eq!((ring.send_now(6), ring.recv_now(), ring.recv_now()), (Ok(()), Some(6), None));
}
