//! The checkers' atomics.

use super::checker::sync::atomic::{self, Ordering};

/// An atomic with a turn before each access, so that the checker explores every order of accesses.
///
/// loom 0.7 remembers only the last access of an atomic. If a thread loads and then exchanges, as
/// almost every operation here does, loom forgets a load of another thread in between. It then
/// never explores the order in which the exchange comes before that load. So a turn precedes each
/// access: an addition to a second atomic, relaxed, so that it orders nothing. No turn can hide
/// another.
#[derive(Debug)]
pub(crate) struct Atomic<A> {
    #[cfg(loom)]
    turns: atomic::AtomicUsize,
    value: A,
}

impl<A> Atomic<A> {
    fn of(value: A) -> Self {
        Self {
            #[cfg(loom)]
            turns: atomic::AtomicUsize::new(0),
            value,
        }
    }

    fn turn(&self) -> &A {
        #[cfg(loom)]
        self.turns.fetch_add(1, Ordering::Relaxed);
        &self.value
    }
}

/// Returns the ordering for the checker: shuttle knows only SeqCst, and warns of the others.
fn known(order: Ordering) -> Ordering {
    if cfg!(loom) {
        order
    } else {
        Ordering::SeqCst
    }
}

/// A count of handles, without turns. `HandleCounts` loads it before it subtracts, so loom may not
/// explore every order of the two.
#[cfg(loom)]
pub(crate) type Count = atomic::AtomicUsize;
#[cfg(not(loom))]
pub(crate) type Count = AtomicUsize;

pub(crate) type AtomicU64 = Atomic<atomic::AtomicU64>;
pub(crate) type AtomicU8 = Atomic<atomic::AtomicU8>;
pub(crate) type AtomicUsize = Atomic<atomic::AtomicUsize>;
pub(crate) type AtomicPtr<T> = Atomic<atomic::AtomicPtr<T>>;

/// The operations that the crate uses.
macro_rules! operations {
    ([$($generic:ident)?] $atomic:ty, $value:ty, $($number:ident),*) => {
        #[allow(dead_code)]
        impl$(<$generic>)? Atomic<$atomic> {
            pub(crate) fn new(value: $value) -> Self {
                Self::of(<$atomic>::new(value))
            }

            pub(crate) fn load(&self, order: Ordering) -> $value {
                self.turn().load(known(order))
            }

            pub(crate) fn store(&self, value: $value, order: Ordering) {
                self.turn().store(value, known(order));
            }

            pub(crate) fn swap(&self, value: $value, order: Ordering) -> $value {
                self.turn().swap(value, known(order))
            }

            pub(crate) fn compare_exchange(
                &self,
                current: $value,
                new: $value,
                success: Ordering,
                failure: Ordering,
            ) -> Result<$value, $value> {
                self.turn().compare_exchange(current, new, known(success), known(failure))
            }

            /// Never fails spuriously: the checkers do not model that.
            pub(crate) fn compare_exchange_weak(
                &self,
                current: $value,
                new: $value,
                success: Ordering,
                failure: Ordering,
            ) -> Result<$value, $value> {
                self.compare_exchange(current, new, success, failure)
            }

            $(
                pub(crate) fn $number(&self, value: $value, order: Ordering) -> $value {
                    self.turn().$number(value, known(order))
                }
            )*
        }
    };
}

operations!([] atomic::AtomicU64, u64, fetch_add, fetch_or, fetch_and);
operations!([] atomic::AtomicU8, u8,);
operations!([] atomic::AtomicUsize, usize, fetch_add, fetch_sub);
operations!([T] atomic::AtomicPtr<T>, *mut T,);
