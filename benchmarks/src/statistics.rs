//! What a set of rounds says.

/// Rounds that lie further apart say that a cell has two modes, or was disturbed.
pub const WIDE: f64 = 2.0;

pub fn median(values: impl IntoIterator<Item = f64>) -> Option<f64> {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}

/// How many times `own` goes into `other`: the median over all pairs of rounds. Where rounds have
/// two modes, a library's own median jumps between them from run to run. This ratio does not.
pub fn ratio(other: &[f64], own: &[f64]) -> Option<f64> {
    median(other.iter().flat_map(|a| own.iter().map(move |b| a / b)))
}

pub fn is_wide(values: &[f64]) -> bool {
    let least = values.iter().copied().fold(f64::INFINITY, f64::min);
    values.iter().any(|value| *value > WIDE * least)
}

pub fn geometric_mean(values: &[f64]) -> Option<f64> {
    let sum: f64 = values.iter().map(|value| value.ln()).sum();
    (!values.is_empty()).then(|| (sum / values.len() as f64).exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ratio_says_how_much_longer_the_other_takes() {
        assert_eq!(ratio(&[4.0, 6.0, 8.0], &[2.0]), Some(3.0));
        assert_eq!(ratio(&[], &[2.0]), None);
    }

    #[test]
    fn wide_is_more_than_twice() {
        assert!(!is_wide(&[2.0, 1.0]) && !is_wide(&[]));
        assert!(is_wide(&[2.1, 1.5, 1.0]));
    }

    #[test]
    fn half_and_twice_cancel() {
        assert_eq!(geometric_mean(&[0.5, 2.0]), Some(1.0));
        assert_eq!(geometric_mean(&[]), None);
    }
}
