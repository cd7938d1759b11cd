//! The run-time form of select, in two steps: the choice, and its completion.

use std::{
    fmt, ptr, thread,
    time::{Duration, Instant},
};

use crate::{
    backoff::Backoff,
    error::{ReadyTimeoutError, SelectTimeoutError, TryReadyError, TrySelectError},
    receiver::Receiver,
    selected::SelectedOperation,
    sender::Sender,
};

/// A handle on which a select operates. It does not show the type of the messages.
pub(crate) trait Operand: Send + Sync {
    /// Adds the operation to a select of gochan's. Its handler keeps the outcome in this handle. It
    /// returns `None` if it has received from a sender that gave up: then nothing has happened.
    fn add<'a>(&'a self, index: usize, select: &mut gochan::Select<'a, Option<Chosen>>);
    /// Drops the outcome that is kept at `key`.
    fn cancel(&self, key: usize);
}

/// What a select has chosen.
pub(crate) struct Chosen {
    /// The number of the operation.
    pub(crate) index: usize,
    /// Where its outcome is kept.
    pub(crate) key: usize,
}

/// The address of a handle, by which crossbeam knows whether it is the one that was chosen.
pub(crate) fn address<T: ?Sized>(handle: &T) -> *const () {
    ptr::from_ref(handle).cast()
}

/// A select whose operations are put together at run time.
///
/// [`select`](Self::select) chooses an operation that is ready, and the caller then completes it
/// with [`SelectedOperation::send`] or [`SelectedOperation::recv`]. [`ready`](Self::ready) only says
/// which operation is ready.
///
/// For a number of operations that is known, [`select!`](crate::select!) is shorter and faster.
///
/// # Examples
///
/// ```
/// use gochan_crossbeam::{unbounded, Select};
///
/// let channels: Vec<_> = (0..10).map(|_| unbounded()).collect();
/// channels[7].0.send("hello").unwrap();
///
/// let mut select = Select::new();
/// for (_, rx) in &channels {
///     select.recv(rx);
/// }
/// let operation = select.select();
/// let index = operation.index();
/// assert_eq!((index, operation.recv(&channels[index].1)), (7, Ok("hello")));
/// ```
#[derive(Clone, Default)]
pub struct Select<'a> {
    operations: Vec<(usize, &'a dyn Operand)>,
    next_index: usize,
    biased: bool,
}

impl<'a> Select<'a> {
    /// Creates a select without operations. It chooses at random among those that are ready.
    pub fn new() -> Self {
        Self::default()
    }

    /// Creates a select without operations. It chooses the first that is ready.
    ///
    /// ```
    /// use gochan_crossbeam::{unbounded, Select};
    ///
    /// let ((tx1, rx1), (tx2, rx2)) = (unbounded(), unbounded());
    /// tx1.send(1).unwrap();
    /// tx2.send(2).unwrap();
    /// let mut select = Select::new_biased();
    /// let (first, _) = (select.recv(&rx1), select.recv(&rx2));
    /// assert_eq!(select.ready(), first);
    /// ```
    pub fn new_biased() -> Self {
        Self { biased: true, ..Self::default() }
    }

    /// Adds a send, and returns its index.
    pub fn send<T: Send>(&mut self, sender: &'a Sender<T>) -> usize {
        self.add(sender)
    }

    /// Adds a receive, and returns its index.
    pub fn recv<T: Send>(&mut self, receiver: &'a Receiver<T>) -> usize {
        self.add(receiver)
    }

    /// Removes the operation with this index. The others keep theirs.
    ///
    /// # Panics
    ///
    /// Panics if there is no such operation.
    ///
    /// ```
    /// use gochan_crossbeam::{never, Select};
    ///
    /// let rx = never::<u8>();
    /// let mut select = Select::new();
    /// let index = select.recv(&rx);
    /// select.remove(index);
    /// assert!(select.try_select().is_err());
    /// ```
    #[track_caller]
    pub fn remove(&mut self, index: usize) {
        assert!(
            index < self.next_index,
            "index out of bounds; {index} >= {next}",
            next = self.next_index
        );
        let place = self.operations.iter().position(|operation| operation.0 == index);
        // The order of the others is that in which a biased select tries them.
        self.operations.remove(place.expect("no operation with this index"));
    }

    /// Chooses an operation that is ready.
    ///
    /// # Errors
    ///
    /// Fails if none is ready.
    ///
    /// ```
    /// let rx = gochan_crossbeam::never::<u8>();
    /// let mut select = gochan_crossbeam::Select::new();
    /// select.recv(&rx);
    /// assert!(select.try_select().is_err());
    /// ```
    #[track_caller]
    pub fn try_select(&mut self) -> Result<SelectedOperation<'a>, TrySelectError> {
        self.choose(|select| select.try_wait().map_err(|_| TrySelectError))
    }

    /// Blocks until an operation is ready, and chooses it.
    ///
    /// # Panics
    ///
    /// Panics if there is no operation.
    ///
    /// ```
    /// use gochan_crossbeam::{bounded, Select};
    ///
    /// let (tx, rx) = bounded(1);
    /// let mut select = Select::new();
    /// select.send(&tx);
    /// select.select().send(&tx, "hello").unwrap();
    /// assert_eq!(rx.recv(), Ok("hello"));
    /// ```
    #[track_caller]
    pub fn select(&mut self) -> SelectedOperation<'a> {
        self.assert_operations();
        let chosen = self.choose(|select| Ok::<_, SelectTimeoutError>(select.wait()));
        chosen.expect("a select without a limit chooses an operation")
    }

    /// Blocks until an operation is ready, for at most `timeout`, and chooses it.
    ///
    /// # Errors
    ///
    /// Fails when the time is up.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let rx = gochan_crossbeam::never::<u8>();
    /// let mut select = gochan_crossbeam::Select::new();
    /// select.recv(&rx);
    /// assert!(select.select_timeout(Duration::from_millis(1)).is_err());
    /// ```
    #[track_caller]
    pub fn select_timeout(
        &mut self,
        timeout: Duration,
    ) -> Result<SelectedOperation<'a>, SelectTimeoutError> {
        match Instant::now().checked_add(timeout) {
            Some(deadline) => self.select_deadline(deadline),
            None => Ok(self.select()),
        }
    }

    /// Blocks until an operation is ready, at most until `deadline`, and chooses it.
    ///
    /// # Errors
    ///
    /// Fails when the time is up.
    #[track_caller]
    pub fn select_deadline(
        &mut self,
        deadline: Instant,
    ) -> Result<SelectedOperation<'a>, SelectTimeoutError> {
        self.choose(|select| select.wait_deadline(deadline).map_err(|_| SelectTimeoutError))
    }

    /// Returns the index of an operation that is ready. Another thread may be faster.
    ///
    /// # Errors
    ///
    /// Fails if none is ready.
    ///
    /// ```
    /// use gochan_crossbeam::{bounded, Select};
    ///
    /// let (tx, rx) = bounded(1);
    /// let mut select = Select::new();
    /// let (receive, send) = (select.recv(&rx), select.send(&tx));
    /// assert_eq!(select.try_ready(), Ok(send));
    /// tx.send(1).unwrap();
    /// assert_eq!(select.try_ready(), Ok(receive));
    /// ```
    pub fn try_ready(&mut self) -> Result<usize, TryReadyError> {
        self.look(Some(Instant::now())).ok_or(TryReadyError)
    }

    /// Blocks until an operation is ready, and returns its index. Another thread may be faster.
    ///
    /// It looks again and again, at last every millisecond: gochan has no wait that takes nothing.
    ///
    /// # Panics
    ///
    /// Panics if there is no operation.
    ///
    /// ```
    /// use gochan_crossbeam::{unbounded, Select};
    ///
    /// let (tx, rx) = unbounded();
    /// std::thread::spawn(move || tx.send(1).unwrap());
    /// let mut select = Select::new();
    /// let index = select.recv(&rx);
    /// assert_eq!(select.ready(), index);
    /// assert_eq!(rx.try_recv(), Ok(1));
    /// ```
    #[track_caller]
    pub fn ready(&mut self) -> usize {
        self.assert_operations();
        self.look(None).expect("a look without a limit finds an operation")
    }

    /// Blocks until an operation is ready, for at most `timeout`, and returns its index. It waits
    /// as [`ready`](Self::ready) does.
    ///
    /// # Errors
    ///
    /// Fails when the time is up.
    #[track_caller]
    pub fn ready_timeout(&mut self, timeout: Duration) -> Result<usize, ReadyTimeoutError> {
        match Instant::now().checked_add(timeout) {
            Some(deadline) => self.ready_deadline(deadline),
            None => Ok(self.ready()),
        }
    }

    /// Blocks until an operation is ready, at most until `deadline`, and returns its index. It
    /// waits as [`ready`](Self::ready) does.
    ///
    /// # Errors
    ///
    /// Fails when the time is up.
    pub fn ready_deadline(&mut self, deadline: Instant) -> Result<usize, ReadyTimeoutError> {
        self.look(Some(deadline)).ok_or(ReadyTimeoutError)
    }

    fn add(&mut self, operand: &'a dyn Operand) -> usize {
        let index = self.next_index;
        self.operations.push((index, operand));
        self.next_index += 1;
        index
    }

    #[track_caller]
    fn assert_operations(&self) {
        assert!(!self.operations.is_empty(), "no operations have been added to `Select`");
    }

    /// The operations as a select of gochan's.
    fn cases(&self) -> gochan::Select<'a, Option<Chosen>> {
        let mut select = gochan::Select::new();
        if self.biased {
            select.biased();
        }
        for (place, (_, operand)) in self.operations.iter().enumerate() {
            operand.add(place, &mut select);
        }
        select
    }

    /// Waits until an operation is chosen, or `wait` gives up.
    #[track_caller]
    fn choose<E>(
        &self,
        wait: impl Fn(gochan::Select<'a, Option<Chosen>>) -> Result<Option<Chosen>, E>,
    ) -> Result<SelectedOperation<'a>, E> {
        loop {
            if let Some(Chosen { index: place, key }) = wait(self.cases())? {
                let (index, operand) = self.operations[place];
                return Ok(SelectedOperation::new(index, operand, key));
            }
        }
    }

    /// Looks until an operation is ready, or `deadline` is over.
    fn look(&self, deadline: Option<Instant>) -> Option<usize> {
        let cases = self.cases();
        let mut backoff = Backoff::new(deadline);
        loop {
            if let Some(place) = cases.ready() {
                return Some(self.operations[place].0);
            }
            match backoff.next()? {
                Duration::ZERO => thread::yield_now(),
                pause => thread::sleep(pause),
            }
        }
    }
}

impl fmt::Debug for Select<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad("Select { .. }")
    }
}
