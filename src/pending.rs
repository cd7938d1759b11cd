//! The futures of the plain operations.
#![allow(unsafe_code)]

use std::{
    fmt,
    future::Future,
    pin::Pin,
    task::{ready, Context, Poll},
};

use crate::{
    core::Core,
    error::SendError,
    select::{self, Receive, SendCase, SendFromCase, Task},
};

/// A future that waits by `$task`, and what it makes of the outcome.
macro_rules! future {
    (
        $(#[$doc:meta])*
        $name:ident, $cases:ty $(, $field:ident: $type:ty)* => $output:ty $(, where T: $bound:path)?,
        $(if $over:expr => $nothing:expr,)?
        |$this:ident, $outcome:ident| $finish:expr
    ) => {
        $(#[$doc])*
        #[must_use = "a future does nothing until it is awaited"]
        pub struct $name<'a, T> {
            task: Task<$cases>,
            $($field: $type,)*
        }

        impl<'a, T> $name<'a, T> {
            #[track_caller]
            pub(crate) fn new(cases: $cases $(, $field: $type)*) -> Self {
                Self { task: Task::new(cases), $($field,)* }
            }

            #[cfg(feature = "futures")]
            pub(crate) fn is_done(&self) -> bool {
                self.task.is_done()
            }
        }

        impl<'a, T> Future for $name<'a, T> $(where T: $bound)? {
            type Output = $output;

            #[track_caller]
            fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<$output> {
                // SAFETY: nothing is moved out of it.
                let $this = unsafe { self.get_unchecked_mut() };
                $(if $over($this) {
                    return Poll::Ready($nothing);
                })?
                // SAFETY: pinned, as the whole is.
                let task = unsafe { Pin::new_unchecked(&$this.task) };
                let $outcome = ready!(task.poll(cx));
                Poll::Ready($finish)
            }
        }

        // SAFETY: nothing can be done with a shared reference but to show it.
        unsafe impl<T: std::marker::Send> Sync for $name<'_, T> {}

        impl<T> fmt::Debug for $name<'_, T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        }
    };
}

future! {
    /// The future of [`recv_ok_async`](crate::Receiver::recv_ok_async).
    RecvOk, Receive<'a, T> => Option<T>, |this, value| value
}

future! {
    /// The future of [`recv_async`](crate::Receiver::recv_async).
    Recv, Receive<'a, T> => T, where T: Default, |this, value| value.unwrap_or_default()
}

future! {
    /// The future of [`recv_many_async`](crate::Receiver::recv_many_async).
    RecvMany, Receive<'a, T>, core: &'a Option<Core<T>>, values: &'a mut Vec<T>, limit: usize
        => usize, if |this: &Self| this.limit == 0 => 0, |this, first| match first {
            Some(first) => select::append(this.core, first, this.values, this.limit),
            None => 0,
        }
}

future! {
    /// The future of [`send_ok_async`](crate::Sender::send_ok_async).
    SendOk, SendCase<'a, T> => Result<(), SendError<T>>, |this, sent| sent
}

future! {
    /// The future of [`send_async`](crate::Sender::send_async).
    Send, SendCase<'a, T> => (), |this, sent| crate::private::sent_or_panic(sent)
}

future! {
    /// The future of [`send_from_async`](crate::Sender::send_from_async).
    SendFrom, SendFromCase<'a, T>, is_empty: bool => Result<(), SendError<()>>,
        if |this: &Self| this.is_empty => Ok(()), |this, sent| sent
}
