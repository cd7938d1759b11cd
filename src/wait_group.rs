//! Waiting until work is done: Go's `sync.WaitGroup`.

use std::{
    fmt,
    panic::{RefUnwindSafe, UnwindSafe},
    time::{Duration, Instant},
};

#[cfg(not(any(loom, shuttle)))]
use crate::sync::{spawn_scoped, Scope};
use crate::{
    core::Core,
    receiver::Receiver,
    sync::{mutant, spawn, Arc, Mutex},
};

/// Counts work that is under way, and waits until there is none. Go's `sync.WaitGroup`.
///
/// Clones share one count. A group can be used again as soon as it is at zero: a wait ends at the
/// first zero, whatever is added later.
///
/// | Go | here |
/// |---|---|
/// | `wg.Add(n)`, `wg.Done()` | [`add`](Self::add), [`done`](Self::done) |
/// | `wg.Go(f)` | [`go`](Self::go), and [`go_scoped`](Self::go_scoped) in a scope |
/// | `wg.Wait()` | [`wait`](Self::wait), [`wait_timeout`](Self::wait_timeout), [`wait_deadline`](Self::wait_deadline) |
/// | the same, in a task | [`track`](Self::track), [`wait_async`](Self::wait_async) |
/// | a goroutine that waits and closes a channel | [`finished`](Self::finished), for `select!` |
///
/// # Examples
///
/// ```
/// use gochan::{make, WaitGroup};
///
/// let (group, squares) = (WaitGroup::new(), make(4));
/// for n in 1..=4 {
///     let squares = squares.sender();
///     group.go(move || squares.send(n * n));
/// }
/// group.wait();
/// squares.close();
/// assert_eq!(squares.iter().sum::<i32>(), 30);
/// ```
#[derive(Clone)]
pub struct WaitGroup(Arc<Mutex<State>>);

struct State {
    count: usize,
    /// Closes when `count` reaches zero; present if a thread waits for that.
    finished: Option<Receiver<()>>,
}

impl WaitGroup {
    /// Makes a group with nothing under way.
    ///
    /// # Examples
    ///
    /// ```
    /// gochan::WaitGroup::new().wait();
    /// ```
    #[must_use]
    pub fn new() -> Self {
        Self(Arc::new(Mutex::new(State { count: 0, finished: None })))
    }

    /// Adds `n`, which may be negative, to the count of work under way. At zero all waiting threads
    /// continue. Call it before the thread that will call [`done`](Self::done) can run.
    ///
    /// # Panics
    ///
    /// Panics if the count would become negative, or larger than `isize::MAX`; it stays as it was.
    ///
    /// # Examples
    ///
    /// ```
    /// let group = gochan::WaitGroup::new();
    /// group.add(2);
    /// group.add(-2);
    /// group.wait();
    /// ```
    #[track_caller]
    pub fn add(&self, n: isize) {
        let mut state = self.0.lock();
        let count = (state.count as isize).checked_add(n);
        match count.and_then(|count| usize::try_from(count).ok()) {
            Some(count) => state.count = count,
            None => {
                drop(state);
                panic!("{} WaitGroup counter", if n < 0 { "negative" } else { "overflowing" });
            }
        }
        let finished = if state.count == 0 { state.finished.take() } else { None };
        drop(state);
        if let Some(core) = finished.as_ref().and_then(Receiver::core) {
            if !mutant("group_wakes_nobody") {
                core.end();
            }
        }
    }

    /// Counts one piece of work as done: `add(-1)`.
    ///
    /// # Panics
    ///
    /// Panics if nothing is under way.
    ///
    /// # Examples
    ///
    /// ```
    /// let group = gochan::WaitGroup::new();
    /// group.add(1);
    /// group.done();
    /// group.wait();
    /// ```
    #[track_caller]
    pub fn done(&self) {
        self.add(-1);
    }

    /// Runs `f` in a thread, counted until it returns or panics. Go's `wg.Go`.
    ///
    /// The waiting thread does not learn of a panic. A [`Group`](crate::Group) reports it.
    ///
    /// # Panics
    ///
    /// Panics if the system has no thread left: `f` is not counted then, and does not run.
    ///
    /// # Examples
    ///
    /// ```
    /// let group = gochan::WaitGroup::new();
    /// group.go(|| println!("at work"));
    /// group.wait();
    /// ```
    #[track_caller]
    pub fn go(&self, f: impl FnOnce() + Send + 'static) {
        let member = Member::of(self);
        spawn(move || member.run(f));
    }

    /// Runs `f` in a thread of `scope`, so that it may borrow, counted until it returns or panics.
    ///
    /// # Panics
    ///
    /// Panics if the system has no thread left: `f` is not counted then, and does not run.
    ///
    /// # Examples
    ///
    /// ```
    /// let (group, words) = (gochan::WaitGroup::new(), ["one", "two"]);
    /// std::thread::scope(|scope| {
    ///     group.go_scoped(scope, || println!("{}", words[0]));
    ///     group.go_scoped(scope, || println!("{}", words[1]));
    ///     group.wait();
    /// });
    /// ```
    #[cfg(not(any(loom, shuttle)))]
    #[track_caller]
    pub fn go_scoped<'scope>(
        &self,
        scope: &'scope Scope<'scope, '_>,
        f: impl FnOnce() + Send + 'scope,
    ) {
        let member = Member::of(self);
        spawn_scoped(scope, move || member.run(f));
    }

    /// Blocks until nothing is under way. Go's `wg.Wait`.
    ///
    /// # Examples
    ///
    /// ```
    /// let group = gochan::WaitGroup::new();
    /// group.go(|| {});
    /// group.wait();
    /// ```
    #[track_caller]
    pub fn wait(&self) {
        self.finished().recv();
    }

    /// Blocks as [`wait`](Self::wait) does, for `timeout` at most. Returns true if nothing is under
    /// way.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let group = gochan::WaitGroup::new();
    /// group.add(1);
    /// assert!(!group.wait_timeout(Duration::from_millis(1)));
    /// group.done();
    /// assert!(group.wait_timeout(Duration::ZERO));
    /// ```
    #[must_use]
    #[track_caller]
    pub fn wait_timeout(&self, timeout: Duration) -> bool {
        self.finished().recv_timeout(timeout).is_err_and(|error| !error.is_timeout())
    }

    /// Blocks as [`wait`](Self::wait) does, until `deadline` at most. Returns true if nothing is
    /// under way.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Instant;
    ///
    /// assert!(gochan::WaitGroup::new().wait_deadline(Instant::now()));
    /// ```
    #[must_use]
    #[track_caller]
    pub fn wait_deadline(&self, deadline: Instant) -> bool {
        self.finished().recv_deadline(deadline).is_err_and(|error| !error.is_timeout())
    }

    /// Returns a channel that closes once nothing is under way. It is closed already if nothing is.
    ///
    /// # Examples
    ///
    /// ```
    /// use gochan::{after, select, WaitGroup};
    /// use std::time::Duration;
    ///
    /// let group = WaitGroup::new();
    /// group.go(|| {});
    /// let finished = group.finished();
    /// select! {
    ///     recv(finished) => {}
    ///     recv(after(Duration::from_secs(60))) => panic!("a minute for nothing"),
    /// }
    /// ```
    #[must_use]
    pub fn finished(&self) -> Receiver<()> {
        let mut state = self.0.lock();
        let unfinished = || Receiver::first(Core::done(None));
        if state.count > 0 {
            return state.finished.get_or_insert_with(unfinished).clone();
        }
        drop(state);
        let finished = unfinished();
        if let Some(core) = finished.core() {
            core.end();
        }
        finished
    }
}

impl WaitGroup {
    pub(crate) fn count(&self) -> usize {
        self.0.lock().count
    }
}

// The count changes in one step, and no user code runs under the lock.
impl UnwindSafe for WaitGroup {}
impl RefUnwindSafe for WaitGroup {}

impl Default for WaitGroup {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for WaitGroup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WaitGroup").field("count", &self.count()).finish()
    }
}

/// One piece of work, done when it is dropped.
pub(crate) struct Member(WaitGroup);

impl Member {
    #[track_caller]
    pub(crate) fn of(group: &WaitGroup) -> Self {
        group.add(1);
        Self(group.clone())
    }

    fn run(self, f: impl FnOnce()) {
        f();
    }
}

impl Drop for Member {
    fn drop(&mut self) {
        self.0.done();
    }
}
