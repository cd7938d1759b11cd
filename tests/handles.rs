//! The handles as Rust types: auto traits, sizes, `Debug`, `Default`, conversions and snapshots.
#![cfg(not(any(loom, shuttle)))]

mod common;

use std::{
    cell::Cell,
    fmt::Debug,
    marker::PhantomPinned,
    mem::{size_of, take},
    panic::{RefUnwindSafe, UnwindSafe},
    rc::Rc,
    sync::{Arc, MutexGuard},
    thread,
    time::{Duration, Instant},
};

use common::{wait_until, watchdog};
use gochan::{
    __private::blocked, after, bounded, make, select, tick, unbounded, Chan, Context, IntoIter,
    Iter, MissedTickBehavior, Receiver, RecvTimeoutError, Select, SendError, SendTimeoutError,
    Sender, Ticker, Timer, TryIter, TryRecvError, TrySendError,
};

// Auto traits. These checks are done when the file compiles.

macro_rules! is {
    ($($type:ty: $($bound:ident)*;)*) => {
        const _: fn() = || {$($({
            fn check<T: ?Sized + $bound>() {}
            check::<$type>();
        })*)*};
    };
}

/// If the type had the trait, both implementations would fit, and the ambiguous call would not
/// compile.
macro_rules! is_not {
    ($($type:ty: $($bound:ident)*;)*) => {
        const _: fn() = || {$($({
            struct HasIt;
            trait Ambiguous<A> {
                fn check() {}
            }
            impl<T: ?Sized> Ambiguous<()> for T {}
            impl<T: ?Sized + $bound> Ambiguous<HasIt> for T {}
            <$type as Ambiguous<_>>::check();
        })*)*};
    };
}

/// `Send`, not `Sync`: enough for a value to travel.
type SendOnly = Cell<u8>;
/// `Sync`, not `Send`.
type SyncOnly = MutexGuard<'static, u8>;

is! {
    Chan<u8>: Send Sync Unpin UnwindSafe RefUnwindSafe Clone Default Debug;
    Sender<u8>: Send Sync Unpin UnwindSafe RefUnwindSafe Clone Default Debug;
    Receiver<u8>: Send Sync Unpin UnwindSafe RefUnwindSafe Clone Default Debug;
    Iter<'static, u8>: Send Sync Unpin UnwindSafe RefUnwindSafe Debug Iterator;
    TryIter<'static, u8>: Send Sync Unpin UnwindSafe RefUnwindSafe Debug Iterator;
    IntoIter<u8>: Send Sync Unpin UnwindSafe RefUnwindSafe Debug Iterator;
    Timer: Send Sync Unpin UnwindSafe RefUnwindSafe Debug;
    Ticker: Send Sync Unpin UnwindSafe RefUnwindSafe Debug;
    MissedTickBehavior: Send Sync Unpin UnwindSafe RefUnwindSafe Copy Debug Default Eq;
    SendError<u8>: Send Sync Unpin UnwindSafe RefUnwindSafe Copy Debug Eq;
    TrySendError<u8>: Send Sync Unpin UnwindSafe RefUnwindSafe Copy Debug Eq;
    SendTimeoutError<u8>: Send Sync Unpin UnwindSafe RefUnwindSafe Copy Debug Eq;
    TryRecvError: Send Sync Unpin UnwindSafe RefUnwindSafe Copy Debug Eq;
    RecvTimeoutError: Send Sync Unpin UnwindSafe RefUnwindSafe Copy Debug Eq;
    Select<'static, u8>: Unpin Debug Default;

    Chan<SendOnly>: Send Sync UnwindSafe RefUnwindSafe;
    Sender<SendOnly>: Send Sync UnwindSafe RefUnwindSafe;
    Receiver<SendOnly>: Send Sync UnwindSafe RefUnwindSafe;
    Iter<'static, SendOnly>: Send Sync;
    TryIter<'static, SendOnly>: Send Sync;
    IntoIter<SendOnly>: Send Sync;
    Chan<&'static mut u8>: UnwindSafe RefUnwindSafe;
    Sender<&'static mut u8>: UnwindSafe RefUnwindSafe;
    Receiver<&'static mut u8>: UnwindSafe RefUnwindSafe;

    Chan<PhantomPinned>: Unpin;
    Sender<PhantomPinned>: Unpin;
    Receiver<PhantomPinned>: Unpin;
    IntoIter<PhantomPinned>: Unpin;
}

is_not! {
    Chan<Rc<u8>>: Send Sync;
    Sender<Rc<u8>>: Send Sync;
    Receiver<Rc<u8>>: Send Sync;
    Iter<'static, Rc<u8>>: Send Sync;
    TryIter<'static, Rc<u8>>: Send Sync;
    IntoIter<Rc<u8>>: Send Sync;
    SendError<Rc<u8>>: Send Sync;
    TrySendError<Rc<u8>>: Send Sync;
    SendTimeoutError<Rc<u8>>: Send Sync;

    Chan<SyncOnly>: Send Sync;
    Sender<SyncOnly>: Send Sync;
    Receiver<SyncOnly>: Send Sync;
    IntoIter<SyncOnly>: Send Sync;
    Chan<*const u8>: Send Sync;
    Sender<*const u8>: Send Sync;
    Receiver<*const u8>: Send Sync;

    // A handler may hold anything, an Rc too.
    Select<'static, u8>: Send Sync;

    // Two handles may be the same channel, but a channel is not a value to compare or to copy.
    Chan<u8>: Copy PartialEq;
    Sender<u8>: Copy PartialEq;
    Receiver<u8>: Copy PartialEq;
}

/// A value without any of the traits that a handle has.
struct Plain;

is! {
    Chan<Plain>: Clone Default Debug;
    Sender<Plain>: Clone Default Debug;
    Receiver<Plain>: Clone Default Debug;
    Iter<'static, Plain>: Debug;
    TryIter<'static, Plain>: Debug;
    IntoIter<Plain>: Debug;
}

#[test]
fn handles_are_at_most_two_words_wide() {
    type Wide = [u64; 100];
    let two_words = 2 * size_of::<usize>();
    assert!(size_of::<Chan<Wide>>() <= two_words);
    assert!(size_of::<Sender<Wide>>() <= two_words);
    assert!(size_of::<Receiver<Wide>>() <= two_words);
    assert!(size_of::<Option<Chan<Wide>>>() <= two_words);
    assert!(size_of::<Option<Sender<Wide>>>() <= two_words);
    assert!(size_of::<Option<Receiver<Wide>>>() <= two_words);
    assert!(size_of::<Receiver<Instant>>() <= two_words);
    assert!(size_of::<IntoIter<Wide>>() <= two_words);
}

#[test]
fn errors_are_no_bigger_than_what_they_carry() {
    assert_eq!(size_of::<SendError<[u64; 4]>>(), 32);
    assert_eq!(size_of::<TryRecvError>(), 1);
    assert_eq!(size_of::<RecvTimeoutError>(), 1);
    assert!(size_of::<TrySendError<u64>>() <= 16);
    assert!(size_of::<SendTimeoutError<u64>>() <= 16);
}

// Debug.

/// Both forms of the output; the pretty one must not fail either.
fn shown(value: &dyn Debug) -> String {
    let (line, lines) = (format!("{value:?}"), format!("{value:#?}"));
    assert!(!line.contains('\n') && !lines.is_empty());
    line
}

#[test]
fn debug_shows_the_name_the_values_and_the_capacity() {
    let chan = make(7);
    (0..3).for_each(|_| chan.send(Plain));
    let handles: [(&str, &dyn Debug); 3] =
        [("Chan", &chan), ("Sender", &chan.sender()), ("Receiver", &chan.receiver())];
    for (name, handle) in handles {
        let shown = shown(handle);
        assert!(shown.contains(name) && shown.contains('3') && shown.contains('7'), "{shown}");
    }
}

#[test]
fn debug_tells_nil_open_and_closed_apart() {
    let chan = make::<Plain>(1);
    let open = [shown(&chan), shown(&chan.sender()), shown(&chan.receiver())];
    chan.close();
    let closed = [shown(&chan), shown(&chan.sender()), shown(&chan.receiver())];
    let nil = [
        shown(&Chan::<Plain>::nil()),
        shown(&Sender::<Plain>::nil()),
        shown(&Receiver::<Plain>::nil()),
    ];
    for i in 0..3 {
        assert!(nil[i].contains("nil"), "{}", nil[i]);
        assert!(!open[i].contains("nil"), "{}", open[i]);
        assert!(closed[i].contains("closed"), "{}", closed[i]);
        assert_ne!(open[i], closed[i]);
    }
}

#[test]
fn debug_of_an_unbounded_channel_and_of_a_timer_says_something() {
    let (tx, rx) = unbounded::<Plain>();
    assert!(shown(&tx).contains("Sender"));
    assert!(shown(&rx).contains("Receiver"));
    let long = Duration::from_secs(1000);
    assert!(shown(&Timer::new(long)).contains("Timer"));
    assert!(shown(&Ticker::new(long)).contains("Ticker"));
    assert!(shown(&after(long)).contains("Receiver"));
    assert!(shown(&tick(long)).contains("Receiver"));
}

#[test]
fn debug_names_the_kind() {
    let kinds: [(&str, &dyn Debug); 5] = [
        ("unbuffered", &make::<Plain>(0)),
        ("buffered", &make::<Plain>(1)),
        ("unbounded", &unbounded::<Plain>().0),
        ("timer", &after(Duration::from_secs(1000))),
        ("done", &Context::background().with_cancel().0.done()),
    ];
    for (kind, handle) in kinds {
        assert!(shown(handle).contains(&format!("kind: {kind},")), "{}", shown(handle));
    }
}

#[test]
fn debug_names_who_is_blocked_and_where() {
    let _dog = watchdog(60);
    let (full, empty) = (make::<u8>(1), make::<u8>(1));
    full.send(1);
    let (full, empty) = (&full, &empty);
    thread::scope(|s| {
        let first = line!() + 1;
        s.spawn(|| assert!(full.send_ok(2).is_err()));
        s.spawn(|| assert!(empty.recv_ok().is_none()));
        s.spawn(
            || select! { recv_ok(empty) -> v => assert!(v.is_none()), recv(make::<u8>(0)) => {} },
        );
        wait_until(|| blocked(full).senders == 1 && blocked(empty).receivers == 2);
        let shown = shown(full) + &shown(empty);
        full.close();
        empty.close();
        for (operation, line) in [("send", 0), ("recv", 1), ("select", 3)] {
            let named = format!("{operation} at {}:{}:", file!(), first + line);
            assert!(shown.contains(&named), "{named} in {shown}");
        }
    });
}

#[test]
fn debug_of_iterators_and_selects_says_something() {
    let (_tx, rx) = bounded::<Plain>(1);
    assert!(shown(&rx.iter()).contains("Iter"));
    assert!(shown(&rx.try_iter()).contains("TryIter"));
    assert!(shown(&rx.into_iter()).contains("IntoIter"));
    assert!(shown(&Select::<()>::default()).contains("Select"));
}

// Nil.

#[test]
fn default_is_nil() {
    assert!(Chan::<Plain>::default().is_nil());
    assert!(Sender::<Plain>::default().is_nil());
    assert!(Receiver::<Plain>::default().is_nil());
}

#[test]
fn nil_can_be_made_at_compile_time() {
    static NIL: Chan<u8> = Chan::nil();
    assert!(NIL.is_nil());
}

#[test]
fn handles_made_from_nil_are_nil() {
    let nil = Chan::<Plain>::nil();
    assert!(nil.clone().is_nil() && nil.sender().is_nil() && nil.receiver().is_nil());
    assert!(Sender::from(&nil).is_nil() && Receiver::from(nil.clone()).is_nil());
    let (tx, rx) = nil.split();
    assert!(tx.is_nil() && rx.is_nil() && tx.clone().is_nil() && rx.clone().is_nil());
}

#[test]
fn a_handle_of_a_channel_is_not_nil() {
    for chan in [make::<u8>(0), make(1)] {
        assert!(!chan.is_nil() && !chan.sender().is_nil() && !chan.receiver().is_nil());
        chan.close();
        assert!(!chan.is_nil());
    }
    assert!(!unbounded::<u8>().0.is_nil());
    assert!(!after(Duration::ZERO).is_nil());
    assert!(tick(Duration::ZERO).is_nil());
}

/// Go's `c = nil`.
#[test]
fn take_leaves_nil_and_moves_the_channel() {
    let (mut tx, mut rx) = bounded(1);
    let (taken_tx, taken_rx) = (take(&mut tx), take(&mut rx));
    assert!(tx.is_nil() && rx.is_nil());
    taken_tx.send(1);
    assert_eq!(taken_rx.recv_ok(), Some(1));
    let mut chan = make::<u8>(1);
    assert!(!take(&mut chan).is_nil());
    assert!(chan.is_nil());
}

#[test]
fn a_nil_channel_is_empty_full_open_and_of_no_capacity() {
    let (chan, tx, rx) = (Chan::<u8>::nil(), Sender::<u8>::nil(), Receiver::<u8>::nil());
    for (len, cap) in [(chan.len(), chan.cap()), (tx.len(), tx.cap()), (rx.len(), rx.cap())] {
        assert_eq!((len, cap), (0, Some(0)));
    }
    assert!(chan.is_empty() && tx.is_empty() && rx.is_empty());
    assert!(chan.is_full() && tx.is_full() && rx.is_full());
    assert!(!chan.is_closed() && !tx.is_closed() && !rx.is_closed());
}

// Conversions and identity.

#[test]
fn every_handle_made_from_a_chan_is_of_the_same_channel() {
    for cap in [0, 1, 8] {
        let chan = make::<u8>(cap);
        let (tx, rx) = (chan.sender(), chan.receiver());
        assert!(chan.same_channel(&chan.clone()));
        assert!(tx.same_channel(&tx.clone()) && rx.same_channel(&rx.clone()));
        assert!(tx.same_channel(&Sender::from(&chan)) && rx.same_channel(&Receiver::from(&chan)));
        assert!(tx.same_channel(&chan.clone().into()) && rx.same_channel(&chan.clone().into()));
        let (split_tx, split_rx) = chan.split();
        assert!(tx.same_channel(&split_tx) && rx.same_channel(&split_rx));
    }
    let (tx, rx) = unbounded::<u8>();
    assert!(tx.same_channel(&tx.clone()) && rx.same_channel(&rx.clone()));
}

#[test]
fn two_channels_are_not_the_same_even_if_of_one_kind() {
    for cap in [0, 1, 8] {
        let (one, two) = (make::<()>(cap), make::<()>(cap));
        assert!(!one.same_channel(&two));
        assert!(!one.sender().same_channel(&two.sender()));
        assert!(!one.receiver().same_channel(&two.receiver()));
    }
    assert!(!make::<()>(0).same_channel(&make(1)));
    let (one, two) = (unbounded::<()>(), unbounded::<()>());
    assert!(!one.0.same_channel(&two.0) && !one.1.same_channel(&two.1));
    let now = Instant::now();
    assert!(!gochan::at(now).same_channel(&gochan::at(now)));
}

/// Go's `==` says the same of two nil channels.
#[test]
fn nil_is_the_same_as_nil_and_as_nothing_else() {
    let nil = Chan::<u8>::nil();
    assert!(nil.same_channel(&nil) && nil.same_channel(&Chan::nil()));
    assert!(nil.sender().same_channel(&Sender::nil()));
    assert!(nil.receiver().same_channel(&Receiver::nil()));
    for chan in [make(0), make(1)] {
        assert!(!nil.same_channel(&chan) && !chan.same_channel(&nil));
        assert!(!nil.sender().same_channel(&chan.sender()));
        assert!(!chan.receiver().same_channel(&nil.receiver()));
    }
}

#[test]
fn clones_and_parts_reach_each_other() {
    let chan = make(4);
    let (tx, rx) = (chan.sender().clone(), chan.receiver().clone());
    tx.send(1);
    chan.send(2);
    Sender::from(&chan).send(3);
    assert_eq!((rx.recv(), chan.recv(), Receiver::from(&chan).recv()), (1, 2, 3));
    let (tx, rx) = chan.split();
    tx.send(4);
    assert_eq!(rx.recv(), 4);
}

#[test]
fn a_chan_talks_to_itself() {
    let chan = make(1);
    chan.send("echo");
    assert_eq!(chan.recv(), "echo");
}

/// Channels carry borrowed values, and so do threads that end in time.
#[test]
fn values_may_borrow_from_the_stack() {
    let text = String::from("a b c");
    for (tx, rx) in [bounded(0), bounded(1), bounded(8), unbounded::<&str>()] {
        thread::scope(|scope| {
            let words = text.split(' ');
            scope.spawn(move || words.for_each(|word| tx.send(word)));
            assert_eq!(rx.into_iter().collect::<Vec<_>>(), ["a", "b", "c"]);
        });
    }
}

#[test]
fn one_handle_is_used_from_many_threads_at_once() {
    for cap in [0, 1, 8] {
        let chan = Arc::new(make(cap));
        let total: usize = thread::scope(|scope| {
            (1..=10).for_each(|i| {
                drop(scope.spawn({
                    let chan = &chan;
                    move || chan.send(i)
                }))
            });
            (0..10).map(|_| chan.recv()).sum()
        });
        assert_eq!(total, 55);
    }
}

// Snapshots.

#[test]
fn the_state_of_an_unbuffered_channel_is_empty_and_full() {
    let (tx, rx) = bounded::<u8>(0);
    assert_eq!((tx.len(), tx.cap(), rx.len(), rx.cap()), (0, Some(0), 0, Some(0)));
    assert!(tx.is_empty() && tx.is_full() && rx.is_empty() && rx.is_full());
}

#[test]
fn the_state_of_a_bounded_channel_follows_its_values() {
    let chan = make(2);
    let (tx, rx) = (chan.sender(), chan.receiver());
    for len in [0, 1, 2] {
        assert_eq!((chan.len(), tx.len(), rx.len()), (len, len, len));
        assert_eq!((chan.cap(), tx.cap(), rx.cap()), (Some(2), Some(2), Some(2)));
        let (empty, full) = (len == 0, len == 2);
        assert_eq!((chan.is_empty(), tx.is_empty(), rx.is_empty()), (empty, empty, empty));
        assert_eq!((chan.is_full(), tx.is_full(), rx.is_full()), (full, full, full));
        let _ = chan.try_send(());
    }
}

#[test]
fn an_unbounded_channel_is_never_full() {
    let (tx, rx) = unbounded();
    for len in 0..200 {
        assert_eq!((tx.len(), rx.len()), (len, len));
        assert_eq!((tx.cap(), rx.cap()), (None, None));
        assert_eq!((tx.is_empty(), rx.is_empty()), (len == 0, len == 0));
        assert!(!tx.is_full() && !rx.is_full());
        tx.send(());
    }
}

#[test]
fn is_closed_says_so_while_values_are_left() {
    let chan = make(1);
    chan.send(1);
    assert!(!chan.is_closed() && !chan.sender().is_closed() && !chan.receiver().is_closed());
    chan.close();
    assert!(chan.is_closed() && chan.sender().is_closed() && chan.receiver().is_closed());
    assert_eq!((chan.len(), chan.recv_ok(), chan.is_closed()), (1, Some(1), true));
}
