//! State queries that every handle answers. Each answer is a snapshot.

use crate::{chan::Chan, receiver::Receiver, sender::Sender};

macro_rules! snapshots {
    ($($handle:ident),*) => {$(
        /// The state of the channel, as it was a moment ago.
        impl<T> $handle<T> {
            /// Returns the number of buffered values: Go's `len(c)`. It is 0 for nil and for
            /// timers. A value that another thread is in the middle of sending counts.
            ///
            /// # Examples
            ///
            /// ```
            #[doc = concat!("let c: gochan::", stringify!($handle), "<u8> = gochan::make(2).into();")]
            /// assert_eq!(c.len(), 0);
            /// ```
            pub fn len(&self) -> usize {
                self.core().map_or(0, |core| core.channel().len())
            }

            /// Returns the number of values that can be buffered: Go's `cap(c)`. `None` if there is
            /// no bound; `Some(0)` for nil and for timers.
            ///
            /// # Examples
            ///
            /// ```
            #[doc = concat!("let c: gochan::", stringify!($handle), "<u8> = gochan::make(2).into();")]
            /// assert_eq!(c.cap(), Some(2));
            /// ```
            pub fn cap(&self) -> Option<usize> {
                self.core().map_or(Some(0), |core| core.channel().cap())
            }

            /// Returns true if no value is buffered: always, for nil and unbuffered channels.
            ///
            /// # Examples
            ///
            /// ```
            #[doc = concat!("let c: gochan::", stringify!($handle), "<u8> = gochan::make(2).into();")]
            /// assert!(c.is_empty());
            /// ```
            pub fn is_empty(&self) -> bool {
                self.len() == 0
            }

            /// Returns true if the buffer has no room: always, for nil and unbuffered channels.
            ///
            /// # Examples
            ///
            /// ```
            #[doc = concat!("let c: gochan::", stringify!($handle), "<u8> = gochan::make(2).into();")]
            /// assert!(!c.is_full());
            /// ```
            pub fn is_full(&self) -> bool {
                self.cap() == Some(self.len())
            }

            /// Returns true if the channel is closed, whether or not values are left. False for nil
            /// and for timers. Once true it stays true.
            ///
            /// # Examples
            ///
            /// ```
            /// let c = gochan::make::<u8>(2);
            #[doc = concat!("let handle = gochan::", stringify!($handle), "::from(c.clone());")]
            /// assert!(!handle.is_closed());
            /// c.close();
            /// assert!(handle.is_closed());
            /// ```
            pub fn is_closed(&self) -> bool {
                self.core().is_some_and(|core| core.channel().is_closed())
            }

            /// Returns true for the nil channel: Go's `c == nil`.
            ///
            /// # Examples
            ///
            /// ```
            #[doc = concat!("assert!(gochan::", stringify!($handle), "::<u8>::nil().is_nil());")]
            /// ```
            pub fn is_nil(&self) -> bool {
                self.core().is_none()
            }

            /// Returns true if both are handles of one channel, or both are nil: Go's `a == b`.
            ///
            /// # Examples
            ///
            /// ```
            #[doc = concat!("let c: gochan::", stringify!($handle), "<u8> = gochan::make(2).into();")]
            /// assert!(c.same_channel(&c.clone()));
            #[doc = concat!("let nil = gochan::", stringify!($handle), "::<u8>::nil();")]
            /// assert!(nil.same_channel(&nil) && !nil.same_channel(&c));
            /// ```
            pub fn same_channel(&self, other: &Self) -> bool {
                match (self.core(), other.core()) {
                    (Some(a), Some(b)) => a.same(b),
                    (a, b) => a.is_none() && b.is_none(),
                }
            }
        }
    )*};
}

snapshots!(Chan, Sender, Receiver);
