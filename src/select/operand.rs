//! The types that a case of a select takes as its channel.

use std::{rc::Rc, sync::Arc};

use self::sealed::Sealed;
use super::{RecvCase, SendCase, SendFromCase};

pub(crate) mod sealed {
    /// Keeps the traits to this crate: it cannot be named outside.
    pub trait Sealed {}
}

/// Types that a select can receive from: a [`Receiver`](crate::Receiver), a [`Chan`](crate::Chan),
/// a [`Timer`](crate::Timer), a [`Ticker`](crate::Ticker), or a reference or smart pointer to one.
/// The trait is sealed.
///
/// ```
/// use gochan::{make, select, RecvFrom};
///
/// fn first<C: RecvFrom<Item = u32>>(a: C, b: C) -> Option<u32> {
///     select! {
///         recv_ok(a) -> v => v,
///         recv_ok(b) -> v => v,
///     }
/// }
///
/// let (a, b) = (make(1), make(1));
/// b.send(7);
/// assert_eq!(first(&a, &b), Some(7));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be received from in a select",
    label = "expected a `Receiver`, `Chan`, `Timer` or `Ticker`",
    note = "write `&*guard` for a guard or another pointer that dereferences to one"
)]
pub trait RecvFrom: Sealed {
    /// The values received.
    type Item;

    #[doc(hidden)]
    fn recv_case(&self) -> RecvCase<'_, Self::Item>;
}

/// Types that a select can send to: a [`Sender`](crate::Sender), a [`Chan`](crate::Chan), or a
/// reference or smart pointer to one. The trait is sealed.
///
/// ```
/// use gochan::{make, select, SendTo};
///
/// fn offer<C: SendTo<Item = u32>>(c: &C, value: u32) -> bool {
///     select! {
///         send(c, value) => true,
///         default => false,
///     }
/// }
///
/// let c = make(1);
/// assert!(offer(&c, 1));
/// assert!(!offer(&c, 2));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be sent to in a select",
    label = "expected a `Sender` or `Chan`",
    note = "write `&*guard` for a guard or another pointer that dereferences to one"
)]
pub trait SendTo: Sealed {
    /// The values sent.
    type Item;

    #[doc(hidden)]
    fn send_case(&self, value: Self::Item) -> SendCase<'_, Self::Item>;

    #[doc(hidden)]
    fn send_from_case<'a>(
        &'a self,
        slot: &'a mut Option<Self::Item>,
    ) -> SendFromCase<'a, Self::Item>;
}

/// Implements the traits for references and smart pointers.
macro_rules! forward {
    ($($pointer:ty),*) => {$(
        impl<C: Sealed + ?Sized> Sealed for $pointer {}

        impl<C: RecvFrom + ?Sized> RecvFrom for $pointer {
            type Item = C::Item;

            fn recv_case(&self) -> RecvCase<'_, C::Item> {
                (**self).recv_case()
            }
        }

        impl<C: SendTo + ?Sized> SendTo for $pointer {
            type Item = C::Item;

            fn send_case(&self, value: C::Item) -> SendCase<'_, C::Item> {
                (**self).send_case(value)
            }

            fn send_from_case<'a>(
                &'a self,
                slot: &'a mut Option<C::Item>,
            ) -> SendFromCase<'a, C::Item> {
                (**self).send_from_case(slot)
            }
        }
    )*};
}

forward!(&C, &mut C, Box<C>, Rc<C>, Arc<C>);
