//! `select!` and `select_biased!`.
//!
//! `@parse` takes the cases off the front, one by one. `@add` writes each of them down twice: as
//! what binds it to its handle, and as a case of gochan's `select!`. By macro hygiene each name is
//! a variable of its own, and no constant of the user's has one. Then everything expands at once: bind the cases, let gochan choose, take
//! the outcomes, and drop the cases with the temporaries of their handles. Last comes the ladder of
//! bodies, which are in no closure. A message is evaluated there, so only if its send was chosen.

/// Waits on several operations, and completes exactly one.
///
/// ```text
/// select! {
///     recv(receiver) -> result => body,           // result: Result<T, RecvError>
///     send(sender, message) -> result => body,    // result: Result<(), SendError<T>>
///     default => body,                            // none is ready: do this instead of waiting
///     default(timeout) => body,                   // none is ready within the timeout
/// }
/// ```
///
/// - If several operations are ready, one is chosen at random. One that reports a disconnected
///   channel is ready too. [`select_biased!`](crate::select_biased!) chooses the first instead.
/// - A message is evaluated only if its send is chosen, and after the choice. The receiver that
///   comes to its place in the channel waits for it meanwhile.
/// - The temporaries of the handles are dropped before the body runs.
///
/// # Examples
///
/// ```
/// use gochan_crossbeam::{select, unbounded};
///
/// let (tx1, rx1) = unbounded();
/// let (tx2, rx2) = unbounded();
/// tx1.send(10).unwrap();
///
/// select! { // both are ready
///     recv(rx1) -> message => assert_eq!(message, Ok(10)),
///     send(tx2, 20) -> result => {
///         assert_eq!(result, Ok(()));
///         assert_eq!(rx2.recv(), Ok(20));
///     }
/// }
/// ```
///
/// Without waiting, and with a timeout:
///
/// ```
/// use gochan_crossbeam::{never, select};
/// use std::time::Duration;
///
/// let quiet = never::<u8>();
/// let outcome = select! {
///     recv(quiet) -> _ => "message",
///     default => "nothing yet",
/// };
/// assert_eq!(outcome, "nothing yet");
/// select! {
///     recv(quiet) -> _ => unreachable!(),
///     default(Duration::from_millis(1)) => {}
/// }
/// ```
#[macro_export]
macro_rules! select {
    ($($cases:tt)*) => { $crate::__select!(@begin [] $($cases)*) };
}

/// Waits on several operations, and completes the first that is ready: [`select!`](crate::select!)
/// with priorities.
///
/// # Examples
///
/// ```
/// use gochan_crossbeam::{select_biased, unbounded};
///
/// let ((tx1, urgent), (tx2, others)) = (unbounded(), unbounded());
/// tx1.send(1).unwrap();
/// tx2.send(2).unwrap();
/// select_biased! {
///     recv(urgent) -> message => assert_eq!(message, Ok(1)),
///     recv(others) -> _ => unreachable!(),
/// }
/// ```
#[macro_export]
macro_rules! select_biased {
    ($($cases:tt)*) => { $crate::__select!(@begin [biased;] $($cases)*) };
}

/// The engine of both. Its state has four lists: `biased;` or nothing, the cases, the cases for
/// gochan, and the default.
#[doc(hidden)]
#[macro_export]
macro_rules! __select {
    (@begin $biased:tt) => { ::core::compile_error!("empty `select!` block") };
    (@begin $biased:tt $($cases:tt)+) => {
        $crate::__select!(@parse ($biased [] [] []) $($cases)+)
    };

    // One case, with the comma rules of `match`.
    (@parse $state:tt) => { $crate::__select!(@run $state) };
    (@parse $state:tt
     $op:ident $(($($args:tt)*))? $(-> $pat:pat)? => $body:block, $($rest:tt)*) => {
        $crate::__select!(@add $state $op [$($($args)*)?] [$($pat)?] [$body] $($rest)*)
    };
    (@parse $state:tt
     $op:ident $(($($args:tt)*))? $(-> $pat:pat)? => $body:block $($rest:tt)*) => {
        $crate::__select!(@add $state $op [$($($args)*)?] [$($pat)?] [$body] $($rest)*)
    };
    (@parse $state:tt
     $op:ident $(($($args:tt)*))? $(-> $pat:pat)? => $body:expr $(, $($rest:tt)*)?) => {
        $crate::__select!(@add $state $op [$($($args)*)?] [$($pat)?] [$body] $($($rest)*)?)
    };
    (@parse $state:tt $($bad:tt)*) => {
        ::core::compile_error!(::core::concat!(
            "expected `recv(receiver) -> result => body,`, `send(sender, message) -> result => body,` ",
            "or `default => body`, found `", ::core::stringify!($($bad)*), "`"))
    };

    (@add ($biased:tt [$($cases:tt)*] [$($select:tt)*] $default:tt)
     recv [$receiver:expr $(,)?] [$pat:pat] [$body:expr] $($rest:tt)*) => {
        $crate::__select!(@parse (
            $biased
            [$($cases)* (__case receive_case [$receiver] [] $pat, $body)]
            [$($select)*
                recv_ok(__case.channel()) -> __message => __case.has_received(__message),
                recv_ok(__case.timer()) -> __due => __case.has_fired(__due),]
            $default
        ) $($rest)*)
    };
    (@add ($biased:tt [$($cases:tt)*] [$($select:tt)*] $default:tt)
     send [$sender:expr, $message:expr $(,)?] [$pat:pat] [$body:expr] $($rest:tt)*) => {
        $crate::__select!(@parse (
            $biased
            [$($cases)* (__case send_case [$sender] [$message] $pat, $body)]
            [$($select)* send_ok(__case.channel(), __case.promised()) -> __sent => __case.has_sent(__sent),]
            $default
        ) $($rest)*)
    };
    (@add ($biased:tt $cases:tt $select:tt []) default [] [] [$body:expr] $($rest:tt)*) => {
        $crate::__select!(@parse ($biased $cases $select [[] [] $body]) $($rest)*)
    };
    (@add ($biased:tt $cases:tt $select:tt [])
     default [$timeout:expr $(,)?] [] [$body:expr] $($rest:tt)*) => {
        $crate::__select!(@parse ($biased $cases $select [[__timeout] [$timeout] $body]) $($rest)*)
    };

    // Mistakes.
    (@add $state:tt default $args:tt [] $($rest:tt)*) => {
        ::core::compile_error!("there can be only one `default` case in a `select!` block")
    };
    (@add $state:tt default $args:tt $pat:tt $($rest:tt)*) => {
        ::core::compile_error!("expected `=>` after `default` case, found `->`")
    };
    (@add $state:tt recv $args:tt [] $($rest:tt)*) => {
        ::core::compile_error!("expected `->` after `recv` case, found `=>`")
    };
    (@add $state:tt send $args:tt [] $($rest:tt)*) => {
        ::core::compile_error!("expected `->` after `send` case, found `=>`")
    };
    (@add $state:tt recv [$($args:tt)*] $($rest:tt)*) => {
        ::core::compile_error!(::core::concat!(
            "invalid argument list in `recv(", ::core::stringify!($($args)*), ")`"))
    };
    (@add $state:tt send [$($args:tt)*] $($rest:tt)*) => {
        ::core::compile_error!(::core::concat!(
            "invalid argument list in `send(", ::core::stringify!($($args)*), ")`"))
    };
    (@add $state:tt $op:ident $($rest:tt)*) => {
        ::core::compile_error!(::core::concat!(
            "expected one of `recv`, `send`, or `default`, found `", ::core::stringify!($op), "`"))
    };

    // All cases are parsed. gochan chooses again if the sender of a message gave up.
    (@run (
        [$($biased:tt)*]
        [$(($case:ident $bind:ident [$handle:expr] [$($message:expr)?] $pat:pat, $body:expr))*]
        [$($select:tt)*]
        [$([$($limit:ident)?] [$($timeout:expr)?] $default:expr)?]
    )) => {{
        let ($($case,)*) = match (
            $($crate::__private::$bind(&$handle),)*
            $($($timeout,)?)?
        ) {
            ($(mut $case,)* $($($limit,)?)?) => {
                while !$crate::__private::select! {
                    $($biased)*
                    $($select)*
                    $(default $(($limit))? => $crate::__select!(@true $default))?
                } {}
                ($($case.outcome(),)*)
            }
        };
        $(if let ::core::option::Option::Some(__outcome) = $case {
            let __result = __outcome.complete($($message)?);
            let $pat = __result;
            $body
        } else)* {
            $crate::__select!(@default $($default)?)
        }
    }};

    // Stands for the default, for the loop.
    (@true $default:expr) => { true };
    (@default) => { $crate::__private::no_winner() };
    (@default $default:expr) => { $default };
}

/// crossbeam-channel's name for the engine of its `select!`. Its own tests call it.
#[doc(hidden)]
#[macro_export]
macro_rules! crossbeam_channel_internal {
    ($($cases:tt)*) => { $crate::select!($($cases)*) };
}
