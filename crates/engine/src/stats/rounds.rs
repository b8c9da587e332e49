//! Samples by the round in which they were measured: what one round shares, another does not.

use super::quantile;
use std::collections::BTreeMap;

/// The samples of one variant by round, each round in the order of measurement. A round without a sample is not in it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Rounds(BTreeMap<u32, Vec<f64>>);

impl Rounds {
    /// Sorts samples into their rounds.
    #[must_use]
    pub fn of(samples: impl IntoIterator<Item = (u32, f64)>) -> Rounds {
        let mut rounds: BTreeMap<u32, Vec<f64>> = BTreeMap::new();
        for (round, value) in samples {
            rounds.entry(round).or_default().push(value);
        }
        Rounds(rounds)
    }

    /// Number of samples.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.values().map(Vec::len).sum()
    }

    /// Whether there is no sample.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All samples, ascending.
    #[must_use]
    pub fn ascending(&self) -> Vec<f64> {
        let mut all: Vec<f64> = self.0.values().flatten().copied().collect();
        all.sort_unstable_by(f64::total_cmp);
        all
    }

    /// The median of each round, in the order of the rounds.
    #[must_use]
    pub fn medians(&self) -> Vec<f64> {
        self.iter().filter_map(|(_, samples)| quantile::of(&ascending(samples), 0.5)).collect()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (u32, &[f64])> {
        self.0.iter().map(|(round, samples)| (*round, &**samples))
    }

    pub(super) fn get(&self, round: u32) -> Option<&[f64]> {
        self.0.get(&round).map(Vec::as_slice)
    }
}

pub(super) fn ascending(samples: &[f64]) -> Vec<f64> {
    let mut sorted = samples.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    sorted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_keep_their_order_within_their_round() {
        let rounds = Rounds::of([(1, 5.0), (0, 3.0), (1, 4.0), (7, 9.0)]);
        assert_eq!(rounds.get(1), Some(&[5.0, 4.0][..]));
        assert_eq!(rounds.medians(), [3.0, 4.5, 9.0]);
        assert_eq!(rounds.ascending(), [3.0, 4.0, 5.0, 9.0]);
        assert_eq!((rounds.len(), Rounds::default().is_empty()), (4, true));
    }
}
