//! How long `Select::ready` waits between two looks.

use std::time::{Duration, Instant};

/// The pauses between looks: none at first, then longer and longer ones.
pub(crate) struct Backoff {
    looks: u32,
    deadline: Option<Instant>,
}

/// The looks after which a thread only lets others run.
const YIELDS: u32 = 32;
const SHORTEST: Duration = Duration::from_micros(10);
const LONGEST: Duration = Duration::from_millis(1);

impl Backoff {
    pub(crate) fn new(deadline: Option<Instant>) -> Self {
        Self { looks: 0, deadline }
    }

    /// Returns the next pause; zero means a yield. `None`: the deadline is over.
    pub(crate) fn next(&mut self) -> Option<Duration> {
        let left = self.deadline.map(|deadline| deadline.checked_duration_since(Instant::now()));
        let left = left.map_or(Some(Duration::MAX), |left| left.filter(|left| !left.is_zero()))?;
        self.looks = self.looks.saturating_add(1);
        let Some(sleeps) = self.looks.checked_sub(YIELDS) else { return Some(Duration::ZERO) };
        Some((SHORTEST * 2_u32.pow(sleeps.min(8))).min(LONGEST).min(left))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_up_to_a_millisecond() {
        let mut backoff = Backoff::new(None);
        let pauses: Vec<_> = std::iter::from_fn(|| backoff.next()).take(100).collect();
        assert!(pauses[..30].iter().all(Duration::is_zero));
        assert!(pauses.windows(2).all(|pair| pair[0] <= pair[1]));
        assert_eq!(pauses[99], LONGEST);
    }

    #[test]
    fn a_deadline_that_is_over_ends_the_pauses() {
        assert_eq!(Backoff::new(Some(Instant::now())).next(), None);
        let later = Instant::now() + Duration::from_secs(1000);
        assert_eq!(Backoff::new(Some(later)).next(), Some(Duration::ZERO));
    }
}
