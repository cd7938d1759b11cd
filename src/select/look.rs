//! A look at the cases of a run-time select, which completes none of them.

use super::{Order, Select};
use crate::core::Amount;

impl<R> Select<'_, R> {
    /// Returns the number of a case that can proceed, in the order in which the cases were added,
    /// without completing it. If there are several, one is chosen at random, or the first if the
    /// select is [`biased`](Self::biased). Never blocks. Go has no counterpart.
    ///
    /// Another thread may be faster, so a case that was ready may have to wait. A case that would
    /// report a closed channel is ready. The select can be waited on afterwards.
    ///
    /// ```
    /// use gochan::{make, Select};
    ///
    /// let (a, b) = (make::<u32>(1), make(1));
    /// let mut select = Select::new();
    /// select.recv(&a, |v| v).recv(&b, |v| v);
    /// assert_eq!(select.ready(), None);
    /// b.send(7);
    /// assert_eq!(select.ready(), Some(1));
    /// assert_eq!(select.wait(), 7);
    /// ```
    #[must_use]
    pub fn ready(&self) -> Option<usize> {
        let looks_ready = |case: usize| self.cases[case].case().looks_ready(Amount::One);
        let mut indices = vec![0; self.cases.len()];
        let mut order = if self.biased { Order::Source } else { Order::random(&mut indices) };
        order.find(self.cases.len(), looks_ready)
    }
}
