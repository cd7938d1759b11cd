//! What this program has inherited and does not need: as long as it holds the end of a pipe,
//! whoever is at the other one waits.

use std::{fs, os::fd::RawFd};

use nix::unistd::close;

const OPEN: &str = "/proc/self/fd";

/// Above stdin, stdout and stderr. Comes before this program opens anything itself.
pub struct Inherited(Vec<RawFd>);

impl Inherited {
    pub fn find() -> Self {
        let open = fs::read_dir(OPEN).into_iter().flatten().flatten();
        let mut open: Vec<RawFd> =
            open.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect();
        // Not the one by which they were found, which is closed now.
        open.retain(|number| *number > 2 && fs::read_link(format!("{OPEN}/{number}")).is_ok());
        Self(open)
    }

    pub fn close(self) {
        for number in self.0 {
            let _ = close(number);
        }
    }
}
