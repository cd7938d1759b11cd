//! Values that count their drops.

use std::cell::RefCell;

use crate::panic::{panic_in_drop, survive};

thread_local! {
    /// How often each value of the program was dropped.
    static DROPS: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// The zero value is no value of the program.
const ZERO: usize = usize::MAX;

pub struct Value {
    id: usize,
    spiteful: bool,
    /// On the heap, so that the sanitizer sees a second drop, and a leak.
    check: Box<usize>,
}

impl Value {
    pub fn new(spiteful: bool) -> Self {
        let id = DROPS.with_borrow_mut(|drops| {
            drops.push(0);
            drops.len() - 1
        });
        Self { id, spiteful, check: Box::new(id) }
    }

    pub fn id(&self) -> usize {
        assert_eq!(*self.check, self.id, "the value is not what it was");
        self.id
    }

    /// The number of a value that is not needed any more; `None` for the zero value.
    pub fn finish(self) -> Option<usize> {
        let id = self.id();
        survive(|| drop(self));
        (id != ZERO).then_some(id)
    }
}

impl Default for Value {
    fn default() -> Self {
        Self { id: ZERO, spiteful: false, check: Box::new(ZERO) }
    }
}

impl Drop for Value {
    fn drop(&mut self) {
        if self.id() == ZERO {
            return;
        }
        DROPS.with_borrow_mut(|drops| drops[self.id] += 1);
        if self.spiteful {
            panic_in_drop();
        }
    }
}

/// Forgets the values of the program before.
pub fn begin() {
    DROPS.with_borrow_mut(Vec::clear);
}

pub fn is_dropped(id: usize) -> bool {
    DROPS.with_borrow(|drops| drops[id] > 0)
}

/// Each value is dropped once, unless it is among those that are `alive`.
pub fn check(alive: impl Fn(usize) -> bool) {
    DROPS.with_borrow(|drops| {
        for (id, &count) in drops.iter().enumerate() {
            assert_eq!(count, u8::from(!alive(id)), "drops of value {id}");
        }
    });
}
