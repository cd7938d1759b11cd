//! std's `Arc`, in a form that ThreadSanitizer understands; only under `--cfg gochan_tsan`.
//!
//! The last owner of std's `Arc` comes after the others by a fence. The sanitizer ignores fences,
//! and reports each destructor of a shared value. Here each owner leaves a mark before it goes, and
//! the last one looks at the marks. The memory itself, whose count of owners std would still touch,
//! is kept.

#![allow(unsafe_code)]

use std::{
    mem::ManuallyDrop,
    ops::Deref,
    ptr,
    sync::{
        self,
        atomic::{AtomicUsize, Ordering},
    },
};

pub(crate) struct Arc<T>(sync::Arc<Owned<T>>);

#[repr(C)] // One layout for `T` and for a type that wraps it.
struct Owned<T> {
    gone: AtomicUsize,
    value: T,
}

impl<T> Arc<T> {
    pub(crate) fn new(value: T) -> Self {
        let arc = sync::Arc::new(Owned { gone: AtomicUsize::new(0), value });
        // A reference that keeps the memory, not the value.
        std::mem::forget(sync::Arc::downgrade(&arc));
        Self(arc)
    }

    pub(crate) fn into_raw(this: Self) -> *const T {
        let this = ManuallyDrop::new(this);
        // SAFETY: read once, and not dropped.
        sync::Arc::into_raw(unsafe { ptr::read(&this.0) }).cast()
    }

    /// # Safety
    ///
    /// `raw` is from `into_raw`, of this type or of one with the same layout.
    pub(crate) unsafe fn from_raw(raw: *const T) -> Self {
        // SAFETY: by the contract.
        Self(unsafe { sync::Arc::from_raw(raw.cast()) })
    }

    pub(crate) fn ptr_eq(a: &Self, b: &Self) -> bool {
        sync::Arc::ptr_eq(&a.0, &b.0)
    }
}

impl<T> Clone for Arc<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T> Deref for Arc<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0.value
    }
}

impl<T> Drop for Arc<T> {
    fn drop(&mut self) {
        // ORDERING: Release; pairs with the Acquire below: what this owner did comes first.
        self.0.gone.fetch_add(1, Ordering::Release);
    }
}

impl<T> Drop for Owned<T> {
    fn drop(&mut self) {
        // ORDERING: Acquire; the value's destructor, which follows, comes after all owners. Not a
        // load, which is gone if nobody uses what it gives.
        let _ = self.gone.fetch_add(0, Ordering::AcqRel);
    }
}
