//! Ids, as people read them: ` 0-3 5 7-8`.

use std::{collections::BTreeSet, fmt};

/// Prints runs of ids that follow each other as one, each after a space.
pub struct Runs<'a>(pub &'a BTreeSet<u64>);

impl fmt::Display for Runs<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ids: Vec<u64> = self.0.iter().copied().collect();
        ids.chunk_by(|a, b| a + 1 == *b).try_for_each(|run| match run {
            [one] => write!(f, " {one}"),
            [first, .., last] => write!(f, " {first}-{last}"),
            [] => Ok(()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_that_follow_each_other_are_one_run() {
        let shown = |ids: &[u64]| Runs(&ids.iter().copied().collect()).to_string();
        assert_eq!(shown(&[]), "");
        assert_eq!(shown(&[7]), " 7");
        assert_eq!(shown(&[0, 1, 2, 3, 5, 7, 8]), " 0-3 5 7-8");
    }
}
