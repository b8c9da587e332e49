//! Randomness by place: every cell of a sample has its own stretch of its column's stream.
//!
//! A cell is therefore the same whatever was computed before it, and can be looked up again from anywhere.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use sha2::{Digest, Sha256};

/// Words of a stream that belong to one row; a cell that needs more reads into the next row's, which does no harm.
const WORDS_PER_ROW: u128 = 64;

/// The stream of one column.
#[derive(Debug, Clone)]
pub(crate) struct CellStream {
    seed: [u8; 32],
}

impl CellStream {
    /// The stream of `purpose` (a column, as a rule) of a table, for a dataset and a seed.
    pub(crate) fn new(dataset: &str, seed: u64, table: &str, purpose: &str) -> CellStream {
        let mut hash = Sha256::new();
        for part in ["fetchscope sample 1", dataset, table, purpose] {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part.as_bytes());
        }
        hash.update(seed.to_le_bytes());
        CellStream { seed: hash.finalize().into() }
    }

    /// The randomness of one row.
    pub(crate) fn at(&self, row: u64) -> ChaCha8Rng {
        let mut rng = ChaCha8Rng::from_seed(self.seed);
        rng.set_word_pos(u128::from(row) * WORDS_PER_ROW);
        rng
    }
}

/// Four numbers for a shuffle.
pub(crate) fn keys(rng: &mut ChaCha8Rng) -> [u64; 4] {
    std::array::from_fn(|_| rng.next_u64())
}

/// A number below `n`, which is not 0.
pub(crate) fn below(rng: &mut ChaCha8Rng, n: u64) -> u64 {
    // The high half of the product, as Lemire (2019) does it; without his rejection step the bias is n/2^64.
    let product = u128::from(rng.next_u64()) * u128::from(n);
    (product >> 64) as u64
}

/// Whether something that happens in `percent` of 100 cases happens.
pub(crate) fn chance(rng: &mut ChaCha8Rng, percent: u32) -> bool {
    percent > 0 && below(rng, 100) < u64::from(percent)
}

/// The index of one of several weights, which are not all 0.
pub(crate) fn weighted(rng: &mut ChaCha8Rng, weights: &[u32]) -> usize {
    let total: u64 = weights.iter().map(|weight| u64::from(*weight)).sum();
    let mut rest = below(rng, total.max(1));
    for (index, weight) in weights.iter().enumerate() {
        if rest < u64::from(*weight) {
            return index;
        }
        rest -= u64::from(*weight);
    }
    weights.len().saturating_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_the_same_whenever_it_is_asked_for() {
        let stream = CellStream::new("a", 1, "users", "name");
        let again = CellStream::new("a", 1, "users", "name");
        assert_eq!(stream.at(5).next_u64(), again.at(5).next_u64());
        let others = [
            CellStream::new("a", 1, "users", "name").at(6),
            CellStream::new("a", 2, "users", "name").at(5),
            CellStream::new("a", 1, "users", "email").at(5),
            CellStream::new("a", 1, "usersn", "ame").at(5),
        ];
        for mut other in others {
            assert_ne!(stream.at(5).next_u64(), other.next_u64());
        }
    }

    #[test]
    fn choices_follow_their_weights() {
        let stream = CellStream::new("a", 1, "t", "c");
        let mut counts = [0; 4];
        for row in 0..10_000 {
            counts[weighted(&mut stream.at(row), &[10, 0, 30, 60])] += 1;
        }
        assert_eq!(counts[1], 0);
        assert!((900..1_100).contains(&counts[0]) && (5_800..6_200).contains(&counts[3]), "{counts:?}");
    }
}
