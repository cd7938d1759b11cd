//! Operations of tasks that have a handle of their own.

use crate::{chan::Chan, core::Core, receiver::Receiver, select::Via};

impl<T> Via for Receiver<T> {
    type Item = T;

    fn core(&self) -> Option<&Core<T>> {
        Receiver::core(self)
    }
}

#[cfg(feature = "futures")]
impl<T> Via for crate::sender::Sender<T> {
    type Item = T;

    fn core(&self) -> Option<&Core<T>> {
        crate::sender::Sender::core(self)
    }
}

impl<T> Via for Chan<T> {
    type Item = T;

    fn core(&self) -> Option<&Core<T>> {
        Chan::core(self)
    }
}
