//! The clock of a model, under `--cfg loom` and `--cfg shuttle` only.
//!
//! Time passes when a thread waits for it: an operation with a timeout, or a receive from a timer,
//! moves the clock to its instant, however far away that is. The checker decides what other threads
//! do before, so it explores runs in which they are in time and runs in which they are too late. A
//! timer on which no thread blocks does not fire by itself; [`advance`] moves the clock.
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
