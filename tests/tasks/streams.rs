//! The feature `futures`: streams, sinks, and futures that say that they are done.

use std::{
    future::{pending, Future},
    pin::Pin,
    task::{Context, Poll, Waker},
};

use futures_util::{
    future::FusedFuture,
    sink::Sink,
    stream::{self, FusedStream, Stream},
    SinkExt, StreamExt,
};
use gochan::{
    __private::blocked,
    bounded,
    future::{RecvStream, SendSink},
    make, unbounded, Chan, Group, Receiver, Select, SendError, Sender, TryRecvError, WaitGroup,
};
use pollster::block_on;

use crate::{Count, Poller};

/// A waker that nobody asks.
fn waker() -> Waker {
    Waker::from(std::sync::Arc::<Count>::default())
}

fn next<T>(stream: &mut RecvStream<'_, T>) -> Poll<Option<T>> {
    Pin::new(stream).poll_next(&mut Context::from_waker(&waker()))
}

fn ready<T>(sink: &mut SendSink<'_, T>) -> Poll<Result<(), SendError<T>>> {
    Pin::new(sink).poll_ready(&mut Context::from_waker(&waker()))
}

fn close<T>(sink: &mut SendSink<'_, T>) -> Poll<Result<(), SendError<T>>> {
    Pin::new(sink).poll_close(&mut Context::from_waker(&waker()))
}

fn start<T>(sink: &mut SendSink<'_, T>, value: T) -> Result<(), SendError<T>> {
    Pin::new(sink).start_send(value)
}

#[test]
fn all_values_go_through_streams_and_sinks() {
    let _dog = crate::common::watchdog(60);
    for cap in [0, 1] {
        let (first, second) = (make(cap), make(cap));
        let (tx, values) = first.split();
        let (sink, rx) = second.split();
        std::thread::scope(|scope| {
            scope.spawn(move || block_on(stream::iter(0..1000).map(Ok).forward(tx.into_sink())));
            scope.spawn(move || block_on(values.into_stream().map(Ok).forward(sink.into_sink())));
            assert!(rx.iter().eq(0..1000));
        });
    }
}

/// The two ends in one task, polled in turn.
#[test]
fn forward_waits_at_every_value() {
    for cap in [0, 1] {
        let (tx, rx) = bounded(cap);
        let mut forward = Poller::new(stream::iter(0..1000).map(Ok).forward(tx.into_sink()));
        let mut values = rx.stream();
        let mut received = vec![];
        loop {
            let _ = forward_step(&mut forward);
            match next(&mut values) {
                Poll::Ready(Some(value)) => received.push(value),
                Poll::Ready(None) => break,
                Poll::Pending => {}
            }
        }
        assert!(received.into_iter().eq(0..1000));
    }
}

/// Polls a future unless it is done.
fn forward_step<F: FusedFuture>(forward: &mut Poller<F>) -> Option<F::Output> {
    if forward.future.is_terminated() {
        return None;
    }
    match forward.poll() {
        Poll::Ready(output) => Some(output),
        Poll::Pending => None,
    }
}

#[test]
fn a_sink_that_closes_leaves_the_channel_to_the_others() {
    let (tx, rx) = bounded(4);
    let (mut one, mut two) = (tx.clone().into_sink(), tx.into_sink());
    block_on(async {
        one.send(1).await.unwrap();
        one.close().await.unwrap();
        two.send(2).await.unwrap();
        // Closed for good: it gives values back.
        assert_eq!(one.send(3).await, Err(SendError(3)));
        assert_eq!((rx.recv(), rx.recv(), rx.try_recv()), (1, 2, Err(TryRecvError::Empty)));
        two.close().await.unwrap();
        assert_eq!(rx.try_recv(), Err(TryRecvError::Closed));
    });
}

#[test]
fn a_sink_holds_one_value_at_most() {
    let (tx, rx) = bounded(1);
    let mut sink = tx.sink();
    for value in 1..=2 {
        assert_eq!(ready(&mut sink), Poll::Ready(Ok(())));
        start(&mut sink, value).unwrap();
    }
    assert_eq!(ready(&mut sink), Poll::Pending);
    assert_eq!(blocked(&rx).senders, 1);
    assert_eq!(rx.recv(), 1);
    assert_eq!(ready(&mut sink), Poll::Ready(Ok(())));
    assert_eq!((rx.len(), rx.recv()), (1, 2));
}

#[test]
#[should_panic = "not ready"]
fn a_sink_that_is_not_ready_takes_no_value() {
    let (tx, _rx) = bounded(1);
    let mut sink = tx.sink();
    start(&mut sink, 1).unwrap();
    let _ = start(&mut sink, 2);
}

#[test]
fn a_close_waits_until_the_value_is_sent() {
    let (tx, rx) = bounded(0);
    let mut sink = tx.into_sink();
    start(&mut sink, 7).unwrap();
    assert_eq!(close(&mut sink), Poll::Pending);
    assert_eq!(rx.recv_ok(), Some(7));
    assert_eq!(close(&mut sink), Poll::Ready(Ok(())));
    assert_eq!(rx.recv_ok(), None);
    assert_eq!(close(&mut sink), Poll::Ready(Ok(())));
}

#[test]
fn a_sink_on_a_closed_channel_gives_the_value_back() {
    for waits_first in [false, true] {
        let (tx, rx) = bounded(0);
        let mut sink = tx.into_sink();
        start(&mut sink, 7).unwrap();
        if waits_first {
            assert_eq!(ready(&mut sink), Poll::Pending);
        }
        drop(rx);
        assert_eq!(ready(&mut sink), Poll::Ready(Err(SendError(7))));
        // It is empty, and refuses the next value in turn.
        assert_eq!(ready(&mut sink), Poll::Ready(Ok(())));
        start(&mut sink, 8).unwrap();
        assert_eq!(close(&mut sink), Poll::Ready(Err(SendError(8))));
    }
}

#[test]
fn a_sink_that_is_dropped_sends_nothing_more() {
    let (tx, rx) = bounded(0);
    let mut sink = tx.sink();
    start(&mut sink, 7).unwrap();
    assert_eq!(ready(&mut sink), Poll::Pending);
    drop(sink);
    assert_eq!((rx.try_recv(), blocked(&rx).senders), (Err(TryRecvError::Empty), 0));
}

#[test]
fn a_stream_that_is_dropped_has_taken_nothing() {
    let c = make(1);
    let mut values = c.stream();
    assert_eq!(next(&mut values), Poll::Pending);
    assert_eq!(blocked(&c).receivers, 1);
    c.send(7);
    drop(values);
    assert_eq!((c.try_recv(), blocked(&c).receivers), (Ok(7), 0));
}

#[test]
fn a_stream_moves_while_it_waits() {
    let (tx, rx) = unbounded();
    let mut values = rx.into_stream();
    assert_eq!(next(&mut values), Poll::Pending);
    let mut moved = Box::new(values);
    tx.send(7);
    assert_eq!(next(&mut moved), Poll::Ready(Some(7)));
    let mut moved = *moved;
    assert_eq!(next(&mut moved), Poll::Pending);
    tx.send(8);
    tx.close();
    assert_eq!(next(&mut moved), Poll::Ready(Some(8)));
    assert!(!moved.is_terminated());
    assert_eq!(next(&mut moved), Poll::Ready(None));
    assert!(moved.is_terminated());
    assert_eq!(next(&mut moved), Poll::Ready(None));
}

#[test]
fn a_stream_that_has_ended_lets_its_handle_go() {
    let (tx, rx) = bounded::<u8>(1);
    let mut values = rx.into_stream();
    tx.close();
    assert_eq!(next(&mut values), Poll::Ready(None));
    let (tx, rx) = bounded(1);
    let values = rx.into_stream();
    tx.send(1);
    drop(values);
    assert_eq!(tx.send_ok(2), Err(SendError(2)));
}

#[test]
fn the_other_half_of_a_channel_is_dropped() {
    let c = make(2);
    c.send(1);
    let mut values = c.into_stream();
    assert_eq!((next(&mut values), next(&mut values)), (Poll::Ready(Some(1)), Poll::Ready(None)));
    let mut sink = make(1).into_sink();
    start(&mut sink, 1).unwrap();
    assert_eq!(ready(&mut sink), Poll::Ready(Err(SendError(1))));
}

#[test]
fn streams_and_sinks_of_nil_wait_for_ever() {
    let (tx, rx) = (Sender::nil(), Receiver::<u8>::nil());
    let (mut sink, mut values) = (tx.sink(), rx.stream());
    start(&mut sink, 1).unwrap();
    for _ in 0..3 {
        assert_eq!((ready(&mut sink), next(&mut values)), (Poll::Pending, Poll::Pending));
    }
}

/// Out of budget a stream or sink waits once, although it could go on.
#[test]
fn a_stream_that_is_always_ready_lets_others_run() {
    let (tx, rx) = unbounded();
    (0..1000).for_each(|i| tx.send(i));
    let (mut values, mut pauses) = (rx.stream(), 0);
    for expected in 0..1000 {
        let mut value = next(&mut values);
        if value.is_pending() {
            pauses += 1;
            value = next(&mut values);
        }
        assert_eq!(value, Poll::Ready(Some(expected)));
    }
    assert!(pauses >= 5, "{pauses}");
    let (mut sink, mut pauses) = (tx.sink(), 0);
    for i in 0..1000 {
        start(&mut sink, i).unwrap();
        while ready(&mut sink).is_pending() {
            pauses += 1;
        }
    }
    assert!(pauses >= 5, "{pauses}");
}

#[test]
fn handles_streams_and_sinks_are_unpin() {
    fn moves<T: Unpin + Send>() {}
    struct Pinned(#[allow(dead_code)] std::marker::PhantomPinned);
    moves::<Receiver<Pinned>>();
    moves::<Sender<Pinned>>();
    moves::<Chan<Pinned>>();
    moves::<RecvStream<'_, Pinned>>();
    moves::<SendSink<'_, Pinned>>();
}

#[test]
fn futures_say_that_they_are_done() {
    #[track_caller]
    fn check<F: Future + FusedFuture>(future: F) {
        let mut future = Poller::new(future);
        assert!(!future.future.is_terminated());
        future.done();
        assert!(future.future.is_terminated());
    }
    let (c, mut many) = (make(1), vec![]);
    check(c.send_async(1));
    check(c.recv_async());
    check(c.send_ok_async(2));
    check(c.recv_ok_async());
    check(c.send_from_async(&mut Some(3)));
    check(c.recv_many_async(&mut many, 1));
    let mut select = Select::new();
    select.send(&c, 4, || ());
    check(select.wait_async());
    let (count, group) = (WaitGroup::new(), Group::new());
    check(count.track(async {}));
    check(count.wait_async());
    check(group.track(async { Ok::<(), String>(()) }));
    check(group.wait_async());
    let mut waits = Poller::new(count.track(pending::<()>()));
    waits.waits();
    assert!(!waits.future.is_terminated());
}
