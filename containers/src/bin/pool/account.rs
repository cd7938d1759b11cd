//! What became of every job.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use crate::{ids::Runs, load::Offered};

/// By the pool's books. A job is in one of these.
#[derive(Default)]
pub struct Fates {
    pub done: BTreeSet<u64>,
    /// A worker panicked in it.
    pub failed: BTreeSet<u64>,
    /// Accepted, but no worker has had it: it could be given to another pool.
    pub not_begun: BTreeSet<u64>,
    /// A worker had it when the time was up.
    pub unfinished: BTreeSet<u64>,
}

/// The pool's books beside those of the senders.
pub struct Account {
    fates: Fates,
    accepted: BTreeSet<u64>,
    refused: BTreeSet<u64>,
}

impl Account {
    pub fn new(fates: Fates, offered: Vec<Offered>) -> Self {
        let refused = offered.iter().map(|offered| offered.refused).collect();
        let accepted = offered.into_iter().flat_map(|offered| offered.accepted).collect();
        Self { fates, accepted, refused }
    }

    fn fates(&self) -> [(&'static str, &BTreeSet<u64>); 4] {
        let Fates { done, failed, not_begun, unfinished } = &self.fates;
        [("done", done), ("failed", failed), ("not begun", not_begun), ("unfinished", unfinished)]
    }

    /// The jobs that do not add up: one that was accepted has one fate, one that was refused has
    /// none.
    pub fn wrong(&self) -> BTreeSet<u64> {
        let mut fates: BTreeMap<u64, u32> = BTreeMap::new();
        for id in self.fates().into_iter().flat_map(|(_, ids)| ids) {
            *fates.entry(*id).or_default() += 1;
        }
        let right = |id: &u64| {
            let (accepted, refused) = (self.accepted.contains(id), self.refused.contains(id));
            accepted != refused && fates.get(id).copied().unwrap_or(0) == u32::from(accepted)
        };
        let every = self.accepted.iter().chain(&self.refused).chain(fates.keys());
        every.filter(|id| !right(id)).copied().collect()
    }
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let offers = [("accepted", &self.accepted), ("refused", &self.refused)];
        let lines = offers.into_iter().chain(self.fates()).enumerate();
        lines.into_iter().try_for_each(|(i, (what, ids))| {
            let end = if i == 0 { "" } else { "\n" };
            write!(f, "{end}{what:<10}{:>7}:{}", ids.len(), Runs(ids))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(accepted: &[u64], refused: u64, done: &[u64], not_begun: &[u64]) -> Account {
        let set = |ids: &[u64]| ids.iter().copied().collect();
        let fates = Fates { done: set(done), not_begun: set(not_begun), ..Fates::default() };
        Account::new(fates, vec![Offered { accepted: accepted.to_vec(), refused }])
    }

    fn wrong(account: &Account) -> Vec<u64> {
        account.wrong().into_iter().collect()
    }

    #[test]
    fn an_account_in_which_every_job_has_one_fate_adds_up() {
        assert!(wrong(&account(&[0, 1, 2], 3, &[0, 2], &[1])).is_empty());
    }

    #[test]
    fn a_job_that_is_lost_or_twice_there_or_was_refused_is_found() {
        assert_eq!(wrong(&account(&[0, 1, 2], 3, &[0], &[1])), [2]);
        assert_eq!(wrong(&account(&[0, 1, 2], 3, &[0, 1, 2], &[1])), [1]);
        assert_eq!(wrong(&account(&[0, 1, 2], 3, &[0, 1, 2, 3], &[])), [3]);
        assert_eq!(wrong(&account(&[0, 1, 2], 3, &[0, 1, 2], &[9])), [9]);
    }

    #[test]
    fn an_account_prints_a_line_for_each_fate() {
        let text = account(&[0, 1, 2], 3, &[0, 1], &[2]).to_string();
        assert_eq!(text.lines().next(), Some("accepted        3: 0-2"));
        assert_eq!(text.lines().count(), 6);
    }
}
