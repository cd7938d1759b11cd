//! What a program inherits from whoever started it.

use nix::sys::signal::SigSet;

/// Lets every signal come in. A signal that was blocked when this program was started stays blocked, and a
/// blocked one is never delivered. Call it before the first thread starts: threads inherit the mask too.
pub fn unblock_signals() {
    SigSet::empty().thread_set_mask().expect("an empty mask is a valid one");
}
