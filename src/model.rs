//! The clock of a model, under `--cfg loom` and `--cfg shuttle` only.
//!
//! Time passes where a thread waits for it: an operation with a timeout, or a receive from a timer,
//! may find that its instant has come, whatever it is. What other threads do before that is up to
//! the checker, so it explores both that they come first and that they come too late. A timer on
//! which no thread blocks does not fire by itself; [`advance`] moves the clock.
//!
//! ```text
//! loom::model(|| {
//!     let (tx, rx) = gochan::bounded(1);
//!     loom::thread::spawn(move || tx.send(1));
//!     gochan::select! {
//!         recv(rx) -> n => assert_eq!(n, 1),
//!         recv(gochan::after(Duration::from_secs(3))) => {} // explored too
//!     }
//! });
//! ```

use std::time::Duration;

use crate::sync::model::clock;

/// Moves the model's clock forward.
pub fn advance(by: Duration) {
    clock::advance(by);
}

/// Stops the clock for the rest of this execution: from now on only [`advance`] moves it.
pub fn hold_clock() {
    clock::hold();
}
