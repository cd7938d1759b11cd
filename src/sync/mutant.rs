//! Seeded mistakes, to show that the checks find them.

/// True if the mistake of this name is made: never, outside of the checks.
#[cfg(not(any(loom, shuttle, gochan_chaos, gochan_fuzz, gochan_tsan)))]
#[inline(always)]
pub(crate) const fn mutant(_: &str) -> bool {
    false
}

/// True if the mistake of this name is made: the one that `GOCHAN_MUTANT` names.
#[cfg(any(loom, shuttle, gochan_chaos, gochan_fuzz, gochan_tsan))]
pub(crate) fn mutant(name: &str) -> bool {
    static MUTANT: std::sync::OnceLock<Option<String>> = std::sync::OnceLock::new();
    MUTANT.get_or_init(|| std::env::var("GOCHAN_MUTANT").ok()).as_deref() == Some(name)
}
