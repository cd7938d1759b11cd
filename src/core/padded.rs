//! Fields that different threads write, kept off each other's cache lines.

use std::{mem::MaybeUninit, ops::Deref};

use crate::wait::vacant;

/// A value with padding behind it, as much as processors fetch at once, so that the next field of a
/// `repr(C)` struct is on another cache line. An alignment would take the allocator off its fast
/// path.
#[repr(C)]
pub(super) struct Padded<T> {
    value: T,
    _room: MaybeUninit<[u64; 15]>,
}

impl<T> Padded<T> {
    #[inline(always)] // Made in place, not copied.
    pub(super) fn new(value: T) -> Self {
        Self { value, _room: vacant() }
    }
}

impl<T> Deref for Padded<T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        &self.value
    }
}
