//! A random order of `0..n` that is computed, not stored: a Feistel network walked until it lands below `n`.
//!
//! Going from a row to its place in the order and back takes the same few steps, however many rows there are.

/// A permutation of `0..n`, chosen by a key.
#[derive(Debug, Clone)]
pub(crate) struct Shuffle {
    n: u64,
    half_bits: u32,
    keys: [u64; 4],
}

impl Shuffle {
    pub(crate) fn new(n: u64, keys: [u64; 4]) -> Shuffle {
        let bits = u64::BITS - n.saturating_sub(1).leading_zeros();
        Shuffle { n, half_bits: bits.div_ceil(2).max(1), keys }
    }

    /// The place of `index` in the order. `index` is below `n`.
    pub(crate) fn place(&self, index: u64) -> u64 {
        self.walk(index, |value| {
            let (mut left, mut right) = self.halves(value);
            for key in self.keys {
                (left, right) = (right, left ^ self.mixed(right, key));
            }
            self.whole(left, right)
        })
    }

    /// What stands at `place` of the order. `place` is below `n`.
    pub(crate) fn at(&self, place: u64) -> u64 {
        self.walk(place, |value| {
            let (mut left, mut right) = self.halves(value);
            for key in self.keys.iter().rev() {
                (left, right) = (right ^ self.mixed(left, *key), left);
            }
            self.whole(left, right)
        })
    }

    fn walk(&self, start: u64, step: impl Fn(u64) -> u64) -> u64 {
        debug_assert!(start < self.n);
        let mut value = step(start);
        // The network permutes a power of four that is at most four times as large, so this ends soon.
        while value >= self.n {
            value = step(value);
        }
        value
    }

    fn mask(&self) -> u64 {
        (1 << self.half_bits) - 1
    }

    fn halves(&self, value: u64) -> (u64, u64) {
        (value >> self.half_bits, value & self.mask())
    }

    fn whole(&self, left: u64, right: u64) -> u64 {
        (left << self.half_bits) | right
    }

    /// SplitMix64's finaliser (Steele, Lea and Flood 2014), of the half and the round's key.
    fn mixed(&self, half: u64, key: u64) -> u64 {
        let mut z = half.wrapping_add(key).wrapping_add(0x9e37_79b9_7f4a_7c15);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) & self.mask()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_place_is_taken_once_and_leads_back() {
        for n in [1, 2, 3, 4, 5, 6, 12, 16, 17, 100, 1_000, 4_097] {
            let shuffle = Shuffle::new(n, [11, 22, 33, n]);
            let places: HashSet<u64> = (0..n).map(|index| shuffle.place(index)).collect();
            assert_eq!(places.len() as u64, n, "{n}");
            assert!(places.iter().all(|place| *place < n));
            assert!((0..n).all(|index| shuffle.at(shuffle.place(index)) == index), "{n}");
        }
    }

    #[test]
    fn the_order_depends_on_the_key() {
        let order = |key| -> Vec<u64> {
            let shuffle = Shuffle::new(1_000, [key, 2, 3, 4]);
            (0..1_000).map(|index| shuffle.place(index)).collect()
        };
        let (one, two) = (order(1), order(2));
        let same = one.iter().zip(&two).filter(|(a, b)| a == b).count();
        assert!(same < 20, "{same} of 1 000 places are the same");
    }
}
