//! std's `Arc`, in a form that ThreadSanitizer understands; only under `--cfg gochan_tsan`.
//!
//! std's `Arc` orders the destructor of its value after all owners by a fence. The sanitizer
//! ignores fences, and reports each such destructor. Here each owner adds to a counter before it
//! goes, and the destructor reads the counter. The memory is never freed, since std's own count in
//! it would be reported too.

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
        // A weak reference keeps the memory, not the value.
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
        // ORDERING: Release; pairs with the Acquire in the drop of `Owned`: all that this owner did
        // comes first.
        self.0.gone.fetch_add(1, Ordering::Release);
    }
}

impl<T> Drop for Owned<T> {
    fn drop(&mut self) {
        // ORDERING: Acquire; pairs with the Release in the drop of `Arc`: the value's destructor,
        // which follows, comes after all owners. Not a load, since the compiler removes one whose
        // result is unused.
        let _ = self.gone.fetch_add(0, Ordering::AcqRel);
    }
}
