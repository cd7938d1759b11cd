//! Seeded mistakes, to show that the checks find them.

/// Returns false: outside of the checks no mistake is made.
#[cfg(not(any(loom, shuttle, gochan_chaos, gochan_fuzz, gochan_tsan)))]
#[inline(always)]
pub(crate) const fn mutant(_: &str) -> bool {
    false
}

/// Returns true if `GOCHAN_MUTANT` names this mistake.
#[cfg(any(loom, shuttle, gochan_chaos, gochan_fuzz, gochan_tsan))]
pub(crate) fn mutant(name: &str) -> bool {
    static MUTANT: std::sync::OnceLock<Option<String>> = std::sync::OnceLock::new();
    MUTANT.get_or_init(|| std::env::var("GOCHAN_MUTANT").ok()).as_deref() == Some(name)
}
