//! Ends a run that hangs, and names the library and the cell. A lost wake-up would otherwise look
//! like a long round.

use std::{
    process,
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

/// Far more than the longest round.
const PATIENCE: Duration = Duration::from_secs(120);

pub struct Watchdog(Arc<Mutex<Watched>>);

struct Watched {
    what: String,
    since: Instant,
}

impl Watchdog {
    pub fn start() -> Self {
        let watched = Watched { what: "the start".to_owned(), since: Instant::now() };
        let watched = Arc::new(Mutex::new(watched));
        let seen = watched.clone();
        thread::spawn(move || loop {
            let left = seen.lock().unwrap().left();
            thread::sleep(left);
        });
        Self(watched)
    }

    /// Watches this from now on, with the whole patience.
    pub fn watch(&self, what: String) {
        *self.0.lock().unwrap() = Watched { what, since: Instant::now() };
    }
}

impl Watched {
    fn left(&self) -> Duration {
        PATIENCE.checked_sub(self.since.elapsed()).unwrap_or_else(|| {
            eprintln!("{} has not ended after {PATIENCE:?}", self.what);
            process::exit(2)
        })
    }
}
