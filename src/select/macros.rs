//! The `select!` macro.
//!
//! `@parse` takes the cases off the front, one by one, and puts each into one form,
//! `(name operation [operands] [pattern] [condition] body)`, where each `name` is a variable of its
//! own by macro hygiene. Then everything expands at once: bind each case, run, take the outcomes
//! out, drop the cases with the temporaries of their channels. Last comes the ladder of bodies,
//! which are in no closure. No name or method of the user can conflict with the expansion.

/// Waits on several channel operations and completes exactly one: Go's `select`.
///
/// ```text
/// select! {
///     biased;                              // optional, first: tried in source order, not at random
///     recv(rx) => body,                    // a value or the close; the value is dropped
///     recv(rx) -> pat => body,             // pat: T, the zero value once closed    (T: Default)
///     recv_ok(rx) -> pat => body,          // pat: Option<T>, None once closed
///     send(tx, value) => body,             // panics, if chosen, on a closed channel
///     send_ok(tx, value) -> pat => body,   // pat: Result<(), SendError<T>>
///     send_from(tx, slot) => body,         // slot: &mut Option<T>; emptied only if this case wins
///     default => body,                     // none ready: do this instead of waiting
///     default(timeout) => body,            // none ready within the timeout, a Duration
/// }
/// ```
///
/// - The channel is any expression that is, or borrows, a [`Receiver`](crate::Receiver),
///   [`Sender`](crate::Sender), [`Chan`](crate::Chan), [`Timer`](crate::Timer) or
///   [`Ticker`](crate::Ticker).
/// - Any case may have a condition: `recv(rx) -> v, if cond => body`. If it is false the case acts
///   as if its channel were nil.
/// - A channel is evaluated even if its condition is false, so `recv(rx.unwrap()), if
///   rx.is_some()` panics. With `let nil = Receiver::nil();` write
///   `recv(rx.as_ref().unwrap_or(&nil)) -> v`, without a condition.
/// - Channels, values and conditions are evaluated once, in source order, on entry; the timeout
///   comes last. Patterns must be irrefutable.
/// - `recv(rx) -> _ => body` is `recv(rx) => body`: it needs no value, and so no zero value.
/// - `Instant` has no zero value, so for a timer write `recv(timer) => body` or
///   `recv_ok(timer) -> at => body`.
/// - If several cases are ready, one of them is chosen uniformly at random. A nil channel is never
///   ready; a closed one always is. `default` is chosen only if at one instant none was ready.
/// - The value of a `send` that is not chosen is dropped before the body of the winner runs;
///   `send_from` leaves it in its slot.
/// - Commas are as in `match`. The select is an expression; `break`, `continue`, `return` and `?`
///   in a body act on the code around it. It takes 60 cases and more.
/// - `select! {}` blocks for ever and has type `!`.
///
/// # Panics
///
/// Panics with "send on closed channel" if a `send` or `send_from` is chosen and its channel is
/// closed.
///
/// # Examples
///
/// ```
/// use gochan::{after, make, select};
/// use std::{thread, time::Duration};
///
/// let (jobs, done) = (make(0), make::<()>(0));
/// thread::scope(|s| {
///     s.spawn(|| {
///         (1..=3).for_each(|job| jobs.send(job));
///         done.close();
///     });
///     let mut sum = 0;
///     loop {
///         select! {
///             recv(jobs) -> job => sum += job,
///             recv(done) => break,
///             recv(after(Duration::from_secs(10))) => panic!("too slow"),
///         }
///     }
///     assert_eq!(sum, 6);
/// });
/// ```
///
/// Switching off a case by making its channel nil, as in Go:
///
/// ```
/// use gochan::{bounded, select, Receiver};
///
/// let (tx, mut a) = bounded(2);
/// tx.send(5);
/// drop(tx);
/// let (tx, mut b) = bounded(2);
/// tx.send(7);
/// drop(tx);
/// let mut got = vec![];
/// while !(a.is_nil() && b.is_nil()) {
///     select! {
///         recv_ok(a) -> v => match v { Some(v) => got.push(v), None => a = Receiver::nil() },
///         recv_ok(b) -> v => match v { Some(v) => got.push(v), None => b = Receiver::nil() },
///     }
/// }
/// got.sort();
/// assert_eq!(got, [5, 7]);
/// ```
#[macro_export]
macro_rules! select {
    () => { $crate::__private::block_for_ever() };
    (biased; $($cases:tt)*) => { $crate::__select!(@parse false [] [] $($cases)*) };
    ($($cases:tt)*) => { $crate::__select!(@parse true [] [] $($cases)*) };
}

/// The engine of `select!`.
#[doc(hidden)]
#[macro_export]
macro_rules! __select {
    // `default`, with the comma rules of `match`.
    (@parse $fair:tt $cases:tt [] default $(($timeout:expr))? => $body:block, $($rest:tt)*) => {
        $crate::__select!(@parse $fair $cases [($($timeout)?) $body] $($rest)*)
    };
    (@parse $fair:tt $cases:tt [] default $(($timeout:expr))? => $body:block $($rest:tt)*) => {
        $crate::__select!(@parse $fair $cases [($($timeout)?) $body] $($rest)*)
    };
    (@parse $fair:tt $cases:tt [] default $(($timeout:expr))? => $body:expr $(, $($rest:tt)*)?) => {
        $crate::__select!(@parse $fair $cases [($($timeout)?) $body] $($($rest)*)?)
    };
    (@parse $fair:tt $cases:tt $default:tt default $(($timeout:expr))? => $($rest:tt)*) => {
        ::core::compile_error!("`select!` takes at most one `default` case")
    };
    (@parse $fair:tt $cases:tt $default:tt default $($rest:tt)*) => {
        ::core::compile_error!("expected `default => body` or `default(timeout) => body`")
    };
    (@parse $fair:tt $cases:tt $default:tt biased $($rest:tt)*) => {
        ::core::compile_error!("`biased;`, with its semicolon, comes first in `select!`, once")
    };

    // `-> _` needs no value, and so no zero value.
    (@parse $fair:tt [$($cases:tt)*] $default:tt
     recv($($args:tt)*) -> _ $(, if $cond:expr)? => $body:block, $($rest:tt)*) => {
        $crate::__select!(@parse $fair
            [$($cases)* (__gochan_case recv [$($args)*] [] [$($cond)?] $body)] $default $($rest)*)
    };
    (@parse $fair:tt [$($cases:tt)*] $default:tt
     recv($($args:tt)*) -> _ $(, if $cond:expr)? => $body:block $($rest:tt)*) => {
        $crate::__select!(@parse $fair
            [$($cases)* (__gochan_case recv [$($args)*] [] [$($cond)?] $body)] $default $($rest)*)
    };
    (@parse $fair:tt [$($cases:tt)*] $default:tt
     recv($($args:tt)*) -> _ $(, if $cond:expr)? => $body:expr $(, $($rest:tt)*)?) => {
        $crate::__select!(@parse $fair
            [$($cases)* (__gochan_case recv [$($args)*] [] [$($cond)?] $body)] $default $($($rest)*)?)
    };

    // One case, with the comma rules of `match`.
    (@parse $fair:tt [$($cases:tt)*] $default:tt
     $op:ident($($args:tt)*) $(-> $pat:pat)? $(, if $cond:expr)? => $body:block, $($rest:tt)*) => {
        $crate::__select!(@parse $fair
            [$($cases)* (__gochan_case $op [$($args)*] [$($pat)?] [$($cond)?] $body)] $default $($rest)*)
    };
    (@parse $fair:tt [$($cases:tt)*] $default:tt
     $op:ident($($args:tt)*) $(-> $pat:pat)? $(, if $cond:expr)? => $body:block $($rest:tt)*) => {
        $crate::__select!(@parse $fair
            [$($cases)* (__gochan_case $op [$($args)*] [$($pat)?] [$($cond)?] $body)] $default $($rest)*)
    };
    (@parse $fair:tt [$($cases:tt)*] $default:tt
     $op:ident($($args:tt)*) $(-> $pat:pat)? $(, if $cond:expr)? => $body:expr $(, $($rest:tt)*)?) => {
        $crate::__select!(@parse $fair
            [$($cases)* (__gochan_case $op [$($args)*] [$($pat)?] [$($cond)?] $body)] $default $($($rest)*)?)
    };

    // All cases of a task are parsed.
    (@parse (async $fair:tt)
     [$(($case:ident $op:ident $args:tt $pat:tt $cond:tt $body:expr))*] [$(($($timeout:expr)?) $default:expr)?]) => {{
        let $crate::__select_list!($($case)*) = match (
            $($crate::__select_case!(@bind $op $args $cond),)*
            $crate::__select_case!(@limit $(($($timeout)?))?),
        ) {
            ($($case,)* __gochan_limit,) => $crate::__private::select_async(
                $crate::__select_list!($($case)*),
                [$($crate::__select_case!(@unit $case)),*],
                $fair,
                __gochan_limit,
            ).await,
        };
        $(if let ::core::option::Option::Some(__gochan_won) = $case {
            $crate::__select_case!(@won __gochan_won $op $pat $op);
            $body
        } else)* {
            $crate::__select_case!(@default $($default)?)
        }
    }};

    // All cases are parsed.
    (@parse $fair:tt
     [$(($case:ident $op:ident $args:tt $pat:tt $cond:tt $body:expr))*] [$(($($timeout:expr)?) $default:expr)?]) => {{
        let ($($case,)* _,) = match (
            $($crate::__private::OnStack($crate::__select_case!(@bind $op $args $cond)),)*
            $crate::__select_case!(@limit $(($($timeout)?))?),
        ) {
            ($($case,)* __gochan_limit,) => {
                let cases = [$($crate::__private::BoundCase::as_case(&$case)),*];
                $crate::__private::select(cases, $fair, __gochan_limit);
                let __gochan_won = ($($crate::__private::BoundCase::take_output(&$case),)* (),);
                // A value that lost may panic when it is dropped. The received value is a local by
                // then: rustc forgets the tail of a block whose locals unwind (rust#47949).
                $($crate::__private::lose($case);)*
                __gochan_won
            }
        };
        $(if let ::core::option::Option::Some(__gochan_won) = $case {
            $crate::__select_case!(@won __gochan_won $op $pat $op);
            $body
        } else)* {
            $crate::__select_case!(@default $($default)?)
        }
    }};

    // Everything else is a mistake.
    (@parse $fair:tt $cases:tt $default:tt
     $op:ident($($args:tt)*) $(-> $pat:pat)? $(, if $cond:expr)? => _ = $($rest:tt)*) => {
        ::core::compile_error!("a body that begins with `_ =` needs braces: `=> { _ = value; }`")
    };
    (@parse $fair:tt $cases:tt $default:tt
     $op:ident($($args:tt)*) $(-> $pat:pat)? $(, if $cond:expr)? => $($rest:tt)*) => {
        ::core::compile_error!(::core::concat!("a comma is missing after the body of `",
            ::core::stringify!($op($($args)*)), "`, which has no braces"))
    };
    (@parse $fair:tt $cases:tt $default:tt $op:ident($($args:tt)*) $($rest:tt)*) => {
        ::core::compile_error!(::core::concat!("expected `-> pattern =>`, `, if condition =>` or `=>` between `",
            ::core::stringify!($op($($args)*)), "` and its body"))
    };
    (@parse $fair:tt $cases:tt $default:tt $($bad:tt)*) => {
        ::core::compile_error!(::core::concat!(
            "expected a case of `select!`, such as `recv(rx) -> value => body`, `send(tx, value) => body` ",
            "or `default => body`, found `", ::core::stringify!($($bad)*), "`"))
    };
}

/// Waits on several channel operations in a task, and completes exactly one: Go's `select`.
///
/// It has the cases and the rules of [`select!`](crate::select), whose documentation applies. Only
/// the wait differs: it is an `.await`, so the macro stands in an `async` function or block, and
/// blocks no thread. The bodies are outside of every future: `break`, `continue`, `return`, `?` and
/// `.await` in a body act on the code around it.
///
/// - At most one case happens, sends included, also if the future is dropped while it waits. What a
///   drop means for each case stands in [`future`](crate::future).
/// - It works under any executor, and so do timers. For those see [`task`](crate::task).
/// - With `default =>` it does not wait.
/// - `select_async! {}` waits for ever.
///
/// # Panics
///
/// Panics with "send on closed channel" if a `send` or `send_from` is chosen and its channel is
/// closed.
///
/// # Examples
///
/// ```
/// use gochan::{after, make, select_async};
/// use std::{thread, time::Duration};
///
/// let (jobs, done) = (make(0), make::<()>(0));
/// thread::scope(|s| {
///     s.spawn(|| {
///         (1..=3).for_each(|job| jobs.send(job));
///         done.close();
///     });
///     let sum = pollster::block_on(async {
///         let mut sum = 0;
///         loop {
///             select_async! {
///                 recv(jobs) -> job => sum += job,
///                 recv(done) => break sum,
///                 recv(after(Duration::from_secs(10))) => panic!("too slow"),
///             }
///         }
///     });
///     assert_eq!(sum, 6);
/// });
/// ```
#[macro_export]
macro_rules! select_async {
    () => { ::core::future::pending().await };
    (biased; $($cases:tt)*) => { $crate::__select!(@parse (async false) [] [] $($cases)*) };
    ($($cases:tt)*) => { $crate::__select!(@parse (async true) [] [] $($cases)*) };
}

/// Nested pairs, as an expression or a pattern.
#[doc(hidden)]
#[macro_export]
macro_rules! __select_list {
    () => { () };
    ($case:ident $($rest:ident)*) => { ($case, $crate::__select_list!($($rest)*)) };
}

/// What differs between the operations of `select!`.
#[doc(hidden)]
#[macro_export]
macro_rules! __select_case {
    // Binds a case to its channel, in a scrutinee, so that temporaries live as long as the case.
    (@bind recv [$chan:expr $(,)?] [$($cond:expr)?]) => {
        $crate::__select_case!(@if [$($cond)?] $crate::RecvFrom::recv_case(&$chan))
    };
    (@bind recv_ok $args:tt $cond:tt) => { $crate::__select_case!(@bind recv $args $cond) };
    (@bind send [$chan:expr, $value:expr $(,)?] [$($cond:expr)?]) => {
        $crate::__select_case!(@if [$($cond)?] $crate::SendTo::send_case(&$chan, $value))
    };
    (@bind send_ok $args:tt $cond:tt) => { $crate::__select_case!(@bind send $args $cond) };
    (@bind send_from [$chan:expr, $slot:expr $(,)?] [$($cond:expr)?]) => {
        $crate::__select_case!(@if [$($cond)?] $crate::SendTo::send_from_case(&$chan, $slot))
    };
    (@bind send [$($args:tt)*] $cond:tt) => {{
        ::core::compile_error!("`send` takes a channel and a value: `send(tx, value) => body`");
        $crate::__private::absent_send()
    }};
    (@bind send_from [$($args:tt)*] $cond:tt) => {{
        ::core::compile_error!("`send_from` takes a channel and a slot: `send_from(tx, &mut slot) => body`");
        $crate::__private::absent_send()
    }};
    (@bind recv [$($args:tt)*] $cond:tt) => {{
        ::core::compile_error!("`recv` takes one channel: `recv(rx) -> value => body`");
        $crate::__private::absent()
    }};
    (@bind $op:ident $args:tt $cond:tt) => {{
        ::core::compile_error!(::core::concat!("unknown case `", ::core::stringify!($op),
            "` in `select!`: the cases are recv, recv_ok, send, send_ok, send_from and default"));
        $crate::__private::absent()
    }};

    // Switches a case off if its condition is false.
    (@if [] $case:expr) => { $case };
    (@if [$cond:expr] $case:expr) => { $crate::__private::BoundCase::only_if($case, $cond) };

    // Counts a case.
    (@unit $case:ident) => { () };

    // How long to wait.
    (@limit) => { $crate::__private::Limit::Never };
    (@limit ()) => { $crate::__private::Limit::Now };
    (@limit ($timeout:expr)) => { $crate::__private::Limit::after($timeout) };

    // Hands the outcome of the winner to its pattern.
    (@won $won:ident recv [] $word:ident) => { $crate::__private::discard($won); };
    (@won $won:ident recv [$pat:pat] $word:ident) => {
        // The method is named by the user's own token: the compiler points there if there is no
        // zero value.
        let $pat = $crate::__private::Received($won).$word(::core::marker::PhantomData);
    };
    (@won $won:ident recv_ok [$pat:pat] $word:ident) => { let $pat = $won; };
    (@won $won:ident send [] $word:ident) => { $crate::__private::sent_or_panic($won); };
    (@won $won:ident send_ok [$pat:pat] $word:ident) => { let $pat = $won; };
    (@won $won:ident send_from [] $word:ident) => { $crate::__private::sent_or_panic($won); };
    (@won $won:ident recv_ok [] $word:ident) => {
        ::core::compile_error!("`recv_ok` needs a pattern: `recv_ok(rx) -> value => body`; to drop the value write `recv(rx) => body`")
    };
    (@won $won:ident send_ok [] $word:ident) => {
        ::core::compile_error!("`send_ok` needs a pattern: `send_ok(tx, value) -> result => body`")
    };
    (@won $won:ident send [$pat:pat] $word:ident) => {
        ::core::compile_error!("`send` gives no value: write `send(tx, value) => body`, or use `send_ok(tx, value) -> result => body`");
        let $pat = $won;
    };
    (@won $won:ident send_from [$pat:pat] $word:ident) => {
        ::core::compile_error!("`send_from` gives no value: write `send_from(tx, slot) => body`");
        let $pat = $won;
    };
    // An unknown case has its message already.
    (@won $won:ident $op:ident [$($pat:pat)?] $word:ident) => { $(let $pat = $crate::__private::no_winner();)? };

    // What to do if no case won.
    (@default) => { $crate::__private::no_winner() };
    (@default $default:expr) => { $default };
}
