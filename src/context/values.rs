//! The values of a context: a list that shares its tail with related contexts.

use std::{any::Any, panic::RefUnwindSafe, sync::Arc};

#[derive(Clone, Default)]
pub(super) struct Values(Option<Arc<Entry>>);

struct Entry {
    value: Box<dyn Any + Send + Sync>,
    next: Values,
}

// Values are only lent out, and are shared between threads: a value that changes guards itself, as
// a lock does.
impl RefUnwindSafe for Entry {}

impl Values {
    pub(super) fn with<V: Any + Send + Sync>(&self, value: V) -> Self {
        Self(Some(Arc::new(Entry { value: Box::new(value), next: self.clone() })))
    }

    /// Returns the first value of this type.
    pub(super) fn get<V: Any>(&self) -> Option<&V> {
        let mut rest = self;
        while let Some(entry) = &rest.0 {
            if let Some(value) = entry.value.downcast_ref() {
                return Some(value);
            }
            rest = &entry.next;
        }
        None
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        // In a loop: a recursive drop of ten thousand values does not fit on the stack.
        let mut next = self.next.0.take();
        while let Some(mut entry) = next.and_then(Arc::into_inner) {
            next = entry.next.0.take();
        }
    }
}
